package verdict_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/internal/schematest"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

func TestSchema(t *testing.T) {
	valid := draw(t, verdict.JSON, fixed())
	assert.NilError(t, schematest.Validate(t, verdict.Schema(), valid))
	assert.NilError(t, schematest.Validate(t, verdict.Schema(), draw(t, verdict.JSON, verdict.Of(mock.New()))))

	binary := fixed()
	binary.Exchanges[0].ReplyBody = "\xff\xfe"
	assert.NilError(t, schematest.Validate(t, verdict.Schema(), draw(t, verdict.JSON, binary)))

	schematest.RefusesAltered(t, verdict.Schema(), valid, map[string]string{
		`"format": 1`:             `"format": 2`,
		`"severity": "violation"`: `"severity": "bad"`,
		`"exit_status": 1`:        `"exit_status": 1, "other": 1`,
		`"kind": "operations"`:    `"kind": "operation"`,
		`"400": 3`:                `"many": 3`,
		`"violation": 4`:          `"violations": 4`,
		`"2026-01-02T03:04:05Z"`:  `"yesterday"`,
		`"matched": 1`:            `"matched": -1`,
	})
}

func TestSchemaHasEveryMember(t *testing.T) {
	var kinds []string
	for _, kind := range mock.CoverageKinds() {
		kinds = append(kinds, string(kind))
	}
	severities := []string{string(mock.Violation), string(mock.Refusal), string(mock.Note), string(mock.Fault), string(mock.Breach), string(mock.Outage)}
	schematest.HasEveryMember[verdict.Report](t, verdict.Schema(), map[string][]string{"CoverageKind": kinds, "Severity": severities},
		"format", "exit_status", "conclusion")
}
