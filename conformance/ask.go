package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// Send sends a request and returns the reply. Without a reply, the check ends. A status 5xx always fails
// the check; of those, 502, 503 and 504 are the target's trouble, and end it as an error. So is 429: it
// refuses the suite, not the request.
func (t *T) Send(q request) *Reply {
	reply, err := t.run.send(t.ctx, q)
	if n := len(t.run.exchanges); n > 0 && !errors.Is(err, errUnreachable) {
		t.sees(n)
	}
	if err != nil {
		t.Error(err)
	}
	switch reply.Status {
	case http.StatusTooManyRequests:
		t.Error(errors.New("the target answered 429: ask it more slowly, with --rps"))
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		t.Error(fmt.Errorf("the target answered %d", reply.Status))
	}
	if failed(q.method, reply.Status) {
		t.Never(false, "a status below 500", statusOf(reply))
	}
	return reply
}

// sees notes that an exchange is evidence for this check.
func (t *T) sees(exchange int) {
	t.last = exchange
	if !slices.Contains(t.result.Exchanges, exchange) {
		t.result.Exchanges = append(t.result.Exchanges, exchange)
	}
}

// Get asks for a connection of the kind of the check.
func (t *T) Get(u *User, id int64) *Reply { return t.GetKind(u, t.Kind, id) }

// GetKind asks for a connection of that kind.
func (t *T) GetKind(u *User, kind Kind, id int64) *Reply {
	return t.Send(request{user: u, method: http.MethodGet, path: kind.Item(id)})
}

// NeedGet is Get where a connection must come: else the check is blocked.
func (t *T) NeedGet(u *User, id int64) Object {
	r := t.Get(u, id)
	if r.Status != http.StatusOK || r.Object() == nil {
		t.Block("connection %d can't be read: status %d", id, r.Status)
	}
	return r.Object()
}

// Listing asks for the list of the check's kind, filtered as query says (name, value, ...). It is one
// reply: see List for the whole list.
func (t *T) Listing(u *User, query ...string) *Reply {
	values := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		values.Add(query[i], query[i+1])
	}
	return t.ListingOf(u, t.Kind, values)
}

// ListingOf asks for the list of that kind.
func (t *T) ListingOf(u *User, kind Kind, query url.Values) *Reply {
	path := kind.Path()
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return t.Send(request{user: u, method: http.MethodGet, path: path})
}

// List returns all the items of a list. It follows next, where the target paginates. The check is blocked
// if there is no list: whether there should be is the question of others.
func (t *T) List(u *User, query ...string) []Object {
	return t.Items(u, t.Listing(u, query...))
}

// ListKind is List for that kind.
func (t *T) ListKind(u *User, kind Kind) []Object {
	return t.Items(u, t.ListingOf(u, kind, nil))
}

// maxPages bounds how far next is followed.
const maxPages = 1000

// Items returns the items of a list's reply, and of the pages that follow it.
func (t *T) Items(u *User, r *Reply) []Object {
	if t.run.endless {
		t.Block("the list has more than %d pages", maxPages)
	}
	items := []Object{}
	seen := map[string]bool{r.url: true}
	for range maxPages {
		list, ok := r.Object()["results"].([]any)
		if r.Status != http.StatusOK || !ok {
			t.Block("there is no list: status %d", r.Status)
		}
		for _, item := range list {
			o, ok := item.(Object)
			if !ok {
				t.Block("the list has an item that is no object")
			}
			items = append(items, o)
		}
		path := t.next(r)
		if path == "" {
			return items
		}
		r = t.Send(request{user: u, method: http.MethodGet, path: path})
		if seen[r.url] {
			t.Block("the pages of the list go round in a circle")
		}
		seen[r.url] = true
	}
	t.run.endless = true
	t.Block("the list has more than %d pages", maxPages)
	return nil
}

// next is the path of the page after this one; empty if it is the last.
func (t *T) next(r *Reply) string {
	u, err := nextURL(r)
	if u == nil && err == nil {
		return ""
	}
	if err != nil {
		t.Block("next isn't a URL")
	}
	path, ours := t.atTarget(r, u)
	if !ours {
		t.Block("next leads to another host, and not to this list")
	}
	return path
}

// Steady lists before and after look, as the editor. If the list has moved in between, what look judged
// doesn't count, and it looks once more; if it moves again, the check ends as inconclusive.
func (t *T) Steady(look func(list []Object)) {
	u := t.As(editor)
	for range 2 {
		before := t.List(u)
		kept, asked := t.result.clone(), t.asked
		look(before)
		if t.sameItems(before, t.List(u)) {
			return
		}
		exchanges := t.result.Exchanges
		t.result, t.asked = kept, asked
		t.result.Exchanges = exchanges
	}
	t.Inconclusive("the list changed while it was looked at, twice")
}

// sameItems tells whether two lists hold the same connections, as far as they can be compared.
func (t *T) sameItems(a, b []Object) bool {
	return len(a) == len(b) && len(t.differingItems(a, b)) == 0
}

// byID indexes items by id. Those without an integer id are left out.
func byID(items []Object) map[int64]Object {
	index := map[int64]Object{}
	for _, item := range items {
		if id, ok := integer(item["id"]); ok {
			index[id] = item
		}
	}
	return index
}

// selectBy returns the items whose member is that string.
func selectBy(items []Object, member, value string) []Object {
	selected := []Object{}
	for _, item := range items {
		if item[member] == value {
			selected = append(selected, item)
		}
	}
	return selected
}

// WantSameItems judges that got holds the connections of want, in any order, each once.
func (t *T) WantSameItems(want, got []Object) bool {
	found := t.differingItems(want, got)
	if len(found) == 0 && len(got) != len(want) {
		return t.Want(false, fmt.Sprintf("%d items", len(want)), fmt.Sprintf("%d items", len(got)))
	}
	return t.wantNone(found)
}

// differingItems compares two lists, in any order, as far as they can be.
func (t *T) differingItems(want, got []Object) []Difference {
	w, g := byID(want), byID(got)
	var found []Difference
	for _, id := range sorted64(w) {
		if g[id] == nil {
			found = append(found, Difference{"/results", fmt.Sprintf("connection %d", id), "absent"})
			continue
		}
		found = append(found, t.differing(placeOfID(id), w[id], g[id])...)
	}
	for _, id := range sorted64(g) {
		if w[id] == nil {
			found = append(found, Difference{"/results", "absent", fmt.Sprintf("connection %d", id)})
		}
	}
	return found
}
