package conformance

import (
	"net/http"
	"slices"
	"strings"
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

	Failures     []Difference `json:"failures,omitempty"`
	Warnings     []Difference `json:"warnings,omitempty"`
	Notes        []string     `json:"notes,omitempty"`
	Blocked      string       `json:"blocked,omitempty"`      // what is missing
	Inconclusive string       `json:"inconclusive,omitempty"` // what moved
	Error        string       `json:"error,omitempty"`
	Reason       string       `json:"reason,omitempty"`    // why it is not applicable
	Known        string       `json:"known,omitempty"`     // the operator's reason, if this verdict is a known deviation
	Exchanges    []int        `json:"exchanges,omitempty"` // numbers of the exchanges that it looked at
	// Decisive is the number of the exchange that was looked at when the first failure was seen, or if there is none
	// the first warning; 0 if there is neither, or none was looked at.
	Decisive int           `json:"decisive,omitempty"`
	Duration time.Duration `json:"duration_ns"`
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

// NotRun is a check that wasn't run: it is outside the scope, or the run was interrupted.
type NotRun struct {
	ID     string `json:"id"`
	Kind   Kind   `json:"kind"`
	Says   string `json:"says"`
	Cite   Cite   `json:"cite"`
	Level  Level  `json:"level"`
	Reason string `json:"reason"`
}

func notRun(c Check, reason string) NotRun {
	return NotRun{c.ID, c.Kind, c.Says, c.Cite, c.Level, reason}
}

// Settings are the limits that a run kept.
type Settings struct {
	RPS        float64       `json:"rps"` // requests in a second; 0: no bound
	Timeout    time.Duration `json:"timeout_ns"`
	MaxBody    int64         `json:"max_body"` // bytes
	MaxCreates int           `json:"max_creates"`
	Prefix     string        `json:"prefix"` // how the aliases of all begin that it created
}

// Report is what came of a run. It holds no secret. All times are UTC.
type Report struct {
	Suite          Suite          `json:"suite"`
	Target         string         `json:"target"` // its URL
	Implementation Implementation `json:"implementation"`
	Described      Target         `json:"described"` // what its operator says of it, without tokens
	Settings       Settings       `json:"settings"`
	Mode           Mode           `json:"mode"`
	Selection      []string       `json:"selection,omitempty"` // patterns of ids; none: all
	Levels         []Level        `json:"levels,omitempty"`    // none: all
	Start          time.Time      `json:"start"`
	Stop           time.Time      `json:"stop"`
	// Complete says that every check in the scope was run to its end.
	Complete bool      `json:"complete"`
	Results  []Result  `json:"results"`
	NotRun   []NotRun  `json:"not_run,omitempty"`
	Known    []Known   `json:"known,omitempty"` // deviations that the operator knows of
	Created  []Created `json:"created,omitempty"`
	// Parts are the runs that were merged into this report; none: it is one run. Then Mode, Settings and the
	// scope are no more than what holds for all of them.
	Parts     []Part     `json:"parts,omitempty"`
	Exchanges []Exchange `json:"exchanges"`
}

// Part is a run that was merged into a report.
type Part struct {
	Start     time.Time `json:"start"`
	Stop      time.Time `json:"stop"`
	Mode      Mode      `json:"mode"`
	Selection []string  `json:"selection,omitempty"`
	Levels    []Level   `json:"levels,omitempty"`
	Prefix    string    `json:"prefix"` // how the aliases of all begin that it created
	Complete  bool      `json:"complete"`
	Checks    int       `json:"checks"` // that it ran
}

// plain makes every text of the report one that JSON can hold, so that a report that was read from a file is
// the one that was written. Bodies need it not: see [Body].
func (r *Report) plain() {
	for i := range r.Exchanges {
		e := &r.Exchanges[i]
		e.URL, e.Error = valid(e.URL), valid(e.Error)
		for _, h := range []http.Header{e.RequestHeader, e.ResponseHeader} {
			for _, values := range h {
				for j := range values {
					values[j] = valid(values[j])
				}
			}
		}
	}
	for i := range r.Results {
		r.Results[i].plain()
	}
	for i := range r.Known {
		r.Known[i].Reason = valid(r.Known[i].Reason)
	}
	for i := range r.Created {
		r.Created[i].Alias = valid(r.Created[i].Alias)
		r.Created[i].Frequency = valid(r.Created[i].Frequency)
	}
}

func (r *Result) plain() {
	r.Blocked, r.Inconclusive, r.Error = valid(r.Blocked), valid(r.Inconclusive), valid(r.Error)
	r.Known = valid(r.Known)
	for i := range r.Notes {
		r.Notes[i] = valid(r.Notes[i])
	}
	for _, found := range [][]Difference{r.Failures, r.Warnings} {
		for i := range found {
			d := &found[i]
			d.Pointer, d.Expected, d.Actual = valid(d.Pointer), valid(d.Expected), valid(d.Actual)
		}
	}
}

func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// utc is the time as JSON keeps it.
func utc(t time.Time) time.Time { return t.Round(0).UTC() }

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

// Unexpected is how many checks have the verdict, and aren't known to have it.
func (r *Report) Unexpected(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v && result.Known == "" {
			n++
		}
	}
	return n
}

// Stale is how many of the known deviations must be removed from the list.
func (r *Report) Stale() int {
	n := 0
	for _, k := range r.Known {
		if k.Stale != "" {
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
	ExitNotConformant = 1 // or a known deviation is none any more
	ExitUsage         = 2 // usage, configuration, nothing selected
	ExitIncomplete    = 3 // something was blocked or inconclusive
	ExitTargetFailed  = 4 // the target could not be reached, or the suite failed
)

// ExitStatus is the status with which a program should end.
func (r *Report) ExitStatus() int {
	evidence := r.Count(Pass) + r.Count(Warn) + r.Count(Fail)
	switch {
	case r.Unexpected(Error) > 0:
		return ExitTargetFailed
	case r.Unexpected(Fail) > 0 || r.Stale() > 0:
		return ExitNotConformant
	case !r.Complete || r.Count(Blocked) > 0 || r.Count(Inconclusive) > 0 || evidence == 0 && r.Count(Noted) == 0:
		return ExitIncomplete
	}
	return ExitConformant
}
