package mock_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// BenchmarkProxy measures requests over loopback to a server that answers at once, through a bare reverse proxy of
// net/http and through one that validates and watches.
func BenchmarkProxy(b *testing.B) {
	for _, tc := range []struct{ name, target string }{{"one", alm + "1/"}, {"list of 3", alm}, {"list of 100", alm + "?alias="}} {
		var body string
		if tc.name == "list of 100" {
			body = askProxy(mock.New(mock.WithWorld(worldOf(b, 100))), "editor", "GET", alm, "").body
		} else {
			body = askProxy(mock.New(), "editor", "GET", tc.target, "").body
		}
		back := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		}))
		defer back.Close()
		u, err := url.Parse(back.URL)
		assert.NilError(b, err)
		bare := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }, Transport: mock.NewTransport(nil, 0), ErrorLog: log.New(io.Discard, "", 0)}
		handlers := []struct {
			name string
			http.Handler
		}{
			{"bare", bare},
			{"watching", proxied(b, mock.NewTransport(nil, 0), func(c *mock.ProxyConfig) { c.Upstream = u })},
		}
		for _, h := range handlers {
			b.Run(tc.name+"/"+h.name, func(b *testing.B) {
				front := httptest.NewServer(h)
				defer front.Close()
				r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, front.URL+tc.target, http.NoBody)
				assert.NilError(b, err)
				r.Header.Set("Authorization", "Token editor-token")
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					resp, err := http.DefaultTransport.RoundTrip(r)
					assert.NilError(b, err)
					_, err = io.Copy(io.Discard, resp.Body)
					assert.NilError(b, err)
					_ = resp.Body.Close()
				}
			})
		}
	}
}
