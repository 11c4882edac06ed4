package mock_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

func TestFilters(t *testing.T) {
	a := newAPI()
	for query, ids := range map[string]string{
		"":                    "1 2 6 7",
		"?alias=Nightly+scan": "2 6",
		"?alias=nightly+scan": "",
		"?alias=Nightly":      "",
		"?alias=":             "",
		"?frequency=hourly":   "7",
		"?system=Veracode":    "2 7",
		"?system=veracode":    "",
		"?system=Veracode&frequency=daily&alias=Nightly+scan": "2",
		"?system=Fortify&frequency=daily":                     "",
		"?frequency=daily&frequency=hourly":                   "7",       // the last one counts
		"?page=7":                                             "1 2 6 7", // no effect without page_size
	} {
		assert.Equal(t, a.do("GET", analysis+query, "").ids(t), ids, query)
	}
	assert.Equal(t, a.do("GET", alm+"?alias=Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F%20%3C%CE%A9%3E%20%E2%80%93%20%E6%8E%A5%E7%B6%9A%20%F0%9F%9A%80", "").ids(t), "3")
	assert.Equal(t, a.do("GET", alm+"?alias=Rally+Integration", "").ids(t), "1", "not the longer alias")
}

func TestPagination(t *testing.T) {
	a := newAPI()
	first := a.do("GET", analysis+"?page_size=3&system=", "").object(t)
	assert.DeepEqual(t, slices.Sorted(maps.Keys(first)), []string{"count", "next", "previous", "results"})

	var ids []string
	target := "http://mock.test" + analysis + "?page_size=3"
	var previous any
	for target != "" {
		got := a.do("GET", target, "")
		page := got.object(t)
		assert.Equal(t, fmt.Sprint(page["count"]), "4")
		assert.Equal(t, page["previous"], previous)
		ids = append(ids, got.ids(t))
		previous, target = strings.Replace(target, "?page_size", "?page=1&page_size", 1), ""
		if next, ok := page["next"].(string); ok {
			target = next
		}
	}
	assert.DeepEqual(t, ids, []string{"1 2 6", "7"})
	assert.Equal(t, a.do("GET", analysis+"?page_size=9223372036854775807", "").ids(t), "1 2 6 7")
	assert.Equal(t, len(a.do("GET", analysis, "").object(t)), 1, "no pagination unless asked for")
}

// paramsOf is where each representation of a connection shows its params.
func paramsOf(t *testing.T, a api, collection string) map[string]object {
	t.Helper()
	input := map[string]string{
		alm:      `{"alias":"Rally Integration","connector":1,"project":1,"params":{"alm_pass":"hidden"}}`,
		analysis: `{"alias":"Rally Integration","connector":1,"project":1,"params":{"alm_pass":"hidden"}}`,
	}[collection]
	created := a.do("POST", collection, input)
	assert.Equal(t, created.status, http.StatusCreated, created.body)
	updated := a.do("PUT", collection+"1/", input)
	assert.Equal(t, updated.status, http.StatusOK, updated.body)
	list := a.do("GET", collection, "").results(t)
	filtered := a.do("GET", collection+"?alias=Rally+Integration", "").results(t)
	page := a.do("GET", collection+"?page_size=1", "").results(t)
	return map[string]object{
		"create":   created.object(t),
		"update":   updated.object(t),
		"get":      a.do("GET", collection+"1/", "").object(t),
		"list":     list[0],
		"filtered": filtered[0],
		"page":     page[0],
	}
}

func TestParamsAreMaskedInEveryRepresentation(t *testing.T) {
	// Without x-requires everybody may write, so that the replies to writes are seen by those who may not
	// see params.
	open := contractWith(t, "      x-requires: Edit ALM connections\n", "", "      x-requires: Edit security tool connections\n", "")
	sees := map[string][]string{
		"editor":          {alm, analysis},
		"alm-editor":      {alm},
		"security-editor": {analysis},
		"reader":          {},
	}
	for user, collections := range sees {
		for _, collection := range []string{alm, analysis} {
			a := newAPI(mock.WithContract(open)).as(user)
			for where, item := range paramsOf(t, a, collection) {
				_, shown := item["params"]
				assert.Equal(t, shown, slices.Contains(collections, collection), "%s %s by %s", where, collection, user)
			}
		}
	}
}

func TestMaskingLeavesTheRestAlone(t *testing.T) {
	a := newAPI()
	before := a.do("GET", alm, "").body
	masked := a.as("reader").do("GET", alm, "").results(t)
	full := a.do("GET", alm, "").results(t)
	for i, item := range full {
		delete(item, "params")
		assert.DeepEqual(t, masked[i], item)
	}
	assert.Equal(t, a.do("GET", alm, "").body, before, "reading with other eyes changes nothing")
}

func TestCreateFillsInWhatIsNotSent(t *testing.T) {
	a := newAPI()
	got := a.do("POST", analysis, `{"connector":2,"project":3,"params":{"sde_project":"mine","extra":1}}`)
	assert.Equal(t, got.status, http.StatusCreated, got.body)
	o := got.object(t)
	assert.Equal(t, o["alias"], "Veracode Platform", "the connector's name, which is not its system")
	assert.Equal(t, o["frequency"], "manually")
	assert.Equal(t, o["system"], "Veracode")
	assert.Equal(t, o["command"], "import_veracode")
	params := o["params"].(object)
	assert.Equal(t, params["analysis_server"], "vera", "from the connector")
	assert.Equal(t, params["sde_application"], "Labs <R&D>", "from the project")
	assert.Equal(t, params["sde_businessunit"], "Überwachung", "from the project")
	assert.Equal(t, params["sde_project"], "mine", "what is sent wins")

	assert.Equal(t, a.do("GET", analysis+"9/", "").body, got.body, "reads show what create answered")
	all := a.do("GET", analysis, "").body
	assert.Assert(t, strings.Contains(all, got.body))
}

func TestUpdateReplaces(t *testing.T) {
	a := newAPI()
	others := a.do("GET", alm+"2/", "").body
	got := a.do("PUT", alm+"3/", `{"alias":"B","connector":2,"project":2,"params":{}}`)
	assert.Equal(t, got.status, http.StatusOK, got.body)
	o := got.object(t)
	assert.Equal(t, fmt.Sprint(o["id"]), "3")
	assert.Equal(t, o["system"], "Rally", "the new connector's")
	assert.Equal(t, o["command"], "sync_rally")
	assert.Equal(t, o["inaccessible"], false)
	assert.Equal(t, o["frequency"], "manually", "not sent: the default, not what it was")
	params := o["params"].(object)
	assert.Equal(t, params["alm_server"], "rally1.rallydev.com")
	assert.Equal(t, params["sde_project"], "Demo Project")
	_, kept := params["alm_project"]
	assert.Assert(t, !kept, "members that aren't sent are gone")

	assert.Equal(t, a.do("GET", alm+"3/", "").body, got.body)
	assert.Equal(t, a.do("GET", alm+"2/", "").body, others, "nothing else changes")
	assert.Equal(t, a.do("GET", alm, "").ids(t), "1 2 3")
	again := a.do("PUT", alm+"3/", `{"alias":"B","connector":2,"project":2,"params":{}}`)
	assert.Equal(t, again.body, got.body, "the same update twice is the same")
}

func TestParamsComeBackAsSent(t *testing.T) {
	a := newAPI()
	for _, value := range []string{
		`"<&>\u2028 \ud83d\ude80 é \"'\\ \u0000"`, `9007199254740993`, `-9223372036854775808`, `1.50`, `1e3`, `-0`,
		`null`, `true`, `[1,[2,{"a":[]}]]`, `{}`, `""`, `"5"`, `5`,
	} {
		got := a.do("POST", alm, `{"alias":"A","connector":7,"project":1,"params":{"v":`+value+`}}`)
		assert.Equal(t, got.status, http.StatusCreated, got.body)
		want := reply{body: `{"v":` + value + `}`}.object(t)["v"]
		assert.DeepEqual(t, got.object(t)["params"].(object)["v"], want)
	}
	got := a.do("POST", alm, `{"alias":"<&>é🚀","connector":1,"project":1,"params":{"n":9007199254740993,"f":1.50}}`)
	for _, spelled := range []string{`"<&>é🚀"`, `"n":9007199254740993`, `"f":1.50`} {
		assert.Assert(t, strings.Contains(got.body, spelled), got.body)
	}
}

func TestOrganizationsAreApart(t *testing.T) {
	a := newAPI()
	basic := a.as("basic")
	assert.Equal(t, basic.do("GET", alm, "").ids(t), "4")
	assert.Equal(t, a.do("GET", alm, "").ids(t), "1 2 3")
	for field, body := range map[string]string{
		"connector": `{"alias":"A","connector":1,"project":4,"params":{}}`,
		"project":   `{"alias":"A","connector":5,"project":1,"params":{}}`,
	} {
		got := basic.do("POST", alm, body)
		assert.Equal(t, got.status, http.StatusBadRequest)
		assert.Assert(t, got.object(t)[field] != nil, got.body)
	}
	before := a.do("GET", alm+"1/", "").body
	assert.Equal(t, basic.do("PUT", alm+"1/", `{"alias":"A","connector":5,"project":4,"params":{}}`).status, http.StatusNotFound)
	assert.Equal(t, a.do("GET", alm+"1/", "").body, before)
}

func TestWithoutFeature(t *testing.T) {
	a := newAPI(mock.WithoutFeature("advanced-alm"))
	got := a.do("POST", alm, `{"alias":"A","connector":1,"project":1,"params":{},"frequency":"daily"}`)
	assert.Equal(t, got.status, http.StatusBadRequest)
	assert.Assert(t, got.explained(`"daily" needs the feature advanced-alm, which organization main lacks`), got.header)
	assert.Equal(t, a.do("GET", alm+"2/", "").object(t)["frequency"], "daily", "what was there stays")
}

func TestReset(t *testing.T) {
	a := newAPI()
	before := a.do("GET", alm, "").body
	a.do("POST", alm, validALM)
	a.do("PUT", alm+"1/", validALM)
	a.Reset()
	assert.Equal(t, a.do("GET", alm, "").body, before)
	assert.Equal(t, fmt.Sprint(a.do("POST", alm, validALM).object(t)["id"]), "5", "ids start again")
}

// TestRefusedRequestsLeaveNoTrace sends each kind of refusal and compares the whole state.
func TestRefusedRequestsLeaveNoTrace(t *testing.T) {
	a := newAPI()
	state := func() string {
		return a.do("GET", alm, "").body + a.do("GET", analysis, "").body + a.as("basic").do("GET", alm, "").body
	}
	before := state()
	for _, body := range []string{
		`{"alias":"new","connector":1,"project":1,"params":{},"frequency":"yearly"}`,
		`{"alias":"new","connector":99,"project":1,"params":{}}`,
		`{"alias":"new","connector":1,"project":1,"params":5}`,
		`{"alias":"new","connector":1,"project":1,"params":{}} {}`,
		`{"alias":"new","connector":1,"project":1,"params":{},"alias":"again"}`,
		`{`, ``, `null`, `[]`, `"x"`,
	} {
		for _, request := range []struct{ method, path string }{{"POST", alm}, {"PUT", alm + "1/"}, {"POST", analysis}, {"PUT", analysis + "1/"}} {
			got := a.do(request.method, request.path, body)
			assert.Equal(t, got.status, http.StatusBadRequest, "%s %s %s: %s", request.method, request.path, body, got.body)
			assert.Equal(t, state(), before, "%s %s %s", request.method, request.path, body)
		}
	}
	assert.Equal(t, a.as("reader").do("PUT", alm+"1/", validALM).status, http.StatusForbidden)
	assert.Equal(t, state(), before)
	assert.Equal(t, fmt.Sprint(a.do("POST", alm, validALM).object(t)["id"]), "5", "no id was spent")
}

// TestExplanations: each refusal says for people what is wrong, what the contract wants, and where.
func TestExplanations(t *testing.T) {
	for _, tc := range []struct{ user, method, path, body, want string }{
		{"editor", "POST", alm, `{"connector":1,"project":1,"params":{}}`, `violation: body /alias: is required (see "Create an ALM Connection", line 178; openapi.yaml:`},
		{"editor", "POST", alm, `{"alias":"A","connector":1,"project":1,"params":{},"frequency":"yearly"}`, `violation: body /frequency: "yearly" is not one of "hourly", "daily", "weekly", "monthly", "manually" (see "Create an ALM Connection", line 181; openapi.yaml:`},
		{"editor", "POST", analysis, `{"connector":3,"project":1,"params":{}}`, `refusal: body /connector: "Fortify Upload" has remote false, and must have true (see "Create an Analysis Connection", lines 435, 441; openapi.yaml:`},
		{"basic", "POST", alm, `{"alias":"A","connector":5,"project":4,"params":{},"frequency":"daily"}`, `refusal: body /frequency: "daily" needs the feature advanced-alm, which organization basic lacks (see "Create an ALM Connection", line 181`},
		{"reader", "POST", alm, `{}`, `refusal: header Authorization: reader lacks the permission "Edit ALM connections", which createAlmConnection requires (see "Create an ALM Connection"`},
		{"editor", "POST", alm, `{"a":1,"a":2}`, `violation: body: is not JSON: duplicate object member name within /a: line 1 column 8`},
		{"editor", "POST", alm, `{"alias":"A","connector":1,"project":1,"params":{},"frequncy":"daily"}`, `note: body /frequncy: is not a field of createAlmConnection; did you mean "frequency"?; it was ignored`},
		{"editor", "GET", alm + "?alais=x", ``, `note: query alais: is not a parameter of listAlmConnections; did you mean "alias"?; it was ignored`},
		{"editor", "GET", alm + "?name=x", ``, `note: query name: is not a parameter of listAlmConnections, which has alias, frequency, system, page_size, page; it was ignored`},
		{"editor", "GET", alm + "?=x", ``, `note: query: is not a parameter of listAlmConnections, which has alias, frequency, system, page_size, page; it was ignored`},
		{"editor", "GET", alm + "?system=a&system=b", ``, `note: query system: was given 2 times; the last one counts`},
		{"editor", "GET", alm + "?frequency=yearly", ``, `note: query frequency: no connection can have "yearly"`},
		{"editor", "GET", alm + "?page=2", ``, `note: query page: has no effect without page_size`},
		{"editor", "GET", alm + "77/", ``, `refusal: path connection_id: organization main has no alm connection 77`},
		{"editor", "GET", "/api/v2/connections/", ``, `violation: path: the contract has no /api/v2/connections/; the nearest operation is GET ` + alm},
		{"nobody", "GET", alm, ``, `refusal: header Authorization: no user of the world has this token`},
	} {
		got := newAPI().as(tc.user).do(tc.method, tc.path, tc.body)
		assert.Assert(t, got.explained(tc.want), "%s %s %s\nwant %s\ngot  %s", tc.method, tc.path, tc.body, tc.want,
			strings.Join(got.header.Values("Contract-Explanation"), "\n     "))
	}
}

func TestDate(t *testing.T) {
	date := time.Date(2024, 5, 1, 12, 0, 0, 0, time.FixedZone("", 7200))
	a := newAPI(mock.WithDate(date))
	for _, path := range []string{alm, alm + "4711/", "/"} {
		assert.Equal(t, a.do("GET", path, "").header.Get("Date"), "Wed, 01 May 2024 10:00:00 GMT")
	}
	assert.Equal(t, newAPI().do("GET", alm, "").header.Get("Date"), "") // net/http's to set
}
