package control_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

func without(name string) change { return func(h http.Header) { h.Del(name) } }

func TestPagesOfOtherOriginsAreRefused(t *testing.T) {
	s := start(t, control.Options{})
	const own = "http://127.0.0.1:8080"
	for _, tc := range []struct {
		name   string
		status int
		header []change
	}{
		{"no browser", 200, nil},
		{"own page", 200, []change{with("Origin", own), with("Sec-Fetch-Site", "same-origin")}},
		{"typed by a person", 200, []change{with("Sec-Fetch-Site", "none")}},
		{"other origin", 403, []change{with("Origin", "http://evil.test")}},
		{"other port", 403, []change{with("Origin", "http://127.0.0.1:3000")}},
		{"other scheme", 403, []change{with("Origin", "https://127.0.0.1:8080")}},
		{"sandboxed page", 403, []change{with("Origin", "null")}},
		{"two origins", 403, []change{with("Origin", own), func(h http.Header) { h.Add("Origin", "http://evil.test") }}},
		{"other site", 403, []change{with("Sec-Fetch-Site", "cross-site")}},
		{"other port, told by the browser only", 403, []change{with("Sec-Fetch-Site", "same-site")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &subject{t, s.host, s.handler, s.router}
			s.want(tc.status, http.MethodGet, "/_mock/world", "", tc.header...)
			wanted := tc.status
			if wanted == 200 {
				wanted = 204
			}
			s.want(wanted, http.MethodPost, "/_mock/reset", "", tc.header...)
		})
	}
}

func TestFormsOfWebPagesAreRefused(t *testing.T) {
	s := start(t, control.Options{})
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "text/plain;application/json"} {
		s.want(http.StatusUnsupportedMediaType, http.MethodPost, "/_mock/reset", "", without("Mock-Control"), with("Content-Type", contentType))
		s.want(http.StatusUnsupportedMediaType, http.MethodPost, "/_mock/restore", `{"name":"a"}`, with("Content-Type", contentType))
	}
	s.want(http.StatusNoContent, http.MethodPost, "/_mock/reset", "", without("Mock-Control"), with("Content-Type", "application/json; charset=utf-8"))
}

func TestNamesOfOthersAreRefused(t *testing.T) {
	s := start(t, control.Options{Hosts: []string{"mock.internal"}})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST.:1": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "[::1]": 200, "192.168.0.7:80": 200,
		"mock.internal": 200, "Mock.Internal:8080": 200,
		"evil.test": 421, "evil.test:8080": 421, "127.0.0.1.evil.test": 421, "localhost.evil.test:80": 421, "xmock.internal": 421, "": 421, "127.1": 421,
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_mock/health", nil)
		req.Host = host
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, req)
		assert.Check(t, cmp.Equal(w.Code, want), host)
	}
}

func TestToken(t *testing.T) {
	s := start(t, control.Options{Token: "s3cret"})
	for authorization, want := range map[string]int{
		"": 401, "Bearer": 401, "Bearer wrong": 401, "Bearer s3cret2": 401, "Bearer s3cre": 401, "Token s3cret": 401, "s3cret": 401,
		"Bearer s3cret": 200, "bearer  s3cret": 200,
	} {
		resp := s.ask(http.MethodGet, "/_mock/world", "", with("Authorization", authorization))
		assert.Check(t, cmp.Equal(resp.StatusCode, want), authorization)
		assert.Check(t, cmp.Equal(resp.Header.Get("WWW-Authenticate") == "Bearer", want == 401))
	}
	s.want(http.StatusOK, http.MethodGet, "/_mock/health", "", without("Authorization"))
	_, err := s.host.Create("a")
	assert.NilError(t, err)
	s.want(http.StatusUnauthorized, http.MethodGet, "/_sandbox/a/_mock/world", "")
	s.want(http.StatusUnauthorized, http.MethodGet, "/_sandbox/b/_mock/world", "") // doesn't tell which there are
}

// TestPathTricks holds that the control API is reached by its plain paths only, and nothing else through it.
func TestPathTricks(t *testing.T) {
	s := start(t, control.Options{Token: "s3cret"})
	_, err := s.host.Create("a")
	assert.NilError(t, err)
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	for _, path := range []string{
		"/_mock/../_mock/world", "/_mock/%2e%2e/_mock/world", "/_mock/./world", "/_mock//world", "//_mock/world", "/_mock%2fworld", "/%5fmock/world",
		"/_mock/world/", "/_mock/requests%2f1", "/_mock/../api/v2/connections/alm/", "/_mock/..%2fapi/v2/connections/alm/", "/_MOCK/world", "/_mock;/world",
		"/api/v2/../../_mock/world", "/_sandbox/a/../../_mock/world", "/_sandbox/a/%2e%2e/_mock/world", "/_sandbox/../_mock/world", "/_sandbox//_mock/world",
		"/_sandbox/a%2f_mock/world", "/_sandbox/a//_mock/world", "/_sandbox/a/_sandbox/a/_mock/world", "/_mock", "/_mock\\world", "/_mock/%00",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		assert.NilError(t, err)
		req.URL.Opaque = strings.TrimPrefix(server.URL, "http:") + path
		req.Header.Set("Authorization", "Bearer s3cret")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil { // what Go's client wouldn't send
			continue
		}
		body, err := io.ReadAll(resp.Body)
		assert.NilError(t, err)
		assert.NilError(t, resp.Body.Close())
		assert.Check(t, resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusBadRequest, "%s: %d", path, resp.StatusCode)
		assert.Check(t, !strings.Contains(string(body), "rally1"), path)
	}
}

func TestCORSNeverOpensTheControlAPI(t *testing.T) {
	host := mock.NewHost(mock.New(), mock.HostLimits{})
	handler := control.New(host, control.Options{Next: mock.CORS([]string{"*"}, host)})
	for _, method := range []string{http.MethodOptions, http.MethodGet} {
		req := httptest.NewRequestWithContext(t.Context(), method, "/_mock/world", nil)
		req.Host = "127.0.0.1:8080"
		req.Header.Set("Origin", "http://page.test")
		req.Header.Set("Access-Control-Request-Method", "PUT")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		assert.Equal(t, w.Code, http.StatusForbidden)
		assert.Equal(t, w.Header().Get("Access-Control-Allow-Origin"), "")
	}
}

func TestWrongInput(t *testing.T) {
	s := start(t, control.Options{MaxBody: 2000})
	for _, tc := range []struct {
		method, target, body, contentType string
		status                            int
		want                              []string
	}{
		{"POST", "/_mock/snapshots", `{"nmae":"a"}`, "", 400, []string{`"pointer":"/nmae"`, `is unknown: there is name`}},
		{"POST", "/_mock/snapshots", `{"name":"a/b"}`, "", 400, []string{`"pointer":"/name"`}},
		{"POST", "/_mock/snapshots", `{"name":"a","name":"b"}`, "", 400, []string{"duplicate object member name"}},
		{"POST", "/_mock/snapshots", `{"name":"a"}x`, "", 400, []string{"not JSON"}},
		{"POST", "/_mock/snapshots", "{\"name\":\"\xff\"}", "", 400, []string{"not JSON"}},
		{"POST", "/_mock/snapshots", `name: a`, "application/yaml", 415, []string{"must be application/json"}},
		{"POST", "/_mock/restore", ``, "application/json", 400, []string{"needs a body"}},
		{"POST", "/_mock/restore", `{}`, "", 400, []string{`\"name\" is missing`}},
		{"POST", "/_mock/reset", `{}`, "", 400, []string{"takes no body"}},
		{"POST", "/_mock/reset?jurnal=true", ``, "", 400, []string{`"parameter":"jurnal"`, "there is coverage, faults, journal"}},
		{"POST", "/_mock/reset?journal=maybe", ``, "", 400, []string{`"parameter":"journal"`}},
		{"POST", "/_mock/reset?journal=true&journal=false", ``, "", 400, []string{"more than once"}},
		{"POST", "/_mock/reset?%zz", ``, "", 400, []string{"query"}},
		{"GET", "/_mock/requests?limit=0&status=wrong", ``, "", 400, []string{`"parameter":"limit"`, `"parameter":"status"`}},
		{"GET", "/_mock/requests/x", ``, "", 400, []string{`"parameter":"number"`}},
		{"GET", "/_mock/world?secrets=hide", ``, "", 400, []string{`"parameter":"secrets"`}},
		{"GET", "/_mock/coverage?format=pdf", ``, "", 400, []string{`"parameter":"format"`}},
		{"PUT", "/_mock/world", strings.Repeat("#", 3000), "application/yaml", 413, []string{"larger than 2000 bytes"}},
		{"PUT", "/_mock/world", `{"users":{},"organizations":{"a":{"features":["x"]}}}`, "", 400, []string{`world.yaml:1:47`, "there are none"}},
		{"PUT", "/_mock/world", `a: *b`, "application/yaml", 400, []string{"world.yaml:1:"}},
		{"POST", "/_mock/faults", `{"status":503,"operation":"x","nth":0}`, "", 400, []string{`"pointer":"/nth"`}},
		{"POST", "/_mock/faults", `{"status":503,"operation":"x","user":"y"}`, "", 400, []string{`"pointer":"/operation"`, `"pointer":"/user"`, "listAlmConnections"}},
		{"POST", "/_mock/faults", `status: x`, "application/yaml", 400, []string{`"pointer":"/status"`}},
		{"POST", "/_mock/faults", `{"effect":"explode"}`, "", 400, []string{`"pointer":"/effect"`, "reset"}},
		{"PUT", "/_mock/latitudes", `{"latitudes":["lists-revrsed"]}`, "", 400, []string{`did you mean \"lists-reversed\"?`}},
		{"POST", "/_mock/sandboxes", `{"faults":[{"status":503},{"status":299}]}`, "", 400, []string{`"pointer":"/faults"`, "fault: /status: must be one of"}},
		{"POST", "/_mock/sandboxes", `{"without_features":["advanced"]}`, "", 400, []string{`"pointer":"/without_features/0"`, "advanced-alm"}},
		{"POST", "/_mock/sandboxes", `{"world":"users: {}"}`, "", 400, []string{`"pointer":"/world"`, "world.yaml:1:1"}},
		{"POST", "/_mock/sandboxes", `{"world":3,"seed":-1}`, "", 400, []string{`"pointer":"/seed"`, `"pointer":"/world"`}},
		{"POST", "/_mock/sandboxes", `{"snapshot":"none"}`, "", 404, []string{`"pointer":"/snapshot"`}},
		{"PATCH", "/_mock/world", ``, "", 405, []string{"only GET, HEAD, PUT"}},
		{"GET", "/_mock/nothing", ``, "", 404, []string{"GET /_mock/ lists what there is"}},
	} {
		t.Run(fmt.Sprintf("%s %s %.30s", tc.method, tc.target, tc.body), func(t *testing.T) {
			s := &subject{t, s.host, s.handler, s.router}
			var changes []change
			if tc.contentType != "" {
				changes = append(changes, with("Content-Type", tc.contentType))
			}
			got := s.want(tc.status, tc.method, tc.target, tc.body, changes...)
			for _, want := range tc.want {
				assert.Check(t, cmp.Contains(got, want))
			}
		})
	}
	assert.Assert(t, cmp.Len(s.host.Sandboxes(), 0))
}
