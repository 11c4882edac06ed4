package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// Diff is what changed from an old run to a new one, check by check.
type Diff struct {
	Old        RunSummary `json:"old"`
	New        RunSummary `json:"new"`
	Mismatches []Mismatch `json:"mismatches,omitempty"` // in what the runs are not alike, so that checks may differ for it

	Worse   []Change `json:"worse,omitempty"`   // regressions, and what is worse without being one: see [Change]
	Better  []Change `json:"better,omitempty"`  // what deviated or wasn't judged, and is right now
	Changed []Change `json:"changed,omitempty"` // neither: noted in place of pass, known now, no longer applicable, ...
	Added   []Change `json:"added,omitempty"`   // checks that only the new suite has
	Gone    []Change `json:"gone,omitempty"`    // checks that only the old suite has
	// NotComparable are checks of both suites that only one of the runs ran.
	NotComparable []Change        `json:"not_comparable,omitempty"`
	Promises      []PromiseChange `json:"promises,omitempty"` // promises that aren't told as they were
	Compared      int             `json:"compared"`           // checks that both ran
	Unchanged     int             `json:"unchanged"`          // of those, the checks with the same verdict
	Unjudged      int             `json:"unjudged"`           // of those compared, the checks of which neither run said anything
}

// RunSummary is which run it was.
type RunSummary struct {
	Target     string           `json:"target"`
	Start      time.Time        `json:"start"`
	Suite      string           `json:"suite"` // version and revision
	Contract   string           `json:"contract"`
	Mode       conformance.Mode `json:"mode"`
	Scope      string           `json:"scope,omitempty"` // patterns and levels that were selected; empty: all
	Checks     int              `json:"checks"`          // that were run
	Complete   bool             `json:"complete"`
	ExitStatus int              `json:"exit_status"`
}

// Mismatch is a property in which the runs differ.
type Mismatch struct {
	What string `json:"what"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Change is a check that isn't as it was.
type Change struct {
	ID       string              `json:"id"`
	Says     string              `json:"says"`
	Old      conformance.Verdict `json:"old,omitempty"` // empty: it wasn't run
	New      conformance.Verdict `json:"new,omitempty"` // empty: it wasn't run
	OldKnown bool                `json:"old_known,omitempty"`
	NewKnown bool                `json:"new_known,omitempty"`
	// Why is what the run says of the worse verdict, or why it wasn't run.
	Why string `json:"why,omitempty"`
	// Regression tells that the check makes verify fail or end as incomplete, and did neither before: it newly
	// fails or errs and isn't known to, or it is newly blocked or inconclusive. A new warning is none.
	Regression bool `json:"regression,omitempty"`
}

// PromiseChange is a check whose promise is told otherwise, so that its verdict may differ for that.
type PromiseChange struct {
	ID   string `json:"id"`
	What string `json:"what"` // promise, level or source
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Regressions is how many of the changes are regressions.
func (d Diff) Regressions() int {
	n := 0
	for _, c := range d.Worse {
		if c.Regression {
			n++
		}
	}
	return n
}

// Empty tells that the runs can't be compared: no check was run by both, or neither run judged any of them, as when
// both reached nobody, and nothing is worse.
func (d Diff) Empty() bool { return d.Unjudged == d.Compared && d.Regressions() == 0 }

// Compare tells what changed from an old run to a new one.
func Compare(old, now *conformance.Report) Diff {
	d := Diff{Old: summary(old), New: summary(now), Mismatches: mismatches(old, now)}
	before, after := resultsByID(old), resultsByID(now)
	for _, r := range everyCheck(now) {
		was, there := before[r.ID]
		switch {
		case !there:
			d.Added = append(d.Added, change(conformance.Result{}, r))
			continue
		case was.Verdict != "" && r.Verdict != "":
			d.compare(was, r)
		case was.Verdict != "" || r.Verdict != "":
			c := change(was, r)
			c.Why = cmp.Or(was.Reason, r.Reason)
			d.NotComparable = append(d.NotComparable, c)
		}
		d.promise(was, r)
	}
	for _, r := range everyCheck(old) {
		if _, there := after[r.ID]; !there {
			d.Gone = append(d.Gone, change(r, conformance.Result{}))
		}
	}
	return d
}

// everyCheck is each check of the report's suite. Those that weren't run have no verdict.
func everyCheck(r *conformance.Report) []conformance.Result {
	return slices.Concat(r.Results, notRun(r))
}

func resultsByID(r *conformance.Report) map[string]conformance.Result {
	all := map[string]conformance.Result{}
	for _, result := range everyCheck(r) {
		all[result.ID] = result
	}
	return all
}

func change(old, now conformance.Result) Change {
	return Change{
		ID: cmp.Or(now.ID, old.ID), Says: cmp.Or(now.Says, old.Says), Old: old.Verdict, New: now.Verdict,
		OldKnown: old.Known != "", NewKnown: now.Known != "",
	}
}

// compare files what changed in a check that both ran.
func (d *Diff) compare(old, now conformance.Result) {
	d.Compared++
	c := change(old, now)
	c.Why, c.Regression = reason(now), counts(now) && !counts(old) || broken(now) && !broken(old)
	before, after := severity(old), severity(now)
	if !judged(old) && !judged(now) {
		d.Unjudged++
	}
	switch {
	case c.Regression:
		d.Worse = append(d.Worse, c)
	case c.Old == c.New && c.OldKnown == c.NewKnown:
		d.Unchanged++
	case c.Old == conformance.NA || c.New == conformance.NA || before == after || after == unjudged:
		d.Changed = append(d.Changed, c)
	case after > before:
		d.Worse = append(d.Worse, c)
	default:
		c.Why = reason(old)
		d.Better = append(d.Better, c)
	}
}

// judged tells whether the run says something of the target in that check.
func judged(r conformance.Result) bool {
	switch r.Verdict {
	case conformance.Error, conformance.Blocked, conformance.Inconclusive, conformance.NA:
		return false
	}
	return true
}

// unjudged is the severity of a check that has said nothing of the target.
const unjudged = 2

func severity(r conformance.Result) int {
	switch r.Verdict {
	case conformance.Fail, conformance.Error:
		return 3
	case conformance.Blocked, conformance.Inconclusive:
		return unjudged
	case conformance.Warn:
		return 1
	}
	return 0
}

// broken tells whether the result makes a run fail.
func broken(r conformance.Result) bool { return severity(r) == 3 && r.Known == "" }

// counts tells whether the result makes a run fail, or end as incomplete.
func counts(r conformance.Result) bool { return severity(r) == unjudged || broken(r) }

// promise files in what the promise of a check is told otherwise.
func (d *Diff) promise(old, now conformance.Result) {
	for _, told := range []struct{ what, old, new string }{
		{"promise", old.Says, now.Says},
		{"level", string(old.Level), string(now.Level)},
		{"source", old.Cite.String(), now.Cite.String()},
	} {
		if told.old != told.new {
			d.Promises = append(d.Promises, PromiseChange{now.ID, told.what, told.old, told.new})
		}
	}
}

// suite is which suite ran, in words.
func suite(r *conformance.Report) string { return r.Suite.Version + ", revision " + r.Suite.Revision }

func summary(r *conformance.Report) RunSummary {
	return RunSummary{
		Target: r.Target, Start: r.Start, Suite: suite(r), Contract: r.Suite.Contract,
		Mode: r.Mode, Scope: (&text{Report: r}).scope(), Checks: len(r.Results), Complete: r.Complete, ExitStatus: r.ExitStatus(),
	}
}

// mismatches are the properties in which the runs differ, those first that matter most.
func mismatches(old, now *conformance.Report) []Mismatch {
	was, is := summary(old), summary(now)
	complete := map[bool]string{true: "complete", false: "interrupted"}
	product := func(r *conformance.Report) string {
		return strings.TrimSpace(r.Implementation.Product + " " + r.Implementation.Version)
	}
	var all []Mismatch
	for _, m := range []Mismatch{
		{"target", was.Target, is.Target},
		{"product", cmp.Or(product(old), "unknown"), cmp.Or(product(now), "unknown")},
		{"suite", was.Suite, is.Suite},
		{"contract", was.Contract, is.Contract},
		{"mode", string(was.Mode), string(is.Mode)},
		{"scope", cmp.Or(was.Scope, "everything"), cmp.Or(is.Scope, "everything")},
		{"run", complete[was.Complete], complete[is.Complete]},
	} {
		if m.Old != m.New {
			all = append(all, m)
		}
	}
	return all
}
