// Package verdict judges a client by what a mock saw of it, and writes that for people and programs.
//
//	srv := mock.New()
//	// ... the client calls it ...
//	report := verdict.Of(srv)
//	verdict.Text(os.Stdout, report, verdict.Style{})
//
// A [Report] is redacted as the mock's journal is: it can be shown to others.
package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

// Report is what a mock saw of its clients, and how they are judged by it. The functions of this package that
// write one depend on nothing else.
type Report struct {
	Version string    `json:"version"` // of sdecontract; (devel) if it was built from a working tree
	Start   time.Time `json:"start"`
	Stop    time.Time `json:"stop"`

	Command         *int      `json:"command,omitempty"`          // exit status of the command that was the client; nil if there was none
	AllowViolations bool      `json:"allow_violations,omitempty"` // neither violations nor the lack of any request count
	Minimums        []Minimum `json:"minimums,omitempty"`         // of the coverage, that were asked for
	Upstream        string    `json:"upstream,omitempty"`         // the server behind a proxy; empty for a mock
	AllowBreaches   bool      `json:"allow_breaches,omitempty"`   // what that server broke doesn't count
	Hint            string    `json:"hint,omitempty"`             // what may be why no request came
	// IdleFaults are those that were still set at the end and had never acted. They don't count.
	IdleFaults []IdleFault `json:"idle_faults,omitempty"`

	Requests   int64                   `json:"requests"`
	Forgotten  int64                   `json:"forgotten,omitempty"` // requests before them that the journal had forgotten: see Of
	Findings   map[mock.Severity]int64 `json:"findings"`            // how many requests had findings of that severity
	Remarks    []Remark                `json:"remarks"`             // as they were first made
	Omitted    int64                   `json:"omitted,omitempty"`   // findings that aren't in Remarks, which is bounded
	Operations []Usage                 `json:"operations"`          // each of the contract, and last what belongs to none, if that was asked for
	Coverage   mock.Coverage           `json:"coverage"`
	Exchanges  []mock.Exchange         `json:"exchanges"` // that the journal still has, by number
}

// Remark is what the mock found the same way once or several times.
type Remark struct {
	Finding   mock.Finding `json:"finding"`
	Operation string       `json:"operation,omitempty"` // operationId; empty if the request was for none
	First     Call         `json:"first"`               // the request on which it was found first
	Times     int64        `json:"times"`
}

// Call is a request in brief.
type Call struct {
	Number int64  `json:"number"` // that of the exchange
	Method string `json:"method"`
	Target string `json:"target"`         // path and query
	User   string `json:"user,omitempty"` // empty if the client didn't authenticate
	Status int    `json:"status"`         // of the reply; 0 if none was sent, as a fault may want it
}

// Usage is how an operation was used.
type Usage struct {
	Operation string                  `json:"operation"` // operationId; empty for requests that belong to no operation
	Requests  int64                   `json:"requests"`
	Statuses  map[int]int64           `json:"statuses"`    // how many were answered so; 0 stands for no reply
	Findings  map[mock.Severity]int64 `json:"findings"`    // how many had findings of that severity
	Duration  time.Duration           `json:"duration_ns"` // of all together
}

// Minimum is how much of the contract a client has to cover.
type Minimum struct {
	Kind    mock.CoverageKind `json:"kind,omitempty"` // empty: of all kinds together
	Percent float64           `json:"percent"`
}

// How a client is judged: as the exit status of sdecontract mock -- COMMAND.
const (
	Kept   = 0 // to the contract
	Broken = 1 // the contract was broken, too little of it covered, or nothing shows that it was kept
	Failed = 4 // the mock itself
)

// ExitStatus is that of sdecontract mock -- COMMAND: the command's own, if that isn't 0, else [Kept], [Broken]
// or [Failed].
func (r *Report) ExitStatus() int {
	status, _ := r.judge()
	return status
}

// Conclusion says in a sentence how the client is judged, such as "the client kept to the contract".
func (r *Report) Conclusion() string {
	_, why := r.judge()
	return why
}

func (r *Report) judge() (status int, why string) {
	switch {
	case r.Command != nil && *r.Command != 0:
		return *r.Command, "the command failed"
	case r.Findings[mock.Fault] > 0:
		return Failed, "the mock was about to break the contract itself; please report this"
	case r.Findings[mock.Outage] > 0:
		return Failed, "the server gave no answer, or no whole one, to " + plain.Count(r.Findings[mock.Outage], "request")
	}
	why, join := "the client kept to the contract", ", but"
	if r.Requests+r.Forgotten == 0 || r.Findings[mock.Violation] > 0 {
		why, join = "the client broke the contract", ", and"
		if r.Requests+r.Forgotten == 0 {
			why = "nothing was tested"
		}
		status = Broken
		if r.AllowViolations {
			status, why = Kept, why+", which --allow-violations allows"
		}
	}
	if r.Findings[mock.Breach] > 0 {
		why, join = why+"; the server broke it", ", and the client"
		if r.AllowBreaches {
			why += ", which --allow-breaches allows"
		} else {
			status = Broken
		}
	} else if r.Upstream != "" && r.Requests > 0 {
		why, join = why+"; the server kept to it", "; the client"
	}
	for i, m := range r.Unmet() {
		status = Broken
		if i == 0 {
			why += join + " covered"
		} else {
			why += " and"
		}
		why += " " + r.shortfall(m, "it")
	}
	return status, why
}

// Unmet are the minimums that the client's coverage is below.
func (r *Report) Unmet() []Minimum {
	var unmet []Minimum
	for _, m := range r.Minimums {
		if 100*r.of(m).Share() < m.Percent {
			unmet = append(unmet, m)
		}
	}
	return unmet
}

// of is the coverage that the minimum is about.
func (r *Report) of(m Minimum) mock.Coverage {
	if m.Kind == "" {
		return r.Coverage
	}
	return r.Coverage.Of(m.Kind)
}

// shortfall says by how much the client missed the minimum, where it is clear what it is about.
func (r *Report) shortfall(m Minimum, of string) string {
	if m.Kind != "" {
		of = "the " + string(m.Kind)
	}
	return fmt.Sprintf("%.1f %% of %s, less than %g %%", r.of(m).Percent, of, m.Percent)
}

// severities are in the order in which they matter.
var severities = []struct {
	mock.Severity
	of string
}{
	{mock.Fault, "failed by the mock"},
	{mock.Outage, "without an answer of the server"},
	{mock.Violation, "broke the contract"},
	{mock.Breach, "answered against the contract"},
	{mock.Refusal, "refused"},
	{mock.Note, "with notes"},
}

// Summary counts the requests, such as "14 requests, 3 broke the contract".
func (r *Report) Summary() string {
	if r.Requests+r.Forgotten == 0 {
		return strings.TrimSpace("NO REQUEST reached the " + r.server() + ". " + r.Hint)
	}
	parts := []string{plain.Count(r.Requests, "request")}
	for _, s := range severities {
		if n := r.Findings[s.Severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.of))
		}
	}
	if r.Forgotten > 0 {
		parts = append(parts, fmt.Sprintf("%d more before that the journal has forgotten", r.Forgotten))
	}
	return strings.Join(parts, ", ")
}

// server is what the client called.
func (r *Report) server() string {
	if r.Upstream != "" {
		return "proxy"
	}
	return "mock"
}

// remarks are those of that severity.
func (r *Report) remarks(severity mock.Severity) []Remark {
	return r.pick(func(m Remark) bool { return m.Finding.Severity == severity })
}

func (r *Report) pick(wanted func(Remark) bool) []Remark {
	var list []Remark
	for _, m := range r.Remarks {
		if wanted(m) {
			list = append(list, m)
		}
	}
	return list
}

// exchange is the call's, if the journal still had it. A sandbox, which has a journal of its own, numbers its
// exchanges too: one of those is not taken for another's.
func (r *Report) exchange(c Call) (e mock.Exchange, ok bool) {
	i, ok := slices.BinarySearchFunc(r.Exchanges, c.Number, func(e mock.Exchange, n int64) int { return cmp.Compare(e.Number, n) })
	if !ok || r.Exchanges[i].Target != c.Target || r.Exchanges[i].Method != c.Method {
		return e, false
	}
	return r.Exchanges[i], true
}
