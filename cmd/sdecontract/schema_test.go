package main

import (
	"bytes"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/schematest"
)

// TestWholeRunFitsSchema: the JSON of a real run is what the schema says.
func TestWholeRunFitsSchema(t *testing.T) {
	var out, errOut bytes.Buffer
	status := run(t.Context(), []string{"verify", "--against-mock", "--report", "json=-"}, &out, &errOut)
	assert.Equal(t, status, 0, errOut.String())
	assert.NilError(t, schematest.Validate(t, report.Schema(), out.String()))
}
