package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// fixture is a connection that several checks share: the first that asks for it creates it.
type fixture struct {
	name string // unique; also the end of the alias, unless body sets another
	user Need   // who creates it
	// body is what is sent; alias is one that nothing else at the target has.
	body func(t *T, alias string) Object
}

// Made is a create that checks look at together.
type Made struct {
	User   *User
	Sent   Object
	Before []Object // the list as the creator saw it before
	Reply  *Reply
	ID     int64  // 0 if the reply has none
	Back   *Reply // the connection as read at once, before any check can update it; nil if it has no id
}

// Tried returns what came of creating the fixture. The check is blocked if the budget is spent.
func (t *T) Tried(f fixture) *Made {
	key := string(t.Kind) + "/" + f.name
	m := t.run.made[key]
	if m == nil {
		u := t.As(f.user)
		m = &Made{User: u, Sent: f.body(t, t.Alias(f.name)), Before: t.List(u)}
		m.Reply = t.Create(u, m.Sent)
		m.ID, _ = integer(m.Reply.Object()["id"])
		t.run.made[key] = m
	}
	t.sees(m.Reply.exchange)
	switch {
	case m.Back != nil:
		t.sees(m.Back.exchange)
	case m.Reply.OK() && m.ID != 0: // also if the target had trouble when it was read for another check
		m.Back = t.Get(m.User, m.ID)
	}
	return m
}

// Made is Tried where the connection must have come into being, and have an id: else the check is blocked,
// because create/status is the check that asks whether it should.
func (t *T) Made(f fixture) *Made { return t.needMade(f, true) }

// Accepted is Tried where the create must have been accepted, whatever the reply is.
func (t *T) Accepted(f fixture) *Made { return t.needMade(f, false) }

func (t *T) needMade(f fixture, identified bool) *Made {
	m := t.Tried(f)
	if !m.Reply.OK() || identified && m.ID == 0 {
		t.Block("the connection that this check looks at could not be created: status %d", m.Reply.Status)
	}
	return m
}

// Alias is a name that nothing else at the target has. All that the suite creates bears the run's prefix.
func (t *T) Alias(name string) string { return t.run.prefix + name }

// Body is a body that is complete and right: what a check breaks, it breaks in a copy of this.
func (t *T) Body(alias string) Object {
	return Object{
		"alias": alias, "connector": t.Connector(connector).ID, "project": t.Project(project).ID,
		"frequency": "manually", "params": plainParams(t.Kind),
	}
}

// BasicBody is Body for the organization without advanced ALM, without a frequency.
func (t *T) BasicBody(alias string) Object {
	return Object{
		"alias": alias, "connector": t.Connector(basicConnector).ID, "project": t.Project(basicProject).ID,
		"params": plainParams(t.Kind),
	}
}

// with returns a copy of the body with members set, as name, value, ...
func with(body Object, members ...any) Object {
	changed := Object{}
	maps.Copy(changed, body)
	for i := 0; i+1 < len(members); i += 2 {
		changed[members[i].(string)] = members[i+1]
	}
	return changed
}

// without returns a copy of the body that lacks the members.
func without(body Object, names ...string) Object {
	changed := with(body)
	for _, name := range names {
		delete(changed, name)
	}
	return changed
}

// Create sends a create, within the budget.
func (t *T) Create(u *User, body any) *Reply {
	return t.Write(request{user: u, method: http.MethodPost, path: t.Kind.Path(), body: body})
}

// Update sends an update of a connection that the run has created.
func (t *T) Update(u *User, id int64, body any) *Reply {
	return t.Write(request{user: u, method: http.MethodPut, path: t.ItemPath(id), body: body})
}

// ItemPath is the path of a connection of the check's kind.
func (t *T) ItemPath(id int64) string { return t.Kind.Item(id) }

// Write sends a request that may change something, and keeps account of what it creates.
func (t *T) Write(q request) *Reply {
	if q.method == http.MethodPost && t.run.spent(t.Kind) {
		t.Block("the budget of creates is spent: writes.max_creates")
	}
	updated := t.run.updating(q)
	reply := t.Send(q)
	if updated != nil && reply.OK() {
		if err := t.run.updated(updated, q, reply); err != nil {
			t.Error(err)
		}
	}
	if q.method == http.MethodPost && reply.OK() {
		id, _ := integer(reply.Object()["id"])
		if err := t.run.created(t.Kind, id, q, reply); err != nil {
			t.Error(err)
		}
	}
	return reply
}

// WantRefused judges that a write is refused with a 4xx and leaves no trace.
func (t *T) WantRefused(q request) *Reply { return t.refused(q, t.check.Level) }

// ShouldRefuse judges the same as a mere warning. That a 4xx leaves no trace is still a must.
func (t *T) ShouldRefuse(q request) *Reply { return t.refused(q, Should) }

func (t *T) refused(q request, level Level) *Reply {
	looker := q.user
	if looker == nil || t.run.target.Users[looker.Name].Token != looker.Token {
		looker = t.As(editor)
	}
	before := t.List(looker)
	reply := t.Write(q)
	t.asked++
	if !reply.Refused() {
		t.broken(level, Difference{"", "a refusal, status 4xx", statusOf(reply)})
		return reply
	}
	t.WantNoTrace(q.body, before, t.List(looker))
	return reply
}

// WantNoTrace judges that a refused request has changed nothing: neither a connection of the run, nor is
// there a new one. If what is new can't be from the suite, the check is inconclusive.
func (t *T) WantNoTrace(body any, before, after []Object) {
	t.asked++
	b, a := byID(before), byID(after)
	for _, id := range sorted64(a) {
		item := a[id]
		switch {
		case b[id] == nil && t.ours(body, item):
			t.broken(Must, Difference{"/results", "nothing new after a refusal", fmt.Sprintf("connection %d", id)})
		case b[id] == nil:
			t.Inconclusive("somebody created connection %d meanwhile", id)
		case !t.same(b[id], item) && t.run.owns(t.Kind, id):
			t.differ(Must, t.differing(placeOfID(id), b[id], item))
		case !t.same(b[id], item):
			t.Inconclusive("somebody changed connection %d meanwhile", id)
		}
	}
	for id := range b {
		if a[id] == nil && t.run.owns(t.Kind, id) {
			t.broken(Must, Difference{"/results", fmt.Sprintf("connection %d", id), "absent after a refusal"})
		}
	}
}

// ours tells whether a new connection can be the trace of that body: by its alias, which may have been mended, or be
// the default if none was understood.
func (t *T) ours(body any, item Object) bool {
	alias, _ := item["alias"].(string)
	sent, _ := body.(Object)
	_, named := sent["alias"]
	return strings.Contains(alias, t.run.prefix) || alias == "" || named && equal(normal(sent["alias"]), item["alias"]) ||
		!named && t.nameOfConnector(alias)
}

// nameOfConnector tells whether the target file has a connector of the check's kind with that name or system.
func (t *T) nameOfConnector(name string) bool {
	for _, o := range t.run.target.Organizations {
		for _, c := range o.Connectors.Of(t.Kind) {
			if name == c.Name || name == c.System {
				return true
			}
		}
	}
	return false
}

// UnusedID is an id that no connection of the check's kind has.
func (t *T) UnusedID() int64 {
	highest := int64(0)
	for id := range byID(t.List(t.As(editor))) {
		highest = max(highest, id)
	}
	id := highest + 1_000_003
	t.run.declareUnused(t.Kind, id)
	return id
}
