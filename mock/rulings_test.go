package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const (
	invalidToken = `{"detail":"Invalid token."}`
	notFound     = `{"detail":"Not found."}`
	forbidden    = `{"detail":"You do not have permission to perform this action."}`
	validALM     = `{"alias":"A","connector":1,"project":1,"params":{}}`
)

// TestRulings goes through the rows of docs/rulings.md: what the mock does where the documentation is
// silent or contradicts itself. Behaviour that needs more than one request is tested elsewhere.
func TestRulings(t *testing.T) {
	for _, tc := range []struct {
		ruling       string
		as           string // user
		method, path string
		body         string
		headers      []string
		status       int
		want         string   // body, if not empty
		wantHeaders  []string // "Name: value"
	}{
		{"token: the scheme in any case", "", "GET", alm, "", []string{"Authorization: token reader-token"}, 200, "", nil},
		{"token: quotes around the key", "", "GET", alm, "", []string{`Authorization: Token "reader-token"`}, 200, "", nil},
		{"token: another scheme is none", "", "GET", alm, "", []string{"Authorization: Bearer reader-token"}, 401, `{"detail":"Authentication credentials were not provided."}`, nil},
		{"token: empty", "", "GET", alm, "", []string{"Authorization: Token"}, 401, `{"detail":"Invalid token header. No credentials provided."}`, nil},
		{"token: with blanks", "", "GET", alm, "", []string{"Authorization: Token a b"}, 401, `{"detail":"Invalid token header. Token string should not contain spaces."}`, nil},
		{"bad token", "nobody", "GET", alm, "", nil, 401, invalidToken, []string{"WWW-Authenticate: Token"}},
		{"bad token: before the resource is looked up", "nobody", "GET", alm + "4711/", "", nil, 401, invalidToken, nil},
		{"bad token: before the body is read", "nobody", "POST", alm, "{", nil, 401, invalidToken, nil},
		{"no token", "", "GET", alm, "", nil, 401, `{"detail":"Authentication credentials were not provided."}`, []string{"WWW-Authenticate: Token"}},
		{"unknown id", "reader", "GET", alm + "4711/", "", nil, 404, notFound, nil},
		{"unknown id: update", "editor", "PUT", alm + "4711/", validALM, nil, 404, notFound, nil},
		{"unknown id: of the other kind", "editor", "GET", analysis + "3/", "", nil, 404, notFound, nil},
		{"unknown id: of another organization", "editor", "GET", alm + "4/", "", nil, 404, notFound, nil},
		{"wrong method: collection", "editor", "DELETE", alm, "", nil, 405, `{"detail":"Method \"DELETE\" not allowed."}`, []string{"Allow: GET, HEAD, OPTIONS, POST"}},
		{"wrong method: item", "editor", "PATCH", alm + "1/", "", nil, 405, `{"detail":"Method \"PATCH\" not allowed."}`, []string{"Allow: GET, HEAD, OPTIONS, PUT"}},
		{"validation: a field is missing", "editor", "POST", alm, `{"connector":1,"project":1,"params":{}}`, nil, 400, `{"alias":["This field is required."]}`, nil},
		{"validation: a bad reference", "editor", "POST", alm, `{"alias":"A","connector":9,"project":1,"params":{}}`, nil, 400, `{"connector":["Invalid pk \"9\" - object does not exist."]}`, nil},
		{"validation: a bad choice", "editor", "POST", alm, `{"alias":"A","connector":1,"project":1,"params":{},"frequency":"yearly"}`, nil, 400, `{"frequency":["\"yearly\" is not a valid choice."]}`, nil},
		{
			"validation: several fields in one body", "editor", "POST", alm, `{"alias":"","connector":"1","project":99,"params":[],"frequency":null}`, nil, 400,
			`{"alias":["This field may not be blank."],"connector":["Incorrect type. Expected pk value, received str."],"frequency":["This field may not be null."],` +
				`"params":["Expected a dictionary of items but got type \"list\"."],"project":["Invalid pk \"99\" - object does not exist."]}`, nil,
		},
		{"validation: the body is no object", "editor", "POST", alm, `[1]`, nil, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`, nil},
		{"malformed JSON", "editor", "POST", alm, `{"alias":}`, nil, 400, "", nil},
		{"request type: absent", "editor", "POST", alm, validALM, nil, 201, "", nil},
		{"request type: JSON with a parameter", "editor", "POST", alm, validALM, []string{"Content-Type: application/json; charset=latin1"}, 201, "", nil},
		{"request type: other", "editor", "POST", alm, validALM, []string{"Content-Type: text/plain"}, 415, `{"detail":"Unsupported media type \"text/plain\" in request."}`, nil},
		{"request type: irrelevant without a body", "editor", "GET", alm, "", []string{"Content-Type: text/plain"}, 200, "", nil},
		{"request encoding", "editor", "POST", alm, validALM, []string{"Content-Encoding: gzip"}, 415, "", nil},
		{"accept: absent", "reader", "GET", alm, "", nil, 200, "", []string{"Content-Type: application/json"}},
		{"accept: anything", "reader", "GET", alm, "", []string{"Accept: */*"}, 200, "", []string{"Content-Type: application/json"}},
		{"accept: one of several", "reader", "GET", alm, "", []string{"Accept: text/html, application/*;q=0.5"}, 200, "", nil},
		{"accept: XML", "reader", "GET", alm, "", []string{"Accept: application/xml"}, 406, `{"detail":"Could not satisfy the request Accept header."}`, nil},
		{"accept: JSON ruled out", "reader", "GET", alm, "", []string{"Accept: application/json;q=0, text/html"}, 406, "", nil},
		{"reader writes: create", "reader", "POST", alm, validALM, nil, 403, forbidden, nil},
		{"reader writes: update", "reader", "PUT", alm + "1/", validALM, nil, 403, forbidden, nil},
		{"reader writes: the other permission", "security-editor", "POST", alm, validALM, nil, 403, forbidden, nil},
		{"plan: create", "basic", "POST", alm, `{"alias":"A","connector":5,"project":4,"params":{},"frequency":"hourly"}`, nil, 400, `{"frequency":["\"hourly\" is not a valid choice."]}`, nil},
		{"plan: update", "basic", "PUT", alm + "4/", `{"alias":"A","connector":5,"project":4,"params":{},"frequency":"monthly"}`, nil, 400, `{"frequency":["\"monthly\" is not a valid choice."]}`, nil},
		{"plan: manually", "basic", "POST", alm, `{"alias":"A","connector":5,"project":4,"params":{},"frequency":"manually"}`, nil, 201, "", nil},
		{"non-remote analysis connector", "editor", "POST", analysis, `{"connector":3,"project":1,"params":{}}`, nil, 400, "", nil},
		{"non-remote analysis connector: update may", "editor", "PUT", analysis + "6/", `{"alias":"A","connector":3,"project":1,"params":{}}`, nil, 200, "", nil},
		{
			"update: every field but the frequency is required", "editor", "PUT", analysis + "1/", `{}`, nil, 400,
			`{"alias":["This field is required."],"connector":["This field is required."],"params":["This field is required."],"project":["This field is required."]}`, nil,
		},
		{"filters: no match", "reader", "GET", alm + "?alias=nobody", "", nil, 200, `{"results":[]}`, nil},
		{"filters: a value that can't be", "reader", "GET", alm + "?frequency=yearly", "", nil, 200, `{"results":[]}`, nil},
		{"unknown query parameter", "reader", "GET", alm + "?alias=nobody&nope=1", "", nil, 200, `{"results":[]}`, nil},
		{"query: a broken escape", "reader", "GET", alm + "?alias=%zz", "", nil, 400, "", nil},
		{"pagination: a page that isn't there", "reader", "GET", alm + "?page_size=2&page=3", "", nil, 404, `{"detail":"Invalid page."}`, nil},
		{"pagination: not a number", "reader", "GET", alm + "?page_size=many", "", nil, 400, `{"page_size":["A valid integer is required."]}`, nil},
		{"pagination: page zero", "reader", "GET", alm + "?page_size=2&page=0", "", nil, 400, `{"page":["Ensure this value is greater than or equal to 1."]}`, nil},
		{"pagination: page that is no number", "reader", "GET", alm + "?page_size=2&page=two", "", nil, 400, `{"page":["A valid integer is required."]}`, nil},
		{"pagination: zero", "reader", "GET", alm + "?page_size=0", "", nil, 400, `{"page_size":["Ensure this value is greater than or equal to 1."]}`, nil},
		{"no slash: GET", "reader", "GET", strings.TrimSuffix(alm, "/") + "?alias=a%20b", "", nil, 301, "", []string{"Location: " + alm + "?alias=a%20b"}},
		{
			"no slash: POST", "editor", "POST", strings.TrimSuffix(alm, "/"), validALM, nil, 404,
			`{"detail":"Not found. The path lacks the slash at the end: the operation is POST ` + alm + `."}`, nil,
		},
		{"two slashes", "reader", "GET", alm + "/", "", nil, 404, "", nil},
		{"unknown path", "reader", "GET", "/api/v2/conections/alm/", "", nil, 404, `{"detail":"Not found. The nearest operation is GET ` + alm + `."}`, nil},
		{"id: not a number", "reader", "GET", alm + "abc/", "", nil, 404, notFound, nil},
		{"id: zero", "reader", "GET", alm + "0/", "", nil, 404, notFound, nil},
		{"id: negative", "reader", "GET", alm + "-1/", "", nil, 404, notFound, nil},
		{"id: leading zero", "reader", "GET", alm + "01/", "", nil, 404, notFound, nil},
		{"id: beyond 64 bits", "reader", "GET", alm + "92233720368547758080/", "", nil, 404, notFound, nil},
		{"id: an escaped slash", "reader", "GET", alm + "1%2F/", "", nil, 404, notFound, nil},
		{"id: percent-encoded", "reader", "GET", alm + "%31/", "", nil, 200, "", nil},
		{"HEAD", "reader", "HEAD", alm, "", nil, 200, "", []string{"Content-Type: application/json"}},
		{"OPTIONS", "", "OPTIONS", alm + "1/", "", nil, 200, "", []string{"Allow: GET, HEAD, OPTIONS, PUT"}},
		{"aliases are not unique", "editor", "POST", alm, `{"alias":"Rally Integration","connector":1,"project":1,"params":{}}`, nil, 201, "", nil},
	} {
		t.Run(tc.ruling, func(t *testing.T) {
			got := newAPI().as(tc.as).do(tc.method, tc.path, tc.body, tc.headers...)
			assert.Equal(t, got.status, tc.status, got.body)
			if tc.want != "" {
				assert.Equal(t, got.body, tc.want)
			}
			for _, h := range tc.wantHeaders {
				name, value, _ := strings.Cut(h, ": ")
				assert.Equal(t, got.header.Get(name), value)
			}
		})
	}
}

// TestRulingsIgnoreServerFields: a client that sends what the server sets is not refused, and has no effect.
func TestRulingsIgnoreServerFields(t *testing.T) {
	a := newAPI()
	got := a.do("POST", alm, `{"alias":"A","connector":1,"project":1,"params":{},"id":77,"system":"X","command":"rm","inaccessible":true}`)
	assert.Equal(t, got.status, http.StatusCreated, got.body)
	o := got.object(t)
	assert.Equal(t, o["system"], "JIRA")
	assert.Equal(t, o["command"], "sync_jira")
	assert.Equal(t, o["inaccessible"], false)
	assert.Equal(t, a.do("GET", alm+"77/", "").status, http.StatusNotFound)
	assert.Assert(t, got.explained("note: body /id: is the server's to set; it was ignored"), got.header)
}
