package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// TestWholeRunFitsSchema: the JSON of a real run is what the schema says.
func TestWholeRunFitsSchema(t *testing.T) {
	var out, errOut bytes.Buffer
	status := run(t.Context(), []string{"verify", "--against-mock", "--report", "json=-"}, &out, &errOut)
	assert.Equal(t, status, 0, errOut.String())

	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	assert.NilError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	assert.NilError(t, compiler.AddResource("urn:schema", schema))
	compiled, err := compiler.Compile("urn:schema")
	assert.NilError(t, err)
	value, err := jsonschema.UnmarshalJSON(&out)
	assert.NilError(t, err)
	assert.NilError(t, compiled.Validate(value))
}

// TestDraftFitsSchema: what init writes is right for an editor that goes by its first line.
func TestDraftFitsSchema(t *testing.T) {
	text := draft("https://sde.example.com", []conformance.View{{User: &conformance.User{Name: "editor", TokenEnv: "SDE_TOKEN_EDITOR"}}})
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(conformance.TargetSchema()))
	assert.NilError(t, err)
	id := document.(map[string]any)["$id"].(string)
	assert.Assert(t, strings.HasPrefix(text, "# yaml-language-server: $schema="+id+"\n"))

	compiler := jsonschema.NewCompiler()
	assert.NilError(t, compiler.AddResource(id, document))
	compiled, err := compiler.Compile(id)
	assert.NilError(t, err)
	var value any
	assert.NilError(t, yaml.Load([]byte(text), &value))
	assert.NilError(t, compiled.Validate(value))
}
