package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/sdecontract/sdecontract/mock"
)

// TestFaultsOfAllKindsTogether: while the editor's requests are disturbed in every way, and the faults
// change, everybody else is served as ever, and nothing is left behind.
func TestFaultsOfAllKindsTogether(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		before := runtime.NumGoroutine() + 1                 // poll looks from one of its own
		t.Run("soak", func(t *testing.T) { soak(t, http2) }) // ends with its server
		poll.WaitOn(t, func(poll.LogT) poll.Result {
			if n := runtime.NumGoroutine(); n > before {
				return poll.Continue("%d goroutines, there were %d", n, before)
			}
			return poll.Success()
		})
	})
}

func soak(t *testing.T, http2 bool) {
	rules := []mock.FaultRule{{Status: 503, RetryAfter: time.Second}, {Delay: mock.Delay{Max: time.Millisecond}}}
	for _, effect := range mock.Effects() {
		rule := mock.FaultRule{Effect: effect}
		if effect == mock.SlowBody {
			rule.ChunkBytes, rule.ChunkDelay = 512, time.Microsecond
		}
		rules = append(rules, rule)
	}
	for i := range rules {
		rules[i].User, rules[i].Probability = "editor", 0.25
	}
	w := listen(t, http2, mock.WithFault(rules...))
	want := w.as("alm-editor").do("GET", alm, "").body
	each := 200
	if testing.Short() {
		each = 50
	}
	var clients sync.WaitGroup
	for i := range 16 {
		clients.Go(func() {
			mine := w
			if mine.user = "alm-editor"; i%2 == 0 {
				mine.user = "editor"
			}
			for n := range each {
				got, err := mine.send(t.Context(), "GET", alm, "")
				switch {
				case mine.user != "editor" && (err != nil || got.body != want):
					t.Errorf("disturbed: %v %+v", err, got)
				case err == nil && got.status != http.StatusServiceUnavailable && json.Valid([]byte(got.body)) && got.body != want:
					t.Errorf("neither right nor as asked: %+v", got)
				}
				if i == 0 && n%20 == 0 {
					id, err := w.SetFault(rules[0])
					if err != nil || !w.RemoveFault(id) {
						t.Error(id, err)
					}
				}
			}
		})
	}
	clients.Wait()
	for _, state := range w.Faults() {
		assert.Equal(t, state.Matched, int64(8*each))
		assert.Assert(t, state.Acted > 0, state.Rule.String())
	}
	assert.Equal(t, len(w.Broken()), 0)
	w.client.CloseIdleConnections()
}

// TestParallelCountsAreExact: n requests at once are counted n times.
func TestParallelCountsAreExact(t *testing.T) {
	a := newAPI(mock.WithFault(mock.FaultRule{Times: 40, Status: 503}))
	codes := make(chan int, 400)
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for range 50 {
				w := httptest.NewRecorder()
				a.ServeHTTP(w, a.request("GET", alm, ""))
				codes <- w.Code
			}
		})
	}
	clients.Wait()
	close(codes)
	count := map[int]int{}
	for code := range codes {
		count[code]++
	}
	assert.DeepEqual(t, count, map[int]int{503: 40, 200: 360})
}
