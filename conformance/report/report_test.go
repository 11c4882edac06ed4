package report_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// fixed has a result of each verdict, and a target that tries to spoil the terminal.
func fixed() *conformance.Report {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	create := conformance.Cite{Page: "Connections", Heading: "Create an ALM Connection", Lines: "181", Evidence: conformance.Stated}
	list := conformance.Cite{Page: "Connections", Heading: "Get All ALM Connections of All Projects", Lines: "15-16", Evidence: conformance.Shown}
	silent := conformance.Cite{Page: "Connections", Evidence: conformance.Silent}
	errs := conformance.Cite{Page: "Errors", Heading: "Statuses", Lines: "3", Evidence: conformance.Companion}
	result := func(id string, cite conformance.Cite, level conformance.Level, v conformance.Verdict) conformance.Result {
		return conformance.Result{ID: "alm/" + id, Kind: conformance.ALM, Says: "The promise of " + id + ".", Cite: cite, Level: level, Verdict: v}
	}
	failed := result("create/frequency-default", create, conformance.Must, conformance.Fail)
	failed.Exchanges = []int{1, 2, 3}
	failed.Failures = []conformance.Difference{{Pointer: "/frequency", Expected: `"manually"`, Actual: "\"hour\x1b[31mly\u202e\""}}
	failed.Warnings = []conformance.Difference{{Expected: "a header Location", Actual: "none"}}
	warned := result("list/envelope", list, conformance.Should, conformance.Warn)
	warned.Exchanges = []int{1}
	warned.Warnings = []conformance.Difference{{Pointer: "/next", Expected: "absent", Actual: "null"}}
	noted := result("list/order", list, conformance.Probe, conformance.Noted)
	noted.Notes = []string{"ordered by id\r\n"}
	blocked := []conformance.Result{}
	for _, name := range []string{"a", "b", "c", "d"} {
		b := result("masking/"+name, silent, conformance.Must, conformance.Blocked)
		b.Blocked = "it needs a user who may edit neither kind; the target file has no users.reader"
		blocked = append(blocked, b)
	}
	moved := result("filter/alias", list, conformance.Must, conformance.Inconclusive)
	moved.Inconclusive = "the list changed while it was looked at, twice"
	na := result("filter/system", list, conformance.Must, conformance.NA)
	na.Reason = "planned"
	broke := result("errors/json", errs, conformance.Must, conformance.Error)
	broke.Error = "connection refused"
	accepted := result("create/alias", create, conformance.Must, conformance.Fail)
	accepted.Known, accepted.Exchanges = "aliases are numbered,\x1b[2J as \"ever\" <b>", []int{2}
	accepted.Failures = []conformance.Difference{{Pointer: "/alias", Expected: `"it's"`, Actual: `"it's (2)"`}}
	token := http.Header{"Authorization": {"Token $SDE_TOKEN_EDITOR"}}
	exchange := func(n int, method, path, body string, status int, reply string) conformance.Exchange {
		return conformance.Exchange{
			Number: n, Time: start, User: "editor", Method: method, URL: "https://sde.example.com" + path,
			RequestHeader: token, RequestBody: conformance.Body(body), Status: status, ResponseBody: conformance.Body(reply),
		}
	}
	described := conformance.Target{
		URL:            "https://sde.example.com",
		Implementation: conformance.Implementation{Organization: "Example Inc", Product: "SD Elements", Version: "4.3"},
		Users:          map[string]conformance.User{"editor": {Organization: "main", TokenEnv: "SDE_TOKEN_EDITOR"}},
	}
	return &conformance.Report{
		Suite:     conformance.Suite{Version: "v0.1.0", Revision: "0123abcd", Contract: "sha256:feed", Go: "go1.26"},
		Described: described,
		Settings:  conformance.Settings{Timeout: 30 * time.Second, MaxBody: 16 << 20, MaxCreates: 24, Prefix: "sdecontract-0-"},
		Target:    "https://sde.example.com", Mode: conformance.Write, Start: start, Stop: start.Add(1234 * time.Millisecond), Complete: true,
		Implementation: described.Implementation,
		Levels:         []conformance.Level{conformance.Must},
		Results: append([]conformance.Result{
			result("list/status", list, conformance.Must, conformance.Pass), warned, noted, failed, accepted, moved, na, broke,
		}, blocked...),
		NotRun: []conformance.NotRun{{
			ID: "alm/update/omit", Kind: conformance.ALM, Says: "The promise of update/omit.", Cite: silent, Level: conformance.Probe,
			Reason: "not of the selected levels",
		}},
		Known: []conformance.Known{
			{ID: "alm/create/alias", Verdict: conformance.Fail, Reason: accepted.Known, Until: "2026-12-31", Standing: conformance.KnownHolds},
			{ID: "alm/update/omit", Verdict: conformance.Fail, Reason: "not planned", Standing: conformance.KnownNotLooked},
			{
				ID: "alm/list/status", Verdict: conformance.Fail, Reason: "it was 404", Standing: conformance.KnownStale,
				Stale: "its verdict is pass, no longer fail: remove it",
			},
			{
				ID: "alm/create/frequency-default", Verdict: conformance.Fail, Reason: "mended soon", Until: "2026-01-01",
				Standing: conformance.KnownExpired,
			},
		},
		Created: []conformance.Created{
			{Kind: conformance.ALM, ID: 7, Alias: "sdecontract-0-base", User: "editor", Frequency: "manually"},
			{Kind: conformance.ALM, ID: 8, Alias: "sdecontract-0-\x1b]0;twin", User: "editor", Frequency: "daily"},
		},
		Exchanges: []conformance.Exchange{
			exchange(1, "GET", "/api/v2/connections/alm/", "", 200, `{"results":[],"next":null}`),
			exchange(2, "POST", "/api/v2/connections/alm/", `{"alias":"it's"}`, 201, "{\"frequency\":\"hour\x1b[31mly\"}"),
			exchange(3, "GET", "/api/v2/connections/alm/7/", "", 200, `{"frequency":"hourly"}`),
		},
	}
}

func render(t *testing.T, r *conformance.Report, style report.Style) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, report.Text(&b, r, style))
	return b.String()
}

func TestText(t *testing.T) {
	golden.Assert(t, render(t, fixed(), report.Style{}), "text.golden")
}

func TestVerbose(t *testing.T) {
	golden.Assert(t, render(t, fixed(), report.Style{Verbose: true, Color: true}), "verbose.golden")
}

// TestClean: nothing that a target says reaches the terminal as a control sequence.
func TestClean(t *testing.T) {
	for _, r := range render(t, fixed(), report.Style{Verbose: true}) {
		assert.Assert(t, r >= ' ' && r != 0x7f && r != '\u202e' || r == '\n', "%q", r)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	assert.NilError(t, report.JSON(&b, fixed()))
	golden.Assert(t, b.String(), "json.golden")
	again, err := report.ReadJSON(&b)
	assert.NilError(t, err)
	assert.DeepEqual(t, again, fixed())

	_, err = report.ReadJSON(strings.NewReader("{}"))
	assert.Error(t, err, "not a report of format 2, which this version reads: its format is 0")
	_, err = report.ReadJSON(strings.NewReader("nonsense"))
	assert.ErrorContains(t, err, "not a report: ")
}

// TestConclusion: only a whole run without a flaw may be called conformant.
func TestConclusion(t *testing.T) {
	type change = func(*conformance.Report)
	only := func(v ...conformance.Verdict) change {
		return func(r *conformance.Report) {
			r.Results = nil
			for _, verdict := range v {
				r.Results = append(r.Results, conformance.Result{ID: "alm/x", Verdict: verdict})
			}
			r.Known = nil
		}
	}
	known := func(r *conformance.Report) { r.Results[0].Known = "it is old" }
	stale := func(r *conformance.Report) { r.Known = []conformance.Known{{ID: "alm/x", Stale: "remove it"}} }
	whole := func(r *conformance.Report) { r.NotRun = nil }
	tests := []struct {
		want    string
		changes []change
	}{
		{"The target is conformant in the whole catalogue (2 checks).", []change{whole, only("pass", "warn")}},
		{
			"The target is conformant in the whole catalogue (2 checks), except for 1 check that the operator declares not applicable.",
			[]change{whole, only("pass", "na")},
		},
		{"No broken promise in the selected scope (2 of 3 checks).", []change{only("pass", "noted")}},
		{
			"No broken promise in the selected scope (1 of 1 checks).",
			[]change{whole, only("pass"), func(r *conformance.Report) { r.Mode = conformance.Read }},
		},
		{"1 broken promise in the whole catalogue (2 checks).", []change{whole, only("pass", "fail")}},
		{"2 broken promises in the selected scope (2 of 3 checks).", []change{only("fail", "fail")}},
		{"1 broken promise in the whole catalogue (4 checks, 3 not judged).", []change{whole, only("blocked", "fail", "inconclusive", "blocked")}},
		{
			"Interrupted: so far no broken promise in the selected scope (2 of 3 checks, 1 not judged).",
			[]change{only("pass", "blocked"), func(r *conformance.Report) { r.Complete = false }},
		},
		{
			"Incomplete, because of 1 check blocked, 0 inconclusive: no broken promise in the rest of the whole catalogue (2 checks).",
			[]change{whole, only("pass", "blocked")},
		},
		{
			"Interrupted: so far no broken promise in the selected scope (1 of 2 checks).",
			[]change{only("pass"), func(r *conformance.Report) { r.Complete = false }},
		},
		{
			"The target could not be reached, or the suite failed: 1 error, and 1 broken promise in the selected scope (2 of 3 checks).",
			[]change{only("error", "fail")},
		},
		{"No broken promise beyond 1 known deviation in the whole catalogue (2 checks).", []change{whole, only("fail", "pass"), known}},
		{"No broken promise beyond 1 known deviation in the selected scope (2 of 3 checks).", []change{only("error", "pass"), known}},
		{"1 broken promise beyond 1 known deviation in the whole catalogue (2 checks).", []change{whole, only("fail", "fail"), known}},
		{"The target is conformant in the whole catalogue (2 checks).", []change{whole, only("warn", "pass"), known}},
		{
			"No broken promise in the whole catalogue (2 checks), but 1 known deviation no longer holds: remove it.",
			[]change{whole, only("pass", "pass"), stale},
		},
		{
			"Incomplete, because of 1 check blocked, 0 inconclusive: no broken promise beyond 1 known deviation in the rest of the whole catalogue (2 checks).",
			[]change{whole, only("fail", "blocked"), known},
		},
	}
	for _, test := range tests {
		r := fixed()
		for _, change := range test.changes {
			change(r)
		}
		lines := strings.Split(strings.TrimSpace(render(t, r, report.Style{})), "\n")
		assert.Equal(t, lines[len(lines)-1], test.want)
		assert.Equal(t, strings.Contains(strings.Join(lines, ""), "conformant"), r.Whole() && r.ExitStatus() == 0 && r.KnownFailures() == 0, test.want)
	}
}
