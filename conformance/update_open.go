package conformance

import (
	"fmt"
	"net/http"
)

// replacements are about the params of an update.
var replacements = []promise{
	{
		id: "update/params-sent", alm: "206, 232", ana: "466, 482-492", evidence: Shown, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "Members of params that an update sends come back with the values that were sent.",
		fails: "A sent member of params is missing from the reply or a later read, or has another value or type.",
		run:   updateParamsSent,
	},
	{
		id: "update/params-inherited", alm: "222-238", ana: "482-492", evidence: Shown, level: Should, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "After an update, params still has what comes from the connector and the project.",
		fails: "A member that the connection had without being sent is missing after an update, or has changed.",
		run:   updateParamsInherited,
	},
	{
		id: "update/params-replaced", alm: "206, 222-238", ana: "466, 490-491", evidence: Shown, level: Should, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "Params are replaced as a whole: what an update doesn't send goes back to what the connection had at first.",
		fails: "A member that an earlier update sent, and this one doesn't, is still there: params are merged.",
		run:   updateParamsReplaced,
	},
	{
		id: "update/project-follows", alm: "219, 223, 230-231", ana: "479, 486-488", evidence: Shown, level: Should, mode: Write,
		needs: []Need{editor, connector, secondProject},
		says:  "When the project changes, the names of project, application and business unit in params become those of the new one.",
		fails: "Another name than in a connection that was created on that project.",
		run:   updateProjectFollows,
	},
}

func updateParamsSent(t *T) {
	m := t.Made(subject)
	for _, sent := range []Object{sampleParams(t.Kind), changedParams(t.Kind)} {
		reply := t.Update(m.User, m.ID, with(t.updateOf(m), "params", sent))
		if !t.Want(reply.OK(), "status 200", statusOf(reply)) {
			continue
		}
		answers := []Object{t.NeedGet(m.User, m.ID)}
		if o := reply.Object(); o != nil {
			answers = append(answers, o)
		}
		for _, o := range answers {
			params, _ := o["params"].(Object)
			for _, name := range sorted(sent) {
				t.WantEqual("/params/"+name, sent[name], params[name])
			}
		}
	}
}

// inherited are the members of params that the connection had when it was created with none.
func inherited(m *Made) Object {
	sent, _ := m.Sent["params"].(Object)
	params, _ := m.Reply.Object()["params"].(Object)
	return without(params, sorted(sent)...)
}

func updateParamsInherited(t *T) {
	m := t.Made(subject)
	first := inherited(m)
	if !t.Want(len(first) > 0, "members of params that come from the connector and the project", "none") {
		return
	}
	sent := changedParams(t.Kind)
	params, _ := t.set(m, with(t.updateOf(m), "params", sent))["params"].(Object)
	want, got := Object{}, Object{}
	for name, value := range first {
		now, there := params[name]
		if there {
			got[name] = now
		}
		if _, overridden := sent[name]; overridden && there {
			value = now
		}
		want[name] = value
	}
	t.WantSame("", Object{"params": want}, Object{"params": got})
}

func updateParamsReplaced(t *T) {
	m := t.Made(subject)
	bare := Object{} // as in the documentation's samples
	if t.Kind == ALM {
		bare["alm_project"] = "Project Name"
	}
	first, _ := t.set(m, with(t.updateOf(m), "params", bare))["params"].(Object)
	extra := with(changedParams(t.Kind), "sdecontract_extra", "of an earlier update")
	for name, value := range sampleParams(t.Kind) {
		if equal(normal(extra[name]), first[name]) {
			extra[name] = value // so that each differs
		}
	}
	t.set(m, with(t.updateOf(m), "params", extra))
	params, _ := t.set(m, with(t.updateOf(m), "params", bare))["params"].(Object)
	for _, name := range sorted(extra) {
		value, there := params[name]
		if want, had := first[name]; had {
			t.WantEqual("/params/"+name, want, value)
		} else {
			t.Want(!there, "/params/"+name+" absent", showAt("/params/"+name, value))
		}
	}
}

func updateProjectFollows(t *T) {
	m, other := t.Made(subject), t.Made(plainly(t, twin)) // of the first project and of the second
	if equal(ofProject(m), ofProject(other)) {
		t.Note("params don't tell one project from another")
		return
	}
	for _, witness := range []*Made{other, m} {
		params, _ := t.set(m, with(t.updateOf(m), "project", witness.Sent["project"]))["params"].(Object)
		for _, name := range projectParams {
			t.WantEqual("/params/"+name, ofProject(witness)[name], params[name])
		}
	}
}

// openUpdates are about what the documentation leaves open.
var openUpdates = []promise{
	missing("alias"), missing("connector"), missing("project"), missing("params"), missing("frequency"),
	{
		id: "update/to-non-remote", alm: "-", ana: "435", evidence: Stated, level: Probe, mode: Write,
		needs: []Need{editor, connector, project, localConnector},
		says:  "Whether an update may move a connection to a connector that isn't remote is noted: the page speaks of creation only.",
		fails: "A refused update changes something all the same.",
		run:   updateToNonRemote,
	},
	{
		id: "update/server-fields", alm: "215, 218, 221, 240", ana: "475, 478, 481, 494", evidence: Silent, level: Should, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "Members that the server sets can't be set by an update: it refuses or ignores them.",
		fails: "A sent id, system, command or inaccessible is taken over.",
		run:   updateServerFields,
	},
}

// missing is the probe that leaves out a member.
func missing(member string) promise {
	return promise{
		id: "update/missing-field/" + member, alm: "201-207", ana: "461-467", evidence: Silent, level: Probe, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "What an update without " + member + " does is noted: the page doesn't say which members it requires.",
		fails: "A status 5xx, or an update that is refused and changes something all the same.",
		run:   func(t *T) { updateMissing(t, member) },
	}
}

func updateMissing(t *T, member string) {
	m := t.Made(subject)
	body := with(t.updateOf(m), "alias", t.Alias("complete"), "params", changedParams(t.Kind))
	if member == "frequency" {
		body["frequency"] = "weekly"
	}
	on := t.Connector(connector)
	if found, absent := secondConnector.find(t.run.target, t.Kind); absent == "" {
		on = found.(Connector)
	}
	if found, absent := secondProject.find(t.run.target, t.Kind); absent == "" {
		body["project"] = found.(Project).ID
	}
	body["connector"] = on.ID
	t.set(m, body)
	before := t.List(m.User)
	sent := without(body, member)
	reply := t.Update(m.User, m.ID, sent)
	switch {
	case reply.Refused():
		t.Note("an update without %s is refused with status %d", member, reply.Status)
		t.WantNoTrace(sent, before, t.List(m.User))
	case reply.OK():
		value, there := t.NeedGet(m.User, m.ID)[member]
		t.Note("an update without %s %s", member, becomes(member, normal(body[member]), value, there, on))
	default:
		t.Note("an update without %s is answered with status %d", member, reply.Status)
	}
	// Without its alias, nobody could tell any more whose connection it is.
	t.Update(m.User, m.ID, t.updateOf(m))
}

// becomes says what became of a member that an update left out.
func becomes(member string, before, after any, there bool, on Connector) string {
	switch {
	case !there || after == nil || equal(after, "") || equal(after, Object{}):
		return "clears it"
	case member == "params":
		return paramsBecome(before, after)
	case equal(before, after):
		return "keeps it"
	case member == "frequency" && equal(after, "manually"), member == "alias" && equal(after, on.Name):
		return "sets its default: " + show(after)
	}
	return "sets it to " + show(after)
}

func paramsBecome(before, after any) string {
	sent, _ := before.(Object)
	params, _ := after.(Object)
	kept := 0
	for name, value := range sent {
		if equal(params[name], value) {
			kept++
		}
	}
	switch kept {
	case len(sent):
		return "keeps them"
	case 0:
		return "sets them back to those of connector and project"
	}
	return "keeps some of them"
}

func updateToNonRemote(t *T) {
	m := t.Made(subject)
	t.set(m, t.updateOf(m))
	before := t.List(m.User)
	local := t.Connector(localConnector)
	body := with(t.updateOf(m), "connector", local.ID)
	reply := t.Update(m.User, m.ID, body)
	switch {
	case reply.Refused():
		t.Note("a move to a connector that isn't remote is refused with status %d", reply.Status)
		t.WantNoTrace(body, before, t.List(m.User))
		return
	case equal(normal(local.ID), t.NeedGet(m.User, m.ID)["connector"]):
		t.Note("a move to a connector that isn't remote is allowed")
	default:
		t.Note("a move to a connector that isn't remote is answered with status %d, and not done", reply.Status)
	}
	t.Update(m.User, m.ID, t.updateOf(m))
}

func updateServerFields(t *T) {
	m := t.Made(subject)
	first := t.set(m, t.updateOf(m))
	before := t.List(m.User)
	inaccessible, _ := first["inaccessible"].(bool)
	id := t.UnusedID()
	body := with(t.updateOf(m), "id", id, "system", "sdecontract", "command", "sdecontract", "inaccessible", !inaccessible)
	reply := t.Update(m.User, m.ID, body)
	if reply.Refused() {
		t.WantNoTrace(body, before, t.List(m.User))
		return
	}
	read := t.Get(m.User, m.ID)
	if t.Want(read.Status == http.StatusOK, "the connection under its id", statusOf(read)) {
		for _, name := range []string{"id", "system", "command", "inaccessible"} {
			t.WantEqual("/"+name, first[name], read.Object()[name])
		}
	}
	taken := t.Get(m.User, id)
	t.Want(!taken.OK(), fmt.Sprintf("no connection under the id %d that was sent", id), statusOf(taken))
}
