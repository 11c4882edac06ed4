package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/fixtures"
)

// Each canary is a secret that no output may hold.
const (
	tokenCanary    = "c4naryToken/0123456789+abcdef"
	passwordCanary = "c4naryPassword-9f8e7d6c5b4a"
)

// canaryTraces are what would give a canary away.
func canaryTraces() []string {
	traces := []string{"c4nary", strings.ToUpper("c4nary"), "%63%34nary"}
	for _, text := range []string{tokenCanary, passwordCanary} {
		traces = append(traces, text, url.QueryEscape(text), fmt.Sprintf("%x", text))
		for before := range 3 {
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", before) + text))
			traces = append(traces, encoded[4:len(encoded)-8])
		}
	}
	return traces
}

// spill answers with all the secrets it was told, in a way that changes from request to request.
type spill struct{ asked int }

func (s *spill) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Token ")
	if !strings.Contains(token, "c4nary") {
		token = tokenCanary + "editor"
	}
	sent, _ := io.ReadAll(r.Body)
	basic := base64.StdEncoding.EncodeToString([]byte("editor:" + token))
	item := fmt.Sprintf(`{"id": 1, "connector": 1, "project": 1, "system": "JIRA", "alias": %q, "frequency": "manually", "command": "sync_jira",
		"inaccessible": false, "params": {"alm_user": "u", "alm_pass": %q, "analysis_pass": %q}}`, token, passwordCanary, passwordCanary)
	s.asked++
	w.Header().Set("Content-Type", "application/json")
	switch s.asked % 7 {
	case 0: // in the body of an error
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `{"detail": "no user has the token %s", "request": %q}`, token, sent)
	case 1: // in headers
		w.Header().Set("Www-Authenticate", `Token realm="`+token+`"`)
		w.Header().Set("Server", "x "+token)
		w.Header().Set("Set-Cookie", "session="+passwordCanary)
		w.WriteHeader(http.StatusUnauthorized)
	case 2: // in URLs
		w.Header().Set("Location", "/login?token="+url.QueryEscape(token))
		_, _ = fmt.Fprintf(w, `{"results": [%s], "count": 1, "next": "http://%s%s?token=%s", "previous": null}`, item, r.Host, r.URL.Path, url.QueryEscape(token))
	case 3: // as Basic credentials
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"detail": "Authorization: Basic %s"}`, basic)
	case 4: // split between chunks
		half := len(item)/2 - 3
		for _, part := range []string{`{"results": [` + item[:half], item[half:] + `], "note": "` + token[:9], token[9:] + `"}`} {
			_, _ = io.WriteString(w, part)
			_ = http.NewResponseController(w).Flush()
		}
	case 5: // as what was created
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, item)
	case 6: // in a page
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<pre>%s %s\n%v\nalm_pass=%s\n%s</pre>", r.Method, r.URL, r.Header, passwordCanary, html.EscapeString(token))
	}
}

// harass answers with all that could break a report.
type harass struct{ asked int }

func (h *harass) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	const poison = "\x00\x01\x1b[31m\x1b]0;pwned\a\u202e\ufffe\xff\xfe ]]> </script><img src=x onerror=alert(1)> `````` | @somebody [x](javascript:alert(1)) &amp; "
	h.asked++
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Server", "</script>\xff")
	text, _ := json.Marshal(poison)
	switch h.asked % 4 {
	case 0:
		_, _ = io.WriteString(w, poison)
	case 1:
		_, _ = fmt.Fprintf(w, `{"results": [{"id": 1, "alias": %s, "frequency": %s, "params": {%s: %s}}]}`, text, text, text, text)
	case 2:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{%s: [%s]}`, text, text)
	case 3:
		_, _ = io.WriteString(w, strings.Repeat(poison, 5<<20/len(poison)))
	}
}

// everyReport verifies the handler with the command, and returns all that it put out by what it is.
func everyReport(t *testing.T, handler http.Handler, args ...string) map[string]string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	target := filepath.Join(dir, "target.yaml")
	assert.NilError(t, os.WriteFile(target, []byte(strings.Replace(string(fixtures.TargetMock()), "http://127.0.0.1:8080", server.URL, 1)), 0o600))

	args = append([]string{"verify", "--target", target, "--ledger", filepath.Join(dir, "ledger.jsonl"), "--rps", "0"}, args...)
	for _, form := range forms.names() {
		args = append(args, "--report", form+"="+filepath.Join(dir, "report."+form))
	}
	var out, errOut bytes.Buffer
	status := run(t.Context(), args, &out, &errOut)
	assert.Assert(t, status == 1 || status == 4, "%d: %s", status, errOut.String())

	found := map[string]string{"stdout": out.String(), "stderr": errOut.String()}
	entries, err := os.ReadDir(dir)
	assert.NilError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		assert.NilError(t, err)
		found[e.Name()] = string(data)
	}
	for _, form := range forms.names() {
		assert.Assert(t, len(found["report."+form]) > 200, form)
	}
	return found
}

// TestNoOutputHoldsASecret: whatever a target gives away, nothing that the command puts out does.
func TestNoOutputHoldsASecret(t *testing.T) {
	for _, name := range []string{"EDITOR", "ALM_EDITOR", "SECURITY_EDITOR", "READER", "BASIC"} {
		t.Setenv("SDE_TOKEN_"+name, tokenCanary+strings.ToLower(name))
	}
	s := &spill{}
	outputs := everyReport(t, s, "--verbose")
	assert.Assert(t, s.asked > 500, "the target was asked %d times only", s.asked)
	for name, text := range outputs {
		for _, trace := range canaryTraces() {
			at := strings.Index(text, trace)
			assert.Assert(t, at < 0, "%q is in %s: %q", trace, name, text[max(0, at-200):min(len(text), max(0, at)+200)])
		}
	}
}

// TestHostileTarget: whatever bytes a target sends, each report is well-formed, harmless and of bounded size.
func TestHostileTarget(t *testing.T) {
	for _, name := range []string{"EDITOR", "ALM_EDITOR", "SECURITY_EDITOR", "READER", "BASIC"} {
		t.Setenv("SDE_TOKEN_"+name, strings.ToLower(name)+"-token")
	}
	outputs := everyReport(t, &harass{}, "--verbose")
	for _, name := range []string{"report.json", "report.ctrf"} {
		assert.Assert(t, json.Valid([]byte(outputs[name])), name)
	}
	for _, name := range []string{"report.junit", "report.badge"} {
		wellFormed(t, outputs[name])
	}
	for _, name := range []string{"report.junit", "report.badge", "report.html"} {
		assert.Assert(t, !strings.Contains(outputs[name], "<img"), name)
	}
	for name, limit := range map[string]int{"report.markdown": 1 << 20, "report.html": 4 << 20, "report.junit": 4 << 20, "report.json": 64 << 20} {
		assert.Assert(t, len(outputs[name]) < limit, "%s has %d bytes", name, len(outputs[name]))
	}
	for name, text := range outputs {
		assert.Assert(t, utf8.ValidString(text), name)
		assert.Assert(t, !strings.ContainsAny(text, "\x00\x01\x1b\a\u202e\ufffe"), name)
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		assert.NilError(t, err)
	}
}
