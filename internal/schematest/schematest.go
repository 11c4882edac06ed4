// Package schematest tests a JSON Schema of a file or a report: what it refuses, and that it and the Go types can't drift apart.
package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"
)

// Validate returns what the schema finds wrong with the JSON text.
func Validate(t testing.TB, schema []byte, text string) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	assert.NilError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	assert.NilError(t, c.AddResource("urn:schema", document))
	compiled, err := c.Compile("urn:schema")
	assert.NilError(t, err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	assert.NilError(t, err)
	return compiled.Validate(value)
}

// RefusesAltered replaces one text of the valid JSON by another at a time: the schema must refuse what comes of each.
func RefusesAltered(t testing.TB, schema []byte, valid string, altered map[string]string) {
	t.Helper()
	for before, after := range altered {
		spoilt := strings.Replace(valid, before, after, 1)
		assert.Assert(t, spoilt != valid, before)
		assert.Assert(t, Validate(t, schema, spoilt) != nil, after)
	}
}

// member is what the schema says of a type, or of a member of one.
type member struct {
	Ref                  string            `json:"$ref"`
	Title                string            `json:"title"`
	Description          string            `json:"description"`
	Enum                 []any             `json:"enum"`
	Properties           map[string]member `json:"properties"`
	Required             []string          `json:"required"`
	AdditionalProperties json.RawMessage   `json:"additionalProperties"`
	Items                *member           `json:"items"`
	Defs                 map[string]member `json:"$defs"`
}

// HasEveryMember compares the schema with the Go type T that is encoded: it describes each field, and each type of this
// project's own below $defs, requires what is always there, allows nothing else, and has the enums, by type. derived are
// the members of the JSON that T hasn't.
func HasEveryMember[T any](t *testing.T, schema []byte, enums map[string][]string, derived ...string) {
	t.Helper()
	var root member
	assert.NilError(t, json.Unmarshal(schema, &root))
	for _, name := range derived {
		assert.Assert(t, root.Properties[name].Description != "", name)
		delete(root.Properties, name)
		root.Required = slices.DeleteFunc(root.Required, func(required string) bool { return required == name })
	}
	c := comparison{root.Defs, map[string]bool{}}
	c.compareType(t, root, reflect.TypeFor[T]())
	assert.DeepEqual(t, slices.Sorted(maps.Keys(root.Defs)), slices.Sorted(maps.Keys(c.seen)))
	for name, values := range enums {
		assert.Equal(t, fmt.Sprint(root.Defs[name].Enum), fmt.Sprint(values))
	}
}

type comparison struct {
	defs map[string]member
	seen map[string]bool
}

func (c comparison) compareType(t *testing.T, m member, typ reflect.Type) {
	t.Helper()
	assert.Check(t, m.Title != "" && m.Description != "", "%s needs a title and a description", typ)
	if typ.Kind() != reflect.Struct {
		return
	}
	assert.Check(t, string(m.AdditionalProperties) == "false", "%s is open", typ)
	var names, required []string
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		names = append(names, name)
		if options != "omitempty" {
			required = append(required, name)
		}
		assert.Check(t, m.Properties[name].Description != "", "%s: %s is not described", typ, name)
		c.compareMember(t, m.Properties[name], field.Type)
	}
	assert.Check(t, slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(maps.Keys(m.Properties))), "%s: %v", typ, names)
	assert.Check(t, slices.Equal(required, m.Required), "%s requires %v", typ, required)
}

// compareMember follows a member to the types of the project's own that it has.
func (c comparison) compareMember(t *testing.T, m member, typ reflect.Type) {
	t.Helper()
	switch {
	case strings.HasPrefix(typ.PkgPath(), "github.com/sdecontract/sdecontract/"):
		assert.Equal(t, m.Ref, "#/$defs/"+typ.Name())
		if !c.seen[typ.Name()] {
			c.seen[typ.Name()] = true
			c.compareType(t, c.defs[typ.Name()], typ)
		}
	case typ.Kind() == reflect.Slice:
		assert.Assert(t, m.Items != nil, typ)
		c.compareMember(t, *m.Items, typ.Elem())
	case typ.Kind() == reflect.Map:
		var values member
		assert.NilError(t, json.Unmarshal(m.AdditionalProperties, &values))
		c.compareMember(t, values, typ.Elem())
	}
}
