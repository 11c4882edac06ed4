package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Known is a deviation that the operator knows of, so that it doesn't make a run fail. It covers whatever
// differences the check finds: not some of them.
type Known struct {
	ID       string   `json:"id" yaml:"id" schema:"required,enum=checks"`                       // the check's: no pattern
	Verdict  Verdict  `json:"verdict" yaml:"verdict" schema:"required,enum=deviations"`         // the one that is expected; a worse one counts
	Reason   string   `json:"reason" yaml:"reason" schema:"required,pattern=\\S,not=^\\s*TODO"` // why it is accepted
	Until    string   `json:"until,omitempty" yaml:"until,omitempty" schema:"format=date"`      // the last day on which it counts (UTC), as 2026-12-31; empty: for ever
	Standing Standing `json:"standing,omitempty" yaml:"-"`                                      // what a run made of it; empty before that
	// Stale says, after a run, why the entry must be removed; empty while it needn't.
	Stale string `json:"stale,omitempty" yaml:"-"`
}

// Standing is how a [Known] deviation stands after a run.
type Standing string

// The standings.
const (
	KnownHolds     Standing = "holds"         // the check deviates as the entry says
	KnownStale     Standing = "stale"         // it deviates no more, or less: the entry must be removed
	KnownWorse     Standing = "worse"         // it fails or errs in another way than the entry says, which counts
	KnownExpired   Standing = "expired"       // it deviates as the entry says, but the day is past: it counts again
	KnownUnjudged  Standing = "not judged"    // the check is blocked or inconclusive
	KnownNotLooked Standing = "not looked at" // the check wasn't run
)

// Standings are all of them, what asks for action first.
var Standings = []Standing{KnownWorse, KnownExpired, KnownStale, KnownUnjudged, KnownNotLooked, KnownHolds}

// WithKnown tells of deviations that don't make the run fail. Entries that [ReadKnown] would refuse are an
// error of [Run].
func WithKnown(known []Known) Option {
	return func(o *options) { o.known = append(o.known, known...) }
}

// ApplyKnown judges the entries by the results, and marks the results that are as an entry says, in place of
// what either said before. now is the day by which entries expire.
func (r *Report) ApplyKnown(known []Known, now time.Time) {
	r.Known = slices.Clone(known)
	results := map[string]*Result{}
	for i := range r.Results {
		r.Results[i].Known = ""
		results[r.Results[i].ID] = &r.Results[i]
	}
	for i := range r.Known {
		k := &r.Known[i]
		k.Standing, k.Stale = k.standing(results[k.ID], now), ""
		switch k.Standing {
		case KnownHolds:
			results[k.ID].Known = k.Reason
		case KnownStale:
			k.Stale = fmt.Sprintf("its verdict is %s, no longer %s: remove it", results[k.ID].Verdict, k.Verdict)
		}
	}
}

func (k Known) standing(r *Result, now time.Time) Standing {
	switch {
	case r == nil:
		return KnownNotLooked
	case r.Verdict == Blocked || r.Verdict == Inconclusive:
		return KnownUnjudged
	case r.Verdict == k.Verdict && k.Until != "" && now.UTC().Format(time.DateOnly) > k.Until:
		return KnownExpired
	case r.Verdict == k.Verdict:
		return KnownHolds
	case r.Verdict == Fail || r.Verdict == Error:
		return KnownWorse
	}
	return KnownStale
}

// KnownFailures is how many checks fail or err, and are known to.
func (r *Report) KnownFailures() int {
	return r.Count(Fail) + r.Count(Error) - r.Unexpected(Fail) - r.Unexpected(Error)
}

// unexplained is how the reason begins of an entry that nobody has given one yet.
const unexplained = "TODO"

// problems calls report for each field of the entry that can't be meant. A draft may lack its reason.
func (k Known) problems(draft bool, report func(field, problem string)) {
	exists := func(c Check) bool { return c.ID == k.ID }
	switch {
	case k.ID == "":
		report("id", "id is missing: which check deviates")
	case strings.Contains(k.ID, "*"):
		report("id", fmt.Sprintf("%q: an entry is about one check, so that each has its reason", k.ID))
	case !slices.ContainsFunc(Checks(), exists):
		report("id", fmt.Sprintf("no check is called %q%s", k.ID, DidYouMean(k.ID)))
	}
	switch {
	case k.Verdict == "":
		report("verdict", "verdict is missing: fail, warn or error")
	case k.Verdict != Fail && k.Verdict != Warn && k.Verdict != Error:
		report("verdict", fmt.Sprintf("verdict %q is not fail, warn or error", k.Verdict))
	}
	switch reason := strings.TrimSpace(k.Reason); {
	case reason == "":
		report("reason", "reason is missing: say why the deviation is accepted")
	case strings.HasPrefix(reason, unexplained) && !draft:
		report("reason", "say why the deviation is accepted, in place of "+unexplained)
	}
	if _, err := time.Parse(time.DateOnly, k.Until); k.Until != "" && err != nil {
		report("until", fmt.Sprintf("until: %q is not a day such as 2026-12-31", k.Until))
	}
}

// checkKnown is the error of entries that can't be meant.
func checkKnown(known []Known) error {
	var errs []error
	taken := map[string]bool{}
	for i, k := range known {
		k.problems(false, func(_, problem string) {
			errs = append(errs, fmt.Errorf("known deviation %d: %s", i+1, problem))
		})
		if taken[k.ID] && k.ID != "" {
			errs = append(errs, fmt.Errorf("known deviation %d: %s is there twice", i+1, k.ID))
		}
		taken[k.ID] = true
	}
	return errors.Join(errs...)
}
