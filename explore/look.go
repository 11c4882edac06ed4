package explore

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// follow notes what a request has made of the connections, and lets the model have the same.
func (e *execution) follow(s *Step, reply, model *conformance.Reply, reused bool) {
	op := spec().match(s.Method, s.Path)
	u := e.user(s.User)
	switch {
	case op == nil || s.safe() || u == nil || s.Header["Authorization"] != "":
	case op.verb == "create" && reply.OK():
		id, _ := conformance.Integer(reply.Object()["id"])
		if id == 0 {
			return // look finds it by its alias
		}
		if e.senders[onTarget].Shown(u, op.kind, id) {
			e.differs(agrees, op, "/id", "an id of its own", "that of another connection", false)
			return
		}
		c := &connection{kind: op.kind, org: u.Organization, user: u, ids: [2]int64{id, 0}}
		if model.OK() {
			c.ids[onModel], _ = conformance.Integer(model.Object()["id"])
		}
		if s.Makes != "" {
			e.things[s.Makes] = c
		}
		e.all = append(e.all, c)
		e.take(c, op, reply.Object(), u)
	case op.verb == "update" && len(s.uses()) > 0:
		c := e.things[s.uses()[0]]
		if c.kind != op.kind || c.org != u.Organization {
			return
		}
		if reply.OK() {
			c.last = s.Body
			e.take(c, op, reply.Object(), u)
		} else if model.OK() {
			e.hold(c)
		}
		if reused && !reply.OK() {
			c.gone = true
		}
	}
}

// take remembers what the target shows of a connection, and lets the model have it.
func (e *execution) take(c *connection, op *operation, o object, u *conformance.User) {
	c.seen = nil
	if len(misfits(op.output, withoutNullParams(o))) == 0 && u.May(op.kind.Permission()) {
		c.seen = o
	} else if reply := e.ask(c); reply != nil {
		c.seen = reply
	}
	e.hold(c)
}

// ask reads a connection as somebody who sees all of it; nil if it can't be read, or doesn't fit.
func (e *execution) ask(c *connection) object {
	m := e.maker(c.org, c.kind)
	if m == nil || e.ended() {
		return nil
	}
	s := Step{User: m.editors[0].Name, Method: http.MethodGet, Path: fmt.Sprintf("%s%d/", c.kind.Path(), c.ids[onTarget])}
	at := e.at
	e.at = -1
	reply, err := e.send(onTarget, &s)
	e.at = at
	op := spec().of(c.kind, "get")
	if err != nil || !reply.OK() || len(misfits(op.output, withoutNullParams(reply.Object()))) > 0 {
		return nil
	}
	if id, _ := conformance.Integer(reply.Object()["id"]); id != c.ids[onTarget] {
		return nil
	}
	return reply.Object()
}

// hold lets the model have a connection as the target shows it: what the documentation leaves open, it has
// decided in its own way. What the model can't have is left out where only it could judge.
func (e *execution) hold(c *connection) {
	c.held = false
	m := e.maker(c.org, c.kind)
	if m == nil || c.seen == nil {
		return
	}
	body := object{"params": object{}}
	for _, member := range []string{"alias", "connector", "project", "frequency"} {
		body[member] = c.seen[member]
	}
	ask := conformance.Request{User: m.editors[0], Method: http.MethodPut, Path: c.kind.Item(c.ids[onModel]), Body: []byte(bodyOf(body))}
	if c.ids[onModel] == 0 {
		ask.Method, ask.Path = http.MethodPost, c.kind.Path()
	}
	reply, _, err := e.senders[onModel].Send(e.ctx, ask)
	if err != nil || !reply.OK() {
		return
	}
	c.ids[onModel], _ = conformance.Integer(reply.Object()["id"])
	c.held = true
}

// look reads the lists where something of this execution may be, and compares them with what it knows. s is
// the step before, and reply what came of it; nil at the end.
func (e *execution) look(s *Step, reply *conformance.Reply) {
	e.looked = true
	defer clear(e.written)
	for _, m := range e.makers {
		concerned := s != nil && s.kind() == m.kind && (e.user(s.User) == nil || e.user(s.User).Organization == m.org)
		if !concerned && !slices.ContainsFunc(e.all, func(c *connection) bool { return c.org == m.org && c.kind == m.kind }) {
			continue
		}
		items, ok := e.list(m.editors[0], m.kind)
		if e.ended() {
			return
		}
		if ok {
			e.lookAt(&m, items, s, reply)
		}
	}
}

func (e *execution) lookAt(m *maker, items []object, s *Step, reply *conformance.Reply) {
	there := map[int64][]object{}
	for _, o := range items {
		id, _ := conformance.Integer(o["id"])
		there[id] = append(there[id], o)
	}
	granted := s != nil && !reply.Refused()
	// Nobody says what it does, or it should have been refused, and that is told already.
	free := granted && (spec().match(s.Method, s.Path) == nil || !ordinaryHeaders(s) || s.Expect == Refused || s.Expect == Unauthorized)
	for _, c := range e.all {
		if c.org != m.org || c.kind != m.kind || c.gone || c.ids[onTarget] == 0 {
			continue
		}
		found := there[c.ids[onTarget]]
		delete(there, c.ids[onTarget])
		e.lookFor(c, found, s, granted, free)
	}
	for _, id := range slices.Sorted(maps.Keys(there)) {
		found := there[id]
		alias, _ := found[0]["alias"].(string)
		if id != 0 && strings.Contains(alias, e.run) && !e.elsewhere(m, id) {
			e.stray(m, found[0], s, granted, free)
		}
	}
}

// elsewhere tells whether it is a connection of another organization or kind that the list shows wrongly.
func (e *execution) elsewhere(m *maker, id int64) bool {
	return slices.ContainsFunc(e.all, func(c *connection) bool {
		return c.ids[onTarget] == id && (c.org != m.org || c.kind != m.kind)
	})
}

// lookFor compares one connection with what is known of it.
func (e *execution) lookFor(c *connection, found []object, s *Step, granted, free bool) {
	list := spec().of(c.kind, "list")
	touched := granted && e.about(s) == c
	p := problem{oracle: leavesNoTrace, operation: list.id, place: "/results"}
	switch {
	case s != nil && (granted || e.about(s) == c || !e.written[c]):
		p.operation = name(s)
	case e.written[c]:
		p.oracle = keeps
	}
	if touched {
		p.oracle, p.operation = keeps, list.id
	}
	switch {
	case len(found) == 0:
		if c.gone = free && touched; !c.gone {
			p.oracle, p.operation, p.expected, p.actual = keeps, list.id, "the connection", "absent"
			e.found(p)
		}
		c.gone = true
		return
	case len(found) > 1:
		p.oracle, p.operation, p.expected, p.actual = keeps, list.id, "each connection once", "one of them more often"
		e.found(p)
	}
	if c.seen == nil {
		if len(e.itemMisfits(list, found[0])) == 0 {
			c.seen = found[0]
			e.hold(c)
		}
		return
	}
	if len(e.itemMisfits(list, found[0])) == 0 {
		e.lookInto(c, found[0], p, free && touched)
	}
}

// lookInto compares what a list shows of a connection with what was last seen of it; with free, that may be
// anything.
func (e *execution) lookInto(c *connection, o object, p problem, free bool) {
	changed := false
	for _, member := range sorted(spec().of(c.kind, "get").output.Properties) {
		want, got := c.seen[member], o[member]
		if conformance.Equal(want, got) || member == "params" && want == nil {
			continue
		}
		changed = true
		if !free {
			p.place, p.expected, p.actual = "/"+member, e.show("/"+member, want), e.show("/"+member, got)
			e.found(p)
		}
	}
	if changed {
		c.seen = o
		e.hold(c)
	}
}

// stray takes up a connection that bears the mark of this execution, though no reply told of it.
func (e *execution) stray(m *maker, o object, s *Step, granted, free bool) {
	id, _ := conformance.Integer(o["id"])
	c := &connection{kind: m.kind, org: m.org, user: m.editors[0], ids: [2]int64{id, 0}, seen: o}
	e.all = append(e.all, c)
	if err := e.senders[onTarget].Account(m.kind, m.editors[0], o); err != nil {
		e.err = err
	}
	creating := s != nil && spec().match(s.Method, s.Path) == spec().of(m.kind, "create")
	if granted && s.Makes != "" && e.things[s.Makes] == nil { // its reply lacks the id: a matter of the contract
		e.things[s.Makes] = c
		return
	}
	if free || granted && creating && !slices.ContainsFunc(e.all[:len(e.all)-1], func(other *connection) bool { return other.seen["alias"] == o["alias"] }) {
		return
	}
	p := problem{oracle: leavesNoTrace, operation: spec().of(m.kind, "list").id, place: "new", expected: "nothing new", actual: "another connection"}
	if s != nil {
		p.operation = name(s)
	}
	e.found(p)
}
