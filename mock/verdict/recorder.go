package verdict

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sdecontract/sdecontract/internal/build"
	"github.com/sdecontract/sdecontract/mock"
)

// maxRemarks bounds how many different remarks a client can have remembered.
const maxRemarks = 1000

// Recorder takes every exchange of a mock into account, also those that its journal forgets. It is safe for
// concurrent use.
type Recorder struct {
	start    time.Time
	mu       sync.Mutex
	requests int64
	findings map[mock.Severity]int64
	remarks  map[subject]*Remark
	order    []*Remark
	omitted  int64
	usage    map[string]*Usage
}

// subject is what makes two findings the same.
type subject struct {
	severity                            mock.Severity
	operation, in, pointer, rule, about string
}

// NewRecorder returns a recorder for a mock that is about to be made:
//
//	recorder := verdict.NewRecorder()
//	srv := mock.New(mock.WithObserver(recorder.Observe))
func NewRecorder() *Recorder {
	return &Recorder{start: time.Now(), findings: map[mock.Severity]int64{}, remarks: map[subject]*Remark{}, usage: map[string]*Usage{}}
}

// Observe takes an exchange into account.
func (r *Recorder) Observe(e mock.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.usage[e.Operation]
	if u == nil {
		u = newUsage(e.Operation)
		r.usage[e.Operation] = u
	}
	r.requests++
	u.Requests++
	u.Statuses[e.Status]++
	u.Duration += e.Duration
	seen := map[mock.Severity]bool{}
	for _, f := range e.Findings {
		seen[f.Severity] = true
		r.remark(e, f)
	}
	for severity := range seen {
		r.findings[severity]++
		u.Findings[severity]++
	}
}

func newUsage(operation string) *Usage {
	return &Usage{Operation: operation, Statuses: map[int]int64{}, Findings: map[mock.Severity]int64{}}
}

func (r *Recorder) remark(e mock.Exchange, f mock.Finding) {
	operation := e.Operation
	if operation == "" {
		path, _, _ := strings.Cut(e.Target, "?")
		operation = e.Method + " " + path
	}
	key := subject{f.Severity, operation, f.In, f.Pointer, f.Rule, f.Message}
	if known := r.remarks[key]; known != nil {
		known.Times++
		return
	}
	if len(r.order) == maxRemarks {
		r.omitted++
		return
	}
	first := Call{e.Number, e.Method, e.Target, e.User, e.Status}
	r.remarks[key] = &Remark{Finding: f, Operation: e.Operation, First: first, Times: 1}
	r.order = append(r.order, r.remarks[key])
}

// Report judges what was observed until now. What the server's journal still has goes with it, as evidence.
func (r *Recorder) Report(srv *mock.Server) *Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	report := &Report{
		Version: build.Version(), Start: r.start, Stop: time.Now(),
		Requests: r.requests, Findings: maps.Clone(r.findings), Omitted: r.omitted, Remarks: []Remark{},
		Coverage: srv.Coverage(), Exchanges: kept(srv), IdleFaults: Idle(srv.Faults()),
	}
	for _, m := range r.order {
		report.Remarks = append(report.Remarks, *m)
	}
	report.Operations = r.operations(report.Coverage)
	return report
}

// operations are those of the contract, and what belongs to none.
func (r *Recorder) operations(c mock.Coverage) []Usage {
	list := []Usage{}
	add := func(operation string) {
		u := *cmp.Or(r.usage[operation], newUsage(operation))
		u.Statuses, u.Findings = maps.Clone(u.Statuses), maps.Clone(u.Findings)
		list = append(list, u)
	}
	for _, g := range c.Of(mock.Operations).Groups {
		for _, i := range g.Items {
			add(i.Operation)
		}
	}
	if r.usage[""] != nil {
		add("")
	}
	return list
}

// kept is all that the journal has, by number.
func kept(srv *mock.Server) []mock.Exchange {
	all := append(srv.Broken(), srv.Exchanges()...)
	slices.SortStableFunc(all, func(a, b mock.Exchange) int { return cmp.Compare(a.Number, b.Number) })
	all = slices.CompactFunc(all, func(a, b mock.Exchange) bool { return a.Number == b.Number })
	return append([]mock.Exchange{}, all...)
}

// Of judges what the server's journal has, and tells how many requests it has forgotten: see [mock.WithJournal],
// or use a [Recorder], to have more.
func Of(srv *mock.Server) *Report {
	r := NewRecorder()
	exchanges := kept(srv)
	for _, e := range exchanges {
		r.Observe(e)
	}
	if len(exchanges) > 0 {
		r.start = exchanges[0].Time
	}
	report := r.Report(srv)
	if n := len(exchanges); n > 0 {
		report.Stop = exchanges[n-1].Time.Add(exchanges[n-1].Duration)
		report.Forgotten = exchanges[n-1].Number - int64(n)
	}
	return report
}
