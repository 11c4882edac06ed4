package conformance

import (
	"fmt"
	"net/http"
)

// refusedUpdates are about updates that can't be done, and must leave everything as it was.
var refusedUpdates = append([]promise{
	{
		id: "update/unknown-id", alm: "246, 252", ana: "500, 506", evidence: Stated, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "An update of an id that no connection has is refused, as not found, and creates nothing.",
		fails: "Any status but 4xx, or a new connection; another status than 404 is a warning.",
		run: func(t *T) {
			t.wantNotFound(t.As(editor), t.UnusedID(), t.Body(t.Alias("nobody's")))
		},
	},
	{
		id: "update/other-kind", alm: "252", ana: "506", evidence: Stated, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "An id that only a connection of the other kind has is not found under this kind, and that connection stays as it is.",
		fails: "Any status but 4xx, a change of the other connection, or a new one; another status than 404 is a warning.",
		run:   updateOtherKind,
	},
	{
		id: "update/frequency-invalid", alm: "181, 205", ana: "443, 465", evidence: Stated, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "An update to a frequency that isn't one of the five is refused, and changes nothing.",
		fails: "Any status but 4xx, or any change of the connection.",
		run:   updateFrequencyInvalid,
	},
	frequencyBasic("hourly"), frequencyBasic("daily"), frequencyBasic("weekly"), frequencyBasic("monthly"),
}, atomicUpdates...)

// wantNotFound judges that an update of an id that this kind doesn't have is refused. What it creates all
// the same is accounted for.
func (t *T) wantNotFound(u *User, id int64, body Object) {
	q := request{user: u, method: http.MethodPut, path: t.ItemPath(id), body: body}
	reply := t.WantRefused(q)
	if reply.Refused() {
		t.Should(reply.Status == http.StatusNotFound, "status 404", statusOf(reply))
		return
	}
	if read := t.Get(u, id); reply.OK() && read.OK() {
		t.Want(false, "nothing under the id after the update", fmt.Sprintf("connection %d", id))
		if err := t.run.created(t.Kind, id, q, read); err != nil {
			t.Error(err)
		}
	}
}

func updateOtherKind(t *T) {
	u := t.As(editor)
	kind := t.Kind
	t.Kind = kind.Other()
	t.Made(neighbour) // so that there is at least one of the other kind
	t.Kind = kind
	here := byID(t.List(u))
	for _, c := range t.run.report.Created {
		if c.Kind != kind.Other() || c.User != u.Name || c.ID == 0 || here[c.ID] != nil {
			continue
		}
		before := t.GetKind(u, c.Kind, c.ID)
		if !before.OK() {
			continue
		}
		t.run.declareUnused(kind, c.ID)
		t.wantNotFound(u, c.ID, t.Body(t.Alias("of the other kind")))
		after := t.GetKind(u, c.Kind, c.ID)
		t.WantStatus(after, http.StatusOK)
		t.differ(Must, t.differing("", before.Object(), after.Object()))
		return
	}
	// A server that numbers both kinds from the same start has no such id, and that is its right.
	t.Note("each connection of the run under %s has an id that some connection under %s has, too", kind.Other().Path(), kind.Path())
}

func updateFrequencyInvalid(t *T) {
	m := t.Made(subject)
	t.set(m, with(t.updateOf(m), "frequency", "weekly"))
	for _, frequency := range []any{"yearly", 5, []any{"hourly"}, Object{"hourly": true}} {
		t.WantRefused(request{
			user: m.User, method: http.MethodPut, path: t.ItemPath(m.ID),
			body: with(t.updateOf(m), "frequency", frequency),
		})
	}
}

// frequencyBasic is the promise that the plan limits updates, too.
func frequencyBasic(frequency string) promise {
	return promise{
		id: "update/frequency-basic/" + frequency, alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write,
		needs: []Need{basic, basicConnector, basicProject},
		says:  "Without the advanced ALM feature, an update can't set the frequency " + frequency + ".",
		fails: "The frequency is taken over, or a refused update changes something. Falling back to manually is a warning.",
		run:   func(t *T) { updateFrequencyBasic(t, frequency) },
	}
}

func updateFrequencyBasic(t *T, frequency string) {
	m := t.Made(basicManually)
	t.set(m, t.updateOf(m))
	before := t.List(m.User)
	body := with(t.updateOf(m), "frequency", frequency)
	reply := t.Update(m.User, m.ID, body)
	if reply.Refused() {
		t.WantNoTrace(body, before, t.List(m.User))
		return
	}
	const expected = `a refusal, or "manually"`
	t.Want(reply.OK(), expected, statusOf(reply))
	read := t.NeedGet(m.User, m.ID)["frequency"]
	ok := t.Want(read == "manually", expected, show(read))
	if answered, there := reply.Object()["frequency"]; there {
		ok = t.Want(answered == "manually", expected, show(answered)) && ok
	}
	if ok {
		t.Should(false, "a refusal, status 4xx", fmt.Sprintf("status %d, and the frequency manually", reply.Status))
	}
}

// atomicUpdates are updates with one wrong member among right ones.
var atomicUpdates = []promise{
	atomic("frequency", func(*T) any { return "yearly" }),
	atomic("connector", func(t *T) any { return t.unusedReference("connector") }),
	atomic("project", func(t *T) any { return t.unusedReference("project") }),
}

func atomic(member string, wrong func(*T) any) promise {
	return promise{
		id: "update/atomic/" + member, evidence: Silent, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "An update whose " + member + " is wrong is refused as a whole: its right members change nothing either.",
		fails: "Any status but 4xx, or a refused update that sets the alias, the project, the frequency or params all the same.",
		run: func(t *T) {
			m := t.Made(subject)
			t.set(m, with(t.updateOf(m), "frequency", "daily"))
			body := with(t.updateOf(m), "alias", t.Alias("half done"), "frequency", "monthly", "params", changedParams(t.Kind))
			if other, missing := secondProject.find(t.run.target, t.Kind); missing == "" {
				body["project"] = other.(Project).ID
			}
			t.WantRefused(request{user: m.User, method: http.MethodPut, path: t.ItemPath(m.ID), body: with(body, member, wrong(t))})
		},
	}
}

// unusedReference is an id that no connector or project has, as far as the target file and the list tell.
func (t *T) unusedReference(member string) int64 {
	highest := int64(0)
	for _, o := range t.run.target.Organizations {
		for _, p := range o.Projects {
			highest = max(highest, p.ID)
		}
		for _, c := range append(o.Connectors.Of(ALM), o.Connectors.Of(Analysis)...) {
			highest = max(highest, c.ID)
		}
	}
	for _, item := range t.List(t.As(editor)) {
		id, _ := integer(item[member])
		highest = max(highest, id)
	}
	return highest + 1_000_003
}
