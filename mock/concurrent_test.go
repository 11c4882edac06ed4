package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

func TestParallelCreatesGetDistinctIDs(t *testing.T) {
	a := newAPI()
	const clients, each = 16, 50
	ids := make(chan string, clients*each)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range each {
				got := a.do("POST", alm, validALM)
				if got.status != http.StatusCreated {
					t.Error(got.body)
					return
				}
				ids <- fmt.Sprint(got.object(t)["id"])
			}
		})
	}
	wg.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		assert.Assert(t, !seen[id], "id %s twice", id)
		seen[id] = true
	}
	listed := a.do("GET", alm, "").results(t)
	assert.Equal(t, len(listed), 3+clients*each)
	last := int64(0)
	for _, item := range listed {
		id, err := item["id"].(json.Number).Int64()
		assert.NilError(t, err)
		assert.Assert(t, id > last, "the list is ordered by id")
		last = id
	}
}

// TestReadersNeverSeeHalfAnUpdate updates two fields and params to the same word, and reads.
func TestReadersNeverSeeHalfAnUpdate(t *testing.T) {
	a := newAPI()
	put := func(word string) {
		body := fmt.Sprintf(`{"alias":%q,"connector":7,"project":1,"params":{"alm_user":%q,"alm_pass":%q}}`, word, word, word)
		if got := a.do("PUT", alm+"1/", body); got.status != http.StatusOK {
			t.Error(got.body)
		}
	}
	put("start")
	done := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := range 200 {
				put(strings.Repeat(fmt.Sprint(w), 1+i%40))
			}
		})
	}
	var readers sync.WaitGroup
	for _, path := range []string{alm + "1/", alm + "?page_size=1"} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				o := a.do("GET", path, "").object(t)
				if list, ok := o["results"].([]any); ok {
					o = list[0].(object)
				}
				params := o["params"].(object)
				if o["alias"] != params["alm_user"] || o["alias"] != params["alm_pass"] {
					t.Errorf("half an update: %v", o)
				}
			}
		})
	}
	wg.Wait()
	close(done)
	readers.Wait()
}

// TestExplanationsAreBounded: a hostile request can't fill the journal or the reply's header.
func TestExplanationsAreBounded(t *testing.T) {
	a := newAPI()
	var body strings.Builder
	body.WriteString("{")
	for i := range 5000 {
		fmt.Fprintf(&body, "%q:0,", fmt.Sprintf("%d%s", i, strings.Repeat("é", 5000/50)))
	}
	body.WriteString(`"alias":""}`)
	got := a.do("POST", alm+"?"+strings.Repeat("x", 100_000), body.String(), "Accept: */*, "+strings.Repeat("y", 100_000))
	assert.Equal(t, got.status, http.StatusBadRequest)
	explanations := got.header.Values("Contract-Explanation")
	assert.Equal(t, len(explanations), 11)
	assert.Equal(t, explanations[10], "and 40 more; the log has them")
	for _, e := range explanations {
		assert.Assert(t, len(e) <= 1003, len(e))
	}
	e := a.Broken()[0]
	assert.Equal(t, len(e.Findings), 50)
	assert.Equal(t, len(e.Target), 1003)
}

// TestJournalIsBounded: it forgets the oldest exchanges, and good ones don't push out the broken ones.
func TestJournalIsBounded(t *testing.T) {
	a := newAPI()
	a.do("POST", alm, `{}`)
	for range 5000 {
		a.do("GET", alm+"1/", "")
	}
	exchanges := a.Exchanges()
	assert.Equal(t, len(exchanges), 1000)
	assert.Equal(t, exchanges[999].Number, int64(5001))
	broken := a.Broken()
	assert.Equal(t, len(broken), 1)
	assert.Equal(t, broken[0].Number, int64(1))
	assert.Equal(t, broken[0].Operation, "createAlmConnection")
	assert.Equal(t, broken[0].User, "editor")
	assert.Equal(t, len(broken[0].Findings), 4)
}
