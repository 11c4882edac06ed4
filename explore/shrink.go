package explore

import (
	"context"
	"maps"
	"slices"

	"github.com/sdecontract/sdecontract/conformance"
)

// The shrinker of a property-testing library runs a property again and again from the same start. A live
// server keeps what earlier attempts have made, attempts cost requests and connections that nobody can
// delete, and a library's shrinker needs a *testing.T. So this one is our own: it leaves out as much as
// possible with as few attempts as possible, and stops when it has cost enough.

// maxAttempts bounds how often a sequence is repeated to make it shorter.
const maxAttempts = 60

// shrinker makes a sequence shorter.
type shrinker struct {
	*explorer
	ctx      context.Context
	cause    cause
	fresh    bool
	attempts int
	best     Sequence
	evidence *execution
}

// shrink returns the finding with the shortest sequence that shows it.
func (x *explorer) shrink(ctx context.Context, seq Sequence, p problem, e *execution, fresh bool) *Finding {
	s := &shrinker{explorer: x, ctx: ctx, cause: p.cause(), fresh: fresh, best: seq, evidence: e}
	for before := 0; before != s.size(); {
		before = s.size()
		s.dropSteps()
		s.simplify()
	}
	return x.finding(s.best, *s.evidence.has(s.cause), s.evidence)
}

// size is what is to become smaller.
func (s *shrinker) size() int {
	size := 0
	for i := range s.best {
		size += 1000 + len(s.best[i].Body) + len(s.best[i].Path) + 10*len(s.best[i].Header)
	}
	return size
}

// attempt keeps a shorter sequence if it still shows the cause. It must do so twice: the
// first time, something that an earlier attempt has left may have helped.
func (s *shrinker) attempt(candidate Sequence) {
	if !candidate.whole() {
		return
	}
	var e *execution
	for range 2 {
		if s.attempts >= maxAttempts || s.ctx.Err() != nil || s.senders[onTarget].Sent() >= s.limit {
			return
		}
		s.attempts++
		if e = s.execute(s.ctx, candidate, s.fresh); e.has(s.cause) == nil {
			return
		}
	}
	s.best, s.evidence = candidate, e
}

// dropSteps leaves out steps: half of them at once, then fewer, with the connections that only they use.
func (s *shrinker) dropSteps() {
	for size := max(1, len(s.best)/2); size >= 1; size /= 2 {
		for from := len(s.best) - size; from >= 0; from-- {
			if from+size <= len(s.best) {
				s.attempt(slices.Delete(slices.Clone(s.best), from, from+size))
			}
		}
	}
}

// simplify makes the steps that are left plainer.
func (s *shrinker) simplify() {
	for i := 0; i < len(s.best); i++ {
		for _, plainer := range s.best[i].plainer() {
			candidate := slices.Clone(s.best)
			candidate[i] = plainer
			s.attempt(candidate)
		}
	}
}

// plainer are variants of the step with less in it. None changes what must come of the step: members that
// are required stay, and so does the one of params that any connector may ask for.
func (s *Step) plainer() []Step {
	body := s.object()
	if body == nil || s.Why != "" && s.Makes == "" && s.Expect != Open {
		return nil
	}
	var found []Step
	keep := func(changed object) {
		plainer := *s
		plainer.Body = bodyOf(changed)
		found = append(found, plainer)
	}
	params, _ := body["params"].(object)
	if kept, ok := params[essential[s.kind()]]; ok && len(params) > 1 {
		keep(with(body, "params", object{essential[s.kind()]: kept}))
		for _, member := range sorted(params) {
			if member != essential[s.kind()] {
				keep(with(body, "params", without(params, member)))
			}
		}
	}
	if _, sent := body["frequency"]; sent && s.Why == "" {
		keep(without(body, "frequency"))
	}
	owner := s.Makes // aliases stay unique
	if labels := s.uses(); len(labels) > 0 {
		owner = labels[0]
	}
	if alias, _ := body["alias"].(string); ordinary(alias) && owner != "" && alias != "{run}"+owner {
		keep(with(body, "alias", "{run}"+owner))
	}
	return found
}

// with is a copy of the object with a member set.
func with(o object, name string, value any) conformance.Object {
	o = maps.Clone(o)
	o[name] = value
	return o
}

// without is a copy of the object that lacks a member.
func without(o object, name string) conformance.Object {
	o = maps.Clone(o)
	delete(o, name)
	return o
}
