// Package conformancetest runs the conformance suite as Go tests.
package conformancetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/sdecontract/sdecontract/conformance"
)

// Test runs the suite, or the part that the options select, against the target, with a subtest for each
// check. A broken promise fails its subtest, with what was expected, what came, and the requests. So does
// a check that is blocked, inconclusive or in error: what wasn't seen isn't passed. Warnings and notes are
// logged. A known deviation skips its subtest, and fails the test once it no longer holds.
//
// The requests are sent before the first subtest starts: -run selects what is told, an option what is run.
func Test(t *testing.T, target *conformance.Target, opts ...conformance.Option) {
	t.Helper()
	Suite{}.Test(t, target, opts...)
}

// Suite is Test with choices of one's own.
type Suite struct {
	// AllowBlocked skips the checks that are blocked, because the target lacks something that they need.
	AllowBlocked bool
}

// Test is as the function [Test].
func (s Suite) Test(t *testing.T, target *conformance.Target, opts ...conformance.Option) {
	t.Helper()
	report, err := conformance.Run(t.Context(), target, opts...)
	if errors.Is(err, conformance.ErrUsage) {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		t.Run(r.ID, func(t *testing.T) { s.judge(t, report, r) })
	}
	for _, k := range report.Known {
		if k.Stale != "" {
			t.Errorf("known deviation %s: %s", k.ID, k.Stale)
		}
	}
	for _, c := range report.Created {
		t.Logf("created and left: %s connection %d, %q, at %q", c.Kind, c.ID, c.Alias, c.Frequency)
	}
	if err != nil {
		t.Fatalf("the run ended early: %v", err)
	}
}

func (s Suite) judge(t *testing.T, report *conformance.Report, r conformance.Result) {
	t.Helper()
	for _, note := range r.Notes {
		t.Logf("note: %q", note)
	}
	if len(r.Warnings) > 0 {
		t.Log("warning: " + describe(report, r, r.Warnings))
	}
	if r.Known != "" && r.Verdict != conformance.Warn {
		t.Skipf("known deviation: %s", r.Known)
	}
	if len(r.Failures) > 0 {
		t.Error(describe(report, r, r.Failures))
	}
	switch r.Verdict {
	case conformance.NA:
		t.Skipf("not applicable: %s", r.Reason)
	case conformance.Blocked:
		if s.AllowBlocked {
			t.Skipf("blocked: %s", r.Blocked)
		}
		t.Fatalf("blocked: %s", r.Blocked)
	case conformance.Inconclusive:
		t.Fatalf("inconclusive: %s", r.Inconclusive)
	case conformance.Error:
		t.Fatalf("error: %q", r.Error)
	}
}

// describe tells the promise, what broke it, and the requests that were sent.
func describe(report *conformance.Report, r conformance.Result, found []conformance.Difference) string {
	var b strings.Builder
	b.WriteString(r.Says + "\n  " + r.Cite.String())
	for _, d := range found {
		b.WriteString("\n  at " + orWhole(d.Pointer) + ": expected " + d.Expected + ", got " + d.Actual)
	}
	seen := map[int]bool{}
	for _, n := range r.Exchanges {
		seen[n] = true
	}
	for _, e := range report.Exchanges {
		if seen[e.Number] {
			b.WriteString("\n  " + e.Curl())
		}
	}
	return b.String()
}

func orWhole(pointer string) string {
	if pointer == "" {
		return "the reply"
	}
	return pointer
}
