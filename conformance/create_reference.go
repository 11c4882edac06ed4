package conformance

import (
	"encoding/json"
	"fmt"
)

// createUnusual are the promises about connectors, and about bodies that look unusual and are right.
var createUnusual = []promise{
	{
		id: "create/remote-ok", alm: "-", ana: "395,435", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "An analysis connection can be created on a remote connector.",
		fails: "A refusal of a connector that the target file calls remote.",
		run:   createOnEach,
	},
	{
		id: "create/remote-not-applied", alm: "178-182", ana: "-", evidence: Shown, level: Should, mode: Write, needs: []Need{editor, project, secondConnector},
		says:  "That only remote connectors can be used isn't said of ALM connections: each ALM connector can be.",
		fails: "A refusal of one of the first two ALM connectors.",
		run:   createOnEach,
	},
	{
		id: "create/same-alias-twice", alm: "56", ana: "321", evidence: Stated, level: Should, mode: Write, needs: creating,
		says:  "Two connections can have one alias: the filter speaks of all that have it.",
		fails: "A refusal of the second, or that only one of them exists afterwards.",
		run:   createSameAlias,
	},
	{
		id: "create/server-fields", alm: "147,150,153,172", ana: "412,415,418,431", evidence: Silent, level: Should, mode: Write, needs: creating,
		says:  "What the server sets (id, system, command, inaccessible) is ignored or refused if a client sends it.",
		fails: "A new connection with the id, system, command or inaccessible that was sent.",
		run:   createServerFields,
	},
	{
		id: "create/fidelity", alm: "149", ana: "414", evidence: Silent, level: Should, mode: Write, needs: creating,
		says:  "Text beyond ASCII, markup and nested values come back from a create as they were sent.",
		fails: "An alias or a member of params that comes back changed. Blanks that are cut off at an end are noted.",
		run:   createFidelity,
	},
}

// createReferences are the promises about connectors and projects that can't be used.
var createReferences = []promise{
	{
		id: "create/remote-only", alm: "-", ana: "435", evidence: Stated, level: Must, mode: Write, needs: []Need{editor, connector, project, localConnector},
		says:  "An analysis connection can't be created on a connector that isn't remote.",
		fails: "Any status but 4xx, or a connection that appears nevertheless.",
		run: refuses(func(t *T, body Object) Object {
			return with(body, "connector", t.Connector(localConnector).ID)
		}),
	},
	createUnknownReference("connector", "179", "441"),
	createUnknownReference("project", "180", "442"),
	{
		id: "create/ref-kind", alm: "18,150", ana: "291,415", evidence: Shown, level: Must, mode: Write, needs: []Need{editor, connector, project, foreignConnector},
		says:  "Connectors are numbered by kind: the id of one that only the other kind has is refused.",
		fails: "Any status but 4xx, or a connection that appears nevertheless.",
		run:   createReferenceOfOtherKind,
	},
}

// createOnEach uses the first connector, and the second where the target file has one.
func createOnEach(t *T) {
	wantCreated(t, t.Tried(base))
	if secondConnector.missing(t.run.target, t.Kind) == "" {
		wantCreated(t, t.Tried(plainly(t, longer)))
	}
}

func createSameAlias(t *T) {
	first, second := t.Made(base), t.Tried(twin)
	if !wantCreated(t, second) {
		return
	}
	t.Want(first.ID != second.ID, "two connections", fmt.Sprintf("connection %d twice", first.ID))
	listed := byID(t.List(first.User))
	for _, m := range []*Made{first, second} {
		t.Want(listed[m.ID] != nil, fmt.Sprintf("connection %d in the list", m.ID), "absent")
	}
}

func createServerFields(t *T) {
	usual, m := t.Made(base), t.Tried(manually)
	if !m.Reply.OK() {
		t.Want(m.Reply.Refused(), "status 2xx or 4xx", statusOf(m.Reply))
		return
	}
	for _, name := range []string{"id", "system", "command", "inaccessible"} {
		sent := normal(m.Sent[name])
		if equal(sent, usual.Reply.Object()[name]) {
			continue // what the server sets of itself can't be told from what was sent
		}
		t.Want(!equal(sent, m.Reply.Object()[name]), name+" as the server sets it", show(sent)+", as it was sent")
		t.Want(!equal(sent, m.storedAs(name)), name+" as the server sets it when read back", show(sent)+", as it was sent")
	}
}

// createUnknownReference promises that a reference to nothing is refused.
func createUnknownReference(member, alm, ana string) promise {
	return promise{
		id: "create/unknown-ref/" + member, alm: alm, ana: ana, evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "A create is refused if no " + member + " has the id that it names.",
		fails: "Any status but 4xx for an unused id, 0 or -1, or a connection that appears nevertheless.",
		run: func(t *T) {
			for _, id := range []int64{farAbove(t), 0, -1} {
				if !wantRefusal(t, with(t.Body(t.freshAlias()), member, id)) {
					return // more of it would only spend the budget
				}
			}
		},
	}
}

// farAbove is an id that neither connector nor project has: near the end of what 32 bits hold, because a
// database may not take more.
func farAbove(t *T) int64 {
	const start = 2_147_483_000
	used := map[int64]bool{}
	for _, organization := range t.run.target.Organizations {
		for _, p := range organization.Projects {
			used[p.ID] = true
		}
		for _, kind := range []Kind{ALM, Analysis} {
			for _, c := range organization.Connectors.Of(kind) {
				used[c.ID] = true
			}
		}
	}
	id := int64(start)
	for used[id] {
		id--
	}
	return id
}

func createReferenceOfOtherKind(t *T) {
	foreign := t.Connector(foreignConnector).ID
	for _, item := range t.List(t.As(editor)) {
		if equal(normal(foreign), item["connector"]) {
			t.Block("the target file lists no %s connector %d, but connections use it", t.Kind, foreign)
		}
	}
	wantRefusal(t, with(t.Body(t.freshAlias()), "connector", foreign))
}

// createReferenceTypes offers references that are no integers.
func createReferenceTypes(t *T) {
	for _, member := range []string{"connector", "project"} {
		id, _ := t.Body("")[member].(int64)
		body := func(value any) Object { return with(t.Body(t.freshAlias()), member, value) }
		reply, stored := offer(t, body(fmt.Sprint(id)))
		t.Note("a %s as a string of digits is answered with status %d", member, reply.Status)
		if reply.OK() {
			t.Should(equal(normal(id), stored[member]), member+" "+fmt.Sprint(id), show(stored[member]))
		}
		for _, value := range []any{json.Number(fmt.Sprint(id) + ".5"), true, nil, []any{id}, Object{"id": id}} {
			reply, _ := offer(t, body(value))
			t.Should(reply.Refused(), "a refusal of the "+member+" "+show(value)+", status 4xx", statusOf(reply))
		}
	}
}

// createFidelity compares what came back of the odd connection, in the reply and when read back.
func createFidelity(t *T) {
	m := t.Tried(odd)
	if !wantCreated(t, m) {
		return
	}
	back := &Reply{}
	if m.Back != nil {
		back = m.Back
	}
	for _, r := range []*Reply{m.Reply, back} {
		wantSame(t, "/alias", m.Sent["alias"], r.Object()["alias"])
		params, _ := r.Object()["params"].(Object)
		sent, _ := m.Sent["params"].(Object)
		for _, name := range sorted(sent) {
			wantSame(t, "/params/"+name, sent[name], params[name])
		}
	}
}
