package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// updating returns the account of the connection that the request may change, or nil. From now on nobody
// knows its frequency, until a reply tells.
func (r *runner) updating(q request) *Created {
	m := itemPath.FindStringSubmatch(q.path)
	if m == nil || q.method == http.MethodPost {
		return nil
	}
	for i := range r.report.Created {
		c := &r.report.Created[i]
		if string(c.Kind) == m[1] && strconv.FormatInt(c.ID, 10) == m[2] {
			c.Frequency = ""
			return c
		}
	}
	return nil
}

// updated keeps account of what an update made of a connection.
func (r *runner) updated(c *Created, q request, reply *Reply) error {
	o := reply.Object()
	sent, _ := q.body.(Object)
	c.Frequency = r.account(o, sent, "frequency")
	if _, ok := o["alias"].(string); ok {
		c.Alias = r.account(o, sent, "alias")
	}
	if connector, ok := integer(o["connector"]); ok {
		c.Connector = connector
	}
	if project, ok := integer(o["project"]); ok {
		c.Project = project
	}
	return r.options.ledger(*c)
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
	return r.options.ledger(c)
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
			user: &u, method: http.MethodPut, path: c.Kind.Item(c.ID), body: c.Retired(),
		})
		if err == nil && r.OK() {
			t.run.report.Created[i].Frequency = "manually"
			_ = t.run.options.ledger(t.run.report.Created[i])
		}
	}
}

// Retired is the body of the update that makes the connection synchronise no more.
func (c Created) Retired() Object {
	return Object{"alias": c.Alias, "connector": c.Connector, "project": c.Project, "frequency": "manually", "params": Object{}}
}
