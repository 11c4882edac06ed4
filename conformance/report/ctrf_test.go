package report_test

import (
	"encoding/json"
	"os"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/schematest"
)

func TestCTRF(t *testing.T) { golden.Assert(t, draw(t, report.CTRF, fixed()), "ctrf.golden") }

func TestCTRFSchema(t *testing.T) {
	published, err := os.ReadFile("testdata/ctrf/ctrf-schema-0.0.json")
	assert.NilError(t, err)
	assert.NilError(t, schematest.Validate(t, published, draw(t, report.CTRF, fixed())))
	assert.NilError(t, schematest.Validate(t, published, draw(t, report.CTRF, hostile(100))))
	assert.NilError(t, schematest.Validate(t, published, draw(t, report.CTRF, &conformance.Report{})))
}

// TestCTRFCounts: what a reader of the file counts is what came of the run, and a test failed if and only if
// the exit status isn't 0.
func TestCTRFCounts(t *testing.T) {
	everyRun(t, func(r *conformance.Report) {
		var d struct {
			Results struct {
				Summary     map[string]any
				Tests       []struct{ Name, Status string }
				Environment struct{ Healthy bool }
			}
		}
		assert.NilError(t, json.Unmarshal([]byte(draw(t, report.CTRF, r)), &d))
		counted := map[string]int{"tests": len(d.Results.Tests)}
		complete := true
		for _, test := range d.Results.Tests {
			counted[test.Status]++
			complete = complete && test.Name != "run/complete"
		}
		for _, name := range []string{"tests", "passed", "failed", "skipped", "pending", "other"} {
			assert.Equal(t, d.Results.Summary[name], float64(counted[name]), "%s: %s", name, told(r))
		}
		failed := r.Unexpected(conformance.Fail) + r.Unexpected(conformance.Error) + r.Stale()
		if !complete {
			failed++
		}
		assert.Equal(t, counted["failed"], failed, told(r))
		assert.Equal(t, failed > 0, r.ExitStatus() != 0, told(r))
		assert.Equal(t, d.Results.Environment.Healthy, r.ExitStatus() == 0, told(r))
		known := r.Count(conformance.Warn) - r.Unexpected(conformance.Warn)
		assert.Equal(t, counted["passed"], r.Count(conformance.Pass)+r.Count(conformance.Warn)-known+r.Count(conformance.Noted), told(r))
	})
}
