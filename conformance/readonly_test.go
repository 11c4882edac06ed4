package conformance_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// leastReadOnly is how many checks a run must have that only reads: enough for a server in production.
const leastReadOnly = 90

// TestReadOnlyChangesNothing: such a run sends nothing that writes, and leaves all as it was.
func TestReadOnlyChangesNothing(t *testing.T) {
	server := mock.New()
	methods := map[string]int{}
	target := mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods[r.Method]++
		server.ServeHTTP(w, r)
	}))
	before := state(t, server)
	report := run(t, target, conformance.ReadOnly())
	assert.Equal(t, state(t, server), before)
	for method := range methods {
		assert.Check(t, slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method), "%s was sent", method)
	}
	assert.Assert(t, len(report.Results) >= leastReadOnly, "%d checks", len(report.Results))
	assert.Equal(t, len(report.Created), 0)
	assert.Equal(t, report.Mode, conformance.Read)
	assert.Assert(t, !report.Whole())
	assert.Equal(t, report.ExitStatus(), conformance.ExitConformant, failures(report))
}

// state is what users with every permission see of each kind.
func state(t *testing.T, h http.Handler) string {
	t.Helper()
	seen := map[string]string{}
	for _, u := range mock.DefaultWorld().Users() {
		for _, kind := range []conformance.Kind{conformance.ALM, conformance.Analysis} {
			r := httptest.NewRequest(http.MethodGet, kind.Path(), nil)
			r.Header.Set("Authorization", "Token "+u.Token)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, w.Code, http.StatusOK, u.Name)
			seen[u.Name+string(kind)] = w.Body.String()
		}
	}
	data, err := json.Marshal(seen)
	assert.NilError(t, err)
	return string(data)
}

// TestElsewhereIsReadOnly: a target that is neither on this machine nor says that it may be written to is
// only read.
func TestElsewhereIsReadOnly(t *testing.T) {
	for _, url := range []string{"http://sde.example.com", "http://127.0.0.1.example.com", "http://10.0.0.1"} {
		target := mockTarget(mock.New())
		target.URL = url
		report := run(t, target)
		assert.Equal(t, report.Mode, conformance.Read, url)
		assert.Equal(t, len(report.Created), 0)
	}
}

// TestForbiddenIsReadOnly: what is on this machine may be a tunnel to elsewhere. Who says no is heard.
func TestForbiddenIsReadOnly(t *testing.T) {
	for _, url := range []string{"", "http://127.0.0.1:8443", "http://localhost", "http://sde.example.com"} {
		target := mockTarget(mock.New())
		target.URL, target.Writes.Allow = url, new(false)
		report := run(t, target)
		assert.Equal(t, report.Mode, conformance.Read, url)
		assert.Equal(t, len(report.Created), 0)
	}
}
