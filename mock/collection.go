package mock

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// addCollections reads from the replies of each collection's operations what a connection looks like.
func (c *compiler) addCollections() {
	for _, template := range sortedKeys(c.paths) {
		operations := c.paths[template].operations
		for _, method := range sortedKeys(operations) {
			if op := operations[method]; op.collection != nil {
				c.addReply(op)
				op.collection.addFilters(op.params)
			}
		}
	}
	for _, name := range sortedKeys(c.collections) {
		col := c.collections[name]
		switch {
		case col.fixed() && (col.create != nil || len(col.properties) == 0 || col.id == ""):
			c.fail(1, "collection %s: its items are the world's: it needs an id, and no operation that creates", name)
			continue
		case !col.fixed() && (col.create == nil || col.list == nil || len(col.properties) == 0 || col.id == ""):
			c.fail(1, "collection %s: it needs an operation that creates, one that lists, and an id", name)
			continue
		case col.list == nil:
			continue
		}
		col.envelope = map[string]any{col.results: []any{}}
		col.bareFaults = c.faults(col.list, col.envelope)
		col.head, col.tail = frame(col.envelope, col.results)
	}
}

// addReply notes the schema of the operation's successful reply: a list, which has a property with
// items, or a single item.
func (c *compiler) addReply(op *operation) {
	schema := op.responses[op.success].schema
	if schema == nil {
		return
	}
	item := schema
	for name, ref := range schema.Properties {
		if op.lists && ref.Value.Items != nil {
			op.collection.list, op.collection.results = schema, name
			item = ref.Value.Items.Value
		}
	}
	if !slices.Contains(op.collection.schemas, item) {
		op.collection.schemas = append(op.collection.schemas, item)
		c.addProperties(op.collection, item)
	}
}

// addFilters notes the properties that the parameters filter by.
func (col *collection) addFilters(params []parameter) {
	for _, p := range params {
		if p.filters != "" && !slices.Contains(col.filters, p.filters) {
			col.filters = append(col.filters, p.filters)
		}
	}
}

// addProperties notes the properties of a connection: those that are always there first, in the
// contract's order.
func (c *compiler) addProperties(col *collection, schema *openapi3.Schema) {
	names := slices.Clone(schema.Required)
	for _, name := range sortedKeys(schema.Properties) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		ref := schema.Properties[name]
		if ref == nil || slices.ContainsFunc(col.properties, func(p property) bool { return p.name == name }) {
			continue
		}
		p := property{name: name, spelled: appendJSON(nil, name), schema: ref.Value}
		if ref.Value.ReadOnly {
			p.from, _ = rule[source](c, ref.Value.Extensions, ref.Value.Origin, "x-default-from")
			if p.from == "" && ref.Value.Type.Is(openapi3.TypeInteger) {
				col.id = name // nothing says where it comes from: the server assigns it
			}
		}
		p.cite, _ = rule[citations](c, ref.Value.Extensions, ref.Value.Origin, "x-source")
		p.visible, _ = rule[string](c, ref.Value.Extensions, ref.Value.Origin, "x-visible-with")
		if p.visible != "" {
			c.permissions = append(c.permissions, p.visible)
			if !slices.Contains(col.gates, p.visible) {
				col.gates = append(col.gates, p.visible)
			}
		}
		col.properties = append(col.properties, p)
	}
}

// hiddenFrom tells which view of a connection the user gets: a bit is set for each permission that
// hides properties and that the user lacks.
func (col *collection) hiddenFrom(u *User) int {
	view := 0
	for i, permission := range col.gates {
		if !u.may(permission) {
			view |= 1 << i
		}
	}
	return view
}

// views is how many different representations a connection has.
func (col *collection) views() int { return 1 << len(col.gates) }

// shows tells whether the view includes the property.
func (col *collection) shows(p *property, view int) bool {
	i := slices.Index(col.gates, p.visible)
	return i < 0 || view&(1<<i) == 0
}

// has tells whether a connection has the property.
func (col *collection) has(name string) bool {
	return slices.ContainsFunc(col.properties, func(p property) bool { return p.name == name })
}
