package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// lists are the promises under the headings "Get All … Connections of All Projects". The first writes, so
// that those which read find something at an empty target.
var lists = []promise{
	{
		id: "list/complete", alm: "46", ana: "311", evidence: Stated, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "The list leaves nothing out: what is created joins it, and what it held stays in it.",
		fails: "A list cut off at some length without a link to the rest, or a create that adds two connections or none.",
		run:   listComplete,
	},
	{
		id: "list/status", alm: "12", ana: "285", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The list is answered with status 200.",
		fails: "Any other status than 200 for GET on the collection.",
		run:   func(t *T) { t.WantStatus(t.Listing(t.As(editor)), http.StatusOK) },
	},
	{
		id: "list/envelope", alm: "15-16", ana: "288-289", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The list is an object whose member results is an array of objects.",
		fails: "A bare array, no member results, or items in it that are no objects.",
		run:   listEnvelope,
	},
	{
		id: "list/envelope-extra", alm: "15-43", ana: "288-308", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "Beside results, the list may have other members, such as links to its pages.",
		fails: "Nothing: which members there are is noted.",
		run:   listEnvelopeExtra,
	},
	{
		id: "list/fields", alm: "17-41", ana: "290-306", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "To somebody with the permission, each connection in the list has all nine documented members.",
		fails: "A connection in the list without one of them.",
		run:   listFields,
	},
	{
		id: "list/types", alm: "17-41", ana: "290-306", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "In the list, ids are integers, names and frequencies strings, params an object, inaccessible a boolean.",
		fails: "A member of another type, such as an id in quotes. Servers of later releases show system as an object.",
		run:   listTypes,
	},
	{
		id: "list/extra-fields", alm: "17-41", ana: "290-306", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "A connection in the list may have members that the documentation doesn't tell of.",
		fails: "Nothing: which members there are is noted.",
		run:   listExtraFields,
	},
	{
		id: "list/all-projects", alm: "46", ana: "311", evidence: Stated, level: Must, mode: Write, needs: []Need{editor, connector, secondProject},
		says:  "One list holds the connections of different projects.",
		fails: "A list that holds the connections of one project only.",
		run:   listAllProjects,
	},
	{
		id: "list/kind", alm: "46", ana: "311", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "The list holds no connection of the other kind.",
		fails: "A connection whose system belongs to the other kind, or one that is in the lists of both kinds.",
		run:   listOfOneKind,
	},
	{
		id: "list/id-unique", alm: "17", ana: "290", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "No two connections in the list have the same id.",
		fails: "An id that is in the list twice.",
		run:   listIDUnique,
	},
	{
		id: "list/frequency-domain", alm: "22,181", ana: "295,443", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "The frequency of each connection in the list is one of the five documented ones.",
		fails: "A connection in the list with another frequency, or another spelling of one.",
		run:   listFrequencyDomain,
	},
	{
		id: "list/stable-order", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "Two reads in a row may show the connections in the same order.",
		fails: "Nothing: whether they do is noted.",
		run:   listStableOrder,
	},
	{
		id: "list/readable-without-permission", alm: "46", ana: "311", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "Who may not edit connections can list them all the same: only params are withheld.",
		fails: "A refusal, or connections that are left out for a user who is declared to see all projects.",
		run:   listReadable,
	},
}

func listEnvelope(t *T) {
	r := t.Listing(t.As(editor))
	list, ok := r.Object()["results"].([]any)
	if !t.Want(ok, `an object with an array "results"`, show(r.Value)) {
		return
	}
	for i, item := range list {
		_, ok := item.(Object)
		t.Want(ok, fmt.Sprintf("an object as item %d", i), show(item))
	}
}

func listEnvelopeExtra(t *T) {
	names := sorted(without(t.Listing(t.As(editor)).Object(), "results"))
	if len(names) == 0 {
		t.Note("the list has no member but results")
		return
	}
	t.Note("beside results, the list has %s", strings.Join(names, ", "))
}

func listFields(t *T) {
	var found []Difference
	for _, item := range t.NeedList(t.As(editor)) {
		for _, m := range documentedMembers {
			if _, present := item[m.name]; !present {
				found = append(found, Difference{placeOf(item) + "/" + m.name, m.shape, "absent"})
			}
		}
	}
	t.wantNone(found)
}

func listTypes(t *T) {
	var found []Difference
	list := t.NeedList(t.As(editor))
	t.needMember(list, "id", "connector", "project", "system", "frequency", "command", "params", "inaccessible")
	for _, item := range list {
		for _, m := range documentedMembers {
			value, present := item[m.name]
			if present && shapeOf(value) != m.shape {
				found = append(found, Difference{placeOf(item) + "/" + m.name, m.shape, shapeOf(value)})
			}
		}
	}
	t.wantNone(found)
}

func listExtraFields(t *T) {
	extra := Object{}
	for _, item := range t.List(t.As(editor)) {
		for name := range item {
			if !isDocumented(name) {
				extra[name] = true
			}
		}
	}
	if len(extra) == 0 {
		t.Note("connections have no undocumented member")
		return
	}
	t.Note("connections also have %s", strings.Join(sorted(extra), ", "))
}

// listComplete lists after creates. What was there before counts as left out only if it can still be read.
func listComplete(t *T) {
	u := t.As(editor)
	first := t.Made(base)
	for _, f := range []fixture{twin, longer, odd} {
		t.Tried(f)
	}
	own, aliases := map[int64]bool{}, map[string]bool{}
	for key, m := range t.run.made {
		if strings.HasPrefix(key, string(t.Kind)+"/") && m.Reply.OK() && m.User.Name == u.Name {
			alias, named := m.Sent["alias"].(string)
			own[m.ID], aliases[alias] = true, named
		}
	}
	now := byID(t.List(u))
	for id := range own {
		if id != 0 {
			t.wantIn(now, id, "in the list, because it was created")
		}
	}
	before := byID(first.Before)
	for _, id := range sorted64(before) {
		if now[id] == nil && !t.Want(!t.Get(u, id).OK(), fmt.Sprintf("connection %d in the list, as before and as it can be read", id), "absent") {
			return
		}
	}
	for _, id := range sorted64(now) {
		alias, _ := now[id]["alias"].(string)
		if before[id] == nil && aliases[alias] && !own[0] {
			t.Want(own[id], "one new connection for each create", fmt.Sprintf("connection %d as well, with the same alias", id))
		}
	}
}

func listAllProjects(t *T) {
	made := []*Made{t.Made(base), t.Made(plainly(t, twin))}
	list := byID(t.List(t.As(editor)))
	for _, m := range made {
		item := list[m.ID]
		if t.wantIn(list, m.ID, fmt.Sprintf("of project %v in the list", m.Sent["project"])) {
			t.WantEqual(placeOf(item)+"/project", m.Sent["project"], item["project"])
		}
	}
}

func listOfOneKind(t *T) {
	u := t.As(editor)
	connectors := t.run.target.Organizations[u.Organization].Connectors
	of := func(kind Kind, system any) bool {
		return slices.ContainsFunc(connectors.Of(kind), func(c Connector) bool { return c.System != "" && c.System == system })
	}
	list, others := t.NeedList(u), byID(t.ListKind(u, t.Kind.Other()))
	t.needMember(list, "system")
	var found []Difference
	for _, item := range list {
		id, _ := integer(item["id"])
		switch {
		case !of(t.Kind, item["system"]) && of(t.Kind.Other(), item["system"]):
			found = append(found, Difference{placeOf(item) + "/system", fmt.Sprintf("a system of %s connectors", t.Kind), show(item["system"])})
		case others[id] != nil && t.same(item, others[id]):
			found = append(found, Difference{placeOf(item), fmt.Sprintf("absent from the list of %s connections", t.Kind.Other()), "in both lists"})
		}
	}
	t.wantNone(found)
}

func listIDUnique(t *T) {
	t.Steady(func([]Object) {
		seen := map[string]bool{}
		var found []Difference
		list := t.NeedList(t.As(editor))
		t.needMember(list, "id")
		for _, item := range list {
			id := show(item["id"])
			if seen[id] {
				found = append(found, Difference{"/results", "the id " + id + " once", "again"})
			}
			seen[id] = true
		}
		t.wantNone(found)
	})
}

func listFrequencyDomain(t *T) {
	var found []Difference
	for _, item := range t.NeedList(t.As(editor)) {
		if f, ok := item["frequency"].(string); !ok || !slices.Contains(documentedFrequencies, f) {
			found = append(found, Difference{placeOf(item) + "/frequency", "one of " + strings.Join(documentedFrequencies, ", "), show(item["frequency"])})
		}
	}
	t.wantNone(found)
}

func listStableOrder(t *T) {
	u := t.As(editor)
	first, second := t.List(u), t.List(u)
	same := slices.EqualFunc(first, second, func(a, b Object) bool { return equal(a["id"], b["id"]) })
	switch {
	case len(first) < 2:
		t.Note("there are fewer than two connections to put in order")
	case same:
		t.Note("two reads show the same order")
	default:
		t.Note("two reads show different orders")
	}
}

func listReadable(t *T) {
	u := t.Colleague(reader)
	t.Steady(func(list []Object) {
		all := byID(list)
		if len(all) == 0 {
			t.Block("there is no %s connection with an id at the target", t.Kind)
		}
		r := t.Listing(u)
		if !t.wantList(r) {
			return
		}
		seen := byID(t.Items(u, r))
		for _, id := range sorted64(all) {
			if seen[id] == nil && !u.SeesAllProjects {
				t.Inconclusive("user %s doesn't see connection %d, and isn't declared to see all projects", u.Name, id)
			}
			t.wantIn(seen, id, "in the list of user "+u.Name)
		}
	})
}
