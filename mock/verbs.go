package mock

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// verb does what an operation is for, and answers.
type verb func(*call) *reply

// verbs are what x-collection can say that an operation does.
var verbs = map[string]verb{"list": list, "get": get, "create": create, "update": update}

// validateQuery reads the parameters of the query that the contract knows.
func validateQuery(c *call) *reply {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		c.find(Finding{Severity: Violation, In: "query", Message: "can't be read: " + err.Error()})
		return refuse(http.StatusBadRequest, "Malformed query: %v.", err)
	}
	c.query = map[string]any{}
	var known []string
	for _, p := range c.op.params {
		if p.in != openapi3.ParameterInQuery {
			continue
		}
		known = append(known, p.name)
		if texts := query[p.name]; len(texts) > 0 {
			c.readParameter(p, texts)
		}
	}
	for _, name := range sortedKeys(query) {
		if !slices.Contains(known, name) {
			c.find(Finding{
				Severity: Note, In: "query", Pointer: name,
				Message: "is not a parameter of " + c.op.id + didYouMean(name, known) + "; it was ignored",
			})
		}
	}
	return nil
}

// readParameter takes the last of the texts, as the vendor's framework does.
func (c *call) readParameter(p parameter, texts []string) {
	text := texts[len(texts)-1]
	note := Finding{Severity: Note, In: "query", Pointer: p.name, Source: p.cite.String()}
	if len(texts) > 1 {
		note.Message = fmt.Sprintf("was given %d times; the last one counts", len(texts))
		c.find(note)
	}
	value, ok := parameterValue(p.schema, text)
	if !ok {
		note.Severity, note.Message = Violation, "must be an integer"
		note.Rule, note.Location = c.contract.where(p.schema, "type")
		c.find(note)
		c.reject(p.name, "A valid integer is required.")
		return
	}
	for _, e := range validate(p.schema, value, openapi3.VisitAsRequest()) {
		f := c.contract.finding(e, "query")
		f.Pointer, f.Source = p.name, p.cite.String()
		c.find(f)
		c.reject(p.name, frameworkMessage(e, nil))
	}
	for _, property := range c.op.collection.properties {
		if property.name == p.filters && validate(property.schema, value, openapi3.VisitAsResponse()) != nil {
			note.Message = fmt.Sprintf("no connection can have %s", display(value))
			c.find(note)
		}
	}
	c.query[p.name] = value
}

func list(c *call) *reply {
	col := c.op.collection
	found := c.store.list(col, c.user.Organization, c.selects)
	c.arrange(found)
	envelope := map[string]any{col.results: []any{}}
	page, err := c.paginate(envelope, len(found))
	c.sawList(len(found), page.from, page.to, err != nil)
	if err != nil {
		return err
	}
	view := col.hiddenFrom(c.user)
	answer := &reply{status: c.op.success, envelope: envelope, slot: col.results, schema: col.list}
	for _, rec := range found[page.from:page.to] {
		answer.items = append(answer.items, rec.views[view])
	}
	return answer
}

// selects tells whether every filter of the query lets the connection pass.
func (c *call) selects(rec *record) bool {
	given, passed := 0, 0
	for _, p := range c.op.params {
		want, filtered := c.query[p.name]
		if p.filters == "" || !filtered {
			continue
		}
		given++
		if c.same(p.filters, rec.values[p.filters], want) {
			passed++
		}
	}
	return passed == given || passed > 0 && c.takes(FiltersUnited)
}

// span is the part of a list that a page shows.
type span struct{ from, to int }

// paginate tells which of the items to show, and adds count, next and previous to the envelope if the
// client asked for pages.
func (c *call) paginate(envelope map[string]any, count int) (span, *reply) {
	size, number := 0, 1
	var sizeName, pageName string
	for _, p := range c.op.params {
		given, ok := asInt(c.query[p.name])
		switch p.paginate {
		case "size":
			sizeName, size = p.name, int(min(given, int64(count)+1))
		case "page":
			pageName = p.name
			if ok {
				number = int(min(given, int64(count)+1))
			}
		}
	}
	if size == 0 {
		if number != 1 {
			c.find(Finding{Severity: Note, In: "query", Pointer: pageName, Message: "has no effect without " + sizeName})
		}
		return span{0, count}, nil
	}
	pages := max(1, (count+size-1)/size)
	if number > pages {
		c.find(Finding{Severity: Refusal, In: "query", Pointer: pageName, Message: fmt.Sprintf("the last page is %d", pages)})
		return span{}, refuse(http.StatusNotFound, invalidPage)
	}
	link := func(n int) any {
		if n < 1 || n > pages {
			return nil
		}
		query, _ := url.ParseQuery(c.r.URL.RawQuery)
		query.Set(pageName, strconv.Itoa(n))
		return c.absolute(query)
	}
	envelope["count"], envelope["next"], envelope["previous"] = int64(count), link(number+1), link(number-1)
	return span{(number - 1) * size, min(number*size, count)}, nil
}

// absolute is the URL that the client called, with another query.
func (c *call) absolute(query url.Values) string {
	u := url.URL{Scheme: "http", Host: c.r.Host, Path: c.r.URL.Path, RawQuery: query.Encode()}
	if c.r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}

func get(c *call) *reply { return c.show(c.record) }

func create(c *call) *reply {
	return c.show(c.store.create(c.op.collection, c.user.Organization, c.values, c.refs))
}

func update(c *call) *reply {
	return c.show(c.store.update(c.op.collection, c.record, c.values, c.refs))
}

// show answers with the connection as the user may see it.
func (c *call) show(rec *record) *reply {
	c.sawConnections(1)
	view := c.op.collection.hiddenFrom(c.user)
	return &reply{status: c.op.success, items: []rendering{rec.views[view]}}
}
