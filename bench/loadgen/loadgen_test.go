package loadgen_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/bench/loadgen"
)

// TestRepliesOfEveryFraming: what is counted doesn't depend on how the server tells the end of a reply.
func TestRepliesOfEveryFraming(t *testing.T) {
	body := strings.Repeat("0123456789", 10_000)
	for name, tc := range map[string]struct {
		method  string
		handler http.HandlerFunc
		bytes   int
		status  int
	}{
		"length": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(w, body)
		}, 100_000, 200},
		"chunks": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			for part := range strings.SplitSeq(body, "5") {
				_, _ = io.WriteString(w, part)
				_ = http.NewResponseController(w).Flush()
			}
		}, 90_000, 200},
		"closed": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, "bye")
		}, 3, 200},
		"head":    {"HEAD", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "7") }, 0, 200},
		"nothing": {"DELETE", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, 0, 204},
		"echo": {"POST", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.Copy(w, r.Body)
		}, 4, 418},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				tc.handler(w, r)
			}))
			defer srv.Close()
			load := loadgen.Load{URL: srv.URL + "/a?b=c", Method: tc.method, Connections: 3, Requests: 20}
			if tc.method == "POST" {
				load.Body = []byte("echo")
			}
			got, err := load.Run(t.Context())
			assert.NilError(t, err)
			assert.Equal(t, got.Requests, int64(20))
			assert.Equal(t, asked.Load(), int64(20))
			assert.Equal(t, got.Bytes, int64(20*tc.bytes))
			assert.DeepEqual(t, got.Statuses, map[int]int64{tc.status: 20})
			assert.Assert(t, got.Rate() > 0 && 0 < got.Quantile(0.5) && got.Quantile(0.5) <= got.Quantile(0.99))
		})
	}
}

// TestWhatIsSent: the request arrives as it was asked for.
func TestWhatIsSent(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		if got := fmt.Sprint(r.Method, r.RequestURI, r.Header.Get("Authorization"), string(data)); got != "PUT/x/?y=1Token abc{}" {
			t.Errorf("asked %s", got)
		}
	}))
	defer srv.Close()
	load := loadgen.Load{
		URL: srv.URL + "/x/?y=1", Method: "PUT", Body: []byte("{}"), Requests: 1,
		Header: http.Header{"Authorization": {"Token abc"}},
	}
	_, err := load.Run(t.Context())
	assert.NilError(t, err)
}

func TestEndsWithItsDuration(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	got, err := loadgen.Load{URL: srv.URL, Duration: 10 * time.Millisecond}.Run(t.Context())
	assert.NilError(t, err)
	assert.Assert(t, got.Requests > 0 && got.Elapsed >= 10*time.Millisecond)
}

func TestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer srv.Close()
	_, err := loadgen.Load{URL: srv.URL, Requests: 1}.Run(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestRefusals(t *testing.T) {
	for url, want := range map[string]string{
		"http://192.0.2.1:80/":    "only a server on this machine",
		"http://example.org:80/":  "only a server on this machine",
		"https://127.0.0.1:8443/": "want http://HOST:PORT/PATH",
		"http://127.0.0.1/":       "want http://HOST:PORT/PATH",
	} {
		_, err := loadgen.Load{URL: url, Requests: 1}.Run(t.Context())
		assert.ErrorContains(t, err, want, url)
	}
	_, err := loadgen.Load{URL: "http://127.0.0.1:1/"}.Run(t.Context())
	assert.ErrorContains(t, err, "needs a number of requests or a duration")
}
