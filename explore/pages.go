package explore

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// Bounds of how far next is followed: to look at what there is, for a list of which nothing is said, and for one that
// was asked for in pages.
const maxPages, maxPagesRead, maxPagesAsked = 200, 50, 6

// inPages is why a request asks for a list in pages. Whether there are any is open: the documentation of
// connections doesn't name them, that of the API does.
const inPages = "in pages"

// pages asks for a list in about four pages, or in the smallest if only some pass a filter.
func (g *generator) pages() {
	u, kind := g.place()
	path, size := kind.Path(), "{quarter}"
	filter := one(g, append([]string{"frequency", "frequency"}, spec().filters...)) // which several pass, and some don't
	switch value := g.wanted(filter, kind); {
	case value != "" && g.chance(40):
		path, size = withQuery(path, encode(url.Values{filter: {value}})), "1"
	case g.chance(20):
		path = withQuery(path, spec().page+"=2")
	}
	g.add(Step{User: u.Name, Method: http.MethodGet, Path: withQuery(path, spec().size+"="+size), Expect: Open, Why: inPages})
}

// withQuery adds to the query of a path.
func withQuery(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}

// walk is a list as next leads through it.
type walk struct {
	items []object
	paged bool // there was more than a page
	whole bool // it came to its end
	long  bool // next was followed as far as it may be
	// Where next should lead, and where it does; empty if all is well, or unknown.
	expected, actual string
	shown            map[string]bool // what was there already, by id
}

// walk follows next from a list's reply to the end, or until it is clear that there is none, and for so many pages at
// most. It never leaves the target, so that the token stays there.
func (e *execution) walk(s *Step, reply *conformance.Reply, most int) walk {
	op, w, next := spec().of(s.kind(), "list"), walk{shown: map[string]bool{}}, *s
	been, idle := map[string]bool{e.fill(onTarget, s): true}, 0
	for page := 1; ; page++ {
		results, isList := reply.Object()["results"].([]any)
		if reply.Status != op.status || !isList {
			if page > 1 && !conformance.ServerFailed(s.Method, reply.Status) {
				w.expected, w.actual = "a list, on each page", status(reply.Status)
			}
			return w
		}
		if idle++; e.add(op, &w, results) {
			idle = 0
		}
		path, astray := e.senders[onTarget].Follow(reply)
		if astray {
			w.expected, w.actual = "a page of "+e.target.URL+", or none", e.show("/next", reply.Object()["next"])
		}
		switch {
		case path == "":
			w.whole = !astray
			return w
		case been[path] || idle > 1:
			w.expected, w.actual = "the next page, or none", fmt.Sprintf("nothing new, after page %d", page)
			return w
		case page == most:
			w.long = true
			return w
		}
		been[path], w.paged, next.Path = true, true, path
		var err error
		if reply, err = e.send(onTarget, &next); err != nil || e.busy {
			return w
		}
		e.universal(&next, reply)
	}
}

// add takes the items of a page, and tells whether any is new.
func (e *execution) add(op *operation, w *walk, results []any) bool {
	if e.ids[op.kind] == nil {
		e.ids[op.kind] = map[int64]bool{}
	}
	before := len(w.shown)
	for _, r := range results {
		o, _ := r.(object)
		if id, ok := conformance.Integer(o["id"]); ok {
			e.ids[op.kind][id] = true
		}
		w.shown[known(o)] = true
		w.items = append(w.items, o)
	}
	return len(w.shown) > before
}

// known is what an item is known by: its id, or else all of it.
func known(o object) string {
	if id, has := o["id"]; has {
		return fmt.Sprint(id)
	}
	return fmt.Sprint(o)
}

// comparePages asks whether pages show together what the list shows that nobody asked to cut into pages.
func (e *execution) comparePages(op *operation, s *Step, w *walk) {
	path, query, _ := strings.Cut(s.Path, "?")
	values, _ := url.ParseQuery(query)
	if !w.whole || values.Has(spec().page) {
		return
	}
	values.Del(spec().size)
	if len(values) > 0 {
		path = withQuery(path, encode(values))
	}
	items, ok := e.listed(e.user(s.User), path)
	if !ok {
		return
	}
	whole := map[string]bool{}
	for _, o := range items {
		id := known(o)
		if whole[id] = true; !w.shown[id] {
			e.differs(agrees, op, "/results", "on the pages, what the list shows without them", "a connection is missing", true)
		}
	}
	for id := range w.shown {
		if !whole[id] {
			e.differs(agrees, op, "/results", "on the pages, what the list shows without them", "another connection as well", true)
		}
	}
}
