package conformance

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Filter asks for the list filtered as query says (name, value, ...). Blanks are sent as %20, which every
// reading of a query understands.
func (t *T) Filter(u *User, query ...string) *Reply {
	var pairs []string
	for i := 0; i+1 < len(query); i += 2 {
		pairs = append(pairs, url.QueryEscape(query[i])+"="+strings.ReplaceAll(url.QueryEscape(query[i+1]), "+", "%20"))
	}
	return t.Send(request{user: u, method: http.MethodGet, path: t.Kind.Path() + "?" + strings.Join(pairs, "&")})
}

// needSome blocks the check if the list is empty: then no filter can be told from none.
func (t *T) needSome(list []Object) {
	if len(list) == 0 {
		t.Block("there is no %s connection at the target", t.Kind)
	}
}

// wantSelection judges that a filter returns what the client would select from the whole list. Whether case
// matters is another question, and so is how an empty selection is answered.
func (t *T) wantSelection(list []Object, member, value string) {
	u := t.As(editor)
	want := selectBy(list, member, value)
	r := t.Filter(u, member, value)
	if len(want) == 0 && r.Refused() {
		t.Should(false, "status 200 and no connection", statusOf(r))
		return
	}
	if !t.wantList(r) {
		return
	}
	t.wantSelected(list, member, value, t.Items(u, r))
}

// wantSelected judges that got is what of the list passes the filter. Whether case matters is open.
func (t *T) wantSelected(list []Object, member, value string, got []Object) {
	want, returned := selectBy(list, member, value), byID(got)
	for id, item := range byID(list) {
		if item[member] != value && passes(item, member, value) && returned[id] != nil {
			want = append(want, item)
		}
	}
	t.WantSameItems(want, got)
}

// valuesOf returns the different values of a member which a filter can ask for, the most telling first:
// those that several connections share, that are part of another value, or that need to be encoded.
func valuesOf(list []Object, member string, most int) []string {
	count := map[string]int{}
	for _, item := range list {
		if v, ok := item[member].(string); ok && v != "" && strings.TrimSpace(v) == v {
			count[v]++
		}
	}
	telling := func(v string) int {
		n := 0
		if count[v] > 1 {
			n += 4
		}
		for other := range count {
			if other != v && strings.Contains(strings.ToLower(other), strings.ToLower(v)) {
				n += 2
				break
			}
		}
		if url.QueryEscape(v) != v {
			n++
		}
		return n
	}
	values := sorted(count)
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(telling(b), telling(a)) })
	return values[:min(most, len(values))]
}

// resultCount is how many connections a reply lists, as far as it is one page.
func resultCount(r *Reply) int {
	results, _ := r.Object()["results"].([]any)
	return len(results)
}

// pair is two filters, and how well their result tells what a server does with them.
type pair struct {
	query       [4]string // name, value, name, value
	left, right []Object
	telling     int
}

// tellingPairs returns, for each two filters, the pair of values that tells most: best are two selections
// that overlap, then two that don't, then one inside the other.
func tellingPairs(list []Object) []pair {
	var best []pair
	for _, names := range [][2]string{{"alias", "frequency"}, {"alias", "system"}, {"frequency", "system"}} {
		found := pair{}
		for _, a := range valuesOf(list, names[0], 20) {
			for _, b := range valuesOf(list, names[1], 20) {
				p := pair{query: [4]string{names[0], a, names[1], b}, left: selectBy(list, names[0], a), right: selectBy(list, names[1], b)}
				both := len(selectBy(p.left, names[1], b))
				switch {
				case both == len(p.left) && both == len(p.right):
				case both == len(p.left) || both == len(p.right):
					p.telling = 1
				case both == 0:
					p.telling = 2
				default:
					p.telling = 3
				}
				if p.telling > found.telling {
					found = p
				}
			}
		}
		if found.telling > 0 {
			best = append(best, found)
		}
	}
	return best
}

// wantBoth judges the result of two filters. One that is ignored breaks what the documentation says of it;
// that the other way to combine them is wrong is only implied.
func (t *T) wantBoth(p pair) {
	u := t.As(editor)
	r := t.Filter(u, p.query[:]...)
	both := selectBy(p.left, p.query[2], p.query[3])
	if !t.wantList(r) {
		return
	}
	got := t.Items(u, r)
	words := fmt.Sprintf("connections that pass both filters, %s and %s", p.query[0], p.query[2])
	union := byID(append(slices.Clone(p.left), p.right...))
	for id, item := range byID(got) {
		if union[id] == nil && !t.foldsTo(p, item) {
			t.Never(false, words, "connection "+strconv.FormatInt(id, 10)+", which passes neither")
		}
	}
	got = p.spelled(got)
	switch {
	case t.sameItems(got, both):
		t.Want(true, "", "")
	case t.sameItems(got, p.spelled(p.left)):
		t.Never(false, words, "the filter "+p.query[2]+" is ignored")
	case t.sameItems(got, p.spelled(p.right)):
		t.Never(false, words, "the filter "+p.query[0]+" is ignored")
	default:
		t.WantSameItems(both, got)
	}
}

// spelled leaves out what passes both filters only if case doesn't matter, which is open.
func (p pair) spelled(items []Object) []Object {
	return slices.DeleteFunc(slices.Clone(items), func(item Object) bool {
		left, _ := item[p.query[0]].(string)
		right, _ := item[p.query[2]].(string)
		return (left != p.query[1] || right != p.query[3]) && strings.EqualFold(left, p.query[1]) && strings.EqualFold(right, p.query[3])
	})
}

// foldsTo tells whether the item passes a filter if case doesn't matter.
func (t *T) foldsTo(p pair, item Object) bool {
	left, _ := item[p.query[0]].(string)
	right, _ := item[p.query[2]].(string)
	return strings.EqualFold(left, p.query[1]) || strings.EqualFold(right, p.query[3])
}
