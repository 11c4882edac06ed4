package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/md"
)

// diffSection is a list of changes with its title.
type diffSection struct {
	title   string
	changes []Change
	long    bool // each with its promise and the reason
}

// unjudgedNow is the title of the regressions that one failure often causes by the dozen.
const unjudgedNow = "Regressions: can't be judged any more"

// sections are the changes as people are told of them, what matters most first.
func (d Diff) sections() []diffSection {
	var regressions, unjudged, worse []Change
	for _, c := range d.Worse {
		switch {
		case !c.Regression:
			worse = append(worse, c)
		case c.New == conformance.Blocked || c.New == conformance.Inconclusive:
			unjudged = append(unjudged, c)
		default:
			regressions = append(regressions, c)
		}
	}
	return []diffSection{
		{"Regressions", regressions, true},
		{unjudgedNow, unjudged, true},
		{"Worse, and no regression", worse, true},
		{"Better", d.Better, false},
		{"Neither better nor worse", d.Changed, false},
		{"New in the suite", d.Added, false},
		{"Gone from the suite", d.Gone, false},
	}
}

// Conclusion is what the diff says, in one sentence.
func (d Diff) Conclusion() string {
	switch {
	case d.Compared == 0:
		return "Nothing could be compared: no check was run by both."
	case d.Empty():
		return fmt.Sprintf("Nothing could be compared: neither run judged any of the %s that both ran.", count(d.Compared, "check"))
	}
	said := "No regression"
	if n := d.Regressions(); n > 0 {
		said = count(n, "regression")
	}
	neither := ""
	if d.Unjudged > 0 {
		neither = fmt.Sprintf("; %d judged by neither run", d.Unjudged)
	}
	return fmt.Sprintf("%s in %s that both runs looked at: %d worse, %d better, %d changed, %d unchanged; %d new, %d gone, %d not comparable%s.",
		said, count(d.Compared, "check"), len(d.Worse), len(d.Better), len(d.Changed), d.Unchanged, len(d.Added), len(d.Gone), len(d.NotComparable), neither)
}

// Text writes the diff for people. If verbose, it names every check that can't be compared.
func (d Diff) Text(w io.Writer, style Style) error {
	t := &text{Style: style, Report: &conformance.Report{}}
	t.line("old  %s", Clean(d.Old.String()))
	t.line("new  %s\n", Clean(d.New.String()))
	if len(d.Mismatches) > 0 {
		t.line("%s", t.bold("The runs aren't alike: what follows may come from that"))
		for _, m := range d.Mismatches {
			t.line("  %-9s %s -> %s", m.What, Clean(m.Old), Clean(m.New))
		}
		t.line("")
	}
	for _, s := range d.sections() {
		t.changes(s)
	}
	if len(d.Promises) > 0 {
		t.line("%s", t.bold("Told otherwise"))
		for _, p := range d.Promises {
			t.line("  %s, %s\n        old       %s\n        new       %s", Clean(p.ID), p.What, Clean(p.Old), Clean(p.New))
		}
		t.line("")
	}
	t.reasons("Not comparable, because only one of the runs ran them", d.notComparable(), false)
	t.line("%s", t.bold(d.Conclusion()))
	_, err := io.WriteString(w, t.String())
	return err
}

func (t *text) changes(s diffSection) {
	if len(s.changes) == 0 {
		return
	}
	if s.title == unjudgedNow && !t.Verbose {
		t.reasons(s.title, reasonsOf(s.changes), false)
		return
	}
	t.line("%s", t.bold(s.title))
	for _, c := range s.changes {
		old, now := c.verdicts()
		t.line("  %s -> %s %s", t.verdict(c.Old, old), t.verdict(c.New, now), Clean(c.ID))
		if s.long || t.Verbose {
			t.line("        promise   %s", Clean(c.Says))
			if c.Why != "" {
				t.line("        because   %s", Clean(c.Why))
			}
		}
	}
	t.line("")
}

// reasonsOf groups the changes by their reasons.
func reasonsOf(changes []Change) []group {
	var results []conformance.Result
	for _, c := range changes {
		results = append(results, conformance.Result{ID: c.ID, Reason: c.Why})
	}
	return byReason(results, "", func(r conformance.Result) string { return r.Reason })
}

// verdicts are what came of the check in both runs.
func (c Change) verdicts() (old, now string) {
	say := func(v conformance.Verdict, known bool) string {
		switch {
		case v == "":
			return "not run"
		case known:
			return string(v) + " (known)"
		}
		return string(v)
	}
	return say(c.Old, c.OldKnown), say(c.New, c.NewKnown)
}

// notComparable groups the checks that only one run ran by the run and the reason.
func (d Diff) notComparable() []group {
	changes := slices.Clone(d.NotComparable)
	for i, c := range changes {
		where := "new"
		if c.Old == "" {
			where = "old"
		}
		changes[i].Why = where + " run: " + c.Why
	}
	return reasonsOf(changes)
}

// String tells which run it was, in one line.
func (r RunSummary) String() string {
	parts := []string{r.Start.UTC().Format(time.RFC3339), r.Target, string(r.Mode) + " mode", count(r.Checks, "check"), "sdecontract " + r.Suite}
	if !r.Complete {
		parts = append(parts, "interrupted")
	}
	return strings.Join(append(parts, fmt.Sprintf("exit status %d", r.ExitStatus)), ", ")
}

// JSON writes the diff as one JSON object. Its member regressions is derived from the others.
func (d Diff) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Format      int `json:"format"`
		Regressions int `json:"regressions"`
		Diff
	}{1, d.Regressions(), d})
}

// mostRows is how long a table of Markdown is at most: GitHub refuses what is too long as a whole.
const mostRows = 500

// Markdown writes the diff as GitHub's Markdown, for a comment or a job summary.
func (d Diff) Markdown(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) }
	line("## %s\n", d.Conclusion())
	line("* old: %s\n* new: %s\n", md.Escape(d.Old.String()), md.Escape(d.New.String()))
	if len(d.Mismatches) > 0 {
		line("The runs aren't alike: what follows may come from that.\n\n| | old | new |\n|---|---|---|")
		for _, m := range d.Mismatches {
			line("| %s | %s | %s |", m.What, md.Escape(m.Old), md.Escape(m.New))
		}
		line("")
	}
	for _, s := range d.sections() {
		if len(s.changes) == 0 {
			continue
		}
		line("### %s\n\n| check | old | new | because |\n|---|---|---|---|", s.title)
		for i, c := range s.changes {
			if i == mostRows {
				line("| and %d more | | | |", len(s.changes)-mostRows)
				break
			}
			old, now := c.verdicts()
			line("| %s | %s | %s | %s |", md.Escape(c.ID), old, now, md.Escape(cut(c.Why, 300)))
		}
		line("")
	}
	if len(d.Promises) > 0 {
		line("### Told otherwise\n\n| check | | old | new |\n|---|---|---|---|")
		for _, p := range d.Promises {
			line("| %s | %s | %s | %s |", md.Escape(p.ID), p.What, md.Escape(p.Old), md.Escape(p.New))
		}
		line("")
	}
	if groups := d.notComparable(); len(groups) > 0 {
		line("### Not comparable, because only one of the runs ran them\n")
		for _, g := range groups {
			line("* %s: %s", count(len(g.results), "check"), md.Escape(g.name))
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}
