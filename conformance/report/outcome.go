package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// reason says in one line why the check didn't simply pass; empty: it did.
func reason(r conformance.Result) string {
	why := ""
	switch {
	case r.Known != "":
		why = fmt.Sprintf("known deviation (%s): %s", r.Verdict, r.Known)
	case r.Verdict == conformance.Fail:
		why = first(r.Failures)
	case r.Verdict == conformance.Warn:
		why = first(r.Warnings)
	case r.Verdict == conformance.Error:
		why = r.Error
	case r.Verdict == conformance.Inconclusive:
		why = "inconclusive: " + r.Inconclusive
	case r.Verdict == conformance.Blocked:
		why = "blocked: " + r.Blocked
	case r.Verdict == conformance.NA:
		why = "not applicable: " + r.Reason
	case r.Verdict == "":
		why = "not run: " + r.Reason
	case r.Verdict == conformance.Noted:
		why = strings.Join(r.Notes, "; ")
	case r.Verdict != conformance.Pass:
		why = fmt.Sprintf("the verdict %q is unknown", r.Verdict)
	}
	return brief(why)
}

// brief is a name or a sentence of the suite's own. It is only long or odd if somebody forged a report.
func brief(text string) string { return Clean(cut(text, 200)) }

// first tells of the first difference, and of how many there are besides.
func first(found []conformance.Difference) string {
	if len(found) == 0 {
		return "not told"
	}
	d, more, at := found[0], "", ""
	if d.Pointer != "" {
		at = "at " + cut(d.Pointer, 60) + ": "
	}
	if len(found) > 1 {
		more = fmt.Sprintf(" (and %d more)", len(found)-1)
	}
	if d.Expected == "" {
		return at + cut(d.Actual, 200) + more
	}
	return fmt.Sprintf("%sexpected %s, actual %s%s", at, cut(d.Expected, 100), cmp.Or(cut(d.Actual, 100), "nothing"), more)
}

// trouble is why a run is no success, although no check says so.
type trouble struct{ group, name, says string }

// troubles are the known deviations that must be removed from the list, and an incomplete run.
func troubles(r *conformance.Report) []trouble {
	var all []trouble
	for _, k := range r.Known {
		if k.Stale != "" {
			all = append(all, trouble{"known", brief(k.ID), brief("stale known deviation: " + k.Stale)})
		}
	}
	if incomplete(r) {
		all = append(all, trouble{"run", "run/complete", (&text{Report: r}).conclusion()})
	}
	return all
}

// incomplete tells whether a check of the scope said nothing. Where something is broken as well, that is
// enough for a run to be no success.
func incomplete(r *conformance.Report) bool {
	return !r.Complete || r.ExitStatus() == conformance.ExitIncomplete
}

// maxEvidence bounds the bytes of evidence in a report for a CI server, before anything is escaped: some
// refuse files of more than 30 MB.
const maxEvidence = 2_500_000

// telling tells of checks as the text report does, as long as there is room.
type telling struct {
	exchanges evidence
	room      int
}

func newTelling(r *conformance.Report) *telling { return &telling{evidenceOf(r), maxEvidence} }

// details are the promise, its source, what was found and the requests, in several lines.
func (t *telling) details(r conformance.Result) string { return t.tell(r, (*text).details) }

// found is what was found, and the requests.
func (t *telling) found(r conformance.Result) string { return t.tell(r, (*text).found) }

func (t *telling) tell(r conformance.Result, tell func(*text, conformance.Result)) string {
	if t.room <= 0 {
		return "The evidence is left out here, because there is too much of it: the JSON report has it.\n"
	}
	told := &text{exchanges: t.exchanges}
	tell(told, bearable(r))
	lines := strings.ReplaceAll("\n"+told.String(), "\n        ", "\n")[1:]
	t.room -= len(lines)
	return lines
}

// bearable is the result with texts that somebody may read.
func bearable(r conformance.Result) conformance.Result {
	r.Failures, r.Warnings = fewer(r.Failures), fewer(r.Warnings)
	r.Error, r.Inconclusive, r.Blocked = cut(r.Error, 1000), cut(r.Inconclusive, 1000), cut(r.Blocked, 1000)
	notes := r.Notes
	r.Notes = nil
	for i, note := range notes {
		if i == most {
			r.Notes = append(r.Notes, fmt.Sprintf("and %d more", len(notes)-most))
			break
		}
		r.Notes = append(r.Notes, cut(note, 1000))
	}
	return r
}

// most is how many differences or notes of a check are told.
const most = 10

func fewer(found []conformance.Difference) []conformance.Difference {
	var few []conformance.Difference
	for i, d := range found {
		if i == most {
			return append(few, conformance.Difference{Actual: fmt.Sprintf("and %d more differences", len(found)-most)})
		}
		few = append(few, conformance.Difference{Pointer: cut(d.Pointer, 300), Expected: cut(d.Expected, 1000), Actual: cut(d.Actual, 1000)})
	}
	return few
}
