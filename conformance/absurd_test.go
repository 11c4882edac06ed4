package conformance_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// absurd is a server that no check of what must be may find right.
type absurd struct {
	name    string
	handler http.HandlerFunc
	exit    int
	passes  string // the promises of level Must that it keeps nevertheless: see kept
	// unreachable says that nobody is asked any more after five requests.
	unreachable bool
}

// always answers everything with the status and the body.
func always(status int, contentType, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const (
	jsonType = "application/json"
	htmlType = "text/html; charset=utf-8"
)

var absurdities = []absurd{
	{name: "always 500", handler: always(500, jsonType, `{"detail": "oops"}`), exit: conformance.ExitNotConformant},
	{name: "always 503", handler: always(503, jsonType, `{}`), exit: conformance.ExitTargetFailed},
	{name: "always 503, retry at once", handler: always(503, jsonType, `{}`, "Retry-After", "0"), exit: conformance.ExitTargetFailed},
	{name: "always 429", handler: always(429, jsonType, `{}`, "Retry-After", "0"), exit: conformance.ExitTargetFailed, passes: "http/no-5xx"},
	{name: "always 200 and an empty object", handler: always(200, jsonType, `{}`), exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json list/status"},
	{name: "always 200 and an empty array", handler: always(200, jsonType, `[]`), exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json list/status"},
	{name: "always 200 and an empty list", handler: always(200, jsonType, `{"results": []}`), exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json list/envelope list/status"},
	{name: "always 200 and null", handler: always(200, jsonType, `null`), exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx http/valid-json list/status"},
	{name: "always 200 without a body", handler: always(200, jsonType, ``), exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx list/status"},
	{name: "always 204", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, exit: conformance.ExitNotConformant, passes: "http/no-5xx"},
	{name: "always 201", handler: always(201, jsonType, `{"id": 1}`), exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json"},
	{name: "always 401", handler: always(401, jsonType, `{"detail": "no"}`, "WWW-Authenticate", "Token"), exit: conformance.ExitNotConformant, passes: "http/no-5xx"},
	{name: "always 403", handler: always(403, jsonType, `{"detail": "no"}`), exit: conformance.ExitNotConformant, passes: "http/no-5xx"},
	{name: "always 404", handler: always(404, jsonType, `{"detail": "no"}`), exit: conformance.ExitNotConformant, passes: "http/no-5xx"},
	{name: "an echo", handler: echo, exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx list/status"},
	{name: "an echo with status 201", handler: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.Copy(w, r.Body)
	}, exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx"},
	{name: "a login page", handler: always(200, htmlType, "<html><form>Log in</form></html>"), exit: conformance.ExitNotConformant, passes: "http/no-5xx list/status"},
	{name: "HTML that claims to be JSON", handler: always(200, jsonType, "<html></html>"), exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx list/status"},
	{name: "a redirect to itself", handler: func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}, exit: conformance.ExitNotConformant, passes: "http/no-5xx"},
	{name: "a redirect to nowhere", handler: always(302, htmlType, "", "Location", "http://[::1"), exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "an endless body", handler: endless(1 << 14), exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "a byte now and then", handler: trickle, exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "a gzip bomb", handler: gzipBomb, exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "invalid JSON", handler: always(200, jsonType, `{"results": [{"id": 1,`), exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx list/status"},
	{name: "deeply nested JSON", handler: always(200, jsonType, strings.Repeat(`{"results":[`, 20000)), exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx list/status"},
	{name: "control characters", handler: always(200, jsonType, "{\"results\": [\x00\x1b[2J\x07]}"), exit: conformance.ExitNotConformant, passes: "http/json http/no-5xx list/status"},
	{name: "invalid UTF-8", handler: always(200, jsonType, "{\"results\": [{\"alias\": \"\xff\xfe\"}]}"), exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx list/envelope list/status"},
	{name: "wrong types", handler: always(200, jsonType, `{"results": [1, null, {"id": "x", "params": 7}, [], {"id": 1e400}]}`), exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json list/status"},
	{name: "a panic", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "megabytes of headers", handler: always(200, jsonType, `{}`, "Location", strings.Repeat("x", 3<<20)), exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "half a reply", handler: half, exit: conformance.ExitTargetFailed, unreachable: true},
	{name: "a list without end", handler: func(w http.ResponseWriter, r *http.Request) {
		page := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		always(200, jsonType, fmt.Sprintf(`{"results": [], "next": "?page=%d"}`, page+1))(w, r)
	}, exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json list/envelope list/status"},
	{name: "a list in a circle", handler: func(w http.ResponseWriter, r *http.Request) {
		always(200, jsonType, `{"results": [], "next": "?page=1"}`)(w, r)
	}, exit: conformance.ExitNotConformant, passes: "auth/token http/json http/no-5xx http/valid-json list/envelope list/status"},
}

// kept are the promises of level Must that an absurd server may keep, and why that is right.
var kept = map[string]string{
	"http/no-5xx":     "no status is 5xx",
	"http/json":       "each reply calls itself JSON; whether it is JSON is the question of http/valid-json",
	"http/valid-json": "each reply is JSON; what it says is the question of others",
	"list/status":     "GET is answered with 200; with what is the question of list/envelope",
	"list/envelope":   "the list has its envelope",
	"auth/token":      "the token isn't refused; whether others are is the question of auth/missing and auth/invalid",
}

// worldServer is a mock that no test changes.
var worldServer = mock.New()

// quiet takes what servers log about clients that hang up.
var quiet = log.New(io.Discard, "", 0)

func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", jsonType)
	_, _ = io.Copy(w, r.Body)
}

// endless writes on and on, in pieces of that size, until nobody reads.
func endless(size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		piece := []byte(strings.Repeat(" ", size))
		for {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}
}

// trickle sends one byte, and more only after the client has lost patience.
func trickle(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "{")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

var gzipBomb = always(200, jsonType, bomb(), "Content-Encoding", "gzip")

// bomb is 8 MiB of zeros, packed.
func bomb() string {
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	_, _ = io.CopyN(z, zeros{}, 8<<20)
	_ = z.Close()
	return packed.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// half promises more than it sends.
func half(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"results": [`)
}

// served is the default world's target at that address: only the address is right.
func served(url string) *conformance.Target {
	target := mockTarget(nil)
	target.Transport, target.URL = nil, url
	return target
}

// bounded runs the suite with little patience and under a deadline.
func bounded(t *testing.T, target *conformance.Target, opts ...conformance.Option) *conformance.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	opts = append([]conformance.Option{conformance.WithTimeout(500 * time.Millisecond), conformance.WithMaxBody(256 << 10)}, opts...)
	report, err := conformance.Run(ctx, target, opts...)
	assert.NilError(t, err)
	return report
}

// passingMust lists the checks of what must be that pass.
func passingMust(r *conformance.Report) []string {
	passing := []string{}
	for _, result := range r.Results {
		if result.Level == conformance.Must && result.Verdict == conformance.Pass {
			passing = append(passing, result.ID)
		}
	}
	return passing
}

// panics lists the checks that panicked: none may, whatever the target answers.
func panics(r *conformance.Report) []string {
	found := []string{}
	for _, result := range r.Results {
		if strings.Contains(result.Error, "the check panicked") {
			found = append(found, result.ID+": "+result.Error)
		}
	}
	return found
}

// TestAbsurdTargets: whatever a server does that is not the API, no check finds it right, no run hangs or
// takes all memory, and the exit status says what is wrong.
func TestAbsurdTargets(t *testing.T) {
	for _, a := range absurdities {
		t.Run(a.name, func(t *testing.T) {
			var requests atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				a.handler(w, r)
			}))
			server.Config.ErrorLog = quiet
			server.Start()
			defer server.Close()
			report := bounded(t, served(server.URL))
			assertAbsurd(t, a, report)
			if a.unreachable {
				// net/http may ask once more, where a connection was closed before it was used.
				assert.Assert(t, requests.Load() <= 10, "%d requests", requests.Load())
				assert.Equal(t, len(report.Exchanges), 5)
				assert.Assert(t, !report.Complete)
			}
		})
	}
}

// TestAbsurdHandlers: the same holds for a handler in the same process.
func TestAbsurdHandlers(t *testing.T) {
	for _, a := range absurdities {
		if a.name == "half a reply" || a.name == "megabytes of headers" { // HTTP's own; a handler's reply is whole
			continue
		}
		if a.name == "a gzip bomb" { // nobody unpacks it
			a.exit, a.passes, a.unreachable = conformance.ExitNotConformant, "http/json http/no-5xx list/status", false
		}
		t.Run(a.name, func(t *testing.T) {
			report := bounded(t, mockTarget(a.handler))
			assertAbsurd(t, a, report)
			if a.unreachable {
				assert.Equal(t, len(report.Exchanges), 5)
			}
		})
	}
}

func assertAbsurd(t *testing.T, a absurd, report *conformance.Report) {
	t.Helper()
	names := map[string]bool{}
	for _, id := range passingMust(report) {
		_, name, _ := strings.Cut(id, "/")
		names[name] = true
		assert.Check(t, kept[name] != "", "%s passes", id)
	}
	assert.Check(t, cmp.Equal(strings.Join(slices.Sorted(maps.Keys(names)), " "), a.passes))
	assert.Check(t, cmp.DeepEqual(panics(report), []string{}))
	assert.Check(t, cmp.Equal(report.ExitStatus(), a.exit))
}

// TestUnreachableTargets: nobody listens, or nobody can be trusted.
func TestUnreachableTargets(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	selfSigned := httptest.NewUnstartedServer(http.NotFoundHandler())
	selfSigned.Config.ErrorLog = quiet
	selfSigned.StartTLS()
	defer selfSigned.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for name, url := range map[string]string{
		"connection refused": closed.URL, "self-signed": selfSigned.URL, "no TLS": strings.Replace(plain.URL, "http:", "https:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			report := bounded(t, served(url))
			assert.DeepEqual(t, passingMust(report), []string{})
			assert.Equal(t, report.ExitStatus(), conformance.ExitTargetFailed)
			assert.Equal(t, len(report.Exchanges), 5)
			assert.Equal(t, report.Count(conformance.Error)+report.Count(conformance.Blocked), len(report.Results))
			assert.Assert(t, !report.Complete)
		})
	}
}

// TestTargetDies: a server that hangs up after some requests fails the run, and what was seen before stays.
func TestTargetDies(t *testing.T) {
	for _, alive := range []int64{1, 7, 30} {
		var requests atomic.Int64
		target := mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) > alive {
				panic(http.ErrAbortHandler)
			}
			worldServer.ServeHTTP(w, r)
		}))
		report := bounded(t, target, conformance.ReadOnly())
		assert.Equal(t, report.ExitStatus(), conformance.ExitTargetFailed)
		assert.Equal(t, requests.Load(), alive+5)
		assert.Assert(t, !report.Complete)
	}
}

// TestTokensStayWithTheTarget: neither a redirect nor a link leads a token to another host.
func TestTokensStayWithTheTarget(t *testing.T) {
	var visits atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer elsewhere.Close()
	for name, handler := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"next":                    always(200, jsonType, `{"results": [], "next": "`+elsewhere.URL+`/api/v2/connections/alm/?page=2"}`),
		"next without a scheme":   always(200, jsonType, `{"results": [], "next": "//`+strings.TrimPrefix(elsewhere.URL, "http://")+`/"}`),
		"next with a user":        always(200, jsonType, `{"results": [], "next": "@`+strings.TrimPrefix(elsewhere.URL, "http://")+`/"}`),
		"next of another scheme":  always(200, jsonType, `{"results": [], "next": "ftp:x"}`),
		"Location of something":   always(201, jsonType, `{"id": 1}`, "Location", elsewhere.URL+"/api/v2/connections/alm/1/"),
		"Location without scheme": always(201, jsonType, `{"id": 1}`, "Location", "//"+strings.TrimPrefix(elsewhere.URL, "http://")+"/"),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			report := bounded(t, served(server.URL))
			assert.Equal(t, visits.Load(), int64(0))
			assert.Equal(t, report.ExitStatus(), conformance.ExitNotConformant)
			for _, e := range report.Exchanges {
				assert.Assert(t, strings.HasPrefix(e.URL, server.URL+"/"), e.URL)
			}
		})
	}
}

// TestMemoryIsBounded: big replies are neither read whole nor kept.
func TestMemoryIsBounded(t *testing.T) {
	item := `{"id": %d, "alias": "` + strings.Repeat("x", 1000) + `"},`
	var list strings.Builder
	for i := range 100 {
		fmt.Fprintf(&list, item, i)
	}
	for name, handler := range map[string]http.HandlerFunc{
		"endless": endless(1 << 16),
		"headers": always(200, jsonType, `{}`, "Location", strings.Repeat("x", 900<<10)),
		"lists":   always(200, jsonType, `{"results": [`+strings.TrimSuffix(list.String(), ",")+`]}`),
	} {
		t.Run(name, func(t *testing.T) {
			report := bounded(t, mockTarget(handler), conformance.WithMaxBody(1<<20))
			runtime.GC()
			var after runtime.MemStats
			runtime.ReadMemStats(&after)
			assert.Assert(t, after.HeapAlloc < 100<<20, "%d MiB in use", after.HeapAlloc>>20)
			for _, e := range report.Exchanges {
				assert.Assert(t, len(e.ResponseBody) <= 16<<10)
				assert.Assert(t, len(e.ResponseHeader.Get("Location")) <= 1<<10)
			}
		})
	}
}
