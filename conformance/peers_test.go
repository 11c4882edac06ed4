package conformance_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// The tests of this file hold what other suites got wrong.

// TestSetUpErrorsAreNoRun: what can't be run gives an error that the caller can tell, and no report.
func TestSetUpErrorsAreNoRun(t *testing.T) {
	na := mockTarget(mock.New())
	na.NotApplicable = []conformance.NotApplicable{{ID: "alm/list/statsu", Reason: "a typing error"}}
	broken := mockTarget(mock.New())
	u := broken.Users["editor"]
	u.Token = "secret-token\n"
	broken.Users["editor"] = u
	for _, c := range []struct {
		name   string
		target *conformance.Target
		option conformance.Option
		says   string
	}{
		{"no target", &conformance.Target{}, nil, "url"},
		{"no URL", served(""), nil, "url"},
		{"another scheme", served("ftp://127.0.0.1"), nil, "url"},
		{"a password in the URL", served("http://user:hunter2@127.0.0.1"), nil, "no user, password"},
		{"a line break in a token", broken, nil, "users.editor"},
		{"an unknown id", mockTarget(mock.New()), conformance.WithSelection("alm/lst/status"), `did you mean "alm/list/status"?`},
		{"a pattern without a match", mockTarget(mock.New()), conformance.WithSelection("alm/*/nothing"), "no check is called"},
		{"one of two that doesn't exist", mockTarget(mock.New()), conformance.WithSelection("alm/list/status", "alm/list/statuss"), "did you mean"},
		{"an unknown level", mockTarget(mock.New()), conformance.WithLevels("may"), "nothing is selected"},
		{"an exception for nothing", na, nil, `not_applicable: no check is called "alm/list/statsu"; did you mean "alm/list/status"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var options []conformance.Option
			if c.option != nil {
				options = append(options, c.option)
			}
			report, err := conformance.Run(t.Context(), c.target, options...)
			assert.ErrorIs(t, err, conformance.ErrUsage)
			assert.ErrorContains(t, err, c.says)
			assert.Assert(t, report == nil)
			assert.Assert(t, !strings.Contains(err.Error(), "hunter2") && !strings.Contains(err.Error(), "secret-token"), err)
		})
	}
}

// TestNoEvidenceIsNoSuccess: a run in which nothing was judged doesn't succeed.
func TestNoEvidenceIsNoSuccess(t *testing.T) {
	target := mockTarget(mock.New())
	target.NotApplicable = []conformance.NotApplicable{{ID: "*", Reason: "nothing is"}}
	report := run(t, target)
	assert.Equal(t, report.Count(conformance.NA), len(report.Results))
	assert.Equal(t, report.ExitStatus(), conformance.ExitIncomplete)

	nobody := mockTarget(mock.New())
	nobody.Users = nil
	report = run(t, nobody, conformance.WithSelection("*/list/*"))
	assert.Equal(t, report.Count(conformance.Blocked), len(report.Results))
	assert.Equal(t, report.ExitStatus(), conformance.ExitIncomplete)
	for _, result := range report.Results {
		assert.Check(t, cmp.Contains(result.Blocked, "the target file has no users"), result.ID)
	}
	assert.Equal(t, (&conformance.Report{Complete: true}).ExitStatus(), conformance.ExitIncomplete)
}

// TestOneFailureHidesNoOther: where one kind's server fails, the other kind is judged as ever.
func TestOneFailureHidesNoOther(t *testing.T) {
	whole := run(t, mockTarget(mock.New()))
	server := mock.New()
	half := run(t, mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, conformance.ALM.Path()) {
			always(500, jsonType, `{}`)(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})))
	assert.Equal(t, len(half.Results), len(whole.Results))
	assert.Equal(t, half.ExitStatus(), conformance.ExitNotConformant)
	for i, result := range half.Results {
		switch {
		case result.Kind == conformance.ALM:
			assert.Check(t, result.Verdict != conformance.Pass || result.Level != conformance.Must, result.ID)
		case result.Verdict != whole.Results[i].Verdict:
			assert.Check(t, acrossKinds[result.ID] != "" || result.Verdict == conformance.Blocked, "%s: %s", result.ID, result.Verdict)
		}
	}
}

// acrossKinds are checks that look at both kinds, and why.
var acrossKinds = map[string]string{
	"analysis/list/kind":          "it compares the lists of both kinds",
	"analysis/get/other-kind":     "it asks for a connection of the other kind",
	"analysis/update/only-target": "it looks at the other kind, too, for changes",
	"analysis/update/other-kind":  "it tries to update a connection of the other kind",
}

// TestFailureTellsWhatWasSent: every broken promise names what was expected and what came, and the
// exchanges that prove it, with the request's body.
func TestFailureTellsWhatWasSent(t *testing.T) {
	report := run(t, mockTarget(always(200, jsonType, `{"results": [{"id": "1"}]}`)))
	assert.Assert(t, report.Count(conformance.Fail) > 0)
	for _, result := range report.Results {
		if result.Verdict != conformance.Fail {
			continue
		}
		assert.Check(t, len(result.Exchanges) > 0, result.ID)
		for _, d := range result.Failures {
			assert.Check(t, d.Actual != "" && (d.Expected != "" || d.Pointer == ""), "%s: %+v", result.ID, d)
		}
		for _, number := range result.Exchanges {
			e := report.Exchanges[number-1]
			assert.Equal(t, e.Number, number)
			wrote := e.Method == http.MethodPost || e.Method == http.MethodPut
			assert.Check(t, !wrote || e.RequestBody != "" || strings.Contains(result.ID, "malformed"), "%s: exchange %d", result.ID, number)
		}
	}
}

// TestReportSaysWhetherItIsComplete: in JSON, too, and whatever else it leaves out.
func TestReportSaysWhetherItIsComplete(t *testing.T) {
	for _, complete := range []bool{true, false} {
		data, err := json.Marshal(&conformance.Report{Complete: complete})
		assert.NilError(t, err)
		var read map[string]any
		assert.NilError(t, json.Unmarshal(data, &read))
		assert.Equal(t, read["complete"], complete)
	}
}

// TestSelectionIsNotTheWhole: a part that is right is no conformant server.
func TestSelectionIsNotTheWhole(t *testing.T) {
	report := run(t, mockTarget(mock.New()), conformance.WithSelection("alm/list/*"))
	assert.Equal(t, report.ExitStatus(), conformance.ExitConformant)
	assert.Assert(t, !report.Whole())
	assert.Assert(t, len(report.NotRun) > 0)
}

// TestUndocumentedStrictnessIsNoFailure: what the documentation leaves open is noted, and breaks nothing.
func TestUndocumentedStrictnessIsNoFailure(t *testing.T) {
	server := mock.New()
	report := run(t, mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if frequency := r.URL.Query().Get("frequency"); frequency == "yearly" {
			always(400, jsonType, `{"frequency": ["\"yearly\" is not a valid choice."]}`)(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})), conformance.ReadOnly())
	assert.Equal(t, report.Count(conformance.Fail), 0, failures(report))
}
