package conformance

import (
	"slices"
	"time"
)

// Verdict is what came of a check.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"         // a promise is broken
	Warn         Verdict = "warn"         // something is unusual, and allowed
	Noted        Verdict = "noted"        // the target has one of the permitted behaviours
	NA           Verdict = "na"           // the operator declares that the target doesn't offer it
	Blocked      Verdict = "blocked"      // something that it needs is missing
	Inconclusive Verdict = "inconclusive" // the world moved while it looked
	Error        Verdict = "error"        // the target couldn't be reached, or the suite failed
)

// Verdicts are all of them, worst first.
var Verdicts = []Verdict{Fail, Error, Inconclusive, Blocked, Warn, Noted, NA, Pass}

// Result is what came of a check, with its evidence.
type Result struct {
	ID      string  `json:"id"`
	Kind    Kind    `json:"kind"`
	Says    string  `json:"says"`
	Cite    Cite    `json:"cite"`
	Level   Level   `json:"level"`
	Verdict Verdict `json:"verdict"`

	Failures     []Difference  `json:"failures,omitempty"`
	Warnings     []Difference  `json:"warnings,omitempty"`
	Notes        []string      `json:"notes,omitempty"`
	Blocked      string        `json:"blocked,omitempty"`      // what is missing
	Inconclusive string        `json:"inconclusive,omitempty"` // what moved
	Error        string        `json:"error,omitempty"`
	Reason       string        `json:"reason,omitempty"`    // why it is not applicable
	Exchanges    []int         `json:"exchanges,omitempty"` // numbers of the exchanges that it looked at
	Duration     time.Duration `json:"duration_ns"`
}

func (r Result) clone() Result {
	r.Failures, r.Warnings = slices.Clone(r.Failures), slices.Clone(r.Warnings)
	r.Notes, r.Exchanges = slices.Clone(r.Notes), slices.Clone(r.Exchanges)
	return r
}

// judge derives the verdict. What was seen broken stays broken, whatever came after.
func (r *Result) judge() {
	switch {
	case len(r.Failures) > 0:
		r.Verdict = Fail
	case r.Error != "":
		r.Verdict = Error
	case r.Inconclusive != "":
		r.Verdict = Inconclusive
	case r.Blocked != "":
		r.Verdict = Blocked
	case len(r.Warnings) > 0:
		r.Verdict = Warn
	case len(r.Notes) > 0:
		r.Verdict = Noted
	default:
		r.Verdict = Pass
	}
}

// NotRun is a check outside the scope of a run.
type NotRun struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Report is what came of a run. It holds no secret.
type Report struct {
	Target         string         `json:"target"` // its URL
	Implementation Implementation `json:"implementation"`
	Mode           Mode           `json:"mode"`
	Selection      []string       `json:"selection,omitempty"` // patterns of ids; none: all
	Levels         []Level        `json:"levels,omitempty"`    // none: all
	Start          time.Time      `json:"start"`
	Stop           time.Time      `json:"stop"`
	// Complete says that every check in the scope was run to its end.
	Complete  bool       `json:"complete"`
	Results   []Result   `json:"results"`
	NotRun    []NotRun   `json:"not_run,omitempty"`
	Created   []Created  `json:"created,omitempty"`
	Exchanges []Exchange `json:"exchanges"`
}

// Count is how many checks have the verdict.
func (r *Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// Whole tells whether the scope was the whole catalogue, in write mode. Only then may anybody speak of
// conformance.
func (r *Report) Whole() bool { return len(r.NotRun) == 0 && r.Mode == Write }

// Exit statuses of a run, in the order in which they win over each other: 4, 1, 3, 0.
const (
	ExitConformant    = 0 // in the selected scope
	ExitNotConformant = 1
	ExitUsage         = 2 // usage, configuration, nothing selected
	ExitIncomplete    = 3 // something was blocked or inconclusive
	ExitTargetFailed  = 4 // the target could not be reached, or the suite failed
)

// ExitStatus is the status with which a program should end.
func (r *Report) ExitStatus() int {
	evidence := r.Count(Pass) + r.Count(Warn) + r.Count(Fail)
	switch {
	case r.Count(Error) > 0:
		return ExitTargetFailed
	case r.Count(Fail) > 0:
		return ExitNotConformant
	case !r.Complete || r.Count(Blocked) > 0 || r.Count(Inconclusive) > 0 || evidence == 0 && r.Count(Noted) == 0:
		return ExitIncomplete
	}
	return ExitConformant
}
