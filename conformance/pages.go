package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// pages are the promises of the introduction about lists that come in pages. Whether they do is left open.
var pages = []promise{
	{
		id: "list/pages", page: "Introduction", heading: "Pagination", alm: "35-39", evidence: Companion, level: Should, needs: []Need{editor},
		says:  "Where the list comes in pages, next leads through all of them, at the same server, and to each connection once.",
		fails: "As a warning: a next that goes round in a circle, leads to another host or to no list, or passes connections over.",
		run:   listPages,
	},
	{
		id: "filter/pages", page: "Introduction", heading: "Pagination", alm: "35-39", evidence: Companion, level: Should, needs: []Need{editor},
		says:  "Where a filtered list comes in pages, next leads to the rest of what passes the filter, and to nothing else.",
		fails: "As a warning: a later page with connections that the filter leaves out, or pages that lack some which pass it.",
		run:   filterPages,
	},
}

// listPages asks for three pages, unless the list comes in pages anyway. It compares ids only: pages may be shown
// while other things change.
func listPages(t *T) {
	u := t.As(editor)
	for range 2 {
		whole := t.walk(u, t.Listing(u))
		paged := whole
		if !whole.paged {
			if len(whole.items) < 2 {
				t.Note("there are fewer than two connections to share out among pages")
				return
			}
			r := t.Listing(u, "page_size", strconv.Itoa((len(whole.items)+2)/3))
			if !r.OK() {
				t.Note("the list doesn't come in pages: asked for them, the target answers status %d", r.Status)
				return
			}
			paged = t.walk(u, r)
		}
		if again := t.walk(u, t.Listing(u)); !maps.Equal(whole.shown, again.shown) {
			continue
		}
		t.wantPages(whole, paged)
		return
	}
	t.Inconclusive("the list changed while it was looked at, twice")
}

func (t *T) wantPages(whole, paged walk) {
	if !paged.paged && maps.Equal(whole.shown, paged.shown) {
		t.Note("the list doesn't come in pages")
		return
	}
	if !t.wantNone(paged.astray) {
		return
	}
	var found []Difference
	for id := range whole.shown {
		if n := paged.shown[id]; n != 1 {
			found = append(found, Difference{"/results", "connection " + id + " on one page", fmt.Sprintf("on %d of them", n)})
		}
	}
	for id := range paged.shown {
		if whole.shown[id] == 0 {
			found = append(found, Difference{"/results", "what the whole list shows", "connection " + id + " as well"})
		}
	}
	slices.SortFunc(found, func(a, b Difference) int { return strings.Compare(a.Expected+a.Actual, b.Expected+b.Actual) })
	t.wantNone(found)
}

// filterPages asks for two pages of what passes a filter, unless that comes in pages anyway.
func filterPages(t *T) {
	u := t.As(editor)
	t.Steady(func(list []Object) {
		looked := false
		for _, name := range []string{"alias", "frequency", "system"} {
			value, n := narrowing(list, name)
			if n == 0 {
				continue
			}
			r := t.Filter(u, name, value)
			if r.OK() && r.Object()["next"] == nil {
				r = t.Filter(u, name, value, "page_size", strconv.Itoa((n+1)/2))
			}
			ignored := slices.ContainsFunc(objectsOf(r), func(item Object) bool { return !passes(item, name, value) })
			if !r.OK() || r.Object()["next"] == nil || ignored { // which other checks ask about
				continue
			}
			looked = true
			t.wantSelected(list, name, value, t.walk(u, r).items)
		}
		if !looked {
			t.Note("no filtered list comes in pages")
		}
	})
}

// narrowing is the value of a filter that the fewest connections pass, but at least two and not all: there is more
// than a page of them, and something to leave out. n is 0 if there is none.
func narrowing(list []Object, member string) (value string, n int) {
	for _, v := range valuesOf(list, member, len(list)) {
		passing := 0
		for _, item := range list {
			if passes(item, member, v) {
				passing++
			}
		}
		if passing > 1 && passing < len(list) && (n == 0 || passing < n) {
			value, n = v, passing
		}
	}
	return value, n
}

// passes tells whether a connection may pass a filter: whether case matters is open.
func passes(item Object, member, value string) bool {
	text, _ := item[member].(string)
	return strings.EqualFold(text, value)
}

// walk is a list as next leads through it.
type walk struct {
	items  []Object
	shown  map[string]int // how often each connection is there, by id
	paged  bool
	astray []Difference // where next leads that it shouldn't
}

// walk follows next from a list's reply to the end, or until it is clear that there is none. A link to another host
// is followed at the target, so that the token stays there.
func (t *T) walk(u *User, r *Reply) walk {
	w, been, idle := walk{shown: map[string]int{}}, map[string]bool{r.url: true}, 0
	for page := 1; ; page++ {
		_, isList := r.Object()["results"].([]any)
		switch {
		case r.Status == http.StatusOK && isList:
		case page == 1:
			t.Block("there is no list: status %d", r.Status)
		default:
			w.stray("a list", statusOf(r))
			return w
		}
		before := len(w.shown)
		w.add(objectsOf(r))
		if idle++; len(w.shown) > before {
			idle = 0
		}
		path := t.follow(&w, r)
		if path == "" {
			return w
		}
		w.paged = true
		if idle > 1 || page == maxPages {
			w.stray("the next page, or none", fmt.Sprintf("page %d, and nothing new on the last %d", page+1, idle))
			return w
		}
		if r = t.Send(request{user: u, method: http.MethodGet, path: path}); been[r.url] {
			w.stray("the next page, or none", "a page that was there before")
			return w
		}
		been[r.url] = true
	}
}

// follow is the path at the target to which next leads; empty if there is none.
func (t *T) follow(w *walk, r *Reply) string {
	if next := r.Object()["next"]; next != nil && shapeOf(next) != "string" {
		w.stray("a URL, or null", shapeOf(next))
		return ""
	}
	to, err := nextURL(r)
	if to == nil && err == nil {
		return ""
	}
	if err != nil || to.Opaque != "" || !strings.HasPrefix(to.Path, "/") {
		w.stray("a URL, or null", "something else")
		return ""
	}
	if at := t.base(); t.astray(to) {
		w.stray("a link to "+at.Scheme+"://"+at.Host, "one to "+to.Scheme+"://"+to.Host)
	}
	path, _ := t.atTarget(r, to)
	return path
}

func (w *walk) stray(expected, actual string) {
	w.astray = withOnce(w.astray, Difference{"/next", expected, actual})
}

// add takes the items of a page.
func (w *walk) add(items []Object) {
	w.items = append(w.items, items...)
	for _, item := range items {
		id, ok := item["id"]
		if !ok {
			id = item
		}
		w.shown[show(id)]++
	}
}

// nextURL is where the reply says that the next page is; nil if it names none.
func nextURL(r *Reply) (*url.URL, error) {
	link, _ := r.Object()["next"].(string)
	if link == "" {
		return nil, nil
	}
	here, err := url.Parse(r.url)
	if err != nil {
		return nil, err
	}
	return here.Parse(link)
}

// atTarget is the path at the target that a reply's link means. It is ours if the link leads there. A server behind a
// proxy may not know by which host and path others reach it: what it says of the list that was asked for is asked of
// that list, so that the token stays with the target.
func (t *T) atTarget(r *Reply, link *url.URL) (path string, ours bool) {
	if sameHost(link, t.base()) {
		return t.pathOf(*link), true
	}
	if here, err := url.Parse(r.url); err == nil {
		list := t.pathOf(url.URL{Path: here.Path, RawPath: here.RawPath})
		if strings.HasSuffix(link.EscapedPath(), list) {
			return list + "?" + link.RawQuery, true
		}
	}
	return t.pathOf(*link), false
}

// astray tells whether a link names another host or scheme than the target's.
func (t *T) astray(link *url.URL) bool {
	at := t.base()
	return link.Scheme != at.Scheme || !sameHost(link, at)
}

// base is the target's URL.
func (t *T) base() *url.URL {
	base, err := url.Parse(t.run.target.URL)
	if err != nil {
		t.Error(err)
	}
	return base
}

// sameHost tells whether two URLs lead to the same host: a default port may be left out.
func sameHost(a, b *url.URL) bool {
	port := func(u *url.URL) string {
		if u.Port() != "" {
			return u.Port()
		}
		return map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return a.Host == b.Host || strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

// pathOf is a URL's path and query, below the target's own.
func (t *T) pathOf(u url.URL) string {
	u.Scheme, u.Host, u.User, u.Fragment = "", "", nil, ""
	path, prefix := u.String(), t.base().EscapedPath()
	if len(prefix) > 1 {
		path = strings.TrimPrefix(path, strings.TrimSuffix(prefix, "/"))
	}
	return path
}
