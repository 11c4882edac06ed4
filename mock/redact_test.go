package mock_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/export"
)

// exported is all that a server shows of its exchanges, in every form.
func exported(t *testing.T, a api) string {
	t.Helper()
	var b bytes.Buffer
	for _, list := range [][]mock.Exchange{a.Exchanges(), a.Broken(), a.Violations()} {
		assert.NilError(t, export.HAR(&b, list))
		assert.NilError(t, export.Exchanges(&b, list))
		fmt.Fprintf(&b, "%+v\n", list)
	}
	assert.NilError(t, export.CoverageText(&b, a.Coverage(), export.Style{}))
	assert.NilError(t, export.CoverageJSON(&b, a.Coverage()))
	assert.NilError(t, export.CoverageHTML(&b, a.Coverage()))
	return b.String()
}

// TestSecretsAreRedacted: wherever a client puts a secret, no export shows it.
func TestSecretsAreRedacted(t *testing.T) {
	const canary = "kanarienvogel-4711"
	body := func(member string) string {
		return `{"alias":"A","connector":1,"project":1,"params":{` + member + `}}`
	}
	cut := `{"pad":"` + strings.Repeat("x", 16<<10-16) + canary + strings.Repeat("x", 64<<10) + `"}`
	tests := map[string]struct {
		method, target, body string
		headers              []string
	}{
		"unknown token":               {"GET", alm, "", []string{"Authorization: Token " + canary}},
		"unknown token, quoted":       {"GET", alm, "", []string{`Authorization: Token "` + canary + `"`}},
		"no scheme":                   {"GET", alm, "", []string{"Authorization: " + canary}},
		"cookie":                      {"GET", alm, "", []string{"Cookie: sessionid=" + canary}},
		"cookie and elsewhere":        {"POST", alm + "?x=" + canary, body(`"a":"` + canary + `"`), []string{"Cookie: sessionid=" + canary}},
		"another header":              {"GET", alm, "", []string{"X-Api-Key: " + canary}},
		"query":                       {"GET", alm + "?api_key=" + canary, "", nil},
		"query, escaped name":         {"GET", alm + "?%61pi_key=" + canary, "", nil},
		"query, in links":             {"GET", alm + "?page_size=1&access_token=" + canary, "", nil},
		"query, redirected":           {"GET", strings.TrimSuffix(alm, "/") + "?token=" + canary, "", nil},
		"referer":                     {"GET", alm, "", []string{"Referer: http://x/?password=" + canary}},
		"password in params":          {"POST", alm, body(`"alm_pass":"` + canary + `"`), nil},
		"password, escaped name":      {"POST", alm, body(`"\u0061lm_p\u0061ss":"` + canary + `"`), nil},
		"password, in an object":      {"POST", alm, body(`"credentials":{"x":["` + canary + `"]}`), nil},
		"password, repeated":          {"POST", alm, body(`"note":"it is ` + canary + `!","alm_pass":"` + canary + `"`), nil},
		"password in JSON in a text":  {"POST", alm, body(`"mapping":"{\"analysis_pass\": \"` + canary + `\"}"`), nil},
		"password in a URL":           {"POST", alm, body(`"server":"https://me:` + canary + `@host/"`), nil},
		"password as a wrong value":   {"POST", alm, `{"frequency":"` + canary + `","params":{"alm_pass":"` + canary + `"}}`, nil},
		"password in what isn't JSON": {"POST", alm, `{"alm_pass": "` + canary + `", oops`, nil},
		"password that breaks off":    {"POST", alm, `{"alm_pass": "` + canary, nil},
		"password in a form":          {"POST", alm, "password=" + canary + "&x=1", []string{"Content-Type: application/json"}},
		"beyond what is kept":         {"POST", alm, cut, []string{"Cookie: id=" + canary}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := newAPI()
			a.do(test.method, test.target, test.body, test.headers...)
			shown := exported(t, a)
			for _, part := range []string{canary, canary[:12]} {
				at := strings.Index(shown, part)
				assert.Assert(t, at < 0, "…%s", shown[max(0, at-200):max(0, min(at+40, len(shown)))])
			}
			raw, ok := a.RawExchange(1)
			assert.Assert(t, ok)
			assert.Assert(t, strings.Contains(fmt.Sprintf("%+v", raw), canary[:8]), "the raw exchange has it")
		})
	}
}

// TestTokensOfUsersAreNamed: a token of the world reads as the variable that is named after its user.
func TestTokensOfUsersAreNamed(t *testing.T) {
	a := newAPI().as("alm-editor")
	a.do("POST", alm+"?x=alm-editor-token&y=alm%2Deditor%2Dtoken",
		`{"alias":"alm\u002deditor-token","alm-editor-token":1,"connector":1,"project":1,"params":{"x":"reader-token"}}`, "X-Echo: alm-editor-token")
	a.do("GET", "/alm-editor-token/", "")
	e := a.Exchanges()[0]
	const variable = "$SDECONTRACT_TOKEN_ALM_EDITOR"
	assert.Equal(t, e.RequestHeader.Get("Authorization"), "Token "+variable)
	assert.Equal(t, e.RequestHeader.Get("X-Echo"), "[redacted]")
	assert.Equal(t, e.Target, alm+"?x="+variable+"&y="+variable)
	assert.Equal(t, e.RequestBody, `{"alias":"`+variable+`","`+variable+`":"[redacted]","connector":1,"project":1,"params":{"x":"$SDECONTRACT_TOKEN_READER"}}`)
	shown := exported(t, a)
	assert.Assert(t, !strings.Contains(shown, "editor-token") && !strings.Contains(shown, "reader-token"))
	raw, _ := a.RawExchange(1)
	assert.Equal(t, raw.RequestHeader.Get("Authorization"), "Token alm-editor-token")
}

// TestRedactionKeepsTheRest: what is no secret stays byte for byte.
func TestRedactionKeepsTheRest(t *testing.T) {
	a := newAPI()
	body := "{ \"alias\" : \"A\\u00e9\",\n\"connector\":1.0, \"project\":1,\t\"params\":{\"alm_pass\":null,\"mapping\":\"{\\\"pass\\\": \\\"DONE\\\"}\"} }\n"
	got := a.do("POST", alm, body, "Accept: application/json", "User-Agent: client/1 (token bucket)")
	e := a.Exchanges()[0]
	assert.Equal(t, e.RequestBody, body)
	assert.Equal(t, e.ReplyBody, got.body)
	assert.Equal(t, e.RequestHeader.Get("User-Agent"), "client/1 (token bucket)")
	assert.Equal(t, e.ReplyHeader.Get("Content-Type"), "application/json")
	assert.Equal(t, e.Cut == nil, true)
}

// TestLatitudesHideNoSecrets: another encoding or format of a reply doesn't get secrets past the redaction.
func TestLatitudesHideNoSecrets(t *testing.T) {
	for latitude, accept := range map[mock.Latitude]string{
		mock.GzipReplies: "*/*", mock.JSONEscaped: "*/*", mock.JSONIndented: "*/*", mock.AcceptAnswersOthers: "application/xml",
		mock.ExtraHeaders: "*/*", mock.LocationHeader: "*/*",
	} {
		a := newAPI(mock.WithLatitude(latitude))
		a.do("GET", alm+"1/?password=hunter2hunter2", "", "Accept: "+accept, "Accept-Encoding: gzip")
		e := a.Exchanges()[0]
		assert.Assert(t, strings.Contains(e.ReplyBody, "alm_pass"), "%s: %s", latitude, e.ReplyBody)
		assert.Assert(t, !strings.Contains(exported(t, a), "rally_password"), latitude)
		assert.Assert(t, !strings.Contains(exported(t, a), "hunter2"), latitude)
	}
}

// TestObserverSeesNoSecrets: what is logged is redacted as well.
func TestObserverSeesNoSecrets(t *testing.T) {
	var told []mock.Exchange
	a := newAPI(mock.WithObserver(func(e mock.Exchange) { told = append(told, e) }))
	a.do("GET", "/editor-token/?token=abc&x=editor-token", "")
	assert.Equal(t, told[0].Target, "/$SDECONTRACT_TOKEN_EDITOR/?token=[redacted]&x=$SDECONTRACT_TOKEN_EDITOR")
	assert.Assert(t, !strings.Contains(fmt.Sprintf("%+v", told), "editor-token"))
	assert.Assert(t, told[0].RequestHeader == nil)
}
