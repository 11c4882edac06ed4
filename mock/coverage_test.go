package mock_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// asked is a request of a walk.
type asked struct{ user, method, target, body string }

var frequencies = []string{"hourly", "daily", "weekly", "monthly", "manually"}

// rightful are requests of a client that keeps the contract, and meets all that such a client can meet.
func rightful() []asked {
	var list []asked
	add := func(user, method, target, body string) { list = append(list, asked{user, method, target, body}) }
	for _, path := range []string{alm, analysis} {
		for _, user := range []string{"editor", "alm-editor", "security-editor", "reader", "basic"} {
			add(user, "GET", path, "")
		}
		for _, query := range []string{
			"alias=Rally+Integration", "alias=Nightly+scan", "alias=nobody", "system=JIRA", "system=Veracode", "system=Nothing",
			"page_size=1", "page_size=100", "page_size=1&page=2", "page_size=1&page=100",
		} {
			add("reader", "GET", path+"?"+query, "")
		}
		for _, f := range frequencies {
			add("editor", "GET", path+"?frequency="+f, "")
			body := fmt.Sprintf(`{"alias":"A","connector":1,"project":1,"frequency":%q,
				"params":{"sde_project":"P","sde_application":"A","sde_businessunit":"B","import_behaviour":"x","alm_method":"x"}}`, f)
			add("editor", "POST", path, body)
			add("editor", "PUT", path+"1/", body)
		}
		plain := `{"alias":"A","connector":1,"project":1,"params":{}}`
		unknown := `{"alias":"A","connector":4711,"project":4711,"params":{}}`
		for _, where := range []asked{{"", "GET", path, ""}, {"", "GET", path + "1/", ""}, {"", "POST", path, plain}, {"", "PUT", path + "1/", plain}} {
			add("nobody", where.method, where.target, where.body)
		}
		add("editor", "GET", path+"1/", "")
		add("editor", "GET", path+"4711/", "")
		add("editor", "PUT", path+"4711/", plain)
		add("reader", "POST", path, plain)
		add("reader", "PUT", path+"1/", plain)
		add("editor", "PUT", path+"1/", plain)
		add("editor", "POST", path, unknown)
		add("editor", "PUT", path+"1/", unknown)
	}
	add("editor", "POST", analysis, `{"connector":1,"project":1,"params":{}}`)
	add("editor", "POST", analysis, `{"connector":3,"project":1,"params":{}}`)
	add("basic", "POST", alm, basicALM)
	return list
}

func walk(a api, list []asked) {
	for _, r := range list {
		a.as(r.user).do(r.method, r.target, r.body)
	}
}

// TestCoverageIsReachable: a client that keeps the contract can meet all that counts.
func TestCoverageIsReachable(t *testing.T) {
	a := newAPI()
	assert.Equal(t, a.Coverage().Covered, 0)
	walk(a, rightful())
	for _, e := range a.Exchanges() {
		for _, f := range e.Findings {
			assert.Equal(t, f.Severity, mock.Refusal, "%s %s: %s", e.Method, e.Target, f)
		}
	}
	c := a.Coverage()
	for _, g := range c.Groups {
		assert.Equal(t, strings.Join(g.Missing(), "\n"), "", g.Kind)
		assert.Assert(t, g.Total > 0, g.Kind)
	}
	assert.Equal(t, c.Share(), 1.0)
	assert.Equal(t, c.Percent, 100.0)
}

// TestNoCoverageIsDead: what counts only when it is met can be met as its OnDemand says.
func TestNoCoverageIsDead(t *testing.T) {
	a := newAPI(mock.WithMaxBody(2000))
	large := `{"alias":"` + strings.Repeat("a", 2000) + `"}`
	wrong := []string{
		`{}`, `[]`, `{"alias":1,"connector":"1","project":"1","frequency":1,"params":1}`, `{"alias":"","frequency":"yearly"}`, large,
	}
	served := `,"id":9,"system":"x","command":"x","inaccessible":true`
	for _, path := range []string{alm, analysis} {
		for _, target := range []string{path, path + "1/"} {
			a.do("GET", target+"?%zz", "")
			a.do("GET", target, "", "Accept: text/plain")
			a.do("DELETE", target, "")
			method := map[bool]string{true: "POST", false: "PUT"}[target == path]
			for _, body := range wrong {
				a.do(method, target, body)
			}
			a.do(method, target, "{}", "Content-Type: text/plain")
			a.do(method, target, "{}", "Accept: text/plain")
			a.do(method, target, `{"alias":"A","connector":1,"project":1,"params":{}`+served+`}`)
		}
		walkCompanions(t, a)
		for _, query := range []string{"page_size=x&page=x", "page_size=0&page=0", "page=2"} {
			a.do("GET", path+"?"+query, "")
		}
	}
	a.Reset()
	walk(a, rightful())
	walkCompanions(t, a)
	met := map[string]bool{}
	for _, g := range a.Coverage().Groups {
		for _, i := range g.Items {
			met[i.OnDemand] = met[i.OnDemand] || i.Count > 0
			assert.Assert(t, i.Count > 0 || i.OnDemand == "a fault or a latitude", "%s takes %s", i.ID, i.OnDemand)
			assert.Assert(t, i.Count == 0 || i.OnDemand != "a fault or a latitude", "%s happens without", i.ID)
			assert.Assert(t, i.Says != "" && i.Label != "", i.ID)
		}
	}
	assert.DeepEqual(t, slices.Sorted(maps.Keys(met)), []string{
		"", "a body that is larger than the mock reads", "a client that asks for more than connections", "a fault or a latitude", "a request that breaks the contract",
		"a request that was probably not meant so",
	})
}

// TestFaultsCover: a status that the mock doesn't answer by itself counts once a fault has shown it.
func TestFaultsCover(t *testing.T) {
	a := newAPI()
	walk(a, rightful())
	targets := map[string]asked{
		"listAlmConnections": {"", "GET", alm, ""}, "createAlmConnection": {"", "POST", alm, ""},
		"getAlmConnection": {"", "GET", alm + "1/", ""}, "updateAlmConnection": {"", "PUT", alm + "1/", ""},
		"listAnalysisConnections": {"", "GET", analysis, ""}, "createAnalysisConnection": {"", "POST", analysis, ""},
		"getAnalysisConnection": {"", "GET", analysis + "1/", ""}, "updateAnalysisConnection": {"", "PUT", analysis + "1/", ""},
	}
	faults := 0
	for _, i := range a.Coverage().Of(mock.Statuses).Groups[0].Items {
		if i.OnDemand != "a fault or a latitude" {
			continue
		}
		r, ok := targets[i.Operation]
		if !ok { // a companion
			continue
		}
		faults++
		got := a.do(r.method, r.target, "", "Prefer: code="+i.Label)
		assert.Equal(t, fmt.Sprint(got.status), i.Label)
		now, _ := a.Coverage().Item(i.ID)
		assert.Equal(t, now.Count, int64(1), i.ID)
	}
	assert.Assert(t, faults >= 3*len(targets), faults)
	c := a.Coverage()
	assert.Equal(t, c.Covered, c.Total)
	granted, _ := a.Coverage().Item("createAlmConnection/x-requires/granted")
	a.do("POST", alm, "", "Prefer: code=503")
	after, _ := a.Coverage().Item("createAlmConnection/x-requires/granted")
	assert.Equal(t, after.Count, granted.Count, "a fault asks nobody for permission")
	last := a.Exchanges()
	assert.Equal(t, last[len(last)-1].Fault, "status 503 (by Prefer)")
}

// TestLatitudeCovers: what only a latitude brings about counts when it was met.
func TestLatitudeCovers(t *testing.T) {
	a := newAPI(mock.WithLatitude(mock.Reference404))
	before := a.Coverage().Total
	a.do("POST", alm, `{"alias":"A","connector":4711,"project":1,"params":{}}`)
	item, ok := a.Coverage().Item("createAlmConnection/status/404")
	assert.Assert(t, ok && item.Count == 1)
	assert.Equal(t, a.Coverage().Total, before+1)
}

func TestCoverageCounts(t *testing.T) {
	a := newAPI()
	a.do("GET", alm, "")
	a.as("reader").do("GET", alm, "")
	a.as("reader").do("GET", alm+"1/", "")
	hidden := "AlmConnection/params/x-visible-with/hidden"
	check := func(id string, count, first int64) {
		t.Helper()
		item, ok := a.Coverage().Item(id)
		assert.Assert(t, ok, id)
		assert.Equal(t, item.Count, count)
		assert.Equal(t, item.First, first)
	}
	check(hidden, 2, 2)
	check("user/reader", 2, 2)
	check("listAlmConnections", 2, 1)
	assert.DeepEqual(t, a.Exchanges()[1].Behaviours, []string{hidden})
	a.Reset()
	a.ClearJournal()
	check(hidden, 2, 2)
	a.ResetCoverage()
	check(hidden, 0, 0)
	a.as("reader").do("GET", alm, "")
	check(hidden, 1, 4)
}

// TestWorldBoundsCoverage: what nobody of the world can meet doesn't count, and says why.
func TestWorldBoundsCoverage(t *testing.T) {
	world, err := mock.ReadWorld("world.yaml", []byte(`
users:
  ann: {organization: acme, token: ann-token, permissions: [Edit ALM connections]}
organizations: {acme: {}}
`))
	assert.NilError(t, err)
	c := newAPI(mock.WithWorld(world)).Coverage()
	for id, reason := range map[string]string{
		"AlmConnection/params/x-visible-with/hidden":           `a user who lacks the permission "Edit ALM connections": the world has none`,
		"AlmConnection/params/x-visible-with/shown":            "",
		"createAnalysisConnection/x-requires/granted":          `a user who has the permission "Edit security tool connections": the world has none`,
		"Frequency/x-feature/granted":                          "a user whose organization has the feature advanced-alm: there is none",
		"AnalysisConnectionCreate/connector/x-refers-to/unmet": "a connector that is not remote: the world has none",
	} {
		item, ok := c.Item(id)
		assert.Assert(t, ok, id)
		assert.Equal(t, item.OnDemand, reason, id)
	}
}

// TestLostFactIsNotCovered: what the contract doesn't say isn't there to be met.
func TestLostFactIsNotCovered(t *testing.T) {
	all := itemIDs(mock.New().Coverage())
	keys := []string{"x-visible-with", "x-requires", "x-filters", "x-paginates", "x-default-from", "x-refers-to", "x-feature", "x-inherits", "default", "minLength"}
	seen := map[string]bool{}
	for _, p := range mock.DefaultContract().Promises() {
		pointer, what, _ := strings.Cut(p.Name, " ")
		key := pointer[strings.LastIndex(pointer, "/")+1:]
		inList := strings.Contains(pointer, "/enum/") || strings.Contains(pointer, "/required/")
		if what != "dropped" || !slices.Contains(keys, key) && !inList {
			continue
		}
		without, err := mock.DefaultContract().Without(p)
		assert.NilError(t, err)
		left := itemIDs(mock.New(mock.WithContract(without)).Coverage())
		lost := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(left, id) })
		assert.Assert(t, len(lost) > 0, "%s is still covered", p.Name)
		for _, id := range lost {
			value := key == "x-filters" && strings.Contains(id, "/parameter/frequency/") // the property's enum is the filter's
			assert.Assert(t, value || strings.Contains(id, key), "%s loses %s", p.Name, id)
		}
		seen[key] = true
	}
	for _, key := range keys {
		assert.Assert(t, seen[key], "no promise %s", key)
	}
}

func itemIDs(c mock.Coverage) []string {
	var list []string
	for _, g := range c.Groups {
		for _, i := range g.Items {
			list = append(list, i.ID)
		}
	}
	return list
}

// TestCoverageIDsAreUnique: each names one item, whatever its kind.
func TestCoverageIDsAreUnique(t *testing.T) {
	list := itemIDs(mock.New().Coverage())
	slices.Sort(list)
	assert.Equal(t, len(slices.Compact(slices.Clone(list))), len(list))
}

// TestPathCoversForItsOperations: a method that a path hasn't is refused for all of them.
func TestPathCoversForItsOperations(t *testing.T) {
	a := newAPI()
	assert.Equal(t, a.do("DELETE", alm, "").status, http.StatusMethodNotAllowed)
	for _, id := range []string{"listAlmConnections/status/405", "createAlmConnection/status/405"} {
		item, _ := a.Coverage().Item(id)
		assert.Equal(t, item.Count, int64(1), id)
	}
}
