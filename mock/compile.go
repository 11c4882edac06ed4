package mock

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gorilla/mux"
	"go.yaml.in/yaml/v4"
)

// compiler turns the document into a Contract. It notes which x- keys it has used, by place: one that
// stays unused has no effect where it stands, which is an error.
type compiler struct {
	*Contract
	used map[[2]int]bool
	errs []error
}

// compile returns what the mock serves. keys are nil for a contract that something was taken from: what
// refers to that may stay behind without effect.
func compile(file string, doc *openapi3.T, keys []foundKey) (*Contract, error) {
	c := &compiler{used: map[[2]int]bool{}, Contract: &Contract{
		file:        file,
		router:      mux.NewRouter().SkipClean(true).UseEncodedPath(),
		paths:       map[string]*path{},
		fixed:       map[string]*path{},
		members:     map[string]memberPath{},
		collections: map[string]*collection{},
		responses:   map[int]*openapi3.Schema{},
		names:       map[*openapi3.Schema]string{},
	}}
	c.nameSchemas(doc)
	for _, template := range doc.Paths.InMatchingOrder() {
		c.addPath(template, doc.Paths.Value(template))
	}
	c.addCollections()
	if keys != nil {
		c.crossCheck()
	}
	for _, f := range keys {
		if !c.used[[2]int{f.key.Line, f.key.Column}] && f.key.Value != "x-source" {
			c.fail(f.key.Line, "%s: misplaced: it has no effect here", f.key.Value)
		}
	}
	if c.errs == nil {
		c.planCoverage()
	}
	slices.Sort(c.permissions)
	slices.Sort(c.features)
	c.permissions, c.features = slices.Compact(c.permissions), slices.Compact(c.features)
	return c.Contract, errors.Join(c.errs...)
}

func (c *compiler) fail(line int, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s:%d: %s", c.file, line, fmt.Sprintf(format, args...)))
}

// rule decodes the x- key of an object of the document, and notes that it was used.
func rule[T any](c *compiler, extensions map[string]any, origin *openapi3.Origin, key string) (value T, ok bool) {
	raw, ok := extensions[key]
	if !ok {
		return value, false
	}
	data, err := yaml.Dump(raw)
	if err == nil {
		err = yaml.Load(data, &value, yaml.WithKnownFields())
	}
	if err != nil {
		c.fail(lineOf(origin, key), "%s: %v", key, err)
	}
	if origin != nil {
		at := origin.Fields.Get(key)
		c.used[[2]int{at.Line, at.Column}] = true
	}
	return value, true
}

func (c *compiler) nameSchemas(doc *openapi3.T) {
	if doc.Components == nil {
		return
	}
	for name, ref := range doc.Components.Schemas {
		c.nameSchema(ref, "#/components/schemas/"+name)
	}
	for name, ref := range doc.Components.Responses {
		status := statusOf(name)
		for _, media := range ref.Value.Content {
			if media.Schema != nil && status != 0 {
				c.responses[status] = media.Schema.Value
			}
		}
	}
}

// statusOf finds the status whose name a shared response bears, such as NotFound; 0 if there is none.
func statusOf(name string) int {
	for status := 400; status < 600; status++ {
		if text := http.StatusText(status); text != "" && strings.ReplaceAll(text, " ", "") == name {
			return status
		}
	}
	return 0
}

func (c *compiler) nameSchema(ref *openapi3.SchemaRef, pointer string) {
	if ref == nil || ref.Value == nil || c.names[ref.Value] != "" {
		return
	}
	if ref.Ref != "" { // named where it is defined
		pointer = ref.Ref
	}
	c.names[ref.Value] = pointer
	for name, property := range ref.Value.Properties {
		c.nameSchema(property, pointer+"/properties/"+name)
	}
	c.nameSchema(ref.Value.Items, pointer+"/items")
	c.nameSchema(ref.Value.AdditionalProperties.Schema, pointer+"/additionalProperties")
}

func (c *compiler) addPath(template string, item *openapi3.PathItem) {
	p := &path{template: template, operations: map[string]*operation{}}
	c.paths[template] = p
	before, name, isVariable := strings.Cut(template, "{")
	if !isVariable {
		c.fixed[template] = p
	} else {
		c.router.Path(template).Name(template)
	}
	if name, ends := strings.CutSuffix(name, "}/"); ends && strings.HasSuffix(before, "/") && !strings.ContainsAny(name, "{:") {
		c.members[before] = memberPath{p, name}
	}
	for method, o := range item.Operations() {
		p.operations[method] = c.operation(method, template, item, o)
	}
}

func (c *compiler) operation(method, template string, item *openapi3.PathItem, o *openapi3.Operation) *operation {
	op := &operation{id: o.OperationID, method: method, path: template, responses: map[int]response{}, origin: o.Origin}
	line := lineOf(o.Origin, "")
	op.companion = slices.Contains(o.Tags, companionTag)
	op.cite, _ = rule[citations](c, o.Extensions, o.Origin, "x-source")
	op.cited = op.cite.String()
	op.requires, _ = rule[string](c, o.Extensions, o.Origin, "x-requires")
	if op.requires != "" {
		c.permissions = append(c.permissions, op.requires)
	}
	if r, ok := rule[collectionRule](c, o.Extensions, o.Origin, "x-collection"); ok {
		op.verb = verbs[r.Verb]
		if op.verb == nil {
			c.fail(line, "x-collection: %q is not a verb: %s", r.Verb, strings.Join(sortedKeys(verbs), ", "))
		}
		op.collection, op.lists = c.collection(r.Name, r.Kind), r.Verb == "list"
		if r.Verb == "create" {
			op.collection.create = op
		}
	} else {
		c.fail(line, "%s has no x-collection: nothing says what it does", op.id)
	}
	for _, ref := range append(slices.Clone(item.Parameters), o.Parameters...) {
		op.params = append(op.params, c.parameter(ref.Value))
	}
	if o.RequestBody != nil {
		c.requestBody(op, o.RequestBody.Value)
	}
	for status, ref := range o.Responses.Map() {
		c.response(op, status, ref.Value)
	}
	if op.success == 0 {
		c.fail(line, "%s has no 2xx response", op.id)
	}
	return op
}

// schema returns the schema that the mock can't do without.
func (c *compiler) schema(ref *openapi3.SchemaRef, origin *openapi3.Origin, what string) *openapi3.Schema {
	if ref == nil || ref.Value == nil {
		c.fail(lineOf(origin, ""), "%s has no schema", what)
		return openapi3.NewSchema()
	}
	return ref.Value
}

func (c *compiler) collection(name, kind string) *collection {
	of := entityKey{collection: name, kind: kind}
	key := strings.TrimSuffix(name+"/"+kind, "/")
	if c.collections[key] == nil {
		col := &collection{name: key, one: key + " connection"}
		if attributes[name] != nil {
			col.entities, col.one = of, of.noun()
		}
		c.collections[key] = col
	}
	return c.collections[key]
}

func (c *compiler) parameter(p *openapi3.Parameter) parameter {
	out := parameter{name: p.Name, in: p.In, schema: c.schema(p.Schema, p.Origin, "parameter "+p.Name), required: p.Required, origin: p.Origin}
	c.nameSchema(p.Schema, "#/parameters/"+p.Name+"/schema")
	out.cite, _ = rule[citations](c, p.Extensions, p.Origin, "x-source")
	out.cited = out.cite.String()
	if p.In == openapi3.ParameterInQuery {
		out.filters, _ = rule[string](c, p.Extensions, p.Origin, "x-filters")
		out.paginate, _ = rule[string](c, p.Extensions, p.Origin, "x-paginates")
	}
	if out.paginate != "" && out.paginate != "size" && out.paginate != "page" {
		c.fail(lineOf(p.Origin, "x-paginates"), "x-paginates: %q is neither size nor page", out.paginate)
	}
	return out
}

func (c *compiler) requestBody(op *operation, body *openapi3.RequestBody) {
	op.consumes = sortedKeys(body.Content)
	if len(op.consumes) == 0 {
		c.fail(lineOf(body.Origin, ""), "%s: the request body has no content", op.id)
		return
	}
	media := body.Content[op.consumes[0]]
	op.input = c.schema(media.Schema, media.Origin, op.id+": request body")
	c.nameSchema(media.Schema, "#/"+op.id+"/requestBody")
	for _, name := range sortedKeys(op.input.Properties) {
		s := op.input.Properties[name].Value
		f := field{name: name, schema: s}
		f.cite, _ = rule[citations](c, s.Extensions, s.Origin, "x-source")
		f.cited = f.cite.within(op).String()
		f.from, _ = rule[source](c, s.Extensions, s.Origin, "x-default-from")
		f.inherits, _ = rule[inheritsRule](c, s.Extensions, s.Origin, "x-inherits")
		if r, ok := rule[refersRule](c, s.Extensions, s.Origin, "x-refers-to"); ok {
			f.refersTo = &r
		}
		if r, ok := rule[featureRule](c, s.Extensions, s.Origin, "x-feature"); ok {
			f.feature = &r
			c.features = append(c.features, r.Name)
		}
		op.fields = append(op.fields, f)
	}
}

func (c *compiler) response(op *operation, status string, r *openapi3.Response) {
	code, err := strconv.Atoi(status)
	if err != nil {
		c.fail(lineOf(r.Origin, ""), "%s: response %q is not a status", op.id, status)
		return
	}
	out := response{header: map[string]string{}, retryAfter: r.Headers["Retry-After"] != nil}
	for name, h := range r.Headers {
		if s := h.Value.Schema; s != nil && len(s.Value.Enum) == 1 {
			out.header[name] = fmt.Sprint(s.Value.Enum[0])
		}
	}
	for _, mediaType := range sortedKeys(r.Content) {
		out.mediaType, out.contentType = mediaType, []string{mediaType}
		out.example, _ = r.Content[mediaType].Example.(map[string]any)
		out.schema = c.schema(r.Content[mediaType].Schema, r.Content[mediaType].Origin, op.id+": response "+status)
		c.nameSchema(r.Content[mediaType].Schema, "#/"+op.id+"/responses/"+status)
	}
	op.responses[code] = out
	if code/100 == 2 {
		op.success = code
	}
}
