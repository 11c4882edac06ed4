package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// brokenCreators are servers with one defect, and the checks that must notice it.
var brokenCreators = []struct {
	checks  string // of both kinds, unless they begin with one
	verdict conformance.Verdict
	creator
}{
	{"create/status", conformance.Fail, creator{reply: func(r *http.Request, _, _ members, _ http.ResponseWriter, status int) int {
		if r.Method == http.MethodPost && status == http.StatusCreated {
			return http.StatusOK
		}
		return status
	}}},
	{"create/shape", conformance.Fail, answers(func(_, got members) { delete(got, "command") })},
	{"create/shape", conformance.Fail, answers(func(_, got members) { got["inaccessible"] = "false" })},
	{"create/shape", conformance.Fail, answers(func(_, got members) { got["params"] = nil })},
	{"create/id-new", conformance.Fail, answers(func(_, got members) { got["id"] = 1 })},
	{"create/id-new", conformance.Fail, answers(func(_, got members) { got["id"] = "1" })},
	{"create/echo/alias", conformance.Fail, answers(func(_, got members) { got["alias"] = strings.ToUpper(got["alias"].(string)) })},
	{"create/echo/connector", conformance.Fail, instead("connector", is(2), 1)},
	{"create/echo/project", conformance.Fail, instead("project", is(2), 1)},
	{"create/echo/frequency", conformance.Fail, instead("frequency", is("weekly"), "hourly")},
	{"create/echo-params", conformance.Fail, sends(func(sent members) { clear(params(sent)) })},
	{"alm/create/params-types", conformance.Fail, answers(func(_, got members) { params(got)["sde_min_priority"] = "5" })},
	{"alm/create/params-types", conformance.Fail, answers(func(_, got members) { params(got)["jira_version"] = 5 })},
	{"analysis/create/params-types", conformance.Fail, answers(func(_, got members) { params(got)["task_status_mapping"] = members{} })},
	{"create/params-inherited", conformance.Warn, answers(func(sent, got members) { got["params"] = sent["params"] })},
	{"create/params-inherited", conformance.Warn, answers(func(_, got members) { params(got)["of_connection"] = got["id"] })},
	{"create/params-project", conformance.Warn, answers(func(_, got members) { params(got)["sde_project"] = "Proj 1" })},
	{"create/params-project", conformance.Warn, answers(func(_, got members) { params(got)["sde_application"] = got["alias"] })},
	{"create/system", conformance.Fail, answers(func(_, got members) { got["system"] = "JIRA" })},
	{"create/command", conformance.Fail, answers(func(_, got members) { got["command"] = "sync" })},
	{"create/command", conformance.Fail, answers(func(_, got members) { got["command"] = "" })},
	{"create/inaccessible", conformance.Warn, answers(func(_, got members) { got["inaccessible"] = true })},
	{"create/readback", conformance.Fail, answers(func(_, got members) { got["project"] = 3 })},
	{"create/readback", conformance.Fail, answers(func(_, got members) { params(got)["more"] = 1 })},
	{"create/server-fields", conformance.Warn, answers(func(sent, got members) { honour(sent, got, "command") })},
	{"create/server-fields", conformance.Warn, answers(func(sent, got members) { honour(sent, got, "inaccessible") })},
	{"alm/create/alias-required", conformance.Fail, missing("alias", "none")},
	{"create/connector-required", conformance.Fail, missing("connector", 1)},
	{"create/project-required", conformance.Fail, missing("project", 1)},
	{"create/params-required", conformance.Fail, missing("params", members{})},
	{"create/params-dictionary/string", conformance.Fail, instead("params", is("sdecontract"), members{})},
	{"create/params-dictionary/array", conformance.Fail, instead("params", is([]any{"sdecontract"}), members{})},
	{"create/params-dictionary/number", conformance.Fail, instead("params", is(7), members{})},
	{"create/params-dictionary/bool", conformance.Fail, instead("params", is(true), members{})},
	{"create/params-dictionary/null", conformance.Warn, instead("params", is(nil), members{})},
	{"create/frequency-optional", conformance.Fail, refusingCreates(func(_ *http.Request, sent members) bool { return sent["frequency"] == nil })},
	{"create/frequency-default", conformance.Fail, missing("frequency", "daily")},
	{"create/frequency-enum/hourly", conformance.Fail, instead("frequency", is("hourly"), "daily")},
	{"create/frequency-enum/daily", conformance.Fail, answers(func(_, got members) { got["frequency"] = "manually" })},
	{"create/frequency-enum/weekly", conformance.Fail, refusingCreates(func(_ *http.Request, sent members) bool { return sent["frequency"] == "weekly" })},
	{"create/frequency-enum/monthly", conformance.Fail, instead("frequency", is("monthly"), "manually")},
	{"create/frequency-enum/manually", conformance.Fail, refusingCreates(func(_ *http.Request, sent members) bool { return sent["frequency"] == "manually" })},
	{"create/frequency-invalid/*", conformance.Fail, instead("frequency", isNot("hourly", "daily", "weekly", "monthly", "manually"), "manually")},
	{"create/frequency-basic/*", conformance.Fail, answers(func(sent, got members) {
		if sent["frequency"] != nil {
			got["frequency"] = sent["frequency"]
		}
	}).coercing()},
	{"create/frequency-basic/*", conformance.Warn, creator{}.coercing()},
	{"create/frequency-basic-manually", conformance.Fail, refusingCreates(func(r *http.Request, _ members) bool { return asBasic(r) })},
	{"create/frequency-basic-default", conformance.Fail, refusingCreates(func(r *http.Request, sent members) bool { return asBasic(r) && sent["frequency"] == nil })},
	{"analysis/create/remote-only", conformance.Fail, instead("connector", is(3), 1)},
	{"analysis/create/remote-ok", conformance.Fail, refusingCreates(func(*http.Request, members) bool { return true })},
	{"alm/create/remote-not-applied", conformance.Warn, refusingCreates(func(_ *http.Request, sent members) bool { return is(2)(sent["connector"]) })},
	{"analysis/create/alias-optional", conformance.Fail, refusingCreates(func(_ *http.Request, sent members) bool { return sent["alias"] == nil })},
	{"analysis/create/alias-default", conformance.Fail, missing("alias", "WhiteHat")},
	{"analysis/create/alias-explicit", conformance.Fail, instead("alias", isNot(), "WhiteHat Sentinel EU")},
	{"create/unknown-ref/connector", conformance.Fail, instead("connector", is(2147483000), 1)},
	{"create/unknown-ref/connector", conformance.Fail, instead("connector", is(0), 1)},
	{"create/unknown-ref/project", conformance.Fail, instead("project", is(-1), 1)},
	{"alm/create/ref-kind", conformance.Fail, instead("connector", is(3), 1)},
	{"analysis/create/ref-kind", conformance.Fail, instead("connector", is(7), 1)},
	{"create/ref-types", conformance.Warn, instead("project", is(true), 1)},
	{"create/same-alias-twice", conformance.Warn, refusingCreates(func(_ *http.Request, sent members) bool { return sent["frequency"] == "daily" })},
	{"alm/create/alias-blank", conformance.Warn, instead("alias", is(""), "Blank")},
	{"create/fidelity", conformance.Warn, answers(func(_, got members) { got["alias"] = strings.ReplaceAll(got["alias"].(string), "&", "&amp;") })},
	{"create/fidelity", conformance.Warn, answers(func(_, got members) {
		if params(got)["sdecontract_nested"] != nil {
			params(got)["sdecontract_nested"] = "[object Object]"
		}
	})},
	{"create/malformed/truncated", conformance.Warn, mending(nil)},
	{"create/malformed/empty", conformance.Warn, mending(nil)},
	{"create/malformed/trailing-comma", conformance.Warn, mending(nil)},
	{"create/malformed/nul", conformance.Warn, mending(nil)},
	{"create/malformed/invalid-utf8", conformance.Warn, mending(func(b []byte) bool { return bytes.Contains(b, []byte{0xff}) })},
	{"create/malformed/array", conformance.Warn, mending(func(b []byte) bool { return string(b) == "[]" })},
	{"create/malformed/string", conformance.Warn, mending(func(b []byte) bool { return string(b) == `"x"` })},
	{"create/malformed/null", conformance.Warn, mending(func(b []byte) bool { return string(b) == "null" })},
	{"create/limits", conformance.Fail, creator{request: func(_ *http.Request, sent members) int {
		if alias, _ := sent["alias"].(string); len(alias) > 1000 {
			return http.StatusInternalServerError
		}
		return 0
	}}},
	{"create/frequency-null-empty", conformance.Fail, creator{request: func(_ *http.Request, sent members) int {
		if sent["frequency"] == "" {
			return http.StatusInternalServerError
		}
		return 0
	}}},
}

// TestBrokenCreatesAreNoticed: each defect turns the checks that are about it, for both kinds.
func TestBrokenCreatesAreNoticed(t *testing.T) {
	for i, broken := range brokenCreators {
		t.Run(fmt.Sprintf("%d %s", i, strings.ReplaceAll(broken.checks, "/", "-")), func(t *testing.T) {
			broken.mock = mock.New()
			pattern := broken.checks
			if strings.HasPrefix(pattern, "create/") {
				pattern = "*/" + pattern
			}
			report := run(t, mockTarget(broken.creator), conformance.WithSelection(pattern))
			for _, result := range report.Results {
				assert.Equal(t, result.Verdict, broken.verdict, "%s\n%s", result.ID, failures(report))
			}
		})
	}
}

// TestRefusedCreateLeavesTrace: a server that refuses what it has stored nevertheless.
func TestRefusedCreateLeavesTrace(t *testing.T) {
	server := mock.New()
	h := creator{mock: server, request: func(r *http.Request, sent members) int {
		if r.Method != http.MethodPost || sent["connector"] != nil {
			return 0
		}
		body, _ := json.Marshal(members{"alias": sent["alias"], "connector": 1, "project": 1, "params": members{}})
		again := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.Path, bytes.NewReader(body))
		again.Header = r.Header
		server.ServeHTTP(httptest.NewRecorder(), again)
		return http.StatusBadRequest
	}}
	report := run(t, mockTarget(h), conformance.WithSelection("*/create/connector-required", "*/create/no-trace"))
	assert.Equal(t, report.Count(conformance.Fail), 4, failures(report))
}

// TestFrequencyStoredAsSpelled: a server that takes any word for a frequency.
func TestFrequencyStoredAsSpelled(t *testing.T) {
	spelled := map[string]any{}
	h := creator{mock: mock.New(), request: func(_ *http.Request, sent members) int {
		if is("Hourly", "manual")(sent["frequency"]) {
			sent["frequency"] = "hourly"
		}
		return 0
	}, reply: func(r *http.Request, sent, got members, _ http.ResponseWriter, status int) int {
		kind := strings.Split(r.URL.Path, "/")[4]
		key := fmt.Sprint(kind, got["id"])
		if r.Method != http.MethodGet && is("Hourly", "manual")(sent["frequency"]) {
			spelled[key] = sent["frequency"]
		}
		if as := spelled[key]; as != nil {
			got["frequency"] = as
		}
		return status
	}}
	report := run(t, mockTarget(h), conformance.WithSelection("*/create/frequency-spelling"))
	assert.Equal(t, report.Count(conformance.Warn), 2, failures(report))
}

// TestRefusingEverythingProvesNothing: no check of creates passes if all of them are refused, but the one
// that asks whether refusals leave a trace.
func TestRefusingEverythingProvesNothing(t *testing.T) {
	h := refusingCreates(func(*http.Request, members) bool { return true })
	h.mock = mock.New()
	report := run(t, mockTarget(h), conformance.WithSelection("*/create/*"))
	for _, result := range report.Results {
		assert.Assert(t, result.Verdict != conformance.Pass || strings.HasSuffix(result.ID, "/create/no-trace"), result.ID)
	}
}

// TestOddRepliesToCreatesAreJudged: whatever a create is answered with, no check panics.
func TestOddRepliesToCreatesAreJudged(t *testing.T) {
	for _, body := range []string{``, `null`, `[]`, `"x"`, `7`, `{}`, `{"id": 1e3}`, `{"id": 5, "params": []}`, `{"id": 5, "alias": {}, "system": [], "params": {"sde_project": {}}}`} {
		server := mock.New()
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "s/alm/") {
				server.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, body)
		})
		report := run(t, mockTarget(h), conformance.WithSelection("alm/create/*"))
		for _, result := range report.Results {
			assert.Assert(t, !strings.Contains(result.Error, "panicked") && !strings.Contains(result.Error, "defect"), "%s: %s", result.ID, result.Error)
			assert.Assert(t, result.ID != "alm/create/shape" || result.Verdict == conformance.Fail, "%s: %s", body, result.Verdict)
		}
	}
}
