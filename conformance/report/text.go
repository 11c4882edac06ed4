// Package report renders what came of a run of the conformance suite. Its functions only depend on the
// report that they are given.
package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// text is a report under way.
type text struct {
	strings.Builder
	Style
	*conformance.Report
	exchanges evidence
}

// Text writes the report for people: first what is broken, by heading of the documentation, with the
// promise and the requests; then what else was seen, the counts, and what the run says in one sentence.
func Text(w io.Writer, r *conformance.Report, style Style) error {
	t := &text{Style: style, Report: r, exchanges: evidenceOf(r)}
	t.header()
	t.tree()
	t.unjudged(conformance.Error, "Errors", func(r conformance.Result) string { return r.Error })
	t.unjudged(conformance.Inconclusive, "Inconclusive", func(r conformance.Result) string { return r.Inconclusive })
	t.unjudged(conformance.Blocked, "Blocked", func(r conformance.Result) string { return r.Blocked })
	t.unjudged(conformance.NA, "Not applicable, as the operator declares", func(r conformance.Result) string { return r.Reason })
	t.known()
	t.notRun()
	t.created()
	t.line("%s\n%s", t.counts(), t.bold(t.conclusion()))
	_, err := io.WriteString(w, t.String())
	return err
}

func (t *text) line(format string, args ...any) { _, _ = fmt.Fprintf(t, format+"\n", args...) }

func (t *text) header() {
	who := strings.TrimSpace(t.Implementation.Product + " " + t.Implementation.Version)
	if who != "" && t.Implementation.Organization != "" {
		who += ", "
	}
	if who += t.Implementation.Organization; who != "" {
		who = " (" + Clean(who) + ")"
	}
	t.line("%s%s", t.bold(Clean(t.Target)), who)
	t.line("%s, %s mode, %s", t.Start.UTC().Format(time.RFC3339), t.Mode, t.Stop.Sub(t.Start).Round(time.Millisecond))
	t.line("Checked by sdecontract %s, revision %s, contract %s", t.Suite.Version, t.Suite.Revision, t.Suite.Contract)
	switch scope := t.scope(); {
	case len(t.Parts) > 0:
		t.parts()
	case scope != "":
		t.line("Scope: %s", scope)
	}
	t.line("")
}

// parts tells of the runs that were merged.
func (t *text) parts() {
	t.line("Merged from %s:", count(len(t.Parts), "run"))
	for _, p := range t.Parts {
		state := ""
		if !p.Complete {
			state = ", interrupted"
		}
		t.line("  %s, %s mode, %s, %s: %s%s", p.Start.UTC().Format(time.RFC3339), Clean(string(p.Mode)),
			p.Stop.Sub(p.Start).Round(time.Millisecond), count(p.Checks, "check"), cmp.Or(scopeOf(p.Selection, p.Levels), "everything"), state)
	}
}

func (t *text) scope() string { return scopeOf(t.Selection, t.Levels) }

// scopeOf tells what was selected; empty: everything.
func scopeOf(selection []string, selected []conformance.Level) string {
	var parts []string
	if len(selection) > 0 {
		parts = append(parts, "checks "+Clean(strings.Join(selection, ", ")))
	}
	if len(selected) > 0 {
		var levels []string
		for _, l := range selected {
			levels = append(levels, Clean(string(l)))
		}
		parts = append(parts, "levels "+strings.Join(levels, ", "))
	}
	return strings.Join(parts, "; ")
}

// tree tells of the checks by heading.
func (t *text) tree() {
	for _, g := range byHeading(t.Results) {
		t.line("%s  %s", t.bold(g.name), t.tally(g))
		for _, result := range g.results {
			t.result(result)
		}
	}
	t.line("")
}

// heading is under what a check stands in the report.
func heading(c conformance.Cite) string {
	switch {
	case c.Heading == "":
		return "Conventions of HTTP and REST"
	case c.Page == "Connections":
		return c.Heading
	}
	return c.Page + " page: " + c.Heading
}

// tally counts the verdicts, worst first.
func (t *text) tally(g group) string {
	var parts []string
	for _, v := range conformance.Verdicts {
		if n := g.count(v); n > 0 {
			parts = append(parts, t.verdict(v, fmt.Sprintf("%d %s", n, v)))
		}
	}
	return strings.Join(parts, ", ")
}

// result tells of one check, unless its group's counts say enough.
func (t *text) result(r conformance.Result) {
	judged := r.Verdict == conformance.Fail || r.Verdict == conformance.Warn
	if judged || r.Verdict == conformance.Noted || len(r.Notes) > 0 || r.Verdict == conformance.Pass && t.Verbose {
		t.line("  %s %s", t.verdict(r.Verdict, fmt.Sprintf("%-5s", r.Verdict)), r.ID)
	}
	if judged {
		t.details(r)
		return
	}
	if t.Verbose && (r.Verdict == conformance.Noted || r.Verdict == conformance.Pass) {
		t.line("        promise   %s", r.Says)
	}
	t.notes(r)
}

// details tells all that was found, with the requests.
func (t *text) details(r conformance.Result) {
	t.line("        promise   %s", Clean(r.Says))
	t.line("        source    %s (%s, %s)", Clean(r.Cite.String()), Clean(string(r.Cite.Evidence)), Clean(string(r.Level)))
	if r.Known != "" {
		t.line("        known     %s", Clean(r.Known))
	}
	t.found(r)
}

// found tells what the check saw, and by which requests.
func (t *text) found(r conformance.Result) {
	t.differences(r.Failures)
	if len(r.Failures) > 0 && len(r.Warnings) > 0 {
		t.line("        less than that, a warning:")
	}
	t.differences(r.Warnings)
	if end := cmp.Or(r.Error, r.Inconclusive, r.Blocked); end != "" {
		label := "then"
		if len(r.Failures)+len(r.Warnings) == 0 {
			label = "why"
		}
		t.line("        %-9s %s", label, Clean(end))
	}
	t.evidence(r)
	t.notes(r)
}

func (t *text) notes(r conformance.Result) {
	for _, note := range r.Notes {
		t.line("        note      %s", Clean(note))
	}
}

func (t *text) differences(found []conformance.Difference) {
	for _, d := range found {
		if d.Pointer != "" {
			t.line("        at        %s", Clean(d.Pointer))
		}
		if d.Expected != "" {
			t.line("        expected  %s", Clean(d.Expected))
		}
		t.line("        actual    %s", Clean(d.Actual))
	}
}

// evidence prints the request that decided, and the last before it that could change something; all of them, if
// verbose.
func (t *text) evidence(r conformance.Result) {
	found := t.exchanges.telling(r)
	if t.Verbose {
		found = t.exchanges.of(r)
	}
	for _, e := range found {
		t.line("        request   %s", Request(*e))
		reply := Clean(cut(strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, e.ResponseBody)), 300))
		if e.Status == 0 {
			reply = "none: " + Clean(e.Error)
		}
		t.line("        reply     %s", t.dim(reply))
	}
}

// unjudged lists the checks with that verdict by their reason, the most frequent first.
func (t *text) unjudged(v conformance.Verdict, title string, reason func(conformance.Result) string) {
	t.reasons(title, byReason(t.Results, v, reason), v == conformance.NA)
}

func (t *text) notRun() {
	t.reasons("Not run", byReason(notRun(t.Report), "", func(r conformance.Result) string { return r.Reason }), false)
}

// reasons prints ids by reason. Unless all are wanted, a few stand for many.
func (t *text) reasons(title string, groups []group, all bool) {
	if len(groups) == 0 {
		return
	}
	t.line("%s", t.bold(title))
	for _, g := range groups {
		t.line("  %s: %s", count(len(g.results), "check"), Clean(g.name))
		for i, r := range g.results {
			const few = 3
			if i == few && !t.Verbose && !all {
				t.line("    %s", t.dim(fmt.Sprintf("and %d more", len(g.results)-few)))
				break
			}
			t.line("    %s", t.dim(r.ID))
		}
	}
	t.line("")
}

func (t *text) created() {
	if len(t.Created) == 0 {
		return
	}
	t.line("%s", t.bold("Created, and left behind because nothing can be deleted by documented means"))
	for _, c := range t.Created {
		frequency := cmp.Or(c.Frequency, "an unknown frequency")
		if c.Frequency != "manually" {
			frequency = t.verdict(conformance.Warn, Clean(frequency)+" (it synchronises: set it to manually)")
		}
		t.line("  %s connection %d, %s, by %s, at %s", c.Kind, c.ID, Clean(fmt.Sprintf("%q", c.Alias)), Clean(c.User), frequency)
	}
	t.line("")
}
