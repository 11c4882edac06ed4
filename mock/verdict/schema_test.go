package verdict_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

func validate(t testing.TB, text string) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(verdict.Schema()))
	assert.NilError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	assert.NilError(t, c.AddResource("urn:schema", document))
	schema, err := c.Compile("urn:schema")
	assert.NilError(t, err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	assert.NilError(t, err)
	return schema.Validate(value)
}

func TestSchema(t *testing.T) {
	valid := draw(t, verdict.JSON, fixed())
	assert.NilError(t, validate(t, valid))
	assert.NilError(t, validate(t, draw(t, verdict.JSON, verdict.Of(mock.New()))))

	binary := fixed()
	binary.Exchanges[0].ReplyBody = "\xff\xfe"
	assert.NilError(t, validate(t, draw(t, verdict.JSON, binary)))

	for before, after := range map[string]string{
		`"format": 1`:             `"format": 2`,
		`"severity": "violation"`: `"severity": "bad"`,
		`"exit_status": 1`:        `"exit_status": 1, "other": 1`,
		`"kind": "operations"`:    `"kind": "operation"`,
		`"400": 3`:                `"many": 3`,
		`"violation": 4`:          `"violations": 4`,
		`"2026-01-02T03:04:05Z"`:  `"yesterday"`,
	} {
		spoilt := strings.Replace(valid, before, after, 1)
		assert.Assert(t, spoilt != valid, before)
		assert.Assert(t, validate(t, spoilt) != nil, after)
	}
}

// member is what the schema says of a type, or of a member of one.
type member struct {
	Ref                  string            `json:"$ref"`
	Description          string            `json:"description"`
	Enum                 []string          `json:"enum"`
	Properties           map[string]member `json:"properties"`
	Required             []string          `json:"required"`
	AdditionalProperties json.RawMessage   `json:"additionalProperties"`
	Items                *member           `json:"items"`
	Defs                 map[string]member `json:"$defs"`
}

// TestSchemaHasEveryMember: the schema and the Go types can't drift apart.
func TestSchemaHasEveryMember(t *testing.T) {
	var root member
	assert.NilError(t, json.Unmarshal(verdict.Schema(), &root))
	for _, derived := range []string{"format", "exit_status", "conclusion"} {
		assert.Assert(t, root.Properties[derived].Description != "", derived)
		delete(root.Properties, derived)
		root.Required = slices.DeleteFunc(root.Required, func(name string) bool { return name == derived })
	}
	seen := map[string]bool{"Severity": true, "CoverageKind": true}
	compareType(t, root, reflect.TypeFor[verdict.Report](), root.Defs, seen)
	assert.DeepEqual(t, slices.Sorted(maps.Keys(root.Defs)), slices.Sorted(maps.Keys(seen)))

	var kinds []string
	for _, kind := range mock.CoverageKinds() {
		kinds = append(kinds, string(kind))
	}
	assert.DeepEqual(t, root.Defs["CoverageKind"].Enum, kinds)
	assert.DeepEqual(t, root.Defs["Severity"].Enum, []string{string(mock.Violation), string(mock.Refusal), string(mock.Note), string(mock.Fault), string(mock.Breach), string(mock.Outage)})
}

func compareType(t *testing.T, m member, typ reflect.Type, defs map[string]member, seen map[string]bool) {
	t.Helper()
	assert.Check(t, string(m.AdditionalProperties) == "false", "%s is open", typ)
	var names, required []string
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
		if options != "omitempty" {
			required = append(required, name)
		}
		assert.Check(t, m.Properties[name].Description != "", "%s: %s is not described", typ, name)
		compareMember(t, m.Properties[name], field.Type, defs, seen)
	}
	assert.Check(t, slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(maps.Keys(m.Properties))), "%s: %v", typ, names)
	assert.Check(t, slices.Equal(required, m.Required), "%s requires %v", typ, required)
}

// compareMember follows a member to the types of the project's own that it has.
func compareMember(t *testing.T, m member, typ reflect.Type, defs map[string]member, seen map[string]bool) {
	t.Helper()
	switch {
	case typ.Kind() == reflect.Slice:
		assert.Assert(t, m.Items != nil, typ)
		compareMember(t, *m.Items, typ.Elem(), defs, seen)
	case strings.Contains(typ.PkgPath(), "/sdecontract/mock") && typ.Kind() == reflect.Struct:
		assert.Equal(t, m.Ref, "#/$defs/"+typ.Name())
		if !seen[typ.Name()] {
			seen[typ.Name()] = true
			compareType(t, defs[typ.Name()], typ, defs, seen)
		}
	}
}
