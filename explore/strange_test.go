package explore_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/mock"
)

// endless serves a list of which there is always more.
func endless() http.Handler {
	n := 0
	return planted{mock: mock.New(), after: func(r *http.Request, reply map[string]any) {
		results, _ := reply["results"].([]any)
		if len(results) == 0 || !strings.HasSuffix(r.URL.Path, "/alm/") {
			return
		}
		n++
		for _, item := range results {
			o := item.(map[string]any)
			id, _ := conformance.Integer(o["id"])
			o["id"] = id + int64(n)*1_000_000
		}
		query := r.URL.Query()
		query.Set("after", strconv.Itoa(n))
		reply["next"] = "?" + query.Encode()
	}}
}

// TestWhatCannotBeExplored: it is never passed off as a server without findings.
func TestWhatCannotBeExplored(t *testing.T) {
	everybody401 := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	for name, test := range map[string]struct {
		server  http.Handler
		options explore.Options
		told    string
	}{
		"refused tokens":      {everybody401, explore.Options{}, "the target refuses every token with 401: 'sdecontract doctor' tells more"},
		"too few requests":    {mock.New(), explore.Options{Requests: 3}, "to read the lists took all the requests, or all the time, that there were: set a higher --requests or --duration"},
		"a list without end":  {endless(), explore.Options{}, "a list has more than 200 pages: what there is was not compared"},
		"a list too long":     {endless(), explore.Options{Requests: 100}, "to read the lists took all the requests, or all the time, that there were: set a higher --requests or --duration"},
		"a list to read only": {endless(), explore.Options{ReadOnly: true}, "a list has more than 200 pages: what there is was not compared"},
	} {
		t.Run(name, func(t *testing.T) {
			report := run(t, test.server, test.options)
			assert.Equal(t, report.Incomplete, test.told)
			assert.Equal(t, told(report), "")
			assert.Equal(t, report.ExitStatus(), explore.ExitIncomplete)
		})
	}
}

// TestHangs: a target that never answers is told apart from one that is wrong, and so is the limit that was met.
func TestHangs(t *testing.T) {
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer server.Close()
	defer close(done)
	target := mockTarget(nil)
	target.URL, target.Transport = server.URL, nil
	report, err := explore.Run(t.Context(), target, modelOf, explore.Options{Timeout: 20 * time.Millisecond})
	assert.NilError(t, err)
	assert.Equal(t, report.Unreachable, "no whole reply within 20ms")
	assert.Equal(t, report.ExitStatus(), explore.ExitUnreachable)
	report, err = explore.Run(t.Context(), target, modelOf, explore.Options{Duration: 20 * time.Millisecond})
	assert.NilError(t, err)
	assert.Equal(t, report.Incomplete, "the time was over before the target gave a reply, or one that doesn't ask to wait")
	assert.Equal(t, report.ExitStatus(), explore.ExitIncomplete)
}

// TestCreatesHaveALimit: a server that grants what it should refuse isn't filled up, and is found all the same.
func TestCreatesHaveALimit(t *testing.T) {
	for _, most := range []int{1, 2, 10, 24} {
		server := mock.New()
		target := mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				r = r.Clone(r.Context())
				r.Header.Set("Authorization", "Token editor-token") // anybody may
			}
			server.ServeHTTP(w, r)
		}))
		target.Writes.MaxCreates = most
		report, err := explore.Run(t.Context(), target, modelOf, explore.Options{Seed: 1})
		assert.NilError(t, err)
		assert.Check(t, len(report.Created) <= most, "%d of %d", len(report.Created), most)
		assert.Check(t, most < 10 || len(report.Findings) > 0, most)
	}
}

// TestIDsOfOthers: a server that names somebody else's connection in reply to a create doesn't have that changed.
func TestIDsOfOthers(t *testing.T) {
	server := planted{mock: mock.New(), after: func(r *http.Request, reply map[string]any) {
		if r.Method == http.MethodPost {
			reply["id"] = 1
		}
	}, before: func(r *http.Request, _ map[string]any) {
		sees := r.Header.Get("Authorization") != "Token basic-token" // connection 1, of another organization
		assert.Check(t, !sees || r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/1/"), r.URL.Path+r.Header.Get("Authorization"))
	}}
	report := run(t, server, explore.Options{Seed: 1})
	assert.Assert(t, slices.ContainsFunc(report.Findings, func(f *explore.Finding) bool { return f.Place == "/id" }), told(report))
}

// TestNoWayToRepeat: what a limit kept from being repeated isn't said to have shown once only.
func TestNoWayToRepeat(t *testing.T) {
	target := mockTarget(planted{mock: mock.New(), after: func(r *http.Request, reply map[string]any) {
		if r.Method == http.MethodPost {
			reply["frequency"] = "always"
		}
	}})
	target.Writes.MaxCreates = 1
	report, err := explore.Run(t.Context(), target, modelOf, explore.Options{Seed: 1, Requests: 500})
	assert.NilError(t, err)
	var text strings.Builder
	assert.NilError(t, explore.Text(&text, report, false))
	assert.Assert(t, strings.Contains(text.String(), "Seen once, and the limits of requests and creates left no way to repeat it: contract create"), text.String())
}
