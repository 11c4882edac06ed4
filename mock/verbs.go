package mock

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// verb does what an operation is for, and answers.
type verb func(*call) *reply

// verbs are what x-collection can say that an operation does.
var verbs = map[string]verb{"list": list, "get": get, "create": create, "update": update}

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
	c.query = map[string]any{}
	var known []string
	for i := range c.op.params {
		p := &c.op.params[i]
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
func (c *call) readParameter(p *parameter, texts []string) {
	text := texts[len(texts)-1]
	note := Finding{Severity: Note, In: "query", Pointer: p.name, Source: p.cited}
	if len(texts) > 1 {
		note.Message = fmt.Sprintf("was given %d times; the last one counts", len(texts))
		c.find(note)
	}
	value, ok := parameterValue(p.schema, text)
	if !ok {
		note.Severity, note.Message = Violation, "must be an integer"
		c.find(note)
		c.reject(p.name, "A valid integer is required.")
		return
	}
	for _, e := range validate(p.schema, value, asRequest) {
		f := c.contract.finding(e, "query")
		f.Pointer, f.Source = p.name, p.cited
		c.find(f)
		c.reject(p.name, frameworkMessage(e, nil))
	}
	for _, property := range c.op.collection.properties {
		if property.name == p.filters && validate(property.schema, value, asResponse) != nil {
			note.Message = fmt.Sprintf("no connection can have %s", display(value))
			c.find(note)
		}
	}
	c.query[p.name] = value
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
	return &reply{status: c.op.success, records: []*record{rec}, view: c.op.collection.hiddenFrom(c.user)}
}
