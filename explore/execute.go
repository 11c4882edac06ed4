package explore

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// sides are the two servers that get each request.
const (
	onTarget = iota
	onModel
)

// executor executes sequences on the target and on the model, one after the other.
type executor struct {
	*ground
	senders  [2]*conformance.Sender
	runs     int                                 // sequences executed; each has aliases of its own
	pool     map[poolKey][]*connection           // connections of earlier sequences, to be used again
	ids      map[conformance.Kind]map[int64]bool // that lists of the target have shown
	lengths  map[poolKey]int                     // of the whole lists, as last seen
	paged    pages
	endless  map[conformance.Kind]bool // whose list is too long to be read
	fits     map[string][]misfit       // items that were held to the schema before
	secrets  map[string]bool           // passwords that replies have shown
	inherits map[string][]string       // members of params that connector and project give
	skipped  int                       // requests that were not sent, or not as they are, to keep within what is the run's
	limit    int                       // requests at most
	answered bool                      // the target has given a reply
	timeout  time.Duration             // for each request
}

type poolKey struct {
	org  string
	kind conformance.Kind
}

// connection is one that the run made, on both sides.
type connection struct {
	kind conformance.Kind
	org  string
	user *conformance.User
	ids  [2]int64
	held bool   // the model has it as the target has it
	seen object // as the target has last shown it to somebody permitted; nil if not yet
	gone bool
	last conformance.Body // of the last create or update that was granted
}

// execution is one sequence on its way.
type execution struct {
	*executor
	ctx      context.Context
	run      string // begins its aliases
	fresh    bool   // every connection is a new one
	things   map[string]*connection
	all      []*connection
	written  map[*connection]bool // since the last look
	wrote    map[string]bool      // users who sent what others mustn't see
	problems []problem
	events   []event
	at       int // the step under way
	looked   bool
	err      error // why it ended before its end
	busy     bool  // the target asked for less
}

// event is what came of a request.
type event struct {
	step   int // -1: a look at the lists, between the steps
	label  string
	status int
	record conformance.Record
}

// execute runs the sequence. With fresh, what it makes is new, as long as the budget lasts.
func (x *executor) execute(ctx context.Context, seq Sequence, fresh bool) *execution {
	e := x.execution(ctx, fresh)
	for i := range seq {
		e.at = i
		if e.do(seq[i]); e.ended() {
			break
		}
	}
	if !e.looked && !e.ended() {
		e.look(nil, nil)
	}
	for _, c := range e.all {
		if !c.gone && c.seen != nil {
			x.pool[poolKey{c.org, c.kind}] = append(x.pool[poolKey{c.org, c.kind}], c)
		}
	}
	return e
}

func (x *executor) execution(ctx context.Context, fresh bool) *execution {
	x.runs++
	return &execution{
		executor: x, ctx: ctx, fresh: fresh, run: x.senders[onTarget].Prefix() + strconv.FormatInt(int64(x.runs), 36) + "-",
		things: map[string]*connection{}, written: map[*connection]bool{}, wrote: map[string]bool{}, looked: true,
	}
}

func (e *execution) ended() bool { return e.err != nil || e.busy || e.ctx.Err() != nil }

// do executes one step, and judges it.
func (e *execution) do(s Step) {
	reused := e.reuse(&s)
	for _, l := range s.uses() {
		if e.things[l] == nil || e.things[l].gone {
			return // what it is about has not come into being
		}
	}
	if !e.mayWrite(&s) {
		e.skipped++
		return
	}
	if !s.safe() && strings.Contains(string(s.Body), "{run}hidden") {
		e.wrote[s.User] = true
	}
	reply, err := e.send(onTarget, &s)
	if err != nil || e.busy {
		return
	}
	model, _ := e.send(onModel, &s)
	if model == nil {
		model = &conformance.Reply{}
	}
	e.looked = false
	e.judge(&s, reply, model)
	e.follow(&s, reply, model, reused)
	if !s.safe() && !e.ended() && !e.mayWait(&s, reply) {
		e.look(&s, reply)
	}
}

// mayWait tells whether it will do to look at the lists later: what was granted is known.
func (e *execution) mayWait(s *Step, reply *conformance.Reply) bool {
	c := e.about(s)
	if s.Makes != "" {
		c = e.things[s.Makes]
	}
	if c == nil || !reply.OK() || spec().match(s.Method, s.Path) == nil || s.Expect == Refused || s.Expect == Unauthorized {
		return false
	}
	e.written[c] = true
	return true
}

// reuse makes of a step that creates something one that replaces something of an earlier sequence, if new
// ones are to be spared.
func (e *execution) reuse(s *Step) bool {
	if s.Makes == "" {
		return false
	}
	left := e.senders[onTarget].Left(s.kind())
	if e.fresh && left > e.reserve() || s.fresh && left > e.target.Writes.Budget()/5+e.reserve() { // some are for those who look closer
		return false
	}
	u := e.user(s.User)
	if u == nil {
		return false
	}
	key := poolKey{u.Organization, s.kind()}
	free := e.pool[key]
	if o := s.object(); len(free) == 0 || o == nil || o["alias"] == nil {
		return false
	}
	if e.fresh {
		e.skipped++
	}
	c := free[0]
	e.pool[key] = free[1:]
	e.things[s.Makes] = c
	e.all = append(e.all, c)
	s.Method, s.Path = http.MethodPut, s.kind().Path()+"{"+s.Makes+"}/"
	return true
}

// mayWrite tells whether the step can't change anything but the run's own. An id of a connection of the run
// may be another's in the other kind, or in another organization.
func (e *execution) mayWrite(s *Step) bool {
	target := e.senders[onTarget]
	mayCreate := !s.safe() && s.Method != http.MethodPatch && len(s.uses()) == 0 || s.Method == http.MethodPost
	left := target.Left(s.kind())
	if mayCreate && (left == 0 || left <= e.reserve() && s.Expect != Refused && s.Expect != Unauthorized) {
		return false
	}
	if s.safe() {
		return true
	}
	if target.ReadOnly() {
		return false
	}
	if strings.Contains(s.Path, "{unknown}") {
		e.allow(s.kind(), e.unknown(onTarget, s.kind()), e.unknown(onModel, s.kind()))
		return true
	}
	for _, l := range s.uses() {
		c := e.things[l]
		u := e.user(s.User)
		if c.kind == s.kind() && (u == nil || u.Organization == c.org) {
			continue
		}
		for _, m := range e.makers {
			if m.kind != s.kind() || m.kind == c.kind && m.org == c.org {
				continue
			}
			items, ok := e.list(m.editors[0], m.kind)
			if !ok || slices.ContainsFunc(items, func(o object) bool { id, _ := conformance.Integer(o["id"]); return id == c.ids[onTarget] }) {
				return false
			}
		}
		e.allow(s.kind(), c.ids[onTarget], c.ids[onModel])
	}
	return true
}

// reserve is how many of the connections that may be created are kept for servers that grant what should be refused:
// those that don't never use them up, and so can be tried to the end.
func (x *executor) reserve() int {
	budget := x.target.Writes.Budget()
	if budget < 4 {
		return 0
	}
	return max(1, budget/10)
}

func (e *execution) allow(kind conformance.Kind, target, model int64) {
	e.senders[onTarget].Allow(kind, target)
	e.senders[onModel].Allow(kind, model)
}

// unknown is an id that no connection of the kind has.
func (x *executor) unknown(side int, kind conformance.Kind) int64 {
	if side == onModel {
		return 1 << 52
	}
	highest := int64(0)
	for id := range x.ids[kind] {
		highest = max(highest, id)
	}
	return highest + 1_000_003
}
