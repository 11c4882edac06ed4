package mock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// attributes are what the objects of a world have, by collection.
var attributes = map[string][]string{
	"applications":   {"id", "name"},
	"business-units": {"id", "name"},
	"connectors":     {"command", "id", "inaccessible", "kind", "name", "params", "remote", "system"},
	"projects":       {"application", "business_unit", "id", "name", "profile", "risk_policy_compliant", "url"},
	"users":          {"email", "first_name", "groups", "id"},
}

// belongings are the objects of a world that those of a collection belong to, by the name of what they are there.
var belongings = map[string]map[string]string{
	"applications": {"business_unit": "business-units"},
	"projects":     {"application": "applications", "business_unit": "business-units"},
}

// crossCheck refuses names in x- keys that nothing bears: a typo must not switch a behaviour off.
func (c *compiler) crossCheck() {
	for _, template := range sortedKeys(c.paths) {
		operations := c.paths[template].operations
		for _, method := range sortedKeys(operations) {
			op := operations[method]
			for _, p := range op.params {
				c.checkFilter(op, p)
			}
			for _, f := range op.fields {
				c.checkField(op, f)
			}
		}
	}
	for _, name := range sortedKeys(c.collections) {
		col := c.collections[name]
		if kind := col.entities.kind; kind != "" && !slices.Contains(c.kinds(), kind) {
			c.fail(1, "x-collection: %s have no kind %q%s", col.entities.collection, kind, nearest.DidYouMean(kind, c.kinds()))
		}
		for _, p := range col.properties {
			switch {
			case col.fixed():
				c.checkAttribute(col, p)
			case p.from != "" && col.create != nil:
				c.checkSource(col.create, p.schema, "x-default-from", p.from)
			}
		}
	}
}

func (c *compiler) checkFilter(op *operation, p parameter) {
	if p.filters == "" || op.collection == nil {
		return
	}
	var names []string
	for _, property := range op.collection.properties {
		if property.schema.Type.Is(openapi3.TypeString) || property.schema.Type.Is(openapi3.TypeInteger) {
			names = append(names, property.name)
		}
	}
	if !slices.Contains(names, p.filters) {
		c.fail(lineOf(p.schema.Origin, ""), "x-filters: %s has no property %q that is a text or an integer%s", op.collection.name, p.filters, nearest.DidYouMean(p.filters, names))
	}
}

func (c *compiler) checkField(op *operation, f field) {
	if f.from != "" {
		c.checkSource(op, f.schema, "x-default-from", f.from)
	}
	for _, member := range sortedKeys(f.inherits) {
		c.checkSource(op, f.schema, "x-inherits", f.inherits[member])
	}
	if r := f.refersTo; r != nil {
		line := lineOf(f.schema.Origin, "x-refers-to")
		known, ok := attributes[r.Collection]
		if !ok {
			c.fail(line, "x-refers-to: no collection %q%s", r.Collection, nearest.DidYouMean(r.Collection, sortedKeys(attributes)))
		}
		for _, name := range sortedKeys(r.Where) {
			if ok && !slices.Contains(known, name) {
				c.fail(line, "x-refers-to: %s have no %q%s", r.Collection, name, nearest.DidYouMean(name, known))
			}
		}
	}
	if f.feature != nil {
		for _, value := range f.feature.Gates {
			if !slices.Contains(f.schema.Enum, any(value)) {
				c.fail(lineOf(f.schema.Origin, "x-feature"), "x-feature: %q is not in the enum", value)
			}
		}
	}
}

// checkSource refuses a source whose field refers to nothing, or to something without that attribute.
func (c *compiler) checkSource(op *operation, schema *openapi3.Schema, key string, s source) {
	name, attribute := s.split()
	problem := ""
	switch f := op.field(name); {
	case f == nil || f.refersTo == nil:
		problem = fmt.Sprintf("%s has no field %q that refers to something", op.id, name)
	case !slices.Contains(attributes[f.refersTo.Collection], attribute):
		problem = fmt.Sprintf("a %s has no %q%s", strings.TrimSuffix(f.refersTo.Collection, "s"), attribute,
			nearest.DidYouMean(attribute, attributes[f.refersTo.Collection]))
	default:
		return
	}
	c.fail(lineOf(schema.Origin, key), "%s: %s", key, problem)
}

// checkAttribute refuses a property of the world's objects that has its value from nowhere.
func (c *compiler) checkAttribute(col *collection, p property) {
	of := col.entities.collection
	if p.from == "" {
		if !slices.Contains(attributes[of], p.name) && defaultOf(p.schema) == nil {
			c.fail(lineOf(p.schema.Origin, ""), "%s have no %q%s, and it has no default", of, p.name, nearest.DidYouMean(p.name, attributes[of]))
		}
		return
	}
	name, attribute := p.from.split()
	if !slices.Contains(attributes[belongings[of][name]], attribute) {
		c.fail(lineOf(p.schema.Origin, "x-default-from"), "x-default-from: %s have no %q%s", of, p.from,
			nearest.DidYouMean(string(p.from), sources(of)))
	}
}

// sources are where properties of a collection of the world can have their values from.
func sources(collection string) []string {
	var all []string
	for _, name := range sortedKeys(belongings[collection]) {
		for _, attribute := range attributes[belongings[collection][name]] {
			all = append(all, name+"."+attribute)
		}
	}
	return all
}
