package control_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

const html = "text/html,application/xhtml+xml,*/*;q=0.8"

// TestPage: a browser is shown the page, with a policy that lets it load its own files only, and needs no token.
func TestPage(t *testing.T) {
	s := start(t, control.Options{Token: "secret"})
	resp := s.ask(http.MethodGet, "/_mock/", "", with("Accept", html))
	assert.Equal(t, resp.StatusCode, http.StatusOK)
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		assert.Assert(t, cmp.Contains(policy, want))
	}
	assert.Equal(t, resp.Header.Get("X-Content-Type-Options"), "nosniff")
	assert.Equal(t, resp.Header.Get("Referrer-Policy"), "no-referrer")
	assert.Equal(t, resp.Header.Get("Access-Control-Allow-Origin"), "")
	page := s.want(http.StatusOK, http.MethodGet, "/_mock/", "", with("Accept", html))
	loaded := regexp.MustCompile(`(?:href|src)="(page/[^"]+)"`).FindAllStringSubmatch(page, -1)
	assert.Assert(t, len(loaded) > 5)
	for _, l := range loaded {
		s.want(http.StatusOK, http.MethodGet, "/_mock/"+l[1], "")
	}
	s.want(http.StatusNotFound, http.MethodGet, "/_mock/page/js/none.js", "")
	s.want(http.StatusUnauthorized, http.MethodGet, "/_mock/about", "")
	s.want(http.StatusForbidden, http.MethodGet, "/_mock/", "", with("Accept", html), with("Sec-Fetch-Site", "cross-site"))
}

// TestPageFiles: each file is served, is small, and makes no markup of text; nothing in the page is inline.
func TestPageFiles(t *testing.T) {
	s := start(t, control.Options{})
	unsafe := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|style="|<script>|\son\w+="|(?:from |src=|href=|url\()['"]?(?:https?:)?//`)
	err := fs.WalkDir(os.DirFS("page"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile("page/" + path)
		if err != nil {
			return err
		}
		assert.Check(t, len(strings.Split(string(data), "\n")) < 250, path)
		if !strings.HasSuffix(path, ".svg") {
			assert.Check(t, cmp.DeepEqual(unsafe.FindAllString(string(data), -1), []string(nil)), path)
		}
		if strings.Contains(path, "/") {
			assert.Check(t, s.want(http.StatusOK, http.MethodGet, "/_mock/page/"+path, "") == string(data), path)
		}
		return nil
	})
	assert.NilError(t, err)
}

// TestSeen: looking leaves no trace.
func TestSeen(t *testing.T) {
	s := start(t, control.Options{}, mock.WithFault(mock.FaultRule{Status: http.StatusServiceUnavailable}))
	look := func(user, more string) mock.Exchange {
		var e mock.Exchange
		assert.NilError(t, json.Unmarshal([]byte(s.want(http.StatusOK, http.MethodGet, "/_mock/seen?user="+user+"&target="+alm+"1/"+more, "")), &e))
		return e
	}
	assert.Assert(t, cmp.Contains(look("editor", "").ReplyBody, `"alm_pass":"[redacted]"`))
	assert.Assert(t, cmp.Contains(look("editor", "&secrets=show").ReplyBody, "rally_password"))
	assert.Assert(t, !strings.Contains(look("reader", "").ReplyBody, "params"))
	assert.Equal(t, look("basic", "").Status, http.StatusNotFound)
	assert.Equal(t, len(s.host.Main().Exchanges()), 0)
	assert.Equal(t, s.host.Main().Coverage().Covered, 0)
	s.want(http.StatusBadRequest, http.MethodGet, "/_mock/seen?user=nobody&target=/", "")
	s.want(http.StatusBadRequest, http.MethodGet, "/_mock/seen?user=editor&target=//example.com/", "")
	s.want(http.StatusBadRequest, http.MethodGet, "/_mock/seen?user=editor", "")
}

// TestSend: a request is sent as a user, and again with what is secret in it.
func TestSend(t *testing.T) {
	s := start(t, control.Options{})
	send := func(body string) (got struct {
		Status      int
		Body, Error string
	},
	) {
		assert.NilError(t, json.Unmarshal([]byte(s.want(http.StatusOK, http.MethodPost, "/_mock/send", body)), &got))
		return got
	}
	asked, err := json.Marshal(map[string]any{"user": "editor", "method": "POST", "target": alm, "body": created, "content_type": "application/json"})
	assert.NilError(t, err)
	assert.Equal(t, send(string(asked)).Status, http.StatusCreated)
	assert.Assert(t, cmp.Contains(send(`{"user":"editor","again":1}`).Body, "hunter22"))
	assert.Equal(t, send(`{"user":"reader","again":1}`).Status, http.StatusForbidden)
	assert.Equal(t, send(`{"again":1}`).Status, http.StatusUnauthorized)
	assert.Equal(t, send(`{"method":"GET","target":"/api/v2/connections/alm"}`).Status, http.StatusMovedPermanently)
	assert.Equal(t, len(s.host.Main().Exchanges()), 5)
	_, err = s.host.Main().SetFault(mock.FaultRule{Effect: mock.ConnectionReset})
	assert.NilError(t, err)
	got := send(`{"user":"editor","again":1}`)
	assert.Assert(t, got.Status == 0 && got.Error != "", got)
	s.want(http.StatusNotFound, http.MethodPost, "/_mock/send", `{"again":99}`)
	for _, wrong := range []string{`{}`, `{"again":0}`, `{"user":"nobody","again":1}`, `{"method":"GET"}`, `{"method":"GET","target":"http://example.com/"}`, `{"method":"GET /","target":"/"}`} {
		s.want(http.StatusBadRequest, http.MethodPost, "/_mock/send", wrong)
	}
}

// TestAbout: what the page reads is there, in the mock and in its sandboxes.
func TestAbout(t *testing.T) {
	s := start(t, control.Options{}, mock.WithBasePath("/sde"))
	s.want(http.StatusCreated, http.MethodPost, "/_mock/sandboxes", `{"id":"a"}`)
	instances := map[string]bool{}
	for prefix, base := range map[string]string{"": "/sde", "/_sandbox/a": "/_sandbox/a"} {
		var about struct {
			URL      string
			Instance string
			Base     string `json:"base_path"`
			Steps    []string
		}
		assert.NilError(t, json.Unmarshal([]byte(s.want(http.StatusOK, http.MethodGet, prefix+"/_mock/about", "")), &about))
		assert.Equal(t, about.Base, base)
		assert.Equal(t, about.URL, "http://127.0.0.1:8080"+base)
		assert.DeepEqual(t, about.Steps, mock.Steps())
		instances[about.Instance] = true
		assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, prefix+"/_mock/contract", ""), `"operationId":"listAlmConnections"`))
		assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, prefix+"/_mock/rulings", ""), "# Rulings"))
		assert.Assert(t, cmp.Contains(s.want(http.StatusOK, http.MethodGet, prefix+"/_mock/", "", with("Accept", html)), "<!DOCTYPE html>"))
	}
	assert.Equal(t, len(instances), 2)
	bare := s.want(http.StatusOK, http.MethodGet, "/_mock/world?bare=true", "", with("Accept", "application/json"))
	assert.Assert(t, cmp.Contains(bare, `"connectors"`))
	assert.Assert(t, !strings.Contains(bare, `"connections"`))
}
