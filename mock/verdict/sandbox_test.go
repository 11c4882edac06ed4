package verdict_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

// TestSandboxIsNotTakenForTheMock lets a sandbox number its exchanges as the mock does.
func TestSandboxIsNotTakenForTheMock(t *testing.T) {
	recorder := verdict.NewRecorder()
	srv := mock.New(mock.WithObserver(recorder.Observe))
	post := func(s *mock.Server, body string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://mock.test"+s.BasePath()+"/api/v2/connections/alm/", strings.NewReader(body))
		assert.NilError(t, err)
		req.Header.Set("Authorization", "Token editor-token")
		resp, err := s.Client().Do(req)
		assert.NilError(t, err)
		assert.NilError(t, resp.Body.Close())
	}
	post(srv, `{"alias":"of the mock","connector":1,"project":1,"params":{}}`)
	post(srv.Sandbox(mock.WithBasePath("/_sandbox/a")), `{"alias":"of the sandbox"}`)
	report := recorder.Report(srv)
	assert.Equal(t, report.Findings[mock.Violation], int64(1))
	var text bytes.Buffer
	assert.NilError(t, verdict.JUnit(&text, report))
	assert.Assert(t, !strings.Contains(text.String(), "of the mock"), text.String())
}
