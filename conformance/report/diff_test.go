package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// of is a report with these results.
func of(results ...conformance.Result) *conformance.Report {
	r := fixed()
	r.Results, r.NotRun, r.Known = results, nil, nil
	return r
}

func check(id string, v conformance.Verdict) conformance.Result {
	return conformance.Result{
		ID: "alm/" + id, Kind: conformance.ALM, Says: "The promise of " + id + ".", Level: conformance.Must, Verdict: v,
		Cite: conformance.Cite{Page: "Connections", Evidence: conformance.Silent},
	}
}

// TestCompare: every change of a verdict is filed where people look for it, and only what newly makes verify
// fail or end as incomplete is a regression.
func TestCompare(t *testing.T) {
	const ok, worse, better, changed, regression = "unchanged", "worse", "better", "changed", "regression"
	// the columns: pass, noted, na, warn, blocked, inconclusive, fail, error, known failure
	columns := []string{"pass", "noted", "na", "warn", "blocked", "inconclusive", "fail", "error", "known"}
	tests := map[string][]string{
		"pass":         {ok, changed, changed, worse, regression, regression, regression, regression, worse},
		"noted":        {changed, ok, changed, worse, regression, regression, regression, regression, worse},
		"na":           {changed, changed, ok, changed, regression, regression, regression, regression, changed},
		"warn":         {better, better, changed, ok, regression, regression, regression, regression, worse},
		"blocked":      {better, better, changed, better, ok, changed, regression, regression, worse},
		"inconclusive": {better, better, changed, better, changed, ok, regression, regression, worse},
		"fail":         {better, better, changed, better, changed, changed, ok, changed, changed},
		"error":        {better, better, changed, better, changed, changed, changed, ok, changed},
		"known":        {better, better, changed, better, regression, regression, regression, regression, ok},
	}
	result := func(verdict string) conformance.Result {
		if verdict == "known" {
			r := check("x", conformance.Fail)
			r.Known = "it is old"
			return r
		}
		return check("x", conformance.Verdict(verdict))
	}
	for old, row := range tests {
		for i, now := range columns {
			d := report.Compare(of(result(old)), of(result(now)))
			got := map[bool]string{true: "unchanged", false: "nothing"}[d.Unchanged == 1]
			switch {
			case d.Regressions() == 1:
				got = regression
			case len(d.Worse) == 1:
				got = worse
			case len(d.Better) == 1:
				got = better
			case len(d.Changed) == 1:
				got = changed
			}
			assert.Check(t, got == row[i], "%s -> %s is %s, not %s", old, now, got, row[i])
			assert.Equal(t, d.Compared, 1)
			assert.Equal(t, len(d.Worse)+len(d.Better)+len(d.Changed)+d.Unchanged, 1)
		}
	}
}

// changed is what became of the fixed report: something of every kind.
func changed() (old, now *conformance.Report) {
	old, now = fixed(), fixed()
	now.Suite.Version, now.Levels, now.Start = "v0.2.0", nil, old.Start.AddDate(0, 0, 1)
	for i := range now.Results {
		r := &now.Results[i]
		switch r.ID {
		case "alm/list/status":
			r.Verdict = conformance.Fail
			r.Failures = []conformance.Difference{{Pointer: "/a|b", Expected: "`1`", Actual: "<b>@all\x1b[2J"}}
		case "alm/list/order":
			r.Verdict, r.Warnings = conformance.Warn, []conformance.Difference{{Actual: "another order"}}
		case "alm/create/frequency-default":
			r.Verdict = conformance.Pass
		case "alm/create/alias":
			r.Known, r.Says = "", "Another promise."
		case "alm/filter/system":
			r.Level = conformance.Should
		case "alm/errors/json":
			r.ID = "alm/errors/text"
		}
	}
	last := len(now.Results) - 1
	gone := now.Results[last]
	now.Results = now.Results[:last]
	now.NotRun = []conformance.NotRun{{ID: gone.ID, Says: gone.Says, Cite: gone.Cite, Level: gone.Level, Reason: "not selected"}}
	now.Results = append(now.Results, check("update/omit", conformance.Fail))
	return old, now
}

func TestDiff(t *testing.T) {
	d := report.Compare(changed())
	var text, markdown, asJSON bytes.Buffer
	assert.NilError(t, d.Text(&text, report.Style{}))
	golden.Assert(t, text.String(), "diff.text.golden")
	assert.NilError(t, d.Markdown(&markdown))
	golden.Assert(t, markdown.String(), "diff.markdown.golden")
	assert.NilError(t, d.JSON(&asJSON))
	golden.Assert(t, asJSON.String(), "diff.json.golden")
	assert.Assert(t, !strings.Contains(text.String()+markdown.String(), "\x1b"))
}

// TestDiffOfNothing: a run compared with itself has no change.
// TestDiffGroups: what can't be judged any more, often by the dozen for one reason, is told by that reason.
func TestDiffGroups(t *testing.T) {
	var old, now []conformance.Result
	for i := range 9 {
		id := fmt.Sprintf("create/%d", i)
		blocked := check(id, conformance.Blocked)
		blocked.Blocked = "nothing could be created"
		old, now = append(old, check(id, conformance.Pass)), append(now, blocked)
	}
	d := report.Compare(of(old...), of(now...))
	assert.Equal(t, d.Regressions(), 9)
	var brief, all bytes.Buffer
	assert.NilError(t, d.Text(&brief, report.Style{}))
	assert.Assert(t, strings.Contains(brief.String(), "\n  9 checks: blocked: nothing could be created\n    alm/create/0\n    alm/create/1\n    alm/create/2\n    and 6 more\n"), brief.String())
	assert.NilError(t, d.Text(&all, report.Style{Verbose: true}))
	assert.Equal(t, strings.Count(all.String(), "pass -> blocked"), 9)
}

func TestDiffOfNothing(t *testing.T) {
	d := report.Compare(fixed(), fixed())
	assert.Equal(t, d.Unchanged, len(fixed().Results))
	assert.Equal(t, len(d.Mismatches)+len(d.Worse)+len(d.Better)+len(d.Changed)+len(d.Added)+len(d.Gone)+len(d.NotComparable)+len(d.Promises), 0)
}

// TestDiffOfTheUnjudged: runs that both judged nothing can't be compared, unless the new one is worse even so.
func TestDiffOfTheUnjudged(t *testing.T) {
	nothing := []conformance.Result{
		check("a", conformance.Error), check("b", conformance.Blocked), check("c", conformance.Inconclusive), check("d", conformance.NA),
	}
	d := report.Compare(of(nothing...), of(nothing...))
	assert.Assert(t, d.Empty())
	assert.Equal(t, d.Conclusion(), "Nothing could be compared: neither run judged any of the 4 checks that both ran.")

	d = report.Compare(of(nothing...), of(check("x", conformance.Pass)))
	assert.Assert(t, d.Empty())
	assert.Equal(t, d.Conclusion(), "Nothing could be compared: no check was run by both.")

	worse := append([]conformance.Result{check("b", conformance.Error)}, nothing[2:]...)
	d = report.Compare(of(nothing...), of(worse...))
	assert.Assert(t, !d.Empty())
	assert.Equal(t, d.Regressions(), 1)

	d = report.Compare(of(append(nothing, check("e", conformance.Error))...), of(append(nothing, check("e", conformance.Noted))...))
	assert.Assert(t, !d.Empty())
	assert.Equal(t, d.Conclusion(), "No regression in 5 checks that both runs looked at: "+
		"0 worse, 1 better, 0 changed, 4 unchanged; 0 new, 0 gone, 0 not comparable; 4 judged by neither run.")
}

// TestCompareChangesNothing: neither of the reports is touched.
func TestCompareChangesNothing(t *testing.T) {
	old, now := changed()
	before, err := json.Marshal([]any{old, now})
	assert.NilError(t, err)
	report.Compare(old, now)
	after, err := json.Marshal([]any{old, now})
	assert.NilError(t, err)
	assert.Equal(t, string(before), string(after))
}

// many is a report of n failures, each with an exchange of its own.
func many(n int) *conformance.Report {
	r := of()
	r.Exchanges = nil
	for i := range n {
		result := check(fmt.Sprint("many/", i), conformance.Fail)
		result.Failures, result.Exchanges = []conformance.Difference{{Expected: "1", Actual: "2"}}, []int{i + 1}
		r.Results = append(r.Results, result)
		r.Exchanges = append(r.Exchanges, conformance.Exchange{Number: i + 1, Method: "GET", URL: "http://h/", Status: 500})
	}
	return r
}

// BenchmarkMany: text and diff of 10,000 findings.
func BenchmarkMany(b *testing.B) {
	old, now := of(), many(10_000)
	for _, r := range now.Results {
		r.Verdict = conformance.Pass
		old.Results = append(old.Results, r)
	}
	b.Run("text", func(b *testing.B) {
		for b.Loop() {
			assert.NilError(b, report.Text(&bytes.Buffer{}, now, report.Style{Verbose: true}))
		}
	})
	b.Run("diff", func(b *testing.B) {
		for b.Loop() {
			d := report.Compare(old, now)
			assert.Equal(b, d.Regressions(), 10_000)
			assert.NilError(b, d.Text(&bytes.Buffer{}, report.Style{}))
		}
	})
	b.Run("merge", func(b *testing.B) {
		later := many(10_000)
		later.Start = later.Start.AddDate(0, 0, 1)
		for b.Loop() {
			_, err := report.Merge(report.Input{Name: "a", Report: now}, report.Input{Name: "b", Report: later})
			assert.NilError(b, err)
		}
	})
}
