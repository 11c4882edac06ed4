package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
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

// Made is Tried where the connection must have come into being: else the check is blocked, because
// create/status is the check that asks whether it should.
func (t *T) Made(f fixture) *Made {
	m := t.Tried(f)
	if !m.Reply.OK() || m.ID == 0 {
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
func (t *T) ItemPath(id int64) string { return t.Kind.Path() + strconv.FormatInt(id, 10) + "/" }

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
		t.broken(level, Difference{"", "a refusal, status 4xx", "status " + strconv.Itoa(reply.Status)})
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
		case !equal(b[id], item) && t.run.owns(t.Kind, id):
			t.differ(Must, differences(fmt.Sprintf("/results[id=%d]", id), b[id], item))
		case !equal(b[id], item):
			t.Inconclusive("somebody changed connection %d meanwhile", id)
		}
	}
	for id := range b {
		if a[id] == nil && t.run.owns(t.Kind, id) {
			t.broken(Must, Difference{"/results", fmt.Sprintf("connection %d", id), "absent after a refusal"})
		}
	}
}

// ours tells whether a new connection can be the trace of that body.
func (t *T) ours(body any, item Object) bool {
	alias, _ := item["alias"].(string)
	sent, isObject := body.(Object)
	_, named := sent["alias"]
	return strings.HasPrefix(alias, t.run.prefix) || alias == "" || !isObject || !named || equal(normal(sent["alias"]), item["alias"])
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

// Created is a connection that a run created, and may have left behind.
type Created struct {
	Kind      Kind   `json:"kind"`
	ID        int64  `json:"id"` // 0 if the reply didn't say
	Alias     string `json:"alias"`
	Connector any    `json:"connector"`
	Project   any    `json:"project"`
	User      string `json:"user"`
	Frequency string `json:"frequency"` // it was left at; manually unless the target wouldn't
	// Outcome is what [Retire] did to it; empty before.
	Outcome Outcome `json:"outcome,omitempty"`
}

// created keeps account of a connection.
func (r *runner) created(kind Kind, id int64, q request, reply *Reply) error {
	r.creates[kind]++
	r.own[ownKey{kind, id}] = true
	o := reply.Object()
	sent, _ := q.body.(Object)
	c := Created{
		Kind: kind, ID: id, Alias: r.account(o, sent, "alias"), Connector: reference(o, sent, "connector"),
		Project: reference(o, sent, "project"), Frequency: r.account(o, sent, "frequency"),
	}
	if q.user != nil {
		c.User = q.user.Name
	}
	r.report.Created = append(r.report.Created, c)
	if r.options.ledger != nil {
		return r.options.ledger(c)
	}
	return nil
}

// account is the text that the reply gives, for the account of what was created. What the suite hasn't sent
// itself may hold a secret.
func (r *runner) account(reply, sent Object, member string) string {
	text, _ := reply[member].(string)
	if text == sent[member] {
		return text
	}
	return cut(r.redact.text(cut(text, maxKept)), maxShown)
}

// reference is the id that the reply gives, or the sent one if that is none.
func reference(reply, sent Object, member string) any {
	if id, ok := integer(reply[member]); ok {
		return id
	}
	if id, ok := integer(normal(sent[member])); ok {
		return id
	}
	return nil
}

// spent tells whether half of the budget, which is what each kind has, is used up, or all of it.
func (r *runner) spent(kind Kind) bool {
	budget := r.target.Writes.MaxCreates
	return r.creates[kind] >= (budget+1)/2 || r.creates[ALM]+r.creates[Analysis] >= budget
}

type ownKey struct {
	kind Kind
	id   int64
}

func (r *runner) owns(kind Kind, id int64) bool { return r.own[ownKey{kind, id}] }

func (r *runner) declareUnused(kind Kind, id int64) { r.unused[ownKey{kind, id}] = true }

// itemPath matches the path of one connection.
var itemPath = regexp.MustCompile(`^/api/v2/connections/(alm|analysis)/([0-9]+)/?$`)

// mayWrite says why a request must not be sent: the target is only to be read, or the connection isn't
// the suite's own.
func (r *runner) mayWrite(q request) error {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, ""}, q.method) {
		return nil
	}
	if r.readOnly {
		return fmt.Errorf("a read-only run would send %s %s: a defect of the suite", q.method, q.path)
	}
	if q.method == http.MethodDelete && !r.target.Writes.AllowDelete {
		return fmt.Errorf("DELETE is not sent without writes.allow_delete: a defect of the suite")
	}
	if m := itemPath.FindStringSubmatch(q.path); m != nil {
		id, err := strconv.ParseInt(m[2], 10, 64)
		key := ownKey{Kind(m[1]), id}
		if err == nil && !r.own[key] && !r.unused[key] {
			return fmt.Errorf("%s %s isn't the suite's own connection: a defect of the suite", q.method, q.path)
		}
	}
	return nil
}

// settle leaves what the run created at the frequency manually, so that nothing synchronises.
func (t *T) settle() {
	for i, c := range t.run.report.Created {
		u, known := t.run.target.Users[c.User]
		if c.Frequency == "manually" || c.ID == 0 || !known {
			continue
		}
		r, err := t.run.send(t.ctx, request{
			user: &u, method: http.MethodPut,
			path: c.Kind.Path() + strconv.FormatInt(c.ID, 10) + "/", body: c.Retired(),
		})
		if err == nil && r.OK() {
			t.run.report.Created[i].Frequency = "manually"
			if t.run.options.ledger != nil {
				_ = t.run.options.ledger(t.run.report.Created[i])
			}
		}
	}
}

// Retired is the body of the update that makes the connection synchronise no more.
func (c Created) Retired() Object {
	return Object{"alias": c.Alias, "connector": c.Connector, "project": c.Project, "frequency": "manually", "params": Object{}}
}
