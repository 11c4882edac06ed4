package report_test

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/schematest"
)

func TestSchema(t *testing.T) {
	schema := report.Schema()
	golden, err := os.ReadFile("testdata/json.golden")
	assert.NilError(t, err)
	assert.NilError(t, schematest.Validate(t, schema, string(golden)))

	binary := fixed()
	binary.Exchanges[0].ResponseBody = "\xff\xfe"
	assert.NilError(t, schematest.Validate(t, schema, draw(t, report.JSON, binary)))

	interrupted := &conformance.Report{Mode: conformance.Write}
	assert.NilError(t, schematest.Validate(t, schema, draw(t, report.JSON, interrupted)))

	schematest.RefusesAltered(t, schema, string(golden), map[string]string{
		`"format": 2`:           `"format": 3`,
		`"verdict": "pass"`:     `"verdict": "passed"`,
		`"complete": true`:      `"complete": true, "other": 1`,
		`"duration_ns": 0`:      `"duration_ns": "0"`,
		`"exit_status": 4`:      `"exit_status": 2`,
		`"2026-01-02T03:04:05Z`: `"yesterday`,
	})
}

func TestSchemaHasEveryMember(t *testing.T) {
	var verdicts []string
	for _, v := range conformance.Verdicts {
		verdicts = append(verdicts, string(v))
	}
	schematest.HasEveryMember[conformance.Report](t, report.Schema(), map[string][]string{"Verdict": verdicts},
		"format", "exit_status", "whole", "counts")
}
