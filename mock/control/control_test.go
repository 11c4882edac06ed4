package control_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

// subject is a control API whose every reply is held to its document.
type subject struct {
	*testing.T
	host    *mock.Host
	handler http.Handler
	router  routers.Router
}

func start(t *testing.T, o control.Options, options ...mock.Option) *subject {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(control.Document())
	assert.NilError(t, err)
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	assert.NilError(t, err)
	host := mock.NewHost(mock.New(options...), mock.HostLimits{Sandboxes: 3})
	return &subject{t, host, control.New(host, o), router}
}

// change is a request's header.
type change func(http.Header)

func with(name, value string) change { return func(h http.Header) { h.Set(name, value) } }

// ask sends a request, with a Content-Type of JSON if it has a body, and returns the reply.
func (s *subject) ask(method, target, body string, changes ...change) *http.Response {
	s.Helper()
	req := httptest.NewRequestWithContext(s.Context(), method, target, strings.NewReader(body))
	if req.Host == "example.com" {
		req.Host = "127.0.0.1:8080"
	}
	if body == "" {
		req.Header.Set("Mock-Control", "1")
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, c := range changes {
		c(req.Header)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	resp := w.Result()
	data, err := io.ReadAll(resp.Body)
	assert.NilError(s, err)
	s.hold(req, resp, data)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp
}

// hold fails the test if the reply isn't what the document says.
func (s *subject) hold(req *http.Request, resp *http.Response, body []byte) {
	s.Helper()
	asked := req.Clone(req.Context())
	if id, ok := mock.SandboxOf(req.URL.Path); ok {
		asked.URL.Path = strings.TrimPrefix(req.URL.Path, mock.SandboxPath+id)
	}
	if asked.Method == http.MethodHead {
		asked.Method = http.MethodGet
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode >= 400 {
		assert.Equal(s, mediaType, "application/problem+json", string(body))
		var p struct {
			Status        int
			Title, Detail string
		}
		assert.NilError(s, json.Unmarshal(body, &p))
		assert.Assert(s, p.Status == resp.StatusCode && p.Title != "" && p.Detail != "", string(body))
	}
	route, params, err := s.router.FindRoute(asked)
	if err != nil {
		assert.Assert(s, resp.StatusCode >= 400, "%s %s: %s", req.Method, req.URL, err)
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route},
		Status:                 resp.StatusCode, Header: resp.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: !strings.HasSuffix(mediaType, "json") || asked.Method != req.Method},
	}
	in.SetBodyBytes(body)
	assert.NilError(s, openapi3filter.ValidateResponse(s.Context(), in), "%s %s", req.Method, req.URL)
	if documented := route.Operation.Responses.Status(resp.StatusCode); documented != nil && len(body) > 0 {
		assert.Assert(s, documented.Value.Content[mediaType] != nil, "%s %s: %s", req.Method, req.URL, mediaType)
	}
}

// want sends a request, fails the test unless the status is as said, and returns the reply's body.
func (s *subject) want(status int, method, target, body string, changes ...change) string {
	s.Helper()
	resp := s.ask(method, target, body, changes...)
	data, err := io.ReadAll(resp.Body)
	assert.NilError(s, err)
	assert.Equal(s, resp.StatusCode, status, "%s %s: %s", method, target, data)
	return string(data)
}

// client sends a request to the API that is mocked.
func (s *subject) client(status int, method, path, body string) string {
	s.Helper()
	req := httptest.NewRequestWithContext(s.Context(), method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Token editor-token")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	assert.Equal(s, w.Code, status, w.Body.String())
	return w.Body.String()
}

const (
	alm     = "/api/v2/connections/alm/"
	created = `{"alias":"A","connector":1,"project":1,"params":{"alm_pass":"hunter22"}}`
)

func TestEveryOperationIsThere(t *testing.T) {
	s := start(t, control.Options{})
	doc, err := openapi3.NewLoader().LoadFromData(control.Document())
	assert.NilError(t, err)
	assert.NilError(t, doc.Validate(t.Context(), openapi3.EnableMultiError(), openapi3.EnableSchemaFormatValidation()))
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "events" { // never ends
				continue
			}
			target := strings.NewReplacer("{name}", "a", "{id}", "a", "{number}", "1").Replace(path)
			resp := s.ask(method, target, "")
			assert.Check(t, resp.StatusCode < 500, "%s %s: %d", method, target, resp.StatusCode)
		}
	}
	assert.Equal(t, s.want(http.StatusOK, http.MethodGet, "/_mock/health", ""), `{"status":"ok"}`+"\n")
	assert.Equal(t, s.want(http.StatusOK, http.MethodGet, "/_mock/openapi.yaml", ""), string(control.Document()))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/", ""), "\nPOST    /_mock/reset "))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/", "", with("Accept", "application/json")), `"path":"/_mock/sandboxes"`))
	assert.Assert(t, cmp.Len(s.host.Main().Exchanges(), 0)) // nothing of it is a request of the API
}

func TestReset(t *testing.T) {
	s := start(t, control.Options{})
	s.client(http.StatusCreated, http.MethodPost, alm, created)
	s.want(http.StatusCreated, http.MethodPost, "/_mock/faults", `{"status":503,"times":1}`)
	s.want(http.StatusNoContent, http.MethodPost, "/_mock/reset", "")
	assert.Assert(t, cmp.Len(s.host.Main().Exchanges(), 1))
	assert.Assert(t, cmp.Len(s.host.Main().Faults(), 1))
	assert.Assert(t, s.host.Main().Coverage().Covered > 0)
	s.want(http.StatusNoContent, http.MethodPost, "/_mock/reset?journal=true&coverage=true&faults=true", "")
	assert.Assert(t, cmp.Len(s.host.Main().Exchanges(), 0))
	assert.Assert(t, cmp.Len(s.host.Main().Faults(), 0))
	assert.Equal(t, s.host.Main().Coverage().Covered, 0)
	s.client(http.StatusNotFound, http.MethodGet, alm+"5/", "")
}

func TestWorld(t *testing.T) {
	s := start(t, control.Options{})
	s.client(http.StatusCreated, http.MethodPost, alm, created)
	for _, accept := range []string{"", "application/json"} {
		shown := s.want(http.StatusOK, http.MethodGet, "/_mock/world", "", with("Accept", accept))
		assert.Assert(t, !strings.Contains(shown, "editor-token") && !strings.Contains(shown, "hunter22"), shown)
		refused := s.want(http.StatusBadRequest, http.MethodPut, "/_mock/world", shown, with("Content-Type", typeOf(accept)))
		assert.Assert(t, cmp.Contains(refused, "the token was redacted when this world was written down"))

		whole := s.want(http.StatusOK, http.MethodGet, "/_mock/world?secrets=show", "", with("Accept", accept))
		assert.Assert(t, cmp.Contains(whole, "hunter22"))
		s.host.Main().Reset()
		assert.Equal(t, s.want(http.StatusOK, http.MethodPut, "/_mock/world", whole, with("Content-Type", typeOf(accept))), `{"kept":0,"dropped":[]}`+"\n")
		assert.Assert(t, cmp.Contains(s.client(http.StatusOK, http.MethodGet, alm+"5/", ""), "hunter22"))
	}
}

func typeOf(accept string) string {
	if accept == "" {
		return "application/yaml"
	}
	return accept
}

func TestWorldIsReplaced(t *testing.T) {
	s := start(t, control.Options{})
	small := "users: {ann: {organization: main, token: editor-token}}\norganizations:\n  main:\n    projects: [{id: 1, name: P}]\n" +
		"    connectors: {alm: [{id: 1, name: C, system: JIRA, command: sync}]}\n"
	s.client(http.StatusCreated, http.MethodPost, alm, created)
	s.client(http.StatusOK, http.MethodPut, alm+"1/", strings.Replace(created, `"connector":1`, `"connector":2`, 1))
	answer := s.want(http.StatusOK, http.MethodPut, "/_mock/world?keep=true", small, with("Content-Type", "text/yaml"))
	assert.Equal(t, answer, `{"kept":1,"dropped":[{"kind":"alm","organization":"main","id":1,"reason":"there is no connector 2 any more"}]}`+"\n")

	broken := strings.Replace(small, "id: 1, name: C", "id: 0, nmae: C", 1)
	refused := s.want(http.StatusBadRequest, http.MethodPut, "/_mock/world", broken, with("Content-Type", "application/yaml"))
	assert.Assert(t, cmp.Contains(refused, `world.yaml:5:32: unknown field \"nmae\"`))
	s.client(http.StatusOK, http.MethodGet, alm+"5/", "") // the old one stays
}

func TestSnapshots(t *testing.T) {
	s := start(t, control.Options{})
	s.client(http.StatusCreated, http.MethodPost, alm, created)
	s.want(http.StatusCreated, http.MethodPost, "/_mock/snapshots", `{"name":"five"}`)
	assert.Assert(t, cmp.Contains(s.want(http.StatusCreated, http.MethodPost, "/_mock/snapshots", ""), `"name":"snapshot-1"`))
	assert.Equal(t, strings.Count(s.want(http.StatusOK, http.MethodGet, "/_mock/snapshots", ""), `"name"`), 2)
	s.want(http.StatusNoContent, http.MethodPost, "/_mock/reset", "")
	s.client(http.StatusNotFound, http.MethodGet, alm+"5/", "")
	s.want(http.StatusNoContent, http.MethodPost, "/_mock/restore", `{"name":"five"}`)
	s.client(http.StatusOK, http.MethodGet, alm+"5/", "")
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/snapshots/five", "")
	s.want(http.StatusNotFound, http.MethodDelete, "/_mock/snapshots/five", "")
	assert.Assert(t, cmp.Contains(s.want(http.StatusNotFound, http.MethodPost, "/_mock/restore", `{"name":"five"}`), `"pointer":"/name"`))
}

func TestRequests(t *testing.T) {
	s := start(t, control.Options{})
	s.client(http.StatusCreated, http.MethodPost, alm, created)
	s.client(http.StatusBadRequest, http.MethodPost, alm, "{}")
	s.client(http.StatusNotFound, http.MethodGet, alm+"77/", "")
	for query, want := range map[string][]float64{
		"": {1, 2, 3}, "?after=1": {2, 3}, "?limit=2": {1, 2}, "?status=4xx": {2, 3}, "?status=404": {3}, "?violations=true": {2},
		"?operation=createAlmConnection": {1, 2}, "?user=editor&status=201": {1}, "?user=reader": {}, "?after=3": {},
	} {
		var page struct {
			Requests []map[string]any
			Next     int
		}
		assert.NilError(t, json.Unmarshal([]byte(s.want(http.StatusOK, http.MethodGet, "/_mock/requests"+query, "")), &page))
		got := []float64{}
		for _, e := range page.Requests {
			assert.Assert(t, e["request_header"] == nil && e["reply_body"] == nil)
			got = append(got, e["number"].(float64))
		}
		assert.DeepEqual(t, got, want)
		assert.Equal(t, page.Next == 2, query == "?limit=2", query)
	}
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/violations", ""), `"number":2`))
	shown := s.want(http.StatusOK, http.MethodGet, "/_mock/requests/1", "")
	assert.Assert(t, cmp.Contains(shown, "$SDECONTRACT_TOKEN_EDITOR"))
	assert.Assert(t, !strings.Contains(shown, "hunter22"))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/requests/1?secrets=show", ""), "hunter22"))
	har := s.want(http.StatusOK, http.MethodGet, "/_mock/requests.har", "")
	assert.Assert(t, !strings.Contains(har, "hunter22") && !strings.Contains(har, "editor-token"))
	s.want(http.StatusNotFound, http.MethodGet, "/_mock/requests/9", "")
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/requests", "")
	s.want(http.StatusNotFound, http.MethodGet, "/_mock/requests/1", "")
}

func TestCoverage(t *testing.T) {
	s := start(t, control.Options{})
	s.client(http.StatusOK, http.MethodGet, alm, "")
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/coverage", ""), `"kind": "operations"`))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/coverage?format=html", ""), "<!doctype html>"))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/coverage?format=text", ""), "never createAlmConnection"))
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/coverage", "")
	assert.Equal(t, s.host.Main().Coverage().Covered, 0)
}

func TestFaultsAndLatitudes(t *testing.T) {
	s := start(t, control.Options{})
	s.want(http.StatusCreated, http.MethodPost, "/_mock/faults", `{"id":"a/b ü","operation":"listAlmConnections","status":503,"retry_after":"5s","delay":{"min":"1ns","max":"2ns"}}`)
	assert.Assert(t, cmp.Contains(s.want(http.StatusCreated, http.MethodPost, "/_mock/faults", "{user: reader, effect: reset}", with("Content-Type", "application/yaml")), `"id":"fault-1"`))
	s.client(http.StatusServiceUnavailable, http.MethodGet, alm, "")
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/faults/a%2Fb%20%C3%BC", ""), `"acted":1`))
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/faults/a%2Fb%20%C3%BC", "")
	s.client(http.StatusOK, http.MethodGet, alm, "")
	assert.Equal(t, strings.Count(s.want(http.StatusOK, http.MethodGet, "/_mock/faults", ""), `"rule"`), 1)
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/faults", "")
	s.want(http.StatusNotFound, http.MethodDelete, "/_mock/faults/fault-1", "")

	s.want(http.StatusOK, http.MethodPut, "/_mock/latitudes", `{"latitudes":["lists-reversed","ids-from-1000"]}`)
	assert.Assert(t, cmp.Contains(s.client(http.StatusCreated, http.MethodPost, alm, created), `"id":1000,`))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/latitudes", ""), `"latitudes":["ids-from-1000","lists-reversed"]`))
	s.want(http.StatusOK, http.MethodPut, "/_mock/latitudes", `{"latitudes":[]}`)
	assert.Assert(t, cmp.Contains(s.client(http.StatusCreated, http.MethodPost, alm, created), `"id":1001,`)) // no id is given twice
	assert.Assert(t, cmp.Contains(s.client(http.StatusOK, http.MethodGet, alm, ""), `{"results":[{"id":1,`))
}
