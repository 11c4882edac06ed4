// Package explore tests a live implementation of the SD Elements API v2 connections beyond the catalogue of
// package conformance: with generated requests, right ones and wrong ones, in sequences of several users.
//
// Each sequence runs on the target and, beside it, on a model: any [http.Handler] that does what the
// documentation says; package model makes one. What the two answer is compared as far as the documentation
// binds. A difference that shows again when the sequence is repeated is a finding; the sequence is then made
// as short as possible. Findings are no verdict on conformance: that is what the catalogue is for.
package explore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// Options limit an exploration. The zero value of a field means its default.
type Options struct {
	Seed        uint64        // decides what is asked; the same seed asks the same
	Duration    time.Duration // at most; 0: no bound
	Requests    int           // to the target, at most; 0: 2000
	RPS         float64       // requests in a second at most; 0: no bound
	Timeout     time.Duration // for each request; 0: 30 seconds
	MaxFindings int           // it ends when there are as many; 0: 20
	ReadOnly    bool          // changes nothing, even where the target allows it
	Prefix      string        // begins all aliases; empty: a random one
	// Sequences are tried first: those of earlier findings. With Replay, nothing else is.
	Sequences []Saved
	Replay    bool
	// Progress is called now and then, if not nil.
	Progress func(requests, findings int)
	// Ledger is called for each connection that is created, and when it was left at manually.
	Ledger func(conformance.Created) error
}

// defaults fills in what isn't set.
func (o Options) defaults() Options {
	if o.Requests == 0 {
		o.Requests = 2000
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxFindings == 0 {
		o.MaxFindings = 20
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	if o.Ledger == nil {
		o.Ledger = func(conformance.Created) error { return nil }
	}
	return o
}

// explorer is an exploration under way.
type explorer struct {
	*executor
	options Options
	report  *Report
	causes  map[cause]*Finding
	doubts  map[cause]*doubt // what didn't show again yet
	busy    int              // sequences in a row that the target was too busy for
}

// Model makes the handler that a target is compared with. It must have the users, with their tokens, the
// organizations, connectors and projects of the target, and no connections.
type Model func(target *conformance.Target) (http.Handler, error)

// Run explores the target until a limit is reached, beside the model. The error wraps
// [conformance.ErrUsage] if the target can't be used; else it is the context's, and the report is what there
// is so far.
func Run(ctx context.Context, target *conformance.Target, model Model, options Options) (*Report, error) {
	x, err := newExplorer(target, model, options)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	limited, cancel := ctx, context.CancelFunc(func() {})
	if x.options.Duration > 0 {
		limited, cancel = context.WithTimeout(ctx, x.options.Duration)
	}
	defer cancel()
	x.explore(limited)
	if x.concede(); ctx.Err() != nil {
		x.report.Incomplete = "it was interrupted"
	}
	x.limit += len(x.senders[onTarget].Created()) // to leave things in order is not a part of the budget
	x.report.Created = x.senders[onTarget].Settle(context.WithoutCancel(ctx))
	x.report.Duration, x.report.Requests = time.Since(started), x.senders[onTarget].Sent()
	for _, d := range x.doubts {
		x.report.Unconfirmed = append(x.report.Unconfirmed, d.first)
	}
	x.report.order()
	return x.report, ctx.Err()
}

func newExplorer(target *conformance.Target, model Model, options Options) (*explorer, error) {
	o := options.defaults()
	opts := []conformance.Option{
		conformance.WithRPS(o.RPS), conformance.WithTimeout(o.Timeout), conformance.WithPrefix(o.Prefix), conformance.WithLedger(o.Ledger),
	}
	if o.ReadOnly {
		opts = append(opts, conformance.ReadOnly())
	}
	sender, err := conformance.NewSender(target, opts...)
	if err != nil {
		return nil, err
	}
	g := newGround(sender.Target())
	if len(g.users) == 0 {
		return nil, fmt.Errorf("%w: no user of the target file has a token: set the variables that token_env names", conformance.ErrUsage)
	}
	handler, err := model(sender.Target())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", conformance.ErrUsage, err)
	}
	beside := *sender.Target()
	beside.URL, beside.Transport, beside.Writes.MaxCreates = "", conformance.InProcess(handler), 1<<30
	other, err := conformance.NewSender(&beside)
	if err != nil {
		return nil, err
	}
	x := &explorer{options: o, causes: map[cause]*Finding{}, doubts: map[cause]*doubt{}, executor: &executor{
		ground: g, senders: [2]*conformance.Sender{sender, other}, pool: map[poolKey][]*connection{},
		ids: map[conformance.Kind]map[int64]bool{}, lengths: map[poolKey]int{}, endless: map[conformance.Kind]bool{},
		fits: map[string][]misfit{}, secrets: map[string]bool{}, inherits: map[string][]string{},
		limit: o.Requests, timeout: o.Timeout,
	}}
	for i, saved := range o.Sequences {
		if err := saved.Steps.check(sender.Target().Users); err != nil {
			return nil, fmt.Errorf("%w: sequence %d, %q: %w", conformance.ErrUsage, i+1, saved.Says, err)
		}
	}
	described := sender.Described()
	x.report = &Report{
		Suite: conformance.ThisSuite(), Target: described.URL, Implementation: described.Implementation, Seed: o.Seed,
		Prefix: sender.Prefix(), ReadOnly: sender.ReadOnly(),
	}
	return x, nil
}

// explore tries sequences until a limit is reached.
func (x *explorer) explore(ctx context.Context) {
	x.begin(ctx)
	for i := range x.options.Sequences {
		saved := &x.options.Sequences[i]
		x.try(ctx, saved.Steps, true)
	}
	for number := 0; !x.options.Replay && !x.done(ctx); number++ {
		x.try(ctx, generate(x.ground, x.options.Seed, number, !x.report.ReadOnly), false)
		x.options.Progress(x.senders[onTarget].Sent(), len(x.report.Findings))
	}
}

// begin looks at what there is, as those who may see it.
func (x *explorer) begin(ctx context.Context) {
	e := x.execution(ctx, false)
	for _, kind := range kinds {
		for _, org := range sorted(x.target.Organizations) {
			users := x.colleagues(org)
			if m := x.maker(org, kind); m != nil {
				users = m.editors
			}
			if len(users) > 0 && !e.ended() {
				e.list(users[0], kind)
			}
		}
	}
	switch {
	case e.err != nil && !x.answered && ctx.Err() != nil:
		x.report.Incomplete = "the time was over before the target gave a reply, or one that doesn't ask to wait"
	case e.err != nil && x.senders[onTarget].Sent() == 1:
		x.report.Unreachable = x.senders[onTarget].Words("%v", e.err)
	case len(e.events) > 0 && !slices.ContainsFunc(e.events, func(v event) bool { return v.status != http.StatusUnauthorized }):
		x.report.Incomplete = "the target refuses every token with 401: 'sdecontract doctor' tells more"
	}
	x.assess(ctx, nil, e, false)
}

// concede says what was not explored, though no limit was reached that the caller could tell from.
func (x *explorer) concede() {
	switch r := x.report; {
	case r.Incomplete != "" || r.Unreachable != "" || r.Stopped != "":
	case r.Sequences == 0:
		r.Incomplete = "to read the lists took all the requests, or all the time, that there were: set a higher --requests or --duration"
	case len(x.endless) > 0:
		r.Incomplete = fmt.Sprintf("a list has more than %d pages: what there is was not compared", maxPages)
	}
}

func (x *explorer) done(ctx context.Context) bool {
	switch {
	case x.report.Incomplete != "" || x.report.Unreachable != "":
		return true
	case len(x.report.Findings) >= x.options.MaxFindings:
		x.report.Stopped = "there are enough findings"
		return true
	}
	return ctx.Err() != nil || x.senders[onTarget].Sent() >= x.limit
}

// try executes a sequence, and looks closer at what is wrong.
func (x *explorer) try(ctx context.Context, seq Sequence, fresh bool) {
	if x.done(ctx) {
		return
	}
	e := x.execute(ctx, seq, fresh)
	x.report.Sequences++
	x.assess(ctx, seq, e, fresh)
}

func (x *explorer) assess(ctx context.Context, seq Sequence, e *execution, fresh bool) {
	switch {
	case e.busy:
		if x.busy++; x.busy > 20 {
			x.report.Incomplete = "the target is too busy: set a lower --rps"
		}
		return
	case x.senders[onTarget].Unreachable():
		x.report.Unreachable = x.senders[onTarget].Words("five requests in a row got no reply: %v", e.err)
	case e.err != nil && !errors.Is(e.err, errSpent) && ctx.Err() == nil && len(e.problems) == 0:
		x.report.Incomplete = x.senders[onTarget].Words("%v", e.err)
		return
	}
	x.busy = 0
	for _, p := range e.problems {
		if f := x.causes[p.cause()]; f != nil {
			f.Count++
			continue
		}
		if len(x.report.Findings) >= x.options.MaxFindings {
			return
		}
		x.examine(ctx, seq, p, e, fresh)
	}
}
