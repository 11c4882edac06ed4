package mocktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock/mocktest"
)

func ExampleStart() {
	_ = func(t *testing.T) { // a test of yours
		srv := mocktest.Start(t)

		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/api/v2/connections/alm/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Token reader-token")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("status %d", resp.StatusCode)
		}
	}
}

// recorder is a test that notes what is said of it, and ends when end is called.
type recorder struct {
	testing.TB
	errors, logs []string
	cleanups     []func()
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) end() {
	for _, f := range r.cleanups {
		f()
	}
}

func send(t *testing.T, method, url, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	assert.NilError(t, err)
	req.Header.Set("Authorization", "Token editor-token")
	resp, err := http.DefaultClient.Do(req)
	assert.NilError(t, err)
	assert.NilError(t, resp.Body.Close())
}

func TestViolationFailsTheTest(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(tb)
	send(t, http.MethodPost, srv.URL+"/api/v2/connections/alm/", `{"alias": "x", "connector": 1, "params": {}}`)
	tb.end()
	assert.Assert(t, cmp.Len(tb.errors, 1))
	assert.Assert(t, cmp.Contains(tb.errors[0], `body /project: is required (see "Create an ALM Connection", line 180`))
}

func TestAllowedViolationPasses(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(tb)
	send(t, http.MethodPost, srv.URL+"/api/v2/connections/alm/", `{}`)
	srv.AllowViolations()
	tb.end()
	assert.Assert(t, cmp.Len(tb.errors, 0))
}

// TestClientNeedsNoNetwork sends a violation by way of the mock's own client.
func TestClientNeedsNoNetwork(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(tb)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, srv.URL+"/api/v2/connections/alm/1/", http.NoBody)
	assert.NilError(t, err)
	req.Header.Set("Authorization", "Token editor-token")
	resp, err := srv.Client().Do(req)
	assert.NilError(t, err)
	assert.NilError(t, resp.Body.Close())
	assert.Equal(t, resp.StatusCode, http.StatusMethodNotAllowed)
	tb.end()
	assert.Assert(t, cmp.Len(tb.errors, 1))
}

func TestRefusalPasses(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(tb)
	send(t, http.MethodGet, srv.URL+"/api/v2/connections/alm/4711/", "")
	tb.end()
	assert.Assert(t, cmp.Len(tb.errors, 0))
}

func TestNoteIsLogged(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(tb)
	send(t, http.MethodGet, srv.URL+"/api/v2/connections/alm/?alais=x", "")
	tb.end()
	assert.Assert(t, cmp.Len(tb.errors, 0))
	assert.Assert(t, cmp.Len(tb.logs, 1))
	assert.Assert(t, cmp.Contains(tb.logs[0], `did you mean "alias"?`))
}
