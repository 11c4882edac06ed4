package export_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/export"
)

// called is a mock that a client has called a few times.
func called(t *testing.T) *mock.Server {
	t.Helper()
	srv := mock.New()
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", "/api/v2/connections/alm/?alias=a+b&page_size=1", http.NoBody),
		httptest.NewRequest("GET", "/api/v2/connections/alm?x=1", http.NoBody),
		httptest.NewRequest("POST", "/api/v2/connections/alm/", strings.NewReader(`{"alias":"</script><b>","pad":"`+strings.Repeat("x", 70_000)+`"}`)),
	} {
		r.Header.Set("Authorization", "Token editor-token")
		r.Header.Set("Content-Type", "application/json")
		srv.ServeHTTP(httptest.NewRecorder(), r)
	}
	return srv
}

// TestHARHasWhatReadersNeed: every member that HAR 1.2 requires is there, of its type.
func TestHARHasWhatReadersNeed(t *testing.T) {
	var b bytes.Buffer
	assert.NilError(t, export.HAR(&b, called(t).Exchanges()))
	var document map[string]any
	assert.NilError(t, json.Unmarshal(b.Bytes(), &document))

	log := required(t, document["log"], "log", map[string]any{"version": "", "creator": object{}, "entries": list{}})
	assert.Equal(t, log["version"], "1.2")
	required(t, log["creator"], "creator", object{"name": "", "version": ""})
	entries := log["entries"].(list)
	assert.Equal(t, len(entries), 3)
	for _, e := range entries {
		entry := required(t, e, "entry", object{
			"startedDateTime": "", "time": 0.0, "request": object{}, "response": object{}, "cache": object{}, "timings": object{},
		})
		_, err := time.Parse(time.RFC3339, entry["startedDateTime"].(string))
		assert.NilError(t, err)
		request := required(t, entry["request"], "request", object{
			"method": "", "url": "", "httpVersion": "", "cookies": list{}, "headers": list{}, "queryString": list{},
			"headersSize": 0.0, "bodySize": 0.0,
		})
		assert.Assert(t, strings.HasPrefix(request["url"].(string), "http://example.com/"))
		if post := request["postData"]; post != nil {
			required(t, post, "postData", object{"mimeType": "", "params": list{}, "text": ""})
		}
		response := required(t, entry["response"], "response", object{
			"status": 0.0, "statusText": "", "httpVersion": "", "cookies": list{}, "headers": list{}, "content": object{},
			"redirectURL": "", "headersSize": 0.0, "bodySize": 0.0,
		})
		required(t, response["content"], "content", object{"size": 0.0, "mimeType": ""})
		timings := required(t, entry["timings"], "timings", object{"send": 0.0, "wait": 0.0, "receive": 0.0})
		assert.Equal(t, timings["wait"], entry["time"])
		for _, pair := range append(request["headers"].(list), response["headers"].(list)...) {
			required(t, pair, "header", object{"name": "", "value": ""})
		}
	}
	first := entries[0].(object)["request"].(object)
	assert.DeepEqual(t, first["queryString"], list{object{"name": "alias", "value": "a b"}, object{"name": "page_size", "value": "1"}})
	assert.Equal(t, entries[1].(object)["response"].(object)["redirectURL"], "/api/v2/connections/alm/?x=1")
	assert.Equal(t, entries[2].(object)["comment"], "not whole: request body")
}

type (
	object = map[string]any
	list   = []any
)

// required fails unless the value is an object with these members, of the types of what stands for them.
func required(t *testing.T, value any, name string, members object) object {
	t.Helper()
	o, ok := value.(object)
	assert.Assert(t, ok, "%s is %T", name, value)
	for member, like := range members {
		got, there := o[member]
		assert.Assert(t, there, "%s has no %s", name, member)
		assert.Equal(t, typeOf(got), typeOf(like), "%s %s", name, member)
	}
	return o
}

func typeOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case list:
		return "array"
	case object:
		return "object"
	}
	return "other"
}

func TestExchangesAreJSON(t *testing.T) {
	var b bytes.Buffer
	assert.NilError(t, export.Exchanges(&b, nil))
	assert.Equal(t, b.String(), "[]\n")
	b.Reset()
	want := called(t).Exchanges()
	assert.NilError(t, export.Exchanges(&b, want))
	var got []mock.Exchange
	assert.NilError(t, json.Unmarshal(b.Bytes(), &got))
	assert.Equal(t, len(got), 3)
	assert.Equal(t, got[2].RequestBody, want[2].RequestBody)
	assert.DeepEqual(t, got[1].Findings, want[1].Findings)
}

func TestCoverageText(t *testing.T) {
	var b bytes.Buffer
	assert.NilError(t, export.CoverageText(&b, called(t).Coverage(), export.Style{}))
	golden.Assert(t, b.String(), "coverage.golden")
}

func TestCoverageTextIsShort(t *testing.T) {
	var b bytes.Buffer
	assert.NilError(t, export.CoverageText(&b, mock.New().Coverage(), export.Style{Lines: 20, Color: true}))
	lines := strings.Count(b.String(), "\n")
	assert.Assert(t, lines <= 20, lines)
	assert.Assert(t, strings.Contains(b.String(), "lines more"))
	assert.Assert(t, strings.Contains(b.String(), "\x1b[1m"))
}

func TestCoverageJSON(t *testing.T) {
	var b bytes.Buffer
	want := called(t).Coverage()
	assert.NilError(t, export.CoverageJSON(&b, want))
	var got mock.Coverage
	assert.NilError(t, json.Unmarshal(b.Bytes(), &got))
	assert.DeepEqual(t, got, want)
	assert.Assert(t, strings.Contains(b.String(), `"percent": `))
}

// TestCoverageHTML: the page needs nothing from elsewhere and escapes names; what is missing stands before what isn't.
func TestCoverageHTML(t *testing.T) {
	world, err := mock.ReadWorld("world.yaml", []byte(`
users: {"<script>alert(1)</script>": {organization: acme, token: some-token, permissions: []}}
organizations: {acme: {}}
`))
	assert.NilError(t, err)
	srv := mock.New(mock.WithWorld(world))
	r := httptest.NewRequest("DELETE", "/api/v2/connections/alm/", http.NoBody)
	r.Header.Set("Authorization", "Token some-token")
	srv.ServeHTTP(httptest.NewRecorder(), r)
	var b bytes.Buffer
	assert.NilError(t, export.CoverageHTML(&b, srv.Coverage()))
	page := b.String()
	for _, banned := range []string{"<script", "http:", "https:", "src=", "url(", "@import", "<link"} {
		assert.Assert(t, !strings.Contains(page, banned), banned)
	}
	for _, wanted := range []string{"&lt;script&gt;", "prefers-color-scheme: dark", `name="viewport"`, "on demand, not counted until met"} {
		assert.Assert(t, strings.Contains(page, wanted), wanted)
	}
	statuses := page[strings.Index(page, `<h3 id="statuses"`):]
	missing, met := strings.Index(statuses, `todo">`), strings.Index(statuses, "2 met")
	assert.Assert(t, missing > 0 && met > missing, "%d %d", missing, met)
}

func ExampleCoverageText() {
	srv := mock.New()
	r := httptest.NewRequest(http.MethodGet, "/api/v2/connections/alm/", http.NoBody)
	r.Header.Set("Authorization", "Token reader-token")
	srv.ServeHTTP(httptest.NewRecorder(), r)

	_ = export.CoverageText(os.Stdout, srv.Coverage().Of(mock.Operations, mock.Users), export.Style{})
	// Output:
	// Coverage of the contract: 2 of 13, 15.3 %
	//   operations     1 of 8   12.5 %
	//       never createAlmConnection, getAlmConnection, updateAlmConnection, listAnalysisConnections, createAnalysisConnection, getAnalysisConnection, updateAnalysisConnection
	//   users          1 of 5   20.0 %
	//       never editor, alm-editor, security-editor, basic
}
