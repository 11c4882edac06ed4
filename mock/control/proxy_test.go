package control_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// behind is a server behind a proxy, and what reached it.
type behind struct {
	*mock.Server
	reached []*http.Request
	broken  bool // it shows no alias
	down    bool
}

// startProxy starts the control API of a proxy that knows editor and reader.
func startProxy(t *testing.T, o control.Options, change func(*mock.ProxyConfig)) (*subject, *behind) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(control.Document())
	assert.NilError(t, err)
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	assert.NilError(t, err)
	back := &behind{Server: mock.New()}
	config := mock.ProxyConfig{Upstream: &url.URL{Scheme: "https", Host: "sde.example.com"}, Transport: roundTrip(back.answer), KeepHost: true}
	for _, u := range mock.DefaultWorld().Users() {
		if u.Name == "editor" || u.Name == "reader" {
			config.Known.Users = append(config.Known.Users, u)
		}
	}
	if change != nil {
		change(&config)
	}
	proxy, err := mock.NewProxy(config)
	assert.NilError(t, err)
	return &subject{t, mock.NewHost(proxy.Server, mock.HostLimits{}), control.NewProxy(proxy, o), router}, back
}

func (b *behind) answer(r *http.Request) (*http.Response, error) {
	b.reached = append(b.reached, r)
	if b.down {
		return nil, http.ErrHandlerTimeout
	}
	resp, err := b.Client().Transport.RoundTrip(r)
	if b.broken && err == nil {
		_ = resp.Body.Close()
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.WriteString(`{"id": 1}`)
		resp = w.Result()
	}
	return resp, err
}

// TestProxyOffersWhatMakesSense: what only a mock has is refused, says why, and isn't listed.
func TestProxyOffersWhatMakesSense(t *testing.T) {
	s, back := startProxy(t, control.Options{}, nil)
	doc, err := openapi3.NewLoader().LoadFromData(control.Document())
	assert.NilError(t, err)
	index := s.want(http.StatusOK, http.MethodGet, "/_mock/", "", with("Accept", "application/json"))
	refused := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "events" { // never ends
				continue
			}
			listed := strings.Contains(index, `{"method":"`+method+`","path":"`+path+`"`)
			target := strings.NewReplacer("{name}", "a", "{id}", "a", "{number}", "1").Replace(path)
			if op.Extensions["x-mock-only"] == true {
				refused++
				assert.Check(t, cmp.Contains(s.want(http.StatusNotFound, method, target, ""), "this is a proxy before https://sde.example.com: it has no "+method+" "+target+", which only a mock has"))
				assert.Check(t, !listed, op.OperationID)
				continue
			}
			resp := s.ask(method, target, "")
			assert.Check(t, resp.StatusCode < 500, "%s %s: %d", method, target, resp.StatusCode)
			assert.Check(t, listed, op.OperationID)
		}
	}
	assert.Equal(t, refused, 20)
	assert.Equal(t, len(back.reached), 0)
	assert.Equal(t, len(s.host.Main().Exchanges()), 0)
}

// TestProxyHidesNothingElse: whatever isn't below /_mock/ is the server's, a path that a mock has for sandboxes too.
func TestProxyHidesNothingElse(t *testing.T) {
	s, back := startProxy(t, control.Options{}, nil)
	for _, path := range []string{"/_sandbox/a/_mock/about", "/_sandbox/", "/_mocks", "/_Mock/", "/x/_mock/", "/", alm} {
		s.client(map[bool]int{true: 200, false: 404}[path == alm], http.MethodGet, path, "")
	}
	assert.Equal(t, len(back.reached), 7)
}

func TestProxyTellsWhatItIs(t *testing.T) {
	s, _ := startProxy(t, control.Options{BaseURL: "http://127.0.0.1:8080", Token: "s3cret"}, nil)
	s.want(http.StatusUnauthorized, http.MethodGet, "/_mock/about", "")
	assert.Assert(t, !strings.Contains(s.want(http.StatusUnauthorized, http.MethodGet, "/_mock/world", ""), "sde.example"))
	var about struct {
		URL, Upstream string
		Users, Steps  []string
		Latitudes     []any
	}
	text := s.want(http.StatusOK, http.MethodGet, "/_mock/about", "", with("Authorization", "Bearer s3cret"))
	assert.NilError(t, json.Unmarshal([]byte(text), &about))
	assert.Equal(t, about.Upstream, "https://sde.example.com")
	assert.Equal(t, about.URL, "http://127.0.0.1:8080")
	assert.DeepEqual(t, about.Users, []string{"editor", "reader"})
	assert.Equal(t, len(about.Steps)+len(about.Latitudes), 0)
	page := s.want(http.StatusOK, http.MethodGet, "/_mock/", "", with("Accept", html))
	for _, want := range []string{`data-of="proxy"`, "<title>sdecontract proxy</title>", "<span>proxy</span>"} {
		assert.Assert(t, cmp.Contains(page, want))
	}
	assert.Assert(t, !strings.Contains(page, "sde.example"))

	recording, _ := startProxy(t, control.Options{Upstream: "the recording session"}, nil)
	assert.Assert(t, cmp.Contains(recording.want(http.StatusOK, http.MethodGet, "/_mock/about", ""), `"upstream":"the recording session"`))
}

// TestProxySends through itself, with the tokens that it knows, and writes on request only.
func TestProxySends(t *testing.T) {
	s, back := startProxy(t, control.Options{BaseURL: "http://proxy.test:8080"}, nil)
	got := s.want(http.StatusOK, http.MethodPost, "/_mock/send", `{"user":"editor","method":"GET","target":"`+alm+`1/"}`)
	assert.Assert(t, cmp.Contains(got, `"number":1`))
	assert.Assert(t, cmp.Contains(got, `\"alm_pass\":\"[redacted]\"`))
	assert.Equal(t, back.reached[0].Header.Get("Authorization"), "Token editor-token")
	assert.Equal(t, back.reached[0].Host, "proxy.test:8080") // as clients call it, with --keep-host

	assert.Assert(t, cmp.Contains(s.want(http.StatusBadRequest, http.MethodPost, "/_mock/send", `{"user":"basic","method":"GET","target":"/"}`), "no user of this name is known"))
	write := `"user":"editor","method":"POST","target":"` + alm + `","content_type":"application/json","body":` + quoted(created)
	assert.Assert(t, cmp.Contains(s.want(http.StatusConflict, http.MethodPost, "/_mock/send", `{`+write+`}`),
		`this is a proxy before https://sde.example.com: POST may change what is there, and is sent with \"change\": true only`))
	assert.Equal(t, len(back.reached), 1)
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodPost, "/_mock/send", `{"change":true,`+write+`}`), `"status":201`))
	assert.Assert(t, cmp.Contains(s.want(http.StatusConflict, http.MethodPost, "/_mock/send", `{"again":2}`), "POST may change"))
	assert.Equal(t, len(back.reached), 2)
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodPost, "/_mock/send", `{"again":2,"change":true,"user":"reader"}`), `"status":403`))

	back.down = true
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodPost, "/_mock/send", `{"again":1}`), `"status":502`))
	assert.Equal(t, back.reached[3].Header.Get("Authorization"), "")
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodPost, "/_mock/send", `{"again":1}`), `"error":"http: Handler timeout"`))
}

func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}

// TestSendAgainAsSomebodyElse: what tells who sent a request isn't sent for another, and what wasn't kept whole isn't
// sent at all.
func TestSendAgainAsSomebodyElse(t *testing.T) {
	s, back := startProxy(t, control.Options{}, nil)
	ask := func(target, body string) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, strings.NewReader(body))
		req.Header.Set("Cookie", "session=0123456789abcdef")
		req.Header.Set("X-Odd", "kept")
		s.handler.ServeHTTP(httptest.NewRecorder(), req)
	}
	ask(alm, "")
	s.want(http.StatusOK, http.MethodPost, "/_mock/send", `{"again":1,"user":"reader"}`)
	assert.Equal(t, back.reached[1].Header.Get("Cookie"), "")
	assert.Equal(t, back.reached[1].Header.Get("X-Odd"), "kept")
	ask(alm+"?a="+strings.Repeat("x", 2000), "")
	ask(alm, strings.Repeat("x", 100_000))
	reached := len(back.reached)
	for _, n := range []string{"3", "4"} {
		assert.Assert(t, cmp.Contains(s.want(http.StatusBadRequest, http.MethodPost, "/_mock/send", `{"again":`+n+`}`), "wasn't kept whole"))
	}
	assert.Equal(t, len(back.reached), reached)
}

func TestProxyListsBothSides(t *testing.T) {
	s, back := startProxy(t, control.Options{}, nil)
	s.client(http.StatusOK, http.MethodGet, alm, "")
	s.client(http.StatusBadRequest, http.MethodPost, alm, `{}`)
	back.broken = true
	s.client(http.StatusOK, http.MethodGet, alm+"1/", "")
	back.down = true
	s.client(http.StatusBadGateway, http.MethodGet, alm+"1/", "")
	for target, want := range map[string]int{
		"requests?violations=true": 2, "requests?breaches=true": 3, "requests?outages=true": 4, "violations": 2, "breaches": 3,
	} {
		var page struct{ Requests []mock.Exchange }
		assert.NilError(t, json.Unmarshal([]byte(s.want(http.StatusOK, http.MethodGet, "/_mock/"+target, "")), &page))
		assert.Assert(t, cmp.Len(page.Requests, 1), target)
		assert.Equal(t, page.Requests[0].Number, int64(want), target)
	}
	var page struct{ Requests []mock.Exchange }
	assert.NilError(t, json.Unmarshal([]byte(s.want(http.StatusOK, http.MethodGet, "/_mock/requests?breaches=false", "")), &page))
	assert.Equal(t, len(page.Requests), 4)
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/requests/3", ""), `"severity":"breach","in":"reply","pointer":"/alias"`))
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/requests", "")
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/coverage", "")
	assert.Equal(t, len(s.host.Main().Exchanges()), 0)
	assert.Equal(t, s.host.Main().Coverage().Covered, 0)
}

// TestCoverageWithoutUsers: of users there is nothing to cover where nobody is known.
func TestCoverageWithoutUsers(t *testing.T) {
	s, _ := startProxy(t, control.Options{}, func(c *mock.ProxyConfig) { c.Known = mock.Known{} })
	s.client(http.StatusOK, http.MethodGet, alm, "")
	assert.Assert(t, !strings.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/coverage", ""), `"kind":"users"`))
	assert.Assert(t, !strings.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/coverage?format=text", ""), "users"))
	assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, "/_mock/about", ""), `"users":[]`))
}
