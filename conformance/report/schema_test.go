package report_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// compile makes a validator of a JSON Schema.
func compile(t testing.TB, schema []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	assert.NilError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	assert.NilError(t, c.AddResource("urn:schema", document))
	compiled, err := c.Compile("urn:schema")
	assert.NilError(t, err)
	return compiled
}

func validate(t testing.TB, schema *jsonschema.Schema, text string) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	assert.NilError(t, err)
	return schema.Validate(value)
}

func TestSchema(t *testing.T) {
	schema := compile(t, report.Schema())
	golden, err := os.ReadFile("testdata/json.golden")
	assert.NilError(t, err)
	assert.NilError(t, validate(t, schema, string(golden)))

	binary := fixed()
	binary.Exchanges[0].ResponseBody = "\xff\xfe"
	assert.NilError(t, validate(t, schema, draw(t, report.JSON, binary)))

	interrupted := &conformance.Report{Mode: conformance.Write}
	assert.NilError(t, validate(t, schema, draw(t, report.JSON, interrupted)))

	for before, after := range map[string]string{
		`"format": 2`:           `"format": 3`,
		`"verdict": "pass"`:     `"verdict": "passed"`,
		`"complete": true`:      `"complete": true, "other": 1`,
		`"duration_ns": 0`:      `"duration_ns": "0"`,
		`"exit_status": 4`:      `"exit_status": 2`,
		`"2026-01-02T03:04:05Z`: `"yesterday`,
	} {
		spoilt := strings.Replace(string(golden), before, after, 1)
		assert.Assert(t, spoilt != string(golden), before)
		assert.Assert(t, validate(t, schema, spoilt) != nil, after)
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

// TestSchemaHasEveryMember: the schema and the Go types can't drift apart.
func TestSchemaHasEveryMember(t *testing.T) {
	var root member
	assert.NilError(t, json.Unmarshal(report.Schema(), &root))
	for _, derived := range []string{"format", "exit_status", "whole", "counts"} {
		assert.Assert(t, root.Properties[derived].Description != "", derived)
		delete(root.Properties, derived)
		root.Required = slices.DeleteFunc(root.Required, func(name string) bool { return name == derived })
	}
	seen := map[string]bool{}
	compareType(t, root, reflect.TypeFor[conformance.Report](), root.Defs, seen)
	assert.DeepEqual(t, slices.Sorted(maps.Keys(root.Defs)), slices.Sorted(maps.Keys(seen)))

	var verdicts []any
	for _, v := range conformance.Verdicts {
		verdicts = append(verdicts, string(v))
	}
	assert.DeepEqual(t, root.Defs["Verdict"].Enum, verdicts)
}

func compareType(t *testing.T, m member, typ reflect.Type, defs map[string]member, seen map[string]bool) {
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
		compareMember(t, m.Properties[name], field.Type, defs, seen)
	}
	assert.Check(t, slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(maps.Keys(m.Properties))), "%s: %v", typ, names)
	assert.Check(t, slices.Equal(required, m.Required), "%s requires %v", typ, required)
}

// compareMember follows a member to the types of the suite's own that it has.
func compareMember(t *testing.T, m member, typ reflect.Type, defs map[string]member, seen map[string]bool) {
	t.Helper()
	if !strings.HasSuffix(typ.PkgPath(), "/conformance") {
		switch typ.Kind() {
		case reflect.Slice:
			assert.Assert(t, m.Items != nil, typ)
			compareMember(t, *m.Items, typ.Elem(), defs, seen)
		case reflect.Map:
			var values member
			assert.NilError(t, json.Unmarshal(m.AdditionalProperties, &values))
			compareMember(t, values, typ.Elem(), defs, seen)
		}
		return
	}
	assert.Equal(t, m.Ref, "#/$defs/"+typ.Name())
	if !seen[typ.Name()] {
		seen[typ.Name()] = true
		compareType(t, defs[typ.Name()], typ, defs, seen)
	}
}
