package mock

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gorilla/mux"
	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/internal/nearest"
)

// A Contract is an OpenAPI document with x- keys, read and ready to be served. It doesn't change
// afterwards, so any number of servers share it.
type Contract struct {
	file        string
	text        []byte      // as it was read
	readable    bool        // nothing is writeOnly
	router      *mux.Router // finds the template of a path that has variables
	paths       map[string]*path
	fixed       map[string]*path      // those without variables
	members     map[string]memberPath // those with one variable, which is all between the last two slashes: by what is before it
	collections map[string]*collection
	permissions []string                    // that the contract names
	features    []string                    // that the contract names
	responses   map[int]*openapi3.Schema    // components' replies by status, for paths without operation
	names       map[*openapi3.Schema]string // JSON pointer of each schema, for messages
	plan        []planned                   // what there is to cover
	violations  map[string]item             // refusals to cover, by the rule that is broken
}

// path is a path template with its operations.
type path struct {
	template   string
	operations map[string]*operation // by method
}

// companion tells whether all operations of the path are asked for beside the connections.
func (p *path) companion() bool {
	for _, op := range p.operations {
		if !op.companion {
			return false
		}
	}
	return true
}

// operation is one operation of the contract with the rules that its x- keys state.
type operation struct {
	id, method, path string
	collection       *collection
	verb             verb
	companion        bool   // is none of the connections, but asked for beside them
	lists            bool   // answers with a list
	requires         string // permission, or empty
	params           []parameter
	input            *openapi3.Schema // of the body; nil if the operation takes none
	consumes         []string         // media types of the body
	fields           []field          // of the body
	success          int              // status
	responses        map[int]response // by status
	cite             citations
	cited            string // that, for findings
	origin           *openapi3.Origin
	items            operationItems
}

type parameter struct {
	name, in string
	schema   *openapi3.Schema
	required bool
	filters  string // property of the items
	paginate string // size or page
	cite     citations
	cited    string // that, for findings
	origin   *openapi3.Origin
	items    parameterItems
}

// field is one field of a request body.
type field struct {
	name     string
	schema   *openapi3.Schema
	from     source // where a value comes from that isn't sent
	refersTo *refersRule
	feature  *featureRule
	inherits inheritsRule
	cite     citations
	cited    string // where the documentation says it of the operation, for findings
	items    fieldItems
}

// response is one documented reply of an operation.
type response struct {
	mediaType   string   // empty if the reply has no body
	contentType []string // that, as the value of a header
	schema      *openapi3.Schema
	header      map[string]string // headers that the contract allows one value only
	example     map[string]any    // of the body; nil if the contract has none
	retryAfter  bool              // whether it has that header
}

// collection is one kind of connection, or of objects of the world.
type collection struct {
	name       string
	one        string     // what an item is, such as alm connection
	entities   entityKey  // which objects of the world; zero for connections
	id         string     // the property that the server assigns
	properties []property // of a connection in replies, in the order of the reply
	gates      []string   // permissions that hide properties
	filters    []string   // properties that lists are filtered by
	schemas    []*openapi3.Schema
	create     *operation
	results    string           // the member of the list's reply that holds the items
	list       *openapi3.Schema // nil if nothing lists them
	envelope   map[string]any   // of a list that isn't cut into pages
	bareFaults []Finding        // what the contract forbids in that
	head, tail []byte           // that in JSON, before and behind the items
}

// property is one property of a connection in replies.
type property struct {
	name    string
	spelled []byte // the name in JSON
	schema  *openapi3.Schema
	from    source // where its value always comes from
	visible string // permission, or empty
	cite    citations
	items   propertyItems
}

// fixed tells whether the items are objects of the world, which no client writes.
func (col *collection) fixed() bool { return col.entities != entityKey{} }

// noun is what an item is, whichever kind of connection.
func (col *collection) noun() string {
	if col.fixed() {
		return col.one
	}
	return "connection"
}

// kinds are the collections of connections.
func (c *Contract) kinds() []string {
	return slices.DeleteFunc(sortedKeys(c.collections), func(name string) bool { return c.collections[name].fixed() })
}

// DefaultContract returns the contract that this module holds: see [sdecontract.Spec].
func DefaultContract() *Contract { return defaultContract() }

var defaultContract = sync.OnceValue(func() *Contract {
	c, err := LoadContract(sdecontract.SpecFile, sdecontract.Spec())
	if err != nil {
		panic(err) // the embedded file is part of the program
	}
	return c
})

// LoadContract reads an OpenAPI 3.0 document in YAML that may use the x- keys which the head of
// openapi.yaml explains. file names it in messages. The error names, with their lines, all the x-
// keys that are unknown, misplaced or malformed.
func LoadContract(file string, data []byte) (*Contract, error) { return loadContract(file, data) }

func loadContract(file string, data []byte, leniencies ...openapi3.ValidationOption) (*Contract, error) {
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil {
		return nil, yamlErrors(file, err)
	}
	keys := findKeys(nil, &root, "document")
	var errs []error
	for _, f := range keys {
		if err := f.check(); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d:%d: %s: %w", file, f.key.Line, f.key.Column, f.key.Value, err))
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromDataWithPath(data, &url.URL{Path: file})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	strict := []openapi3.ValidationOption{openapi3.EnableMultiError(), openapi3.EnableSchemaFormatValidation()}
	if err := doc.Validate(loader.Context, append(strict, leniencies...)...); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if leniencies != nil {
		keys = nil
	}
	c, err := compile(file, doc, keys)
	if err != nil {
		return nil, err
	}
	c.text = data
	c.readable = !bytes.Contains(data, []byte("writeOnly"))
	return c, nil
}

// sortedKeys makes what is told to people, and what is tried in turn, the same in every run.
func sortedKeys[V any](m map[string]V) []string {
	names := slices.AppendSeq(make([]string, 0, len(m)), maps.Keys(m))
	slices.Sort(names)
	return names
}

// where tells where the contract says the rule of the schema, such as its enum: the JSON pointer, and the
// file with the line, if it is known.
func (c *Contract) where(schema *openapi3.Schema, rule string) (pointer, location string) {
	pointer = c.names[schema]
	if pointer != "" && rule != "" {
		pointer += "/" + rule
	}
	return pointer, c.placeOf(schema.Origin, rule)
}

// placeOf is the file with the line of a key of an object of the contract; empty if it isn't known.
func (c *Contract) placeOf(o *openapi3.Origin, key string) string {
	if line := lineOf(o, key); line > 0 {
		return c.file + ":" + strconv.Itoa(line)
	}
	return ""
}

// lineOf is the line of a key of an object of the contract, else of the object; 0 if not known.
func lineOf(o *openapi3.Origin, key string) int {
	if o == nil {
		return 0
	}
	if l, ok := o.Fields.Lookup(key); ok {
		return l.Line
	}
	if o.Key != nil {
		return o.Key.Line
	}
	return 0
}

// allow lists the methods of the path, for the header Allow.
func (p *path) allow() string {
	methods := append(sortedKeys(p.operations), "OPTIONS")
	if p.operations["GET"] != nil {
		methods = append(methods, "HEAD")
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// operationFor returns the operation that answers the method: HEAD is answered as GET.
func (p *path) operationFor(method string) *operation {
	if method == "HEAD" {
		method = "GET"
	}
	return p.operations[method]
}

// cite tells where the documentation describes the method, or all methods that there are if it isn't one.
func (p *path) cite(method string) string {
	if op := p.operationFor(method); op != nil {
		return op.cited
	}
	var all citations
	for _, m := range sortedKeys(p.operations) {
		all = append(all, p.operations[m].cite...)
	}
	return all.String()
}

// field returns the field of the body with that name, or nil.
func (op *operation) field(name string) *field {
	for i := range op.fields {
		if op.fields[i].name == name {
			return &op.fields[i]
		}
	}
	return nil
}

// nearest names the documented operation closest to what was asked.
func (c *Contract) nearest(method, urlPath string) string {
	var candidates []string
	for _, template := range sortedKeys(c.paths) {
		for _, m := range sortedKeys(c.paths[template].operations) {
			candidates = append(candidates, m+" "+template)
		}
	}
	best, _ := nearest.To(method+" "+urlPath, candidates)
	return best
}
