package report_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/schematest"
)

// part is a report of a run that began so many hours after the first, of the checks a to d. Each check that ran
// has looked at an exchange of its own.
func part(hours int, verdicts ...conformance.Verdict) *conformance.Report {
	r := fixed()
	r.Start, r.Stop = r.Start.Add(time.Duration(hours)*time.Hour), r.Stop.Add(time.Duration(hours)*time.Hour)
	r.Results, r.NotRun, r.Known, r.Exchanges, r.Levels, r.Created = nil, nil, nil, nil, nil, nil
	r.Selection = []string{fmt.Sprint("part ", hours)}
	r.Settings.Prefix = fmt.Sprintf("sdecontract-%d-", hours)
	r.Created = []conformance.Created{{ID: int64(hours), Kind: conformance.ALM}}
	for i, v := range verdicts {
		result := check(string(rune('a'+i)), v)
		if v == "" {
			r.NotRun = append(r.NotRun, conformance.NotRun{ID: result.ID, Kind: result.Kind, Cite: result.Cite, Says: result.Says, Level: result.Level, Reason: "not selected"})
			continue
		}
		r.Exchanges = append(r.Exchanges, conformance.Exchange{Number: len(r.Exchanges) + 1, URL: fmt.Sprint(hours, result.ID)})
		result.Exchanges, result.Decisive = []int{len(r.Exchanges)}, len(r.Exchanges)
		r.Results = append(r.Results, result)
	}
	return r
}

func merge(reports ...*conformance.Report) (*conformance.Report, error) {
	var inputs []report.Input
	for i, r := range reports {
		inputs = append(inputs, report.Input{Name: fmt.Sprintf("%d.json", i+1), Report: r})
	}
	return report.Merge(inputs...)
}

func TestMerge(t *testing.T) {
	first, second := part(0, "pass", "", "", "fail"), part(1, "", "warn", "", "pass")
	second.NotRun[1].Reason = "the run is read-only"
	merged, err := merge(second, first) // in whatever order
	assert.NilError(t, err)
	var told []string
	for _, r := range merged.Results {
		assert.Equal(t, len(r.Exchanges), 1)
		e := merged.Exchanges[r.Exchanges[0]-1]
		assert.Equal(t, e.Number, r.Exchanges[0])
		assert.Equal(t, r.Decisive, e.Number)
		told = append(told, fmt.Sprint(r.ID, " ", r.Verdict, " ", e.URL))
	}
	assert.DeepEqual(t, told, []string{"alm/a pass 0alm/a", "alm/d fail 0alm/d", "alm/b warn 1alm/b"})
	assert.DeepEqual(t, merged.Results[1].Notes, []string{"the merged runs differ: fail in the run of 2026-01-02T03:04:05Z, pass in the run of 2026-01-02T04:04:05Z"})
	assert.Equal(t, len(merged.Exchanges), 4)
	assert.DeepEqual(t, merged.NotRun, []conformance.NotRun{
		{ID: "alm/c", Kind: conformance.ALM, Says: "The promise of c.", Cite: first.NotRun[0].Cite, Level: conformance.Must, Reason: "not selected; the run is read-only"},
	})
	assert.Equal(t, merged.Start, first.Start)
	assert.Equal(t, merged.Stop, second.Stop)
	assert.DeepEqual(t, merged.Selection, []string{"part 0", "part 1"})
	assert.Equal(t, merged.Settings.Prefix, "sdecontract-")
	assert.Equal(t, merged.Settings.MaxCreates, 48)
	assert.DeepEqual(t, merged.Created, []conformance.Created{{Kind: conformance.ALM}, {Kind: conformance.ALM, ID: 1}})
	assert.Equal(t, len(merged.Parts), 2)
	assert.Equal(t, merged.Parts[1].Prefix, "sdecontract-1-")
	assert.Assert(t, merged.Complete && !merged.Whole())

	var b bytes.Buffer
	assert.NilError(t, report.JSON(&b, merged))
	again, err := report.ReadJSON(&b)
	assert.NilError(t, err)
	assert.DeepEqual(t, again, merged)
	assert.NilError(t, schematest.Validate(t, report.Schema(), draw(t, report.JSON, merged)))

	third, err := merge(merged, part(2, "", "", "pass", ""))
	assert.NilError(t, err)
	assert.Equal(t, len(third.Parts), 3)
	assert.Assert(t, third.Whole())
	assert.Equal(t, len(third.Selection), 0)
}

// TestMergeMode: only runs that were all in write mode, and leave out nothing, are of the whole catalogue.
func TestMergeMode(t *testing.T) {
	reads, writes := part(0, "pass", ""), part(1, "", "pass")
	reads.Mode = conformance.Read
	merged, err := merge(reads, writes)
	assert.NilError(t, err)
	assert.Equal(t, merged.Mode, conformance.Read)
	assert.Assert(t, !merged.Whole())
	text := render(t, merged, report.Style{})
	golden := "Merged from 2 runs:\n  2026-01-02T03:04:05Z, read-only mode, 1.234s, 1 check: checks part 0\n" +
		"  2026-01-02T04:04:05Z, write mode, 1.234s, 1 check: checks part 1\n"
	assert.Assert(t, bytes.Contains([]byte(text), []byte(golden)), text)

	writes.Complete = false
	merged, err = merge(reads, writes)
	assert.NilError(t, err)
	assert.Assert(t, !merged.Complete)
}

// TestMergeVerdicts: what several runs say of a check, oldest first, and what is made of it.
func TestMergeVerdicts(t *testing.T) {
	tests := []struct {
		first, second, want conformance.Verdict
		url                 string
	}{
		{"pass", "pass", "pass", "1alm/a"},
		{"fail", "pass", "fail", "0alm/a"},
		{"pass", "fail", "fail", "1alm/a"},
		{"blocked", "pass", "pass", "1alm/a"},
		{"warn", "blocked", "warn", "0alm/a"},
		{"inconclusive", "blocked", "inconclusive", "0alm/a"},
		{"inconclusive", "fail", "fail", "1alm/a"},
		{"pass", "error", "error", "1alm/a"},
		{"noted", "warn", "warn", "1alm/a"},
	}
	for _, test := range tests {
		merged, err := merge(part(0, test.first), part(1, test.second))
		assert.NilError(t, err)
		r := merged.Results[0]
		assert.Equal(t, r.Verdict, test.want, "%s, %s", test.first, test.second)
		assert.Equal(t, merged.Exchanges[r.Exchanges[0]-1].URL, test.url, "%s, %s", test.first, test.second)
		assert.Equal(t, len(r.Notes) > 0, test.first != test.second)
	}
}

// TestMergeKnown: known deviations are judged by all results, on the day of the latest run.
func TestMergeKnown(t *testing.T) {
	first, second := part(0, "fail", ""), part(24, "", "pass")
	known := []conformance.Known{{ID: "alm/a", Verdict: conformance.Fail, Reason: "old"}, {ID: "alm/b", Verdict: conformance.Fail, Reason: "mended"}}
	first.ApplyKnown(known, first.Start)
	assert.Equal(t, first.ExitStatus(), 0)
	merged, err := merge(first, second)
	assert.NilError(t, err)
	assert.Equal(t, merged.Results[0].Known, "old")
	assert.Equal(t, merged.Known[1].Standing, conformance.KnownStale)
	assert.Equal(t, first.Known[1].Standing, conformance.KnownNotLooked)
	assert.Equal(t, merged.ExitStatus(), conformance.ExitNotConformant)

	known[0].Until = "2026-01-02"
	first.ApplyKnown(known, first.Start)
	merged, err = merge(first, second)
	assert.NilError(t, err)
	assert.Equal(t, merged.Known[0].Standing, conformance.KnownExpired)
}

// TestMergeRefused: what doesn't belong together isn't merged.
func TestMergeRefused(t *testing.T) {
	tests := map[string]struct {
		change func(r *conformance.Report)
		want   string
	}{
		"target": {
			func(r *conformance.Report) { r.Target = "http://h\x1b" },
			`1.json and 2.json differ in the target: https://sde.example.com, and http://h\u001b`,
		},
		"suite": {
			func(r *conformance.Report) { r.Suite.Version, r.Suite.Contract = "v1", "sha256:1" },
			"1.json and 2.json differ in the suite: v0.1.0, revision 0123abcd, and v1, revision 0123abcd\n" +
				"1.json and 2.json differ in the contract: sha256:feed, and sha256:1",
		},
		"description": {
			func(r *conformance.Report) {
				r.Described.Isolated = true
				r.Described.Users = map[string]conformance.User{"editor": {Organization: "other"}, "reader": {}}
			},
			"1.json and 2.json describe the target differently: see isolated\n1.json and 2.json describe the target differently: see users.editor",
		},
		"same run":  {func(r *conformance.Report) { *r = *part(0, "pass") }, "1.json and 2.json hold the same run, of 2026-01-02T03:04:05Z"},
		"catalogue": {func(r *conformance.Report) { r.NotRun = nil }, "1.json and 2.json are of catalogues with other checks"},
		"known": {
			func(r *conformance.Report) { r.Known = []conformance.Known{{ID: "alm/a", Reason: "new"}} },
			"2.json and a run before it know the deviation of alm/a differently",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			first, second := part(0, "pass"), part(1, "")
			first.Known = []conformance.Known{{ID: "alm/a", Reason: "old"}}
			test.change(second)
			_, err := merge(first, second)
			assert.Error(t, err, test.want)
		})
	}
	_, err := merge()
	assert.Error(t, err, "nothing to merge")
}
