package main

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"

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
