package report

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// The members of the Common Test Report Format that are written.
type (
	ctrfDocument struct {
		ReportFormat string      `json:"reportFormat"`
		SpecVersion  string      `json:"specVersion"`
		Timestamp    time.Time   `json:"timestamp"`
		GeneratedBy  string      `json:"generatedBy"`
		Results      ctrfResults `json:"results"`
	}
	ctrfResults struct {
		Tool        ctrfTool        `json:"tool"`
		Summary     ctrfSummary     `json:"summary"`
		Tests       []ctrfTest      `json:"tests"`
		Environment ctrfEnvironment `json:"environment"`
	}
	ctrfTool struct {
		Name    string            `json:"name"`
		Version string            `json:"version,omitempty"`
		Extra   conformance.Suite `json:"extra"`
	}
	ctrfSummary struct {
		Tests    int        `json:"tests"`
		Passed   int        `json:"passed"`
		Failed   int        `json:"failed"`
		Skipped  int        `json:"skipped"`
		Pending  int        `json:"pending"`
		Other    int        `json:"other"`
		Suites   int        `json:"suites"`
		Start    int64      `json:"start"` // milliseconds since 1970, as all times
		Stop     int64      `json:"stop"`
		Duration int64      `json:"duration"`
		Extra    ctrfCounts `json:"extra"`
	}
	ctrfCounts struct {
		Counts     map[conformance.Verdict]int `json:"counts"`
		ExitStatus int                         `json:"exit_status"`
		Conclusion string                      `json:"conclusion"`
		Whole      bool                        `json:"whole"`
		Complete   bool                        `json:"complete"`
	}
	ctrfTest struct {
		TestID    string      `json:"testId"`
		Name      string      `json:"name"`
		Status    string      `json:"status"`
		Duration  int64       `json:"duration"`
		Suite     []string    `json:"suite"`
		Message   string      `json:"message,omitempty"`
		Trace     string      `json:"trace,omitempty"`
		RawStatus string      `json:"rawStatus"`
		Tags      []string    `json:"tags,omitempty"`
		Extra     *ctrfSource `json:"extra,omitempty"`
	}
	ctrfSource struct {
		Says  string `json:"says"`
		Cite  string `json:"cite"`
		Level string `json:"level"`
		Known string `json:"known,omitempty"`
	}
	ctrfEnvironment struct {
		AppName    string    `json:"appName,omitempty"`
		AppVersion string    `json:"appVersion,omitempty"`
		Healthy    bool      `json:"healthy"`
		Extra      ctrfScope `json:"extra"`
	}
	ctrfScope struct {
		Target string `json:"target"`
		Mode   string `json:"mode"`
		Scope  string `json:"scope,omitempty"`
	}
)

// CTRF writes the report in the Common Test Report Format, as JSON: a test for each check. The statuses are:
//
//   - passed: pass, warn, noted
//   - failed: fail, error
//   - pending: blocked
//   - skipped: not applicable, not run
//   - other: inconclusive, and any known deviation
//
// rawStatus has the verdict itself. A stale known deviation is a failed test of its own, and so is an
// incomplete run: some test failed if and only if the exit status isn't 0.
func CTRF(w io.Writer, r *conformance.Report) error {
	told := newTelling(r)
	all := slices.Concat(r.Results, notRun(r))
	tests := []ctrfTest{}
	for _, result := range all {
		tests = append(tests, ctrfOf(result, told))
	}
	for _, t := range troubles(r) {
		tests = append(tests, ctrfTest{
			TestID: t.group + ":" + t.name, Name: t.name, Status: "failed", Suite: []string{"The run"}, Message: t.says, RawStatus: t.group,
		})
	}
	document := ctrfDocument{
		ReportFormat: "CTRF", SpecVersion: "0.0.0", Timestamp: r.Stop.UTC(), GeneratedBy: "sdecontract",
		Results: ctrfResults{
			Tool:    ctrfTool{Name: "sdecontract", Version: brief(r.Suite.Version), Extra: ctrfSuite(r.Suite)},
			Summary: ctrfSum(r, tests), Tests: tests,
			Environment: ctrfEnvironment{
				AppName: brief(r.Implementation.Product), AppVersion: brief(r.Implementation.Version), Healthy: r.ExitStatus() == 0,
				Extra: ctrfScope{brief(r.Target), brief(string(r.Mode)), (&text{Report: r}).scope()},
			},
		},
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

func ctrfSuite(s conformance.Suite) conformance.Suite {
	return conformance.Suite{Version: brief(s.Version), Revision: brief(s.Revision), Contract: brief(s.Contract), Go: brief(s.Go)}
}

func ctrfSum(r *conformance.Report, tests []ctrfTest) ctrfSummary {
	sum := ctrfSummary{
		Tests: len(tests), Start: r.Start.UnixMilli(), Stop: r.Stop.UnixMilli(), Duration: max(r.Stop.Sub(r.Start), 0).Milliseconds(),
		Extra: ctrfCounts{
			Counts: map[conformance.Verdict]int{}, ExitStatus: r.ExitStatus(), Conclusion: (&text{Report: r}).conclusion(),
			Whole: r.Whole(), Complete: r.Complete,
		},
	}
	for _, v := range conformance.Verdicts {
		sum.Extra.Counts[v] = r.Count(v)
	}
	counters := map[string]*int{
		"passed": &sum.Passed, "failed": &sum.Failed, "skipped": &sum.Skipped, "pending": &sum.Pending, "other": &sum.Other,
	}
	suites := map[string]bool{}
	for _, t := range tests {
		*counters[t.Status]++
		suites[t.Suite[len(t.Suite)-1]] = true
	}
	sum.Suites = len(suites)
	return sum
}

func ctrfOf(r conformance.Result, told *telling) ctrfTest {
	t := ctrfTest{
		TestID: brief(r.ID), Name: brief(r.ID), Status: ctrfStatus(r), Duration: max(r.Duration, 0).Milliseconds(),
		Suite: []string{brief(heading(r.Cite))}, Message: reason(r), RawStatus: brief(string(r.Verdict)),
		Extra: &ctrfSource{brief(r.Says), brief(r.Cite.String()), brief(string(r.Level)), brief(r.Known)},
	}
	for _, tag := range []string{string(r.Kind), string(r.Level), string(r.Cite.Evidence)} {
		t.Tags = append(t.Tags, brief(tag))
	}
	switch r.Verdict {
	case "":
		t.RawStatus = "not run"
	case conformance.Pass, conformance.NA, conformance.Blocked:
	default:
		t.Trace = told.details(r)
	}
	return t
}

// ctrfStatus is the verdict in the words of CTRF. A verdict that isn't known is no success.
func ctrfStatus(r conformance.Result) string {
	if r.Known != "" {
		return "other"
	}
	switch r.Verdict {
	case conformance.Pass, conformance.Warn, conformance.Noted:
		return "passed"
	case conformance.Blocked:
		return "pending"
	case conformance.NA, "":
		return "skipped"
	case conformance.Inconclusive:
		return "other"
	}
	return "failed"
}
