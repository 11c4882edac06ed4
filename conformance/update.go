package conformance

import (
	"fmt"
	"net/http"
	"slices"
)

// updates are the promises under the headings "Update a specific … Connection".
var updates = slices.Concat(appliedUpdates, replacements, refusedUpdates, openUpdates)

// subject is the connection that updates are tried on. Nothing compares it with what was created any
// more. neighbour is another, which no update names.
var (
	subject   = noFrequency
	neighbour = longer
)

// appliedUpdates are about what an update changes, and what it doesn't.
var appliedUpdates = []promise{
	{
		id: "update/status", alm: "211-241", ana: "471-495", evidence: Shown, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "An update is answered with status 200 and the whole connection.",
		fails: "Another status, an envelope, or a documented member that is missing or of another type.",
		run:   updateStatus,
	},
	applied("alias", "202, 217", "462, 477", nil, func(t *T) []any { return []any{t.Alias("renamed"), t.Alias("renamed again")} }),
	applied("frequency", "205, 220", "465, 480", nil, func(*T) []any {
		var all []any
		for _, f := range documentedFrequencies {
			all = append(all, f)
		}
		return all
	}),
	applied("connector", "203, 216", "463, 476", []Need{secondConnector}, func(t *T) []any {
		return []any{t.Connector(secondConnector).ID, t.Connector(connector).ID}
	}),
	applied("project", "204, 219", "464, 479", []Need{secondProject}, func(t *T) []any {
		return []any{t.Project(secondProject).ID, t.Project(project).ID}
	}),
	{
		id: "update/id-stable", alm: "196, 215, 252", ana: "457, 475, 506", evidence: Stated, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "The connection keeps its id when it is updated, and no other one comes into being.",
		fails: "The reply or a later read has another id than the path, or the list grows.",
		run:   updateIDStable,
	},
	{
		id: "update/only-target", alm: "244, 252", ana: "498, 506", evidence: Stated, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "An update changes the connection that its path names, and no other.",
		fails: "Another connection of the run, of either kind, is changed or gone.",
		run:   updateOnlyTarget,
	},
	{
		id: "update/readback", alm: "214-241", ana: "474-495", evidence: Shown, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "What an update answers is what later reads and the list show.",
		fails: "The connection, read or listed after an update, differs from the reply to the update.",
		run:   updateReadback,
	},
	{
		id: "update/idempotent", evidence: Silent, level: Should, mode: Write, needs: []Need{editor, connector, project},
		says:  "The same update, sent twice, leaves what it leaves when sent once.",
		fails: "The second of two equal updates is refused, changes something, or makes a new connection.",
		run:   updateIdempotent,
	},
	{
		id: "update/system-follows", alm: "216, 218, 221", ana: "476, 478, 481", evidence: Shown, level: Should, mode: Write,
		needs: []Need{editor, secondConnector, project},
		says:  "When the connector changes, system and command become those of the new connector.",
		fails: "Another system or command than a connection has that was created on that connector.",
		run:   updateSystemFollows,
	},
}

// applied is the promise that an update sets a member to each of the values, one after the other.
func applied(member, alm, ana string, needs []Need, values func(*T) []any) promise {
	return promise{
		id: "update/applied/" + member, alm: alm, ana: ana, evidence: Shown, level: Must, mode: Write,
		needs: append([]Need{editor, connector, project}, needs...),
		says:  "An update sets " + member + " to the value that is sent.",
		fails: "The update is refused, or its reply or a later read has another " + member + ".",
		run: func(t *T) {
			m := t.Made(subject)
			for _, value := range values(t) {
				reply := t.Update(m.User, m.ID, with(t.updateOf(m), member, value))
				if !t.Want(reply.OK(), "status 200 for "+show(value), statusOf(reply)) {
					continue
				}
				if o := reply.Object(); o != nil {
					t.WantEqual("/"+member, value, o[member])
				}
				t.WantEqual("/"+member, value, t.NeedGet(m.User, m.ID)[member])
			}
		},
	}
}

// updateOf is the body of an update that is complete and right: as the connection was created, with
// another alias.
func (t *T) updateOf(m *Made) Object {
	alias, _ := m.Sent["alias"].(string)
	return with(m.Sent, "alias", alias+" updated", "frequency", "manually")
}

// changedParams are members that the documentation's samples send or show, with other values.
func changedParams(kind Kind) Object {
	if kind == ALM {
		return Object{"alm_project": "Another Project", "sde_min_priority": 3}
	}
	return Object{"task_status_mapping": `{"fail": "TODO"}`, "import_behaviour": "combine"}
}

// set brings the connection to a known state and returns what a read then shows. The check is blocked if
// it can't: update/status is the one that asks whether it should.
func (t *T) set(m *Made, body Object) Object {
	if r := t.Update(m.User, m.ID, body); !r.OK() {
		t.Block("connection %d, which this check looks at, could not be updated: status %d", m.ID, r.Status)
	}
	return t.NeedGet(m.User, m.ID)
}

func updateStatus(t *T) {
	m := t.Made(subject)
	reply := t.Update(m.User, m.ID, t.updateOf(m))
	t.WantStatus(reply, http.StatusOK)
	o := reply.Object()
	if !reply.OK() || !t.Want(o != nil, "a JSON object", show(reply.Value)) {
		return
	}
	for _, member := range documentedMembers {
		value, ok := o[member.name]
		switch {
		case !ok:
			t.differ(Must, []Difference{{"/" + member.name, member.shape, "absent"}})
		case shapeOf(value) != member.shape:
			t.differ(Must, []Difference{{"/" + member.name, member.shape, showAt("/"+member.name, value)}})
		}
	}
}

func updateIDStable(t *T) {
	m := t.Made(subject)
	before := byID(t.List(m.User))
	body := with(t.updateOf(m), "alias", t.Alias("same id"))
	reply := t.Update(m.User, m.ID, body)
	if !reply.OK() {
		t.Block("connection %d could not be updated: status %d", m.ID, reply.Status)
	}
	if o := reply.Object(); o != nil {
		t.WantEqual("/id", m.ID, o["id"])
	}
	read := t.Get(m.User, m.ID)
	t.WantStatus(read, http.StatusOK)
	t.WantEqual("/id", m.ID, read.Object()["id"])
	t.wantNothingNew(body, before, byID(t.List(m.User)))
}

// wantNothingNew judges that the list has no connection that wasn't there before. One that can't be
// from the suite makes the check inconclusive.
func (t *T) wantNothingNew(body Object, before, after map[int64]Object) {
	t.asked++
	for _, id := range sorted64(after) {
		switch {
		case before[id] != nil:
		case t.ours(body, after[id]):
			t.Want(false, "no new connection", fmt.Sprintf("connection %d", id))
		default:
			t.Inconclusive("somebody created connection %d meanwhile", id)
		}
	}
}

func updateOnlyTarget(t *T) {
	m, other := t.Made(subject), t.Made(neighbour)
	kinds := []Kind{t.Kind, t.Kind.Other()}
	before := map[Kind]map[int64]Object{}
	for _, kind := range kinds {
		before[kind] = byID(t.ListKind(m.User, kind))
	}
	// The more the two have in common, the more ways there are to confuse them.
	t.set(m, with(t.updateOf(m), "connector", other.Sent["connector"], "project", other.Sent["project"]))
	body := with(t.updateOf(m), "alias", t.Alias("the only one"), "frequency", "monthly", "params", changedParams(t.Kind))
	if r := t.Update(m.User, m.ID, body); !r.OK() {
		t.Block("connection %d could not be updated: status %d", m.ID, r.Status)
	}
	for _, kind := range kinds {
		after := byID(t.ListKind(m.User, kind))
		for _, id := range sorted64(before[kind]) {
			if !t.run.owns(kind, id) || kind == t.Kind && id == m.ID {
				continue
			}
			at := placeOfID(id)
			if t.Want(after[id] != nil, fmt.Sprintf("%s connection %d", kind, id), "absent") {
				t.WantSame(at, before[kind][id], after[id])
			}
		}
	}
}

func updateReadback(t *T) {
	m := t.Made(subject)
	for _, body := range []Object{
		with(t.updateOf(m), "alias", t.Alias("read back"), "frequency", "weekly", "params", changedParams(t.Kind)),
		with(t.updateOf(m), "alias", t.Alias("read back again"), "frequency", "manually"),
	} {
		reply := t.Update(m.User, m.ID, body)
		if !reply.OK() {
			t.Block("connection %d could not be updated: status %d", m.ID, reply.Status)
		}
		answered := reply.Object()
		t.WantSame("", answered, t.NeedGet(m.User, m.ID))
		listed := byID(t.List(m.User))[m.ID]
		t.WantSame(placeOfID(m.ID), answered, listed)
	}
}

func updateIdempotent(t *T) {
	m := t.Made(subject)
	body := with(t.updateOf(m), "alias", t.Alias("twice"), "frequency", "daily", "params", changedParams(t.Kind))
	first := t.set(m, body)
	before := byID(t.List(m.User))
	reply := t.Update(m.User, m.ID, body)
	t.Want(reply.OK(), "status 200 for the same update again", statusOf(reply))
	t.WantSame("", first, t.NeedGet(m.User, m.ID))
	t.wantNothingNew(body, before, byID(t.List(m.User)))
}

func updateSystemFollows(t *T) {
	witness := t.Made(neighbour) // created on the second connector
	m := t.Made(subject)         // and this one on the first
	for _, to := range []struct {
		on      Connector
		witness *Made
	}{{t.Connector(secondConnector), witness}, {t.Connector(connector), m}} {
		o := t.set(m, with(t.updateOf(m), "connector", to.on.ID))
		if to.on.System != "" {
			t.WantEqual("/system", to.on.System, o["system"])
		}
		want := to.witness.Reply.Object()
		t.WantEqual("/system", want["system"], o["system"])
		t.WantEqual("/command", want["command"], o["command"])
	}
}
