package explore_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/mock"
)

// requery is a mock that takes another query for the one that it was sent.
func requery(change func(url.Values)) http.Handler {
	server := mock.New()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if values := r.URL.Query(); values.Has("page_size") {
			r = r.Clone(r.Context())
			change(values)
			r.URL.RawQuery = values.Encode()
		}
		server.ServeHTTP(w, r)
	})
}

// onNext changes the link to the next page.
func onNext(change func(*url.URL)) planted {
	return planted{mock: mock.New(), after: func(_ *http.Request, reply map[string]any) {
		if next, _ := reply["next"].(string); next != "" {
			to, _ := url.Parse(next)
			change(to)
			reply["next"] = to.String()
		}
	}}
}

// TestPagesAreOpen: how lists come in pages, and whether they do, is up to the server.
func TestPagesAreOpen(t *testing.T) {
	for name, server := range map[string]http.Handler{
		"no pages":      requery(func(q url.Values) { q.Del("page_size"); q.Del("page") }),
		"pages of two":  requery(func(q url.Values) { q.Set("page_size", "2") }),
		"pages refused": requery(func(q url.Values) { q.Set("page_size", "x") }),
		"links without a host": onNext(func(to *url.URL) {
			to.Scheme, to.Host = "", ""
		}),
		"the query alone": onNext(func(to *url.URL) { *to = url.URL{RawQuery: to.RawQuery} }),
	} {
		t.Run(name, func(t *testing.T) {
			report := run(t, server, explore.Options{Seed: 2, Requests: 1500})
			assert.Equal(t, told(report), "")
		})
	}
}

// TestPagesAreDoubtful: pages that don't hang together break only what another page of the documentation says.
func TestPagesAreDoubtful(t *testing.T) {
	for name, test := range map[string]struct {
		server   http.Handler
		place    string
		expected string
	}{
		"another host":    {onNext(func(to *url.URL) { to.Host = "sde.example.com" }), "/next", "a page of http://target.invalid, or none"},
		"another scheme":  {onNext(func(to *url.URL) { to.Scheme = "https" }), "/next", "a page of http://target.invalid, or none"},
		"braces in links": {onNext(func(to *url.URL) { to.RawQuery = "alias={Z}{run}&page_size=1" }), "/results", "on the pages, what the list shows without them"},
		"a page left out": {onNext(func(to *url.URL) { to.RawQuery = strings.Replace(to.RawQuery, "page=2", "page=3", 1) }), "/results", "on the pages, what the list shows without them"},
	} {
		t.Run(name, func(t *testing.T) {
			report := run(t, test.server, explore.Options{Seed: 1, Requests: 2000, MaxFindings: 1})
			assert.Equal(t, len(report.Findings), 1)
			f := report.Findings[0]
			assert.Equal(t, f.Place, test.place, told(report))
			assert.Equal(t, f.Expected, test.expected)
			assert.Equal(t, len(f.Sequence), 1, told(report))
			assert.Assert(t, f.Doubtful)
			assert.Equal(t, report.ExitStatus(), explore.ExitNothing)
		})
	}
}

// TestPagesStayAtTheTarget: the token never goes where a link leads.
func TestPagesStayAtTheTarget(t *testing.T) {
	server := onNext(func(to *url.URL) { to.Host = "sde.example.com" })
	target := mockTarget(server)
	inner := target.Transport
	target.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		assert.Check(t, r.URL.Host == "target.invalid", r.URL.String())
		return inner.RoundTrip(r)
	})
	_, err := explore.Run(t.Context(), target, modelOf, explore.Options{Seed: 1, Requests: 500})
	assert.NilError(t, err)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
