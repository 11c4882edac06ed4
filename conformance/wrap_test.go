package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

type object = map[string]any

// wrapper makes another server of one.
type wrapper func(http.Handler) http.Handler

// asked is a request that a wrapper looks at.
type asked struct{ *http.Request }

// user is the name of who asks.
func (r asked) user() string {
	return strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Authorization"), "Token "), "-token")
}

// list tells whether it asks for a list.
func (r asked) list() bool {
	return r.Method == http.MethodGet && (r.URL.Path == conformance.ALM.Path() || r.URL.Path == conformance.Analysis.Path())
}

// item tells whether it asks for one connection.
func (r asked) item() bool { return r.Method == http.MethodGet && !r.list() }

// filtered tells whether it asks for a list with that parameter.
func (r asked) filtered(names ...string) bool {
	for _, name := range names {
		if r.list() && r.URL.Query().Has(name) {
			return true
		}
	}
	return false
}

// answered is a reply that a wrapper may change.
type answered struct {
	*httptest.ResponseRecorder
	value any // the body, if it is JSON
}

// results are the connections of a list.
func (a *answered) results() []any {
	list, _ := a.value.(object)["results"].([]any)
	return list
}

// objects are the connections that a reply holds, in a list or alone.
func (a *answered) objects() []object {
	o, _ := a.value.(object)
	if o == nil {
		return nil
	}
	if o["results"] == nil && o["id"] != nil {
		return []object{o}
	}
	var found []object
	for _, item := range a.results() {
		found = append(found, item.(object))
	}
	return found
}

// serve lets a handler answer.
func serve(h http.Handler, r *http.Request) *answered {
	a := &answered{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(a.ResponseRecorder, r)
	d := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
	d.UseNumber()
	_ = d.Decode(&a.value)
	return a
}

// send sends the reply on.
func (a *answered) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(a.Code)
	if a.value == nil {
		_, _ = w.Write(a.Body.Bytes())
		return
	}
	_ = json.NewEncoder(w).Encode(a.value)
}

// changing changes each JSON reply.
func changing(change func(r asked, a *answered)) wrapper {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := serve(h, r)
			if a.value != nil {
				change(asked{r}, a)
			}
			a.send(w)
		})
	}
}

// changingItems changes each connection in replies.
func changingItems(change func(r asked, item object)) wrapper {
	return changing(func(r asked, a *answered) {
		for _, item := range a.objects() {
			change(r, item)
		}
	})
}

// changingLists changes the connections of each list.
func changingLists(change func(r asked, items []any) any) wrapper {
	return changing(func(r asked, a *answered) {
		if r.list() && a.Code == http.StatusOK {
			a.value.(object)["results"] = change(r, a.results())
		}
	})
}

// asking changes requests before they are served.
func asking(change func(r asked)) wrapper {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r = r.Clone(r.Context())
			change(asked{r})
			h.ServeHTTP(w, r)
		})
	}
}

// mistaking serves a request as if somebody else had sent it.
func mistaking(who func(r asked) string) wrapper {
	return asking(func(r asked) {
		if name := who(r); name != "" {
			r.Header.Set("Authorization", "Token "+name+"-token")
		}
	})
}

// filtering filters lists by its own rule instead of the mock's.
func filtering(names []string, matches func(r asked, item object) bool) wrapper {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !(asked{r}).filtered(names...) {
				h.ServeHTTP(w, r)
				return
			}
			whole := r.Clone(r.Context())
			query := whole.URL.Query()
			for _, name := range names {
				query.Del(name)
			}
			whole.URL.RawQuery = query.Encode()
			a := serve(h, whole)
			kept := []any{}
			for _, item := range a.results() {
				if matches(asked{r}, item.(object)) {
					kept = append(kept, item)
				}
			}
			a.value.(object)["results"] = kept
			a.send(w)
		})
	}
}

// readAll takes the body from a request.
func readAll(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body)
	return body
}

// withBody is the request with that body.
func withBody(r *http.Request, body []byte) *http.Request {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	return r
}

// broken is a server with a defect, and the checks that it doesn't get past.
type broken struct {
	name    string
	serve   wrapper
	checks  []string // without the kind
	verdict conformance.Verdict
	options []conformance.Option
}

// listsFiltersMasking selects the checks of these headings.
var listsFiltersMasking = conformance.WithSelection("*/list/*", "*/filter/*", "*/params/*", "*/perm/*")

// verdicts are the results of a report by id.
func verdicts(r *conformance.Report) map[string]conformance.Result {
	found := map[string]conformance.Result{}
	for _, result := range r.Results {
		found[result.ID] = result
	}
	return found
}

// testBroken runs the suite against broken servers, and wants the verdict of each check that it names,
// for both kinds.
func testBroken(t *testing.T, servers []broken) {
	t.Helper()
	for _, b := range servers {
		t.Run(b.name, func(t *testing.T) {
			selected := []string{"*/list/complete"} // creates what the others look at
			for _, id := range b.checks {
				selected = append(selected, "*/"+id)
			}
			report := run(t, mockTarget(b.serve(mock.New())), append(b.options, conformance.WithSelection(selected...))...)
			found := verdicts(report)
			for _, id := range b.checks {
				for _, kind := range []string{"alm/", "analysis/"} {
					verdict := b.verdict
					if verdict == "" {
						verdict = conformance.Fail
					}
					assert.Equal(t, found[kind+id].Verdict, verdict, "%s%s\n%s", kind, id, failures(report))
				}
			}
		})
	}
}

// wantFair runs the suite against an odd server that is right, and wants nothing but passes, notes and warnings.
func wantFair(t *testing.T, target *conformance.Target, opts ...conformance.Option) *conformance.Report {
	t.Helper()
	report := run(t, target, append(opts, listsFiltersMasking)...)
	assert.Equal(t, report.ExitStatus(), conformance.ExitConformant, failures(report))
	return report
}
