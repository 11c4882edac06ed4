package browser_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// broken is the mock with faults: connections are created hourly, whatever was asked for, their command
// is missing when one is asked for alone, and the filter of aliases is ignored.
func broken() http.Handler {
	good := mock.New()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		query.Del("alias")
		r.URL.RawQuery = query.Encode()
		reply := httptest.NewRecorder()
		good.ServeHTTP(reply, r)
		body := reply.Body.Bytes()
		var object map[string]any
		if json.Unmarshal(body, &object) == nil && object["command"] != nil {
			switch r.Method {
			case http.MethodPost:
				object["frequency"] = "hourly"
			case http.MethodGet:
				delete(object, "command")
			}
			body, _ = json.Marshal(object)
		}
		maps.Copy(w.Header(), reply.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(reply.Code)
		_, _ = io.Copy(w, bytes.NewReader(body))
	})
}

// runBroken is a run in which there is each verdict but error.
func runBroken(t *testing.T) *conformance.Report {
	t.Helper()
	target, err := conformance.ReadTarget(fixtures.TargetMockFile, fixtures.TargetMock())
	assert.NilError(t, err)
	for _, u := range mock.DefaultWorld().Users() {
		user := target.Users[u.Name]
		user.Token = conformance.Secret(u.Token)
		target.Users[u.Name] = user
	}
	delete(target.Users, "reader")
	target.URL, target.Transport = "https://sde.example.com", conformance.InProcess(broken())
	target.Writes = conformance.Writes{Allow: new(true)}
	target.Implementation = conformance.Implementation{Organization: "Example Inc", Product: "SD Elements", Version: "4.3"}
	target.NotApplicable = []conformance.NotApplicable{{ID: "analysis/filter/system", Reason: "our release has no such filter"}}
	r, err := conformance.Run(t.Context(), target, conformance.WithKnown([]conformance.Known{
		{ID: "alm/create/frequency-default", Verdict: conformance.Fail, Reason: "fixed in our next release"},
		{ID: "alm/list/status", Verdict: conformance.Fail, Reason: "answered 404 once"},
	}))
	assert.NilError(t, err)
	assert.Equal(t, r.Stale(), 1)
	return r
}

// write renders the report to a file, and returns its URL.
func write(t *testing.T, r *conformance.Report) string {
	t.Helper()
	var b strings.Builder
	assert.NilError(t, report.HTML(&b, r))
	file := filepath.Join(t.TempDir(), "report.html")
	assert.NilError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	return "file://" + file
}
