package conformance

import (
	"fmt"
	"net/http"
	"strconv"
)

// gets are the promises under the headings "Get a Specific … Connection".
var gets = []promise{
	{
		id: "get/status", alm: "80", ana: "352", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "A connection of the list is answered with status 200.",
		fails: "Any other status than 200 for GET on a connection of the list.",
		run: func(t *T) {
			t.onListed(5, func(id int64, _ Object) { t.WantStatus(t.Get(t.As(editor), id), http.StatusOK) })
		},
	},
	{
		id: "get/bare", alm: "83", ana: "355", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The reply is the connection itself, without an envelope.",
		fails: "An array, or an object around the connection, such as the list's with results.",
		run:   getBare,
	},
	{
		id: "get/same-as-list", alm: "17-41,84-108", ana: "290-306,356-372", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "A connection is the same by itself as in the list.",
		fails: "A documented member that differs between the two, or that only one of them has.",
		run:   getSameAsList,
	},
	{
		id: "get/id", alm: "84", ana: "356", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The connection that comes back has the id that was asked for, as an integer.",
		fails: "Another id than in the URL, or one that is no integer.",
		run:   getID,
	},
	{
		id: "get/unknown", page: "Errors", heading: "Errors", alm: "11", evidence: Companion, level: Should, needs: []Need{editor},
		says:  "An id that no connection has is answered with status 404.",
		fails: "A status 2xx or 5xx. Another status than 404 or 403 is a warning.",
		run:   getUnknown,
	},
	{
		id: "get/malformed-id", evidence: Silent, level: Should, needs: []Need{editor},
		says:  "What is no id in place of one is answered with status 404 or 400.",
		fails: "A connection for what can't be an id, such as abc or -1, or a status 5xx. Other answers are warnings.",
		run:   getMalformedID,
	},
	{
		id: "get/other-kind", alm: "17", ana: "290", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The kinds have ids of their own: one that only the other kind has finds nothing here.",
		fails: "A connection of the other kind, found under the URL of this one.",
		run:   getOtherKind,
	},
	{
		id: "get/readable-without-permission", alm: "112", ana: "376", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "Who may not edit connections can read a single one all the same: only params are withheld.",
		fails: "A refusal, or a 404 to a user who is declared to see all projects.",
		run:   getReadable,
	},
	{
		id: "get/safe", evidence: Silent, level: Must, needs: []Need{editor},
		says:  "GET changes nothing.",
		fails: "A connection, or the list, that is another one each time after a connection was read.",
		run:   getSafe,
	},
}

// populate makes sure that there is a connection of the kind, if the run may create one.
func (t *T) populate(kind Kind) {
	own := t.Kind
	t.Kind = kind
	if len(t.List(t.As(editor))) == 0 && !t.run.readOnly {
		t.Made(base)
	}
	t.Kind = own
}

// onListed looks at up to n connections of the list, while that doesn't change.
func (t *T) onListed(n int, look func(id int64, item Object)) {
	t.populate(t.Kind)
	t.Steady(func(list []Object) {
		items := byID(list)
		if len(items) == 0 {
			t.Block("there is no connection to look at")
		}
		for _, id := range spread(sorted64(items), n) {
			look(id, items[id])
		}
	})
}

// spread returns up to n of the ids, the first and the last among them.
func spread(ids []int64, n int) []int64 {
	if len(ids) <= n {
		return ids
	}
	if n == 1 {
		return ids[:1]
	}
	var some []int64
	for i := range n {
		some = append(some, ids[i*(len(ids)-1)/(n-1)])
	}
	return some
}

func getBare(t *T) {
	t.onListed(1, func(id int64, _ Object) {
		r := t.Get(t.As(editor), id)
		if r.Status != http.StatusOK {
			t.Block("connection %d can't be read: status %d", id, r.Status)
		}
		_, bare := r.Object()["id"]
		t.Want(bare, "an object with a member id", show(r.Value))
	})
}

func getSameAsList(t *T) {
	t.onListed(10, func(id int64, item Object) {
		t.WantSame("", item, t.NeedGet(t.As(editor), id))
	})
}

func getID(t *T) {
	t.onListed(5, func(id int64, _ Object) {
		got := t.NeedGet(t.As(editor), id)["id"]
		if t.WantEqual("/id", id, got) {
			_, whole := integer(got)
			t.Want(whole, "an integer", show(got))
		}
	})
}

// getReadable reads what the user is known to see: all, or what the own list shows. What nobody can read is for
// another check.
func getReadable(t *T) {
	u := t.Colleague(reader)
	t.Steady(func(list []Object) {
		if !u.SeesAllProjects {
			list = t.List(u)
		}
		items := byID(list)
		if len(items) == 0 {
			t.Block("user %s sees no %s connection at the target", u.Name, t.Kind)
		}
		for _, id := range sample(items, 5) {
			t.NeedGet(t.As(editor), id)
			t.WantStatus(t.Get(u, id), http.StatusOK)
		}
	})
}

func getUnknown(t *T) {
	r := t.Get(t.As(editor), t.UnusedID())
	status := statusOf(r)
	if t.Never(!r.OK(), "status 404", status) {
		t.Should(r.Status == http.StatusNotFound || r.Status == http.StatusForbidden, "status 404", status)
	}
}

func getMalformedID(t *T) {
	u, id := t.As(editor), "1"
	for _, listed := range spread(sorted64(byID(t.List(u))), 1) {
		id = strconv.FormatInt(listed, 10)
	}
	for _, malformed := range []struct {
		id      string
		lenient bool // a lenient server may read an id in it
	}{
		{"abc", false},
		{"0", false},
		{"-1", false},
		{"99999999999999999999", false},
		{id + "/extra", false},
		{id + ".0", true},
		{id + "e0", true},
		{"%00", true},
	} {
		r := t.Send(request{user: u, method: http.MethodGet, path: t.Kind.Path() + malformed.id + "/"})
		expected, actual := malformed.id+": status 404 or 400", fmt.Sprintf("%s: status %d", malformed.id, r.Status)
		if malformed.lenient || t.Never(!r.OK(), expected, actual) {
			t.Should(r.Status == http.StatusNotFound || r.Status == http.StatusBadRequest, expected, actual)
		}
	}
}

// getOtherKind asks for an id that only the other kind has. Where there is none, it can only see that the
// connection is this kind's.
func getOtherKind(t *T) {
	u := t.As(editor)
	t.populate(t.Kind.Other())
	t.Steady(func(list []Object) {
		own, others := byID(list), byID(t.ListKind(u, t.Kind.Other()))
		if len(others) == 0 {
			t.Block("there is no connection of the other kind")
		}
		for _, id := range sorted64(others) {
			if own[id] == nil {
				r := t.Get(u, id)
				t.Want(r.Refused(), "status 404", statusOf(r))
				return
			}
		}
		id := sorted64(others)[0]
		t.WantSame("", own[id], t.NeedGet(u, id))
		t.Note("every id of the other kind is one of this kind, too: what came was this kind's")
	})
}

// getSafe lists twice, reads, and lists again. Somebody else may change something meanwhile, but hardly
// twice while a connection is read, and never while it is not.
func getSafe(t *T) {
	u := t.As(editor)
	t.populate(t.Kind)
	changed := 0
	for range 4 {
		before, again := t.List(u), t.List(u)
		if len(byID(again)) == 0 {
			t.Block("there is no connection to look at")
		}
		if !t.sameItems(before, again) {
			continue
		}
		id := sorted64(byID(again))[0]
		first, second := t.NeedGet(u, id), t.NeedGet(u, id)
		found := append(t.differing("", first, second), t.differingItems(again, t.List(u))...)
		if changed++; len(found) == 0 || changed == 2 {
			t.asked++
			t.differ(Must, found)
			return
		}
	}
	t.Inconclusive("the list changed while it was looked at")
}
