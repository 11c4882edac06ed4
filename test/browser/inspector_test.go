package browser_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

// inspected is a mock with its inspector.
type inspected struct {
	t      *testing.T
	server *mock.Server
	url    string
	http   *httptest.Server
}

// inspect starts a mock and its control API.
func inspect(t *testing.T, options ...mock.Option) *inspected {
	t.Helper()
	return inspectWith(t, mock.New(options...), control.Options{})
}

func inspectWith(t *testing.T, m *mock.Server, o control.Options) *inspected {
	t.Helper()
	s := &inspected{t: t, server: m}
	handler := control.New(mock.NewHost(m, mock.HostLimits{}), o)
	s.http = httptest.NewServer(handler)
	t.Cleanup(func() { handler.Close(); s.http.Close() })
	s.url = s.http.URL
	return s
}

// ask sends a request as a client of the mock would, and returns the reply's body.
func (s *inspected) ask(user, method, target, body string) string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+target, strings.NewReader(body))
	assert.NilError(s.t, err)
	req.Header.Set("User-Agent", "shop-sync/1.4")
	if user != "" {
		req.Header.Set("Authorization", "Token "+user+"-token")
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	assert.NilError(s.t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	assert.NilError(s.t, err)
	return string(answer)
}

const (
	alm      = "/api/v2/connections/alm/"
	analysis = "/api/v2/connections/analysis/"
	wrong    = `{"alias": "Web Shop", "conector": 1, "project": 1, "frequency": "yearly", "params": {"alm_project": "SHOP", "alm_pass": "hunter22"}}`
	right    = `{"alias": "Web Shop", "connector": 1, "project": 1, "frequency": "daily", "params": {"alm_project": "SHOP", "alm_pass": "hunter22"}}`
)

// work is what a client might do; its seventh request has three mistakes.
func (s *inspected) work() {
	s.ask("editor", "GET", alm, "")
	s.ask("editor", "GET", alm+"?alias=Rally+Integration", "")
	s.ask("reader", "GET", alm+"1/", "")
	s.ask("editor", "POST", alm, right)
	s.ask("reader", "POST", alm, right)
	s.ask("editor", "GET", analysis+"?frequncy=daily", "")
	s.ask("editor", "POST", alm, wrong)
	s.ask("", "GET", analysis, "")
	s.ask("basic", "POST", analysis, `{"connector": 1, "project": 1, "frequency": "hourly", "params": {}}`)
	s.ask("editor", "PUT", analysis+"2/", `{"alias": "Nightly scan", "connector": 2, "project": 1, "params": {}}`)
	s.ask("editor", "GET", "/api/v2/connections/alm", "")
	s.ask("editor", "DELETE", alm+"1/", "")
}

// see opens a view of the inspector. Whatever isn't the mock's fails the test.
func (s *inspected) see(t *testing.T, browser context.Context, fragment string, v view) context.Context {
	t.Helper()
	tab := openTab(t, browser, s.url+"/_mock/"+fragment, v, func(url string) bool { return strings.HasPrefix(url, s.url+"/") })
	until(t, tab, "document.getElementById('link')?.dataset.state === 'live'")
	return tab
}
