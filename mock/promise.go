package mock

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
)

// Promise is a fact of a contract whose loss a client can see. A suite that tests servers should notice
// a server that doesn't keep it.
type Promise struct {
	Name string // its JSON pointer, and what becomes of it; unique
	Line int    // of the contract's text
}

// Promises returns the facts that [Contract.Without] can take out of the contract, in its order: its x-
// keys and their entries, what requests must have and may hold, defaults, statuses of success, operations
// on one connection, and properties of replies.
//
// Left out are the operations with the tag Companion, and what only they use; so is what no client of a
// server sees: sources, descriptions, what the contract says of replies only to hold the mock to it. So are
// facts without which there is no contract to serve: what lists and creates, and the id.
func (c *Contract) Promises() []Promise {
	var found []Promise
	for _, p := range promisesOf(c.text) {
		found = append(found, p.Promise)
	}
	return found
}

// Without returns a copy of the contract without the promise. A server of it may need [WithLooseReplies].
func (c *Contract) Without(p Promise) (*Contract, error) {
	all := promisesOf(c.text)
	i := slices.IndexFunc(all, func(q brokenPromise) bool { return q.Name == p.Name })
	if i < 0 {
		return nil, fmt.Errorf("%s: no promise %q", c.file, p.Name)
	}
	all[i].take()
	data, err := yaml.Dump(all[i].root)
	if err != nil {
		return nil, fmt.Errorf("%s without %s: %w", c.file, p.Name, err)
	}
	without, err := loadContract(c.file, data, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		return nil, fmt.Errorf("without %s: %w", p.Name, err)
	}
	return without, nil
}

// brokenPromise is a promise together with the way to take it out of the tree in which it was found.
type brokenPromise struct {
	Promise
	root *yaml.Node
	take func()
}

// promiseFinder walks through the tree of a contract's text.
type promiseFinder struct {
	root  *yaml.Node
	used  map[string]bool // pointers to components that an operation uses which is no companion
	found []brokenPromise
}

func promisesOf(text []byte) []brokenPromise {
	f := &promiseFinder{root: &yaml.Node{}, used: map[string]bool{}}
	if yaml.Load(text, f.root) != nil {
		return nil // it was read before
	}
	document := f.root.Content[0]
	paths := members(child(document, "paths"))
	for _, path := range paths {
		for _, operation := range members(path.value) {
			if !isCompanion(operation.value) {
				f.use(operation.value)
			}
		}
	}
	f.xKeys(document, "#", "document")
	for _, path := range paths {
		for _, operation := range members(path.value) {
			if child(operation.value, "responses") != nil && !isCompanion(operation.value) {
				f.operation(path, operation)
			}
		}
	}
	for i := range f.found {
		f.found[i].root = f.root
	}
	slices.SortStableFunc(f.found, func(a, b brokenPromise) int { return a.Line - b.Line })
	return f.found
}

// member is a key of a mapping and what stands there.
type member struct{ in, key, value *yaml.Node }

func members(n *yaml.Node) []member {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var list []member
	for i := 0; i+1 < len(n.Content); i += 2 {
		list = append(list, member{n, n.Content[i], n.Content[i+1]})
	}
	return list
}

func find(n *yaml.Node, name string) (member, bool) {
	list := members(n)
	i := slices.IndexFunc(list, func(m member) bool { return m.key.Value == name })
	if i < 0 {
		return member{}, false
	}
	return list[i], true
}

func child(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		m, _ := find(n, name)
		n = m.value
	}
	return n
}

// drop removes the member.
func (m member) drop() {
	i := slices.Index(m.in.Content, m.key)
	m.in.Content = slices.Delete(m.in.Content, i, i+2)
}

func (f *promiseFinder) add(pointer, what string, line int, take func()) {
	name := pointer + " " + what
	if slices.ContainsFunc(f.found, func(p brokenPromise) bool { return p.Name == name }) {
		return // a schema that several operations share
	}
	f.found = append(f.found, brokenPromise{Promise: Promise{name, line}, take: take})
}

func (f *promiseFinder) dropped(m member, at string) {
	f.add(at+"/"+token(m.key.Value), "dropped", m.key.Line, m.drop)
}

// entries adds each entry of a list.
func (f *promiseFinder) entries(list *yaml.Node, at string) {
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, entry := range list.Content {
		f.add(at+"/"+token(entry.Value), "dropped", entry.Line, func() {
			list.Content = slices.DeleteFunc(list.Content, func(n *yaml.Node) bool { return n == entry })
		})
	}
}

// xKeys adds the x- keys in and below the object n of that kind.
func (f *promiseFinder) xKeys(n *yaml.Node, at, kind string) {
	element, isList := strings.CutPrefix(kind, "[]")
	element, isMap := strings.CutPrefix(element, "{}")
	if isList && n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			name := strconv.Itoa(i)
			if named := child(item, "name"); named != nil {
				name = named.Value
			}
			f.xKeys(item, at+"/"+token(name), element)
		}
		return
	}
	for _, m := range members(n) {
		below := at + "/" + token(m.key.Value)
		switch {
		case kind == "operation" && isCompanion(n), isComponent(below) && !f.used[below]:
		case isMap:
			f.xKeys(m.value, below, element)
		case strings.HasPrefix(m.key.Value, "x-"):
			f.xKey(m, at)
		case grammar[kind][m.key.Value] != "" && grammar[kind][m.key.Value] != "data":
			f.xKeys(m.value, below, grammar[kind][m.key.Value])
		}
	}
}

// isCompanion tells whether an operation bears the tag of companions.
func isCompanion(operation *yaml.Node) bool {
	tags := child(operation, "tags")
	return tags != nil && slices.ContainsFunc(tags.Content, func(n *yaml.Node) bool { return n.Value == companionTag })
}

// isComponent tells whether the pointer is to a whole component.
func isComponent(pointer string) bool {
	return strings.HasPrefix(pointer, "#/components/") && strings.Count(pointer, "/") == 3
}

// use notes the components to which what is in n refers, and to which they do.
func (f *promiseFinder) use(n *yaml.Node) {
	if ref := child(n, "$ref"); ref != nil && !f.used[ref.Value] {
		f.used[ref.Value] = true
		component, _ := f.follow(n, "")
		f.use(component)
	}
	for _, m := range n.Content {
		f.use(m)
	}
}

// xKey adds an x- key, and each of the facts in it.
func (f *promiseFinder) xKey(m member, at string) {
	if m.key.Value == "x-source" || m.key.Value == "x-collection" {
		return
	}
	f.dropped(m, at)
	at += "/" + m.key.Value
	f.entries(child(m.value, "gates"), at+"/gates")
	for _, fact := range members(child(m.value, "where")) {
		f.dropped(fact, at+"/where")
	}
	if m.key.Value == "x-inherits" {
		for _, fact := range members(m.value) {
			f.dropped(fact, at)
		}
	}
}

// operation adds what an operation promises.
func (f *promiseFinder) operation(path, operation member) {
	at := "#/paths/" + token(path.key.Value) + "/" + operation.key.Value
	if strings.HasSuffix(path.key.Value, "}/") {
		f.dropped(operation, strings.TrimSuffix(at, "/"+operation.key.Value))
	}
	f.request(f.follow(child(operation.value, "requestBody", "content", "application/json", "schema"), at))
	for _, response := range members(child(operation.value, "responses")) {
		if !strings.HasPrefix(response.key.Value, "2") {
			continue
		}
		other := "200"
		if response.key.Value == other {
			other = "202"
		}
		f.add(at+"/responses/"+response.key.Value, "is "+other, response.key.Line, func() { response.key.Value = other })
		schema, pointer := f.follow(child(response.value, "content", "application/json", "schema"), at)
		f.reply(schema, pointer)
	}
}

// follow returns the schema to which a $ref leads, and its pointer.
func (f *promiseFinder) follow(schema *yaml.Node, at string) (*yaml.Node, string) {
	ref := child(schema, "$ref")
	if ref == nil {
		return schema, at
	}
	return child(f.root.Content[0], strings.Split(strings.TrimPrefix(ref.Value, "#/"), "/")...), ref.Value
}

// request adds what the schema demands of a request.
func (f *promiseFinder) request(schema *yaml.Node, at string) {
	f.entries(child(schema, "required"), at+"/required")
	for _, property := range members(child(schema, "properties")) {
		value, below := f.follow(property.value, at+"/properties/"+property.key.Value)
		for _, name := range []string{"type", "minLength"} {
			if m, ok := find(value, name); ok {
				f.dropped(m, below)
			}
		}
		f.entries(child(value, "enum"), below+"/enum")
		if m, ok := find(value, "default"); ok {
			f.dropped(m, below)
			for _, other := range child(value, "enum").Content {
				if other.Value != m.value.Value {
					f.add(below+"/default", "is "+other.Value, m.key.Line, func() { m.value.Value = other.Value })
					break
				}
			}
		}
	}
}

// reply adds the properties of the schema of a connection, but the id.
func (f *promiseFinder) reply(schema *yaml.Node, at string) {
	if child(schema, "properties", "results") != nil {
		return
	}
	for _, property := range members(child(schema, "properties")) {
		if property.key.Value != "id" {
			f.dropped(property, at+"/properties")
		}
	}
}
