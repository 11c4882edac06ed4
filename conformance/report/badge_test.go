package report_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// says is what the badge says, to those who see it and to those who hear it.
func says(t testing.TB, r *conformance.Report) string {
	t.Helper()
	root := parseXML(t, draw(t, report.Badge, r))
	label := root.attr("aria-label")
	assert.Equal(t, root.Children[0].XMLName.Local, "title")
	assert.Equal(t, root.Children[0].Text, label)
	texts := root.Children[len(root.Children)-1].Children
	assert.Equal(t, texts[0].Text+": "+texts[1].Text, label)
	rest, ok := strings.CutPrefix(label, "SD Elements API: ")
	assert.Assert(t, ok, label)
	return rest
}

func TestBadge(t *testing.T) {
	known := func(r *conformance.Report) {
		for i := range r.Results {
			if r.Results[i].Verdict == conformance.Fail {
				r.Results[i].Known = "ticket 7"
			}
		}
	}
	whole := func(r *conformance.Report) { r.NotRun = nil }
	tests := []struct {
		want     string
		verdicts []conformance.Verdict
		changes  []func(*conformance.Report)
	}{
		{"conformant", []conformance.Verdict{"pass", "warn"}, []func(*conformance.Report){whole}},
		{"conformant except 1 n/a", []conformance.Verdict{"pass", "na"}, []func(*conformance.Report){whole}},
		{"no broken promise · 2 of 3 checks", []conformance.Verdict{"pass", "noted"}, nil},
		{"no broken promise · read-only", []conformance.Verdict{"pass"}, []func(*conformance.Report){whole, func(r *conformance.Report) { r.Mode = conformance.Read }}},
		{"1 known deviation", []conformance.Verdict{"pass", "fail"}, []func(*conformance.Report){whole, known}},
		{"2 known deviations · 2 of 3 checks", []conformance.Verdict{"fail", "fail"}, []func(*conformance.Report){known}},
		{"1 stale known deviation", []conformance.Verdict{"pass"}, []func(*conformance.Report){whole, func(r *conformance.Report) {
			r.Known = []conformance.Known{{ID: "alm/x", Stale: "the check passes"}}
		}}},
		{"2 broken promises, 1 not judged · 3 of 4 checks", []conformance.Verdict{"fail", "fail", "blocked"}, nil},
		{"incomplete", []conformance.Verdict{"pass", "blocked"}, []func(*conformance.Report){whole}},
		{"incomplete", []conformance.Verdict{"pass"}, []func(*conformance.Report){whole, func(r *conformance.Report) { r.Complete = false }}},
		{"not reached", []conformance.Verdict{"error", "error", "blocked"}, []func(*conformance.Report){whole}},
		{"1 error, 1 broken promise", []conformance.Verdict{"error", "fail"}, []func(*conformance.Report){whole}},
	}
	for _, test := range tests {
		r := fixed()
		r.Results, r.Known = nil, nil
		for _, v := range test.verdicts {
			r.Results = append(r.Results, conformance.Result{ID: "alm/x", Verdict: v})
		}
		for _, change := range test.changes {
			change(r)
		}
		assert.Equal(t, says(t, r), test.want)
	}
	golden.Assert(t, draw(t, report.Badge, fixed()), "badge.golden")
}

// TestBadgeNeverSaysMore than the run does.
func TestBadgeNeverSaysMore(t *testing.T) {
	everyRun(t, func(r *conformance.Report) {
		known := r.Results[0].Known != "" || r.Results[1].Known != ""
		assert.Equal(t, strings.Contains(says(t, r), "conformant"), r.Whole() && r.ExitStatus() == 0 && !known, told(r))
	})
}
