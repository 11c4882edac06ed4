package explore

import (
	"context"
	"net/http"
	"slices"

	"github.com/sdecontract/sdecontract/conformance"
)

// examine repeats the sequence. What shows again is a finding.
func (x *explorer) examine(ctx context.Context, seq Sequence, p problem, first *execution, fresh bool) {
	after := x.senders[onTarget].Sent()
	seq = slices.Clone(seq[:min(len(seq), max(0, p.step)+1)])
	if len(seq) == 0 { // it was seen when the lists were read at the beginning
		for _, u := range x.users {
			for _, kind := range kinds {
				seq = append(seq, Step{User: u.Name, Method: http.MethodGet, Path: kind.Path(), Expect: Open})
			}
		}
	}
	d := x.doubts[p.cause()]
	if d == nil {
		d = &doubt{first: x.finding(seq, p, first)}
		x.doubts[p.cause()] = d
	}
	if d.times++; d.times > maxDoubts {
		return
	}
	skipped := x.skipped
	defer func() { d.first.Unrepeated = d.first.Unrepeated || x.skipped > skipped }()
	type variant struct {
		seq   Sequence
		fresh bool
	}
	variants := []variant{{seq, true}, {seq.relived(), true}}
	if fresh || d.times == maxDoubts { // on connections with a history, which nobody could repeat elsewhere
		variants = append(variants, variant{seq, fresh})
	}
	for _, variant := range variants {
		e := x.execute(ctx, variant.seq, variant.fresh)
		if again := e.has(p.cause()); again != nil {
			if p.oracle == stillAnswers && !x.alive(ctx) {
				x.report.Unreachable = "it answers nothing any more, since " + d.first.where()
				return
			}
			f := x.shrink(ctx, variant.seq, *again, e, variant.fresh)
			f.After, f.Count = after, d.times
			x.causes[p.cause()] = f
			x.report.Findings = append(x.report.Findings, f)
			delete(x.doubts, p.cause())
			return
		}
		if e.ended() {
			d.first.Unrepeated = true
			return
		}
	}
}

// alive tells whether the target answers an ordinary request.
func (x *explorer) alive(ctx context.Context) bool {
	e := x.execution(ctx, false)
	_, err := e.send(onTarget, &Step{User: x.users[0].Name, Method: http.MethodGet, Path: conformance.ALM.Path()})
	return err == nil
}

// doubt is a problem that hasn't shown again.
type doubt struct {
	first *Finding
	times int
}

// maxDoubts is how often a problem is looked into that never shows again.
const maxDoubts = 8

// relived is the sequence in which what is made is replaced at once: as if it had been there before.
func (s Sequence) relived() Sequence {
	var longer Sequence
	for _, step := range s {
		longer = append(longer, step)
		if step.Makes != "" {
			step.Method, step.Path, step.Makes, step.Expect = http.MethodPut, step.Path+"{"+step.Makes+"}/", "", Open
			longer = append(longer, step)
		}
	}
	return longer
}

// has returns the problem with that cause, or nil.
func (e *execution) has(c cause) *problem {
	for i := range e.problems {
		if e.problems[i].cause() == c {
			return &e.problems[i]
		}
	}
	return nil
}
