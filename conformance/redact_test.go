package conformance_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// Each canary is a secret that must leave no trace in a report.
const (
	tokenCanary    = `c4nary<&>"\/+Token=0123456789abcdef`
	passwordCanary = "c4naryPassword=9f8e7d6c5b4a"
	quietCanary    = "c4naryQuietly-1a2b3c4d5e6f"
)

// traces are what would give a canary away: it, and what it looks like encoded.
func traces() []string {
	found := []string{"c4naryPass", "c4naryQuiet"}
	for _, text := range []string{tokenCanary, passwordCanary, quietCanary} {
		found = append(found, text, text[:len(text)-1], text[1:], url.QueryEscape(text), url.PathEscape(text), html.EscapeString(text),
			strings.ToUpper(text), strings.ToLower(text), fmt.Sprintf("%x", text), string(quote(text)), string(quote(string(quote(text)))))
		for before := range 3 {
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", before) + text))
			found = append(found, encoded[4:len(encoded)-4])
		}
	}
	return found
}

// quote is the text inside a JSON string.
func quote(text string) []byte {
	data, _ := json.Marshal(text)
	return data[1 : len(data)-1]
}

// canaryTarget has a canary for a token.
func canaryTarget(h http.Handler) *conformance.Target {
	target := mockTarget(h)
	for name, u := range target.Users {
		u.Token = conformance.Secret(tokenCanary + name)
		target.Users[name] = u
	}
	return target
}

// leaks is a server that gives away, in one of many ways, all that it was sent and more.
type leaks func(w http.ResponseWriter, r *http.Request, token string)

// item is a connection whose params hold secrets under names that say so.
func item(alias string) string {
	return fmt.Sprintf(`{"id": 1, "connector": 1, "project": 1, "system": "JIRA", "alias": "%s", "frequency": "manually",
		"command": "sync_jira", "inaccessible": false, "params": {"alm_pass": "%s", "analysis_pass": "%s", "x_api_key": "%s"}}`,
		alias, passwordCanary, passwordCanary, quietCanary)
}

var disclosing = map[string]leaks{
	"a list with passwords": func(w http.ResponseWriter, _ *http.Request, _ string) {
		always(200, jsonType, `{"results": [`+item("a")+`]}`)(w, nil)
	},
	"the token as an alias": func(w http.ResponseWriter, _ *http.Request, token string) {
		always(200, jsonType, `{"results": [`+item(string(quote(token)))+`]}`)(w, nil)
	},
	"the token as everything": func(w http.ResponseWriter, r *http.Request, token string) {
		status := map[string]int{http.MethodPost: 201}[r.Method]
		q := string(quote(token))
		always(max(status, 200), jsonType, fmt.Sprintf(`{"id": 9, "%s": "%s", "alias": "%s", "connector": "%s", "project": ["%s"],
			"frequency": "%s", "params": {"%s": 1}, "results": [{"id": 9, "alias": "%s", "%s": {}}]}`, q, q, q, q, q, q, q, q, q))(w, nil)
	},
	"the request in a page": func(w http.ResponseWriter, r *http.Request, token string) {
		body, _ := io.ReadAll(r.Body)
		page := fmt.Sprintf("<pre>%s %s\n%v\n%s\nToken %s</pre>", r.Method, r.URL, r.Header, body, html.EscapeString(token))
		always(500, htmlType, page)(w, nil)
	},
	"a dump of settings": func(w http.ResponseWriter, _ *http.Request, _ string) {
		always(500, "text/plain", fmt.Sprintf(`{'alm_pass': '%[1]s', "x": "{\"analysis_pass\": \"%[1]s\"}"} <alm_pass>%[1]s</alm_pass>
			alm_pass=%[1]s&a=b secret_key => %[2]s, DB_PASSWORD: %[2]s`, passwordCanary, quietCanary))(w, nil)
	},
	"a password shown first and told later": func(w http.ResponseWriter, r *http.Request, _ string) {
		if r.Method == http.MethodGet {
			always(200, jsonType, `{"results": [`+item("a")+`]}`)(w, nil)
			return
		}
		always(400, "text/plain", "can't log in with "+passwordCanary+" or "+quietCanary)(w, nil)
	},
	"broken JSON": func(w http.ResponseWriter, _ *http.Request, token string) {
		always(200, jsonType, `{"results": [{"alm_pass": "`+passwordCanary+`", "params": {"authorization": "Token `+token+`", "alm_pass": "`+quietCanary)(w, nil)
	},
	"a header": func(w http.ResponseWriter, _ *http.Request, token string) {
		always(200, jsonType, `{}`, "Location", "/?key="+url.QueryEscape(token), "Server", token, "Www-Authenticate", `Token realm="`+token+`"`,
			"X-Secret", passwordCanary, "Set-Cookie", "session="+quietCanary)(w, nil)
	},
	"other spellings": func(w http.ResponseWriter, r *http.Request, token string) {
		basic := base64.StdEncoding.EncodeToString([]byte("editor:" + token))
		always(400, jsonType, fmt.Sprintf(`{"detail": "Basic %s %s %x %s %s"}`, basic, base64.URLEncoding.EncodeToString([]byte(r.Header.Get("Authorization"))),
			token, url.QueryEscape(token), quote(strings.ToUpper(token))))(w, nil)
	},
	"nearly the token": func(w http.ResponseWriter, _ *http.Request, token string) {
		always(401, "text/plain", "no such token: "+token[:len(token)-1]+"x, nor y"+token[1:])(w, nil)
	},
	"behind much else": func(w http.ResponseWriter, _ *http.Request, token string) {
		q := string(quote(token))
		always(200, jsonType, `{"results": "`+strings.Repeat("x", 16<<10-40)+q+q+`", "a": "`+strings.Repeat("y", 950)+q+`"}`)(w, nil)
	},
	"a panic": func(_ http.ResponseWriter, _ *http.Request, token string) { panic("a panic with " + token) },
}

// TestReportHoldsNoSecret: whatever way a target gives away tokens and passwords, a report doesn't.
func TestReportHoldsNoSecret(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(disclosing)) {
		t.Run(name, func(t *testing.T) {
			target := canaryTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				disclosing[name](w, r, strings.TrimPrefix(r.Header.Get("Authorization"), "Token "))
			}))
			var ledger, progress []any
			report := bounded(t, target,
				conformance.WithLedger(func(c conformance.Created) error { ledger = append(ledger, c); return nil }),
				conformance.WithProgress(func(_, _ int, r conformance.Result) { progress = append(progress, r) }))
			for _, value := range []any{*report, *target, ledger, progress} {
				assertNoTrace(t, value)
			}
			for _, e := range report.Exchanges {
				assertNoTrace(t, e.Curl())
			}
		})
	}
}

func assertNoTrace(t *testing.T, value any) {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil { // a target has a transport, which is no JSON
		data = nil
	}
	prints := []string{string(data)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		prints = append(prints, fmt.Sprintf(verb, value))
	}
	for _, text := range prints {
		for _, trace := range traces() {
			if at := strings.Index(text, trace); at >= 0 {
				t.Fatalf("%q is in %q", trace, text[max(0, at-200):min(len(text), at+200)])
			}
		}
	}
}

// TestConformantReportHoldsNoSecret: the mock answers with passwords, as documented.
func TestConformantReportHoldsNoSecret(t *testing.T) {
	target := mockTarget(mock.New())
	report := run(t, target)
	data, err := json.Marshal(report)
	assert.NilError(t, err)
	for _, u := range target.Users {
		assert.Assert(t, !strings.Contains(string(data), string([]byte(u.Token))), u.Name)
	}
	for _, secret := range []string{"rally_password"} {
		assert.Assert(t, !strings.Contains(string(data), secret), secret)
	}
}

// TestOwnWordsStay: the suite's own words are the same, whatever the tokens are.
func TestOwnWordsStay(t *testing.T) {
	words := map[string]string{"editor": "status", "alm-editor": "id", "security-editor": "object", "reader": "list", "basic": "connection"}
	handler := always(200, jsonType, `{"results": [{"id": "status", "alias": "id object list connection"}]}`)
	plain, odd := mockTarget(handler), mockTarget(handler)
	for name, u := range odd.Users {
		u.Token = conformance.Secret(words[name])
		odd.Users[name] = u
	}
	want, got := bounded(t, plain, conformance.WithPrefix("p-")), bounded(t, odd, conformance.WithPrefix("p-"))
	assert.Equal(t, len(got.Results), len(want.Results))
	for i, w := range want.Results {
		g := got.Results[i]
		assert.Equal(t, g.Says, w.Says)
		assert.Equal(t, g.Cite, w.Cite)
		assert.Equal(t, g.Verdict, w.Verdict, g.ID)
		assert.Equal(t, g.Blocked, w.Blocked)
		for j, d := range w.Failures {
			assert.Equal(t, unquoted(g.Failures[j].Expected), unquoted(d.Expected), g.ID)
			assert.Equal(t, unquoted(g.Failures[j].Actual), unquoted(d.Actual), g.ID)
		}
		for j, d := range w.Warnings {
			assert.Equal(t, unquoted(g.Warnings[j].Expected), unquoted(d.Expected), g.ID)
		}
		for j, note := range w.Notes {
			assert.Equal(t, unquoted(g.Notes[j]), unquoted(note), g.ID)
		}
	}
}

// unquoted is the text outside quotation marks.
func unquoted(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	return b.String()
}

// TestShortToken: a token too short to be a secret is replaced where it stands alone.
func TestShortToken(t *testing.T) {
	target := mockTarget(always(200, jsonType, `{"results": [], "a": "t0k t0k xt0k"}`))
	u := target.Users["editor"]
	u.Token = "t0k"
	target.Users["editor"] = u
	report := bounded(t, target, conformance.WithSelection("alm/list/status"))
	e := report.Exchanges[0]
	assert.Equal(t, e.RequestHeader.Get("Authorization"), "Token $SDE_TOKEN_EDITOR")
	assert.Equal(t, string(e.ResponseBody), `{"results": [], "a": "$SDE_TOKEN_EDITOR $SDE_TOKEN_EDITOR xt0k"}`)
}
