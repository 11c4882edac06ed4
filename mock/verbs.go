package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// verb does what an operation is for, and answers.
type verb func(*call) *reply

// verbs are what x-collection can say that an operation does.
var verbs = map[string]verb{"list": list, "get": get, "create": create, "update": update, "caller": caller}

// validateQuery reads the parameters of the query that the contract knows.
func validateQuery(c *call) *reply {
	if c.r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		c.find(Finding{Severity: Violation, In: "query", Message: "can't be read: " + err.Error()})
		return refuse(http.StatusBadRequest, "Malformed query: %v.", err)
	}
	c.query = make(map[string]any, len(query))
	for i := range c.op.params {
		p := &c.op.params[i]
		if texts := query[p.name]; len(texts) > 0 && p.in == openapi3.ParameterInQuery {
			c.readParameter(p, texts)
			delete(query, p.name)
		}
	}
	if len(query) == 0 {
		return nil
	}
	for _, name := range sortedKeys(query) {
		c.find(Finding{
			Severity: Note, In: "query", Pointer: name,
			Message: "is not a parameter of " + c.op.id + c.op.queryHint(name) + "; it was ignored",
		})
	}
	return nil
}

// queryHint tells which parameter may be meant, or else which there are.
func (op *operation) queryHint(name string) string {
	known := op.queryNames()
	if hint := nearest.DidYouMean(name, known); hint != "" || len(known) == 0 {
		return hint
	}
	return ", which has " + strings.Join(known, ", ")
}

// queryNames are the parameters that the operation has in the query.
func (op *operation) queryNames() []string {
	var names []string
	for i := range op.params {
		if op.params[i].in == openapi3.ParameterInQuery {
			names = append(names, op.params[i].name)
		}
	}
	return names
}

// readParameter takes the last of the texts, as the vendor's framework does.
func (c *call) readParameter(p *parameter, texts []string) {
	text := texts[len(texts)-1]
	note := func(severity Severity, message string) {
		c.find(Finding{Severity: severity, In: "query", Pointer: p.name, Message: message, Source: p.cited})
	}
	if len(texts) > 1 {
		note(Note, fmt.Sprintf("was given %d times; the last one counts", len(texts)))
	}
	value, ok := parameterValue(p.schema, text)
	if !ok {
		f := Finding{Severity: Violation, In: "query", Pointer: p.name, Message: "must be an integer", Source: p.cited}
		f.Rule, f.Location = c.contract.where(p.schema, "type")
		c.find(f)
		c.reject(p.name, "A valid integer is required.")
		return
	}
	for _, e := range validate(p.schema, value, asRequest) {
		f := c.contract.finding(e, "query")
		f.Pointer, f.Source = p.name, p.cited
		c.find(f)
		c.reject(p.name, frameworkMessage(e, nil))
	}
	for i := range c.op.collection.properties {
		property := &c.op.collection.properties[i]
		if property.name == p.filters && validate(property.schema, value, asResponse) != nil {
			note(Note, fmt.Sprintf("no %s can have %s", c.op.collection.noun(), display(value)))
		}
	}
	c.query[p.name] = value
}

// parameterValue reads the text of a parameter as its schema's type wants it.
func parameterValue(schema *openapi3.Schema, text string) (value any, ok bool) {
	if !schema.Type.Is(openapi3.TypeInteger) {
		return text, true
	}
	i, err := strconv.ParseInt(text, 10, 64)
	return json.Number(text), err == nil && strconv.FormatInt(i, 10) == text
}

func get(c *call) *reply { return c.show(c.record) }

// caller shows the user who asks.
func caller(c *call) *reply {
	id := int64(slices.Index(c.world.users, c.user) + 1)
	if c.record = c.store.get(c.op.collection, c.user.Organization, id); c.record == nil {
		return refuse(http.StatusNotFound, notFound) // the world was replaced meanwhile
	}
	return c.show(c.record)
}

func create(c *call) *reply {
	return c.show(c.store.create(c.liberty, c.op.collection, c.user.Organization, c.values, c.refs))
}

func update(c *call) *reply {
	return c.show(c.store.update(c.op.collection, c.record, c.values, c.refs))
}

// show answers with the connection as the user may see it.
func (c *call) show(rec *record) *reply {
	c.sawConnections(1)
	c.one[0] = rec
	c.shown = reply{status: c.op.success, records: c.one[:], view: c.op.collection.hiddenFrom(c.user)}
	return &c.shown
}
