package mock_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// known is what a test remembers of a connection.
type known struct {
	id                       int
	alias, frequency, system string
}

// naive remembers connections in a list, and looks at each of them to answer.
type naive []known

// ids are those of the page of the connections that pass the filters; count is how many pass them.
func (n naive) ids(filters url.Values, size, number int) (ids string, count int) {
	var found []string
	for _, k := range n {
		has := map[string]string{"alias": k.alias, "frequency": k.frequency, "system": k.system}
		passes := true
		for name := range filters {
			passes = passes && has[name] == filters.Get(name)
		}
		if passes {
			found = append(found, fmt.Sprint(k.id))
		}
	}
	page := found
	if size > 0 {
		from := min((number-1)*size, len(found))
		page = found[from:min(from+size, len(found))]
	}
	return strings.Join(page, " "), len(found)
}

// change creates or updates a connection at random, in the mock and in what is remembered.
func (n *naive) change(t *testing.T, a api, r *rand.Rand) {
	t.Helper()
	k := known{
		alias:     []string{"A", "AB", "a", "Ω", "A b"}[r.IntN(5)],
		frequency: []string{"hourly", "daily", "manually"}[r.IntN(3)],
		system:    []string{"JIRA", "Rally"}[r.IntN(2)],
	}
	connector := map[string]int{"JIRA": 1, "Rally": 2}[k.system]
	body := fmt.Sprintf(`{"alias":%q,"connector":%d,"project":1,"frequency":%q,"params":{}}`, k.alias, connector, k.frequency)
	method, path, i := "POST", alm, len(*n)
	if i > 0 && r.IntN(3) > 0 {
		i = r.IntN(i)
		method, path = "PUT", fmt.Sprintf("%s%d/", alm, (*n)[i].id)
	} else {
		*n = append(*n, known{})
	}
	got := a.do(method, path, body)
	assert.Assert(t, got.status < 300, got.body)
	id, err := got.object(t)["id"].(json.Number).Int64()
	assert.NilError(t, err)
	k.id = int(id)
	(*n)[i] = k
}

// TestListsAreThoseOfANaiveStore changes connections at random, and asks for lists of all sorts. Latitudes
// send the mock down the way that looks at each connection; it must not matter.
func TestListsAreThoseOfANaiveStore(t *testing.T) {
	for name, options := range map[string][]mock.Option{
		"indexed": nil, "one after the other": {mock.WithLatitude(mock.AcceptIgnored)},
	} {
		t.Run(name, func(t *testing.T) {
			options = append(options, mock.WithWorld(worldOf(t, 0)))
			a, model, r := newAPI(options...), naive{}, rand.New(rand.NewPCG(1, 2))
			for range 1000 {
				model.change(t, a, r)
				query := url.Values{}
				for filter, values := range map[string][]string{
					"alias": {"A", "AB", "none"}, "frequency": {"hourly", "manually"}, "system": {"JIRA", "Rally"},
				} {
					if r.IntN(2) == 0 {
						query.Set(filter, values[r.IntN(len(values))])
					}
				}
				want, _ := model.ids(query, 0, 0)
				assert.Equal(t, a.do("GET", alm+"?"+query.Encode(), "").ids(t), want, query)

				size, number := 1+r.IntN(5), 1+r.IntN(3)
				want, count := model.ids(query, size, number)
				query.Set("page_size", fmt.Sprint(size))
				query.Set("page", fmt.Sprint(number))
				got := a.do("GET", alm+"?"+query.Encode(), "")
				if number > 1 && (number-1)*size >= count {
					assert.Equal(t, got.status, 404)
					continue
				}
				assert.Equal(t, got.ids(t), want, query)
				assert.Equal(t, fmt.Sprint(got.object(t)["count"]), fmt.Sprint(count))
			}
		})
	}
}

// TestRemovedConnectionsLeaveTheIndexes deletes by way of a latitude.
func TestRemovedConnectionsLeaveTheIndexes(t *testing.T) {
	a := newAPI(mock.WithLatitude(mock.DeleteAllowed, mock.AliasesUnique))
	assert.Equal(t, a.do("POST", alm, validALM).status, 201)
	assert.Equal(t, a.do("POST", alm, validALM).status, 400)
	assert.Equal(t, a.do("DELETE", alm+"5/", "").status, 204)
	assert.Equal(t, a.do("GET", alm+"5/", "").status, 404)
	assert.Equal(t, a.do("GET", alm, "").ids(t), "1 2 3")
	assert.Equal(t, a.do("POST", alm, validALM).status, 201)
	assert.Equal(t, a.do("GET", alm, "").ids(t), "1 2 3 6")
}

// TestServersOfOneWorldAreApart changes two servers and reads a third, all at the same time.
func TestServersOfOneWorldAreApart(t *testing.T) {
	w := worldOf(t, 50)
	untouched := newAPI(mock.WithWorld(w))
	before := untouched.do("GET", alm, "").body
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			a, model, r := newAPI(mock.WithWorld(w)), naive{}, rand.New(rand.NewPCG(3, 4))
			for range 100 {
				model.change(t, a, r)
				if got := untouched.do("GET", alm+"?alias=A", ""); got.body != `{"results":[]}` {
					t.Errorf("seen in another server: %s", got.body)
				}
			}
			want, _ := model.ids(url.Values{"alias": {"A"}}, 0, 0)
			if got := a.do("GET", alm+"?alias=A", "").ids(t); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			a.Reset()
			if got := a.do("GET", alm, "").body; got != before {
				t.Errorf("after Reset: %s", got)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, untouched.do("GET", alm, "").body, before)
}

// TestLongListsAreWhole lists more than is kept in one piece, while somebody writes.
func TestLongListsAreWhole(t *testing.T) {
	const many = 3000
	a := newAPI(mock.WithWorld(worldOf(t, many)))
	first := a.do("GET", alm, "")
	assert.Equal(t, first.header.Get("Content-Length"), fmt.Sprint(len(first.body)))
	assert.Equal(t, len(first.results(t)), many)
	head := a.do("HEAD", alm, "")
	assert.Equal(t, head.body, "")
	assert.Equal(t, head.header.Get("Content-Length"), fmt.Sprint(len(first.body)))

	var paged []string
	for number := 1; number <= 3; number++ {
		paged = append(paged, strings.Fields(a.do("GET", fmt.Sprintf("%s?page_size=1000&page=%d", alm, number), "").ids(t))...)
	}
	assert.Equal(t, strings.Join(paged, " "), first.ids(t))

	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50 {
			if got := a.do("POST", alm, strings.Replace(updated, "Web Shop", fmt.Sprint("New ", i), 1)); got.status != 201 {
				t.Error(got.body)
			}
		}
	})
	for range 5 {
		ids := a.do("GET", alm, "").results(t)
		assert.Assert(t, len(ids) >= many)
		sorted := slices.IsSortedFunc(ids, func(a, b object) int {
			x, _ := a["id"].(json.Number).Int64()
			y, _ := b["id"].(json.Number).Int64()
			return int(x - y)
		})
		assert.Assert(t, sorted)
	}
	wg.Wait()
	assert.Equal(t, len(a.do("GET", alm+"?frequency=daily", "").results(t)), many/5+50)
}

func TestReadingAWorldTellsHowFarItIs(t *testing.T) {
	last := 0.0
	_, err := mock.ReadWorldProgress("w.yaml", worldText(2000), func(share float64) {
		assert.Assert(t, share >= last && share <= 1, "%v after %v", share, last)
		last = share
	})
	assert.NilError(t, err)
	assert.Equal(t, last, 1.0)
}
