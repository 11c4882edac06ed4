package conformance

import (
	"fmt"
	"net/http"
	"strings"
)

// createAliases are the promises about the alias of a new connection that must be accepted.
var createAliases = []promise{
	{
		id: "create/alias-optional", alm: "-", ana: "440", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "An analysis connection can be created without an alias.",
		fails: "A refusal of a body that lacks only the alias.",
		run:   func(t *T) { wantCreated(t, t.Tried(noAlias)) },
	},
	{
		id: "create/alias-default", alm: "-", ana: "440", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "An analysis connection that was created without an alias has the name of its connector as alias.",
		fails: "Another alias in the reply or when read back: the connector's system, or none.",
		run:   createAliasDefault,
	},
	{
		id: "create/alias-explicit", alm: "-", ana: "394,414,440", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "The alias that is sent is used, and not the name of the connector.",
		fails: "Another alias in the reply or when read back.",
		run: func(t *T) {
			m := t.Made(base)
			t.WantEqual("/alias", m.Sent["alias"], m.Reply.Object()["alias"])
			t.Want(equal(m.Sent["alias"], m.storedAs("alias")), "the sent alias when read back", show(m.storedAs("alias")))
		},
	},
}

func createAliasDefault(t *T) {
	c := t.Connector(connector)
	if c.Name == "" || c.Name == c.System {
		t.Block("the target file has no name of connector %d that differs from its system", c.ID)
	}
	m := t.Made(noAlias)
	t.WantEqual("/alias", c.Name, m.Reply.Object()["alias"])
	t.Want(equal(c.Name, m.storedAs("alias")), "alias "+show(c.Name)+" when read back", show(m.storedAs("alias")))
}

// createRequired are the promises about what a body must have.
var createRequired = []promise{
	createLacks("alias", "178", "-"),
	createLacks("connector", "179", "441"),
	createLacks("project", "180", "442"),
	createLacks("params", "182", "444"),
	createParamsOfType("string", "sdecontract", Must),
	createParamsOfType("array", []any{"sdecontract"}, Must),
	createParamsOfType("number", 7, Must),
	createParamsOfType("bool", true, Must),
}

// createLacks promises that a body without a required member is refused.
func createLacks(member, alm, ana string) promise {
	return promise{
		id: "create/" + member + "-required", alm: alm, ana: ana, evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "A create without " + member + " is refused.",
		fails: "Any status but 4xx, or a connection that appears nevertheless.",
		run:   refuses(func(_ *T, body Object) Object { return without(body, member) }),
	}
}

// createParamsOfType promises that params which is no dictionary is refused.
func createParamsOfType(name string, value any, level Level) promise {
	p := promise{
		id: "create/params-dictionary/" + name, alm: "182", ana: "444", evidence: Stated, level: level, mode: Write, needs: creating,
		says:  "A create whose params is no dictionary is refused: " + show(normal(value)) + ".",
		fails: "Any status but 4xx, or a connection that appears nevertheless.",
		run:   refuses(func(_ *T, body Object) Object { return with(body, "params", value) }),
	}
	if level == Should {
		p.run = func(t *T) { shouldRefuseOffer(t, with(t.Body(t.freshAlias()), "params", value)) }
	}
	return p
}

// refuses asks for a create that must be refused: a valid body, spoiled.
func refuses(spoil func(t *T, body Object) Object) func(*T) {
	return func(t *T) { wantRefusal(t, spoil(t, t.Body(t.freshAlias()))) }
}

// wantRefusal judges that the create is refused. A target that refuses a valid one as well proves nothing.
func wantRefusal(t *T, body Object) bool {
	m := t.Made(base)
	return t.WantRefused(request{user: m.User, method: http.MethodPost, path: t.Kind.Path(), body: body}).Refused()
}

// freshAlias is an alias that nothing else has, so that no body is refused for an alias that was used.
func (t *T) freshAlias() string {
	name := strings.ReplaceAll(strings.TrimPrefix(t.check.ID, string(t.Kind)+"/create/"), "/", "-")
	return fmt.Sprintf("%s-%d", t.Alias(name), len(t.run.exchanges))
}

// offer sends a body that a target may accept or refuse: by a create while the budget has room for one
// more, and else by an update.
func offer(t *T, body any) (reply *Reply, stored Object) { return offerBy(t, t.room(), body) }

// offerBy sends the body by a create, or by an update of a connection of the run, which is put back. It
// judges that a refusal leaves no trace; what was accepted is returned as it is stored.
func offerBy(t *T, create bool, body any) (reply *Reply, stored Object) {
	m := t.Made(noFrequency)
	q := request{user: m.User, method: http.MethodPost, path: t.Kind.Path(), body: body}
	id := m.ID
	if !create {
		q.method, q.path = http.MethodPut, t.ItemPath(m.ID)
		restored := with(m.Sent, "frequency", "manually")
		if r := t.Update(m.User, m.ID, restored); !r.OK() {
			t.Block("a create would not be fit for this, and an update is refused: status %d", r.Status)
		}
		defer func() { t.Update(m.User, m.ID, restored) }()
	}
	before := t.List(m.User)
	reply = t.Write(q)
	switch {
	case reply.Refused():
		t.WantNoTrace(body, before, t.List(m.User))
	case reply.OK():
		if q.method == http.MethodPost {
			id, _ = integer(reply.Object()["id"])
		}
		stored = t.Get(m.User, id).Object()
	}
	return reply, stored
}

// room tells whether the budget has room for a create that isn't needed, beside one that may be.
func (t *T) room() bool { return t.run.creates[t.Kind]+1 < (t.run.target.Writes.MaxCreates+1)/2 }

// shouldRefuseOffer judges that an offered body is refused.
func shouldRefuseOffer(t *T, body any) {
	reply, _ := offer(t, body)
	t.Should(reply.Refused(), "a refusal, status 4xx", statusOf(reply))
}
