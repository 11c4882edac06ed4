package mock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

func TestExchangeIsWhole(t *testing.T) {
	a := newAPI()
	body := `{"alias":"A","connector":1,"project":1,"params":{},"typo":1}`
	got := a.do("POST", alm+"?x=1", body, "Content-Type: application/json")
	e := a.Exchanges()[0]
	assert.Equal(t, e.Number, int64(1))
	assert.Equal(t, e.URL(), "http://example.com"+alm+"?x=1")
	assert.Equal(t, e.Proto, "HTTP/1.1")
	assert.Equal(t, e.RequestBody, body)
	assert.Equal(t, e.RequestHeader.Get("Content-Type"), "application/json")
	assert.Equal(t, strings.ReplaceAll(got.body, `"alm_pass":"id"`, `"alm_pass":"[redacted]"`), e.ReplyBody)
	assert.Equal(t, e.Bytes, len(got.body))
	for name := range got.header {
		assert.DeepEqual(t, e.ReplyHeader.Values(name), got.header.Values(name))
	}
	assert.Equal(t, len(e.Findings), 2)
	assert.Assert(t, !e.Violates())

	one, ok := a.Exchange(1)
	assert.Assert(t, ok)
	assert.DeepEqual(t, one, e)
	_, ok = a.Exchange(2)
	assert.Assert(t, !ok)
}

// TestHeadHasNoBody: the journal has what was sent.
func TestHeadHasNoBody(t *testing.T) {
	a := newAPI()
	a.do("HEAD", alm, "")
	assert.Equal(t, a.Exchanges()[0].ReplyBody, "")
	assert.Assert(t, a.Exchanges()[0].Bytes > 0)
}

// TestReplyIsInTheJournal: who has the reply finds the exchange.
func TestReplyIsInTheJournal(t *testing.T) {
	a := newAPI()
	w := &looker{header: http.Header{}, look: func() int { return len(a.Exchanges()) }}
	a.ServeHTTP(w, a.request("GET", alm, ""))
	assert.Equal(t, w.seen, 1)
}

// looker is a client that looks into the journal as soon as it gets a reply.
type looker struct {
	header http.Header
	look   func() int
	seen   int
}

func (l *looker) Header() http.Header         { return l.header }
func (l *looker) Write(p []byte) (int, error) { return len(p), nil }
func (l *looker) WriteHeader(int)             { l.seen = l.look() }

// TestJournalIsBoundedInBytes: however much clients send, the journal keeps to its bounds.
func TestJournalIsBoundedInBytes(t *testing.T) {
	const bound = 1 << 20
	a := newAPI(mock.WithJournal(100_000, bound))
	for i := range 60 {
		large := strings.Repeat("x", i*3000)
		a.do("POST", alm+"?"+large, `{"alias":"`+large+`","connector":1,"project":1,"params":{}}`, "X-Large: "+large)
		a.do("PATCH", alm+large, large)
		assert.Assert(t, mock.JournalBytes(a.Server) <= bound, mock.JournalBytes(a.Server))
	}
	exchanges := a.Exchanges()
	last := exchanges[len(exchanges)-1]
	assert.Equal(t, last.Number, int64(120))
	assert.Equal(t, exchanges[0].Number, int64(120-len(exchanges)+1), "numbers survive what was forgotten")
	assert.Assert(t, len(exchanges) > 1 && len(exchanges) < 100, len(exchanges))
	posted := exchanges[len(exchanges)-2]
	assert.DeepEqual(t, posted.Cut, []string{"request header", "request body", "reply body"})
	assert.Equal(t, len(posted.RequestBody), 16<<10)
	assert.Assert(t, len(a.Broken()) > 0)

	kept := 0
	for _, e := range append(exchanges, a.Broken()...) {
		data, err := json.Marshal(e)
		assert.NilError(t, err)
		kept += len(data)
	}
	assert.Assert(t, kept < 2*bound, "what is accounted for is about what is there: %d", kept)
}

func TestJournalIsBoundedInEntries(t *testing.T) {
	a := newAPI(mock.WithJournal(3, 0))
	for range 10 {
		a.do("GET", alm, "")
		a.do("POST", alm, "{}")
	}
	assert.Equal(t, len(a.Exchanges()), 3)
	assert.Equal(t, len(a.Broken()), 3)
	assert.Equal(t, len(a.Violations()), 3)
	assert.Equal(t, a.Broken()[0].Number, int64(16))
	old, ok := a.Exchange(16)
	assert.Assert(t, ok, "a broken one is found though the others were forgotten")
	assert.Equal(t, old.Status, 400)

	a.ClearJournal()
	assert.Equal(t, len(a.Exchanges())+len(a.Broken()), 0)
	a.do("GET", alm, "")
	assert.Equal(t, a.Exchanges()[0].Number, int64(21))
}

// TestFollow tells of each exchange in turn, and of those that were forgotten.
func TestFollow(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := newAPI(mock.WithJournal(2, 0))
	a.do("GET", alm, "")
	followed := a.Follow(ctx)
	a.do("GET", alm+"1/?token=abc", "")
	first := <-followed
	assert.Equal(t, first.Number, int64(2))
	assert.Equal(t, first.Target, alm+"1/?token=[redacted]")
	assert.Equal(t, first.Lost, int64(0))

	for range 10 { // nobody reads: at most one is on its way, two are kept
		a.do("GET", alm, "")
	}
	number, lost, told := int64(2), int64(0), int64(0)
	for number < 12 {
		f := <-followed
		assert.Equal(t, f.Number, number+f.Lost+1)
		number, lost, told = f.Number, lost+f.Lost, told+1
	}
	assert.Equal(t, lost+told, int64(10))
	assert.Assert(t, told <= 3, told)
	cancel()
	for range followed { //nolint:revive // until it is closed
	}
}

// TestJournalIsConcurrent: clients, readers, followers and those who clear don't hurt each other.
func TestJournalIsConcurrent(t *testing.T) {
	const clients, requests = 4, 50
	a := newAPI(mock.WithJournal(20, 0))
	ctx, cancel := context.WithCancel(t.Context())
	var clientsDone, readers sync.WaitGroup
	followed := a.Follow(ctx)
	readers.Go(func() {
		last := int64(0)
		for f := range followed {
			if f.Number != last+f.Lost+1 {
				t.Errorf("%d follows %d, and %d were lost", f.Number, last, f.Lost)
			}
			last = f.Number
		}
	})
	readers.Go(func() {
		for ctx.Err() == nil {
			_ = fmt.Sprint(a.Exchanges(), a.Violations(), a.Coverage())
			a.ClearJournal()
		}
	})
	for i := range clients {
		clientsDone.Go(func() {
			for range requests {
				a.do("GET", alm, "")
				a.as("reader").do("POST", alm, fmt.Sprintf(`{"alias":"%d"}`, i))
			}
		})
	}
	clientsDone.Wait()
	cancel()
	readers.Wait()
	item, _ := a.Coverage().Item("createAlmConnection/x-requires/refused")
	assert.Equal(t, item.Count, int64(clients*requests))
	item, _ = a.Coverage().Item("listAlmConnections")
	assert.Equal(t, item.First, int64(1))
}

// TestStreamedListIsCut: of a list that is written record by record, the journal keeps the beginning.
func TestStreamedListIsCut(t *testing.T) {
	a := newAPI()
	large := `{"alias":"` + strings.Repeat("x", 50_000) + `","connector":1,"project":1,"params":{}}`
	for range 10 {
		a.do("POST", alm, large)
	}
	got := a.do("GET", alm, "")
	assert.Assert(t, len(got.body) > 500_000)
	e := a.Exchanges()[10]
	assert.Equal(t, e.Bytes, len(got.body))
	assert.DeepEqual(t, e.Cut, []string{"reply body"})
	assert.Assert(t, strings.HasPrefix(got.body, strings.Split(e.ReplyBody, `"alm_pass"`)[0]))
	assert.Equal(t, e.ReplyHeader.Get("Content-Length"), got.header.Get("Content-Length"))
}
