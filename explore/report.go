package explore

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// Report is what came of an exploration. It holds no secret.
type Report struct {
	Suite          conformance.Suite          `json:"suite"`
	Target         string                     `json:"target"` // its URL
	Implementation conformance.Implementation `json:"implementation"`
	Seed           uint64                     `json:"seed"`
	Prefix         string                     `json:"prefix"` // how the aliases of all begin that it created
	ReadOnly       bool                       `json:"read_only"`
	Requests       int                        `json:"requests"`
	Sequences      int                        `json:"sequences"`
	Duration       time.Duration              `json:"duration_ns"`
	Findings       []*Finding                 `json:"findings"` // worst first, one for each cause
	// Unconfirmed are problems that didn't show again when their sequence was repeated. They are no findings.
	Unconfirmed []*Finding            `json:"unconfirmed,omitempty"`
	Stopped     string                `json:"stopped,omitempty"`     // why it ended before its limits
	Incomplete  string                `json:"incomplete,omitempty"`  // why it can't be relied upon
	Unreachable string                `json:"unreachable,omitempty"` // why the target gave no reply
	Created     []conformance.Created `json:"created,omitempty"`
}

// Finding is something that is wrong with the target.
type Finding struct {
	Oracle    Oracle `json:"oracle"`
	Says      string `json:"says"` // what should hold
	Operation string `json:"operation"`
	Place     string `json:"place,omitempty"` // JSON pointer, or what was particular about the request
	// Doubtful says that the documentation only suggests it: a warning.
	Doubtful bool   `json:"doubtful"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Count    int    `json:"count"` // sequences in which it was seen
	After    int    `json:"after"` // requests until it was seen first
	// Unrepeated says of what is unconfirmed that it couldn't be repeated, at least once: there were no requests, or no
	// connections to create, left for that.
	Unrepeated bool `json:"unrepeated,omitempty"`
	// Sequence is the shortest that shows it, and Run what begins the aliases in its Evidence.
	Sequence Sequence   `json:"sequence"`
	Run      string     `json:"run"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is a request of a sequence, and what came of it.
type Evidence struct {
	Step     int                  `json:"step"`            // counted from 1; 0: a look at what there is, between the steps
	Makes    string               `json:"makes,omitempty"` // label of the connection that it makes
	Exchange conformance.Exchange `json:"exchange"`
}

// maxEvidence is how many exchanges a finding keeps: those at the end.
const maxEvidence = 40

// finding makes a finding of a problem, with the evidence of an execution.
func (x *explorer) finding(seq Sequence, p problem, e *execution) *Finding {
	words := x.senders[onTarget].Words
	f := &Finding{
		Oracle: p.oracle, Says: p.oracle.Says(), Operation: p.operation, Place: words("%s", p.place), Doubtful: p.doubtful,
		Expected: words("%s", p.expected), Actual: words("%s", p.actual), Count: 1, Sequence: seq, Run: e.run,
	}
	for _, event := range e.events[max(0, len(e.events)-maxEvidence):] {
		f.Evidence = append(f.Evidence, Evidence{event.step + 1, event.label, event.record()})
	}
	return f
}

// order puts the worst first, and leaves out doubts about what is certain.
func (r *Report) order() {
	for _, list := range []*[]*Finding{&r.Findings, &r.Unconfirmed} {
		*list = slices.DeleteFunc(*list, func(f *Finding) bool {
			return slices.ContainsFunc(r.Findings, func(g *Finding) bool {
				return f != g && f.Oracle == g.Oracle && f.where() == g.where() && (f.Doubtful && !g.Doubtful)
			})
		})
	}
	doubt := map[bool]int{true: 1}
	for _, list := range [][]*Finding{r.Findings, r.Unconfirmed} {
		slices.SortStableFunc(list, func(a, b *Finding) int {
			return cmp.Or(doubt[a.Doubtful]-doubt[b.Doubtful], a.Oracle.rank()-b.Oracle.rank(), cmp.Compare(a.Operation, b.Operation),
				cmp.Compare(a.Place, b.Place))
		})
	}
}

// Exit statuses of an exploration.
const (
	ExitNothing     = 0 // no finding, or only doubtful ones
	ExitFindings    = 1
	ExitUsage       = 2
	ExitIncomplete  = 3 // see Report.Incomplete: it was interrupted, or the target let nobody look
	ExitUnreachable = 4 // the target gave no reply
)

// ExitStatus is the status with which a program should end.
func (r *Report) ExitStatus() int {
	switch {
	case slices.ContainsFunc(r.Findings, func(f *Finding) bool { return !f.Doubtful }):
		return ExitFindings
	case r.Unreachable != "":
		return ExitUnreachable
	case r.Incomplete != "":
		return ExitIncomplete
	}
	return ExitNothing
}

// JSON writes the report for machines.
func JSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Format     int `json:"format"`
		ExitStatus int `json:"exit_status"`
		*Report
	}{1, r.ExitStatus(), r})
}
