package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/mock"
)

// TestDecisiveRequestIsShown: who sends the printed request again sees what the report complains of, though the
// check went on to others.
func TestDecisiveRequestIsShown(t *testing.T) {
	for _, tc := range []struct {
		check string
		fault mock.FaultRule
	}{
		{"alm/list/readable-without-permission", mock.FaultRule{Operation: "listAlmConnections", User: "reader", Status: http.StatusForbidden}},
		{"analysis/params/rest-unchanged", mock.FaultRule{Operation: "getAnalysisConnection", User: "reader", Status: http.StatusInternalServerError}},
	} {
		r := run(t, mockTarget(mock.New(mock.WithFault(tc.fault))), conformance.WithSelection(tc.check))
		result := r.Results[0]
		assert.Equal(t, result.Verdict, conformance.Fail)
		assert.Equal(t, len(result.Failures), 1, "the same difference is told once: %v", result.Failures)
		assert.Equal(t, r.Exchanges[result.Decisive-1].User, "reader")
		assert.Equal(t, r.Exchanges[result.Decisive-1].Status, tc.fault.Status)

		var text strings.Builder
		assert.NilError(t, report.Text(&text, r, report.Style{}))
		assert.Equal(t, strings.Count(text.String(), "        request   curl"), 1)
		assert.Assert(t, cmp.Contains(text.String(), "$SDE_TOKEN_READER"))
	}
}

// TestDecisiveRequestIsFoundAfterAMerge, where requests have other numbers.
func TestDecisiveRequestIsFoundAfterAMerge(t *testing.T) {
	target := mockTarget(mock.New(mock.WithFault(mock.FaultRule{Operation: "listAlmConnections", User: "reader", Status: http.StatusForbidden})))
	first := run(t, target, conformance.WithSelection("alm/list/status"))
	second := run(t, target, conformance.WithSelection("alm/list/readable-without-permission"))
	merged, err := report.Merge(report.Input{Name: "first", Report: first}, report.Input{Name: "second", Report: second})
	assert.NilError(t, err)
	result := merged.Results[slices.IndexFunc(merged.Results, func(r conformance.Result) bool { return r.Decisive != 0 })]
	assert.Assert(t, result.Decisive != second.Results[0].Decisive)
	assert.Equal(t, merged.Exchanges[result.Decisive-1].User, "reader")
}
