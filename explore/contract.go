package explore

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/conformance"
)

type object = conformance.Object

// operation is what the contract says of one.
type operation struct {
	id     string
	kind   conformance.Kind
	verb   string // list, get, create or update
	method string
	status int // of success
	input  *openapi3.Schema
	output *openapi3.Schema
}

// contract is what exploring needs to know of openapi.yaml.
type contract struct {
	operations []*operation
	filters    []string // parameters of lists that filter
	size, page string   // parameters of lists that ask for pages
	// params are the members of params in the examples, with the values that they have there. always are
	// those that each example of a reply has.
	params  map[conformance.Kind]map[string][]any
	always  map[conformance.Kind][]string
	project []string          // members of params that tell of the project: whether what is sent wins over that is open
	command map[string]string // of a system, in the examples
}

// spec reads the contract that this module ships with.
var spec = sync.OnceValue(func() *contract {
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	if err != nil {
		panic(err) // the embedded file is part of the program
	}
	c := &contract{params: map[conformance.Kind]map[string][]any{}, always: map[conformance.Kind][]string{}, command: map[string]string{}}
	for _, path := range doc.Paths.InMatchingOrder() {
		operations := doc.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(mapsKeys(operations)) {
			if !slices.Contains(operations[method].Tags, "Companion") { // the suite is about connections
				c.add(method, operations[method])
			}
		}
	}
	return c
})

func (c *contract) add(method string, o *openapi3.Operation) {
	role, _ := o.Extensions["x-collection"].(map[string]any)
	name, _ := role["name"].(string)
	op := &operation{id: o.OperationID, kind: conformance.Kind(name), method: method}
	op.verb, _ = role["verb"].(string)
	if c.params[op.kind] == nil {
		c.params[op.kind] = map[string][]any{}
	}
	if o.RequestBody != nil {
		media := o.RequestBody.Value.Content["application/json"]
		op.input = media.Schema.Value
		c.learn(op.kind, media.Example, false)
		c.inherit(op.input)
	}
	for text, response := range o.Responses.Map() {
		if status, _ := strconv.Atoi(text); status/100 == 2 {
			op.status = status
			media := response.Value.Content["application/json"]
			op.output = media.Schema.Value
			c.learn(op.kind, media.Example, true)
		}
	}
	for _, p := range o.Parameters {
		if name, filters := p.Value.Extensions["x-filters"].(string); filters && !slices.Contains(c.filters, name) {
			c.filters = append(c.filters, p.Value.Name)
		}
		switch p.Value.Extensions["x-paginates"] {
		case "size":
			c.size = p.Value.Name
		case "page":
			c.page = p.Value.Name
		}
	}
	c.operations = append(c.operations, op)
}

// inherit takes what a connection has from its project.
func (c *contract) inherit(input *openapi3.Schema) {
	params := input.Properties["params"]
	if params == nil {
		return
	}
	inherits, _ := params.Value.Extensions["x-inherits"].(map[string]any)
	for member, from := range inherits {
		if source, _ := from.(string); strings.HasPrefix(source, "project.") && !slices.Contains(c.project, member) {
			c.project = append(c.project, member)
		}
	}
}

// learn takes the connections of an example.
func (c *contract) learn(kind conformance.Kind, example any, reply bool) {
	data, _ := json.Marshal(example)
	var o object
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	_ = d.Decode(&o)
	if list, ok := o["results"].([]any); ok {
		for _, item := range list {
			c.learn(kind, item, reply)
		}
		return
	}
	params, _ := o["params"].(object)
	for name, value := range params {
		if !slices.ContainsFunc(c.params[kind][name], func(v any) bool { return conformance.Equal(v, value) }) {
			c.params[kind][name] = append(c.params[kind][name], value)
		}
	}
	if !reply {
		return
	}
	system, _ := o["system"].(string)
	c.command[system], _ = o["command"].(string)
	if c.always[kind] == nil {
		c.always[kind] = sorted(params)
	}
	c.always[kind] = slices.DeleteFunc(c.always[kind], func(name string) bool { _, there := params[name]; return !there })
}

// of returns the operation of that kind and verb.
func (c *contract) of(kind conformance.Kind, verb string) *operation {
	for _, op := range c.operations {
		if op.kind == kind && op.verb == verb {
			return op
		}
	}
	return nil
}

// Command is the command that the contract's examples show with the system; empty if none does.
func Command(system string) string { return spec().command[system] }

// item matches the path of one connection.
var item = regexp.MustCompile(`^/api/v2/connections/(alm|analysis)/([1-9][0-9]*|\{[A-Z]\}|\{unknown\})/$`)

// match returns the operation that the request is for, or nil.
func (c *contract) match(method, path string) *operation {
	path, _, _ = strings.Cut(path, "?")
	for _, op := range c.operations {
		m := item.FindStringSubmatch(path)
		single := m != nil && m[1] == string(op.kind)
		if op.method == method && (path == op.kind.Path() && (op.verb == "list" || op.verb == "create") ||
			single && (op.verb == "get" || op.verb == "update")) {
			return op
		}
	}
	return nil
}

// misfit is where a reply doesn't fit its schema.
type misfit struct{ pointer, reason string }

// misfits are the places where a value doesn't fit the schema.
func misfits(schema *openapi3.Schema, value any) []misfit {
	var found []misfit
	err := schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails())
	for _, e := range unfold(err) {
		steps := e.JSONPointer()
		for i, step := range steps {
			if _, err := strconv.Atoi(step); err == nil {
				steps[i] = "*"
			}
		}
		found = append(found, misfit{strings.TrimSuffix("/"+strings.Join(steps, "/"), "/"), e.Reason})
	}
	return found
}

// unfold lists what kin-openapi found.
func unfold(err error) []*openapi3.SchemaError {
	if list, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // As of a MultiError finds the first only
		var found []*openapi3.SchemaError
		for _, e := range list {
			found = append(found, unfold(e)...)
		}
		return found
	}
	if e, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{e}
	}
	return nil
}
