package mock_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

const api2 = "/api/v2/"

// companions are the operations that clients ask for beside the connections, by path.
func companions(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(t, err)
	found := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if slices.Contains(op.Tags, "Companion") {
				assert.Equal(t, method, http.MethodGet, "%s is more than read", path)
				found[path] = op
			}
		}
	}
	assert.Equal(t, len(found), 11)
	return found
}

// item is the path of the object with that id.
func item(template, id string) string {
	before, _, variable := strings.Cut(template, "{")
	if !variable {
		return template
	}
	return before + id + "/"
}

// walkCompanions meets all that there is to meet of them.
func walkCompanions(t *testing.T, a api) {
	t.Helper()
	for template, op := range companions(t) {
		path := item(template, "1")
		a.do("GET", path, "")
		a.as("nobody").do("GET", path, "")
		a.do("GET", path, "", "Accept: text/plain")
		a.do("DELETE", path, "")
		a.do("GET", path+"?%zz", "")
		a.do("GET", item(template, "4711"), "")
		for _, query := range []string{"page_size=1&page=2", "page_size=10000", "page=2", "page_size=1&page=9", "page_size=x&page=x", "page_size=0&page=0"} {
			a.do("GET", path+"?"+query, "")
		}
		for _, ref := range op.Parameters {
			for _, value := range []string{"1", "4711", "x", "JIRA", "WhiteHat", "Proj%201"} {
				a.do("GET", path+"?"+ref.Value.Name+"="+value, "")
			}
		}
	}
}

// TestCompanionSamples: each is answered as the contract shows.
func TestCompanionSamples(t *testing.T) {
	for template, op := range companions(t) {
		want := reply{body: jsonText(t, op.Responses.Status(200).Value.Content["application/json"].Example)}.object(t)
		answer := newAPI().do("GET", item(template, "1"), "")
		assert.Equal(t, answer.status, http.StatusOK, "%s: %s", template, answer.body)
		got := answer.object(t)
		if list, ok := got["results"].([]any); ok {
			got["results"] = list[:1]
			assert.Equal(t, len(got), 1, "%s: a list that isn't cut into pages has no next", template)
		}
		assert.DeepEqual(t, got, want)
	}
}

// TestCompanionsOfAnOrganization: nobody sees what another organization has.
func TestCompanionsOfAnOrganization(t *testing.T) {
	a := newAPI()
	for path, ids := range map[string][2]string{
		"projects/": {"1 2 3", "4"}, "applications/": {"1 2 3", "4"}, "business-units/": {"1 2 3", "4"},
		"connectors/alm/": {"1 2 7", "5"}, "connectors/analysis/": {"1 2 3 4", "5"},
	} {
		assert.Equal(t, a.as("reader").do("GET", api2+path, "").ids(t), ids[0], path)
		assert.Equal(t, a.as("basic").do("GET", api2+path, "").ids(t), ids[1], path)
		foreign := a.do("GET", api2+path+ids[1]+"/", "")
		assert.Equal(t, foreign.status, http.StatusNotFound)
		assert.Equal(t, foreign.body, notFound)
	}
	assert.Equal(t, a.as("basic").do("GET", api2+"users/me/", "").object(t)["email"], "basic@example.com")
	assert.Assert(t, a.do("GET", api2+"connectors/alm/5/", "").explained("organization main has no alm connector 5"))
}

// TestCompanionFilters: by text and by id.
func TestCompanionFilters(t *testing.T) {
	for query, want := range map[string]string{
		"projects/?name=Demo%20Project": "2", "projects/?name=Demo": "", "projects/?application=3": "3", "projects/?application=4": "",
		"projects/?name=Proj%201&application=1": "1", "projects/?name=Proj%201&application=2": "", "projects/?page_size=2&page=2": "3",
		"connectors/alm/?system=Rally": "2", "connectors/analysis/?system=Fortify": "3", "projects/?search=x": "1 2 3",
	} {
		assert.Equal(t, newAPI().do("GET", api2+query, "").ids(t), want, query)
	}
	wrong := newAPI().do("GET", api2+"projects/?application=Finance", "")
	assert.Equal(t, wrong.status, http.StatusBadRequest)
	assert.Equal(t, wrong.body, `{"application":["A valid integer is required."]}`)
}

// TestCompanionsAreNoCoverageToOwe: who asks for none of them has no less.
func TestCompanionsAreNoCoverageToOwe(t *testing.T) {
	a := newAPI()
	walk(a, rightful())
	total := a.Coverage().Total
	assert.Equal(t, a.Coverage().Covered, total)
	got, ok := a.Coverage().Item("listProjects")
	assert.Assert(t, ok && got.OnDemand == "a client that asks for more than connections")
	a.do("GET", api2+"projects/", "")
	assert.Equal(t, a.Coverage().Total, total+2, "the operation, and its status 200")
	for _, p := range mock.DefaultContract().Promises() {
		for _, word := range []string{"projects~1", "connectors~1", "Project/", "Connector/"} {
			assert.Assert(t, !strings.Contains(p.Name, word), p.Name)
		}
	}
}

// companionWorld tells all that a world can tell of what stands beside the connections.
const companionWorld = `users:
  ann lee: {organization: acme, token: t1, permissions: [], email: ann@acme.test}
  bob: {organization: acme, token: t2, permissions: []}
organizations:
  acme:
    projects:
      - {id: 2, name: B, application: Shop, business_unit: West, url: "https://sde.acme.test/b", risk_policy_compliant: false,
         profile: {id: P2, name: Web, logo_url: /web.png}}
      - {id: 1, name: A, application: Shop, business_unit: East}
      - {id: 3, name: C, application: Shop, business_unit: West, risk_policy_compliant: true}
      - {id: 4, name: D}
`

// TestCompanionWorld: a world's file may say more of them, and a world that is written down loses none of it.
func TestCompanionWorld(t *testing.T) {
	world, err := mock.ReadWorld("w.yaml", []byte(companionWorld))
	assert.NilError(t, err)
	for range 2 {
		srv := mock.New(mock.WithWorld(world))
		for path, want := range map[string]string{
			"projects/2/": `{"id":2,"name":"B","application":2,"business_unit":2,"url":"https://sde.acme.test/b",` +
				`"profile":{"id":"P2","logo_url":"/web.png","name":"Web"},"archived":false,"risk_policy_compliant":false}`,
			"applications/":   `{"results":[{"id":1,"name":"Shop","business_unit":1},{"id":2,"name":"Shop","business_unit":2}]}`,
			"business-units/": `{"results":[{"id":1,"name":"East"},{"id":2,"name":"West"}]}`,
		} {
			status, got := ask(t, srv, "t1", "GET", api2+path, "")
			assert.Equal(t, status, http.StatusOK)
			assert.Equal(t, got, want)
		}
		_, orphan := ask(t, srv, "t1", "GET", api2+"projects/4/", "")
		assert.Assert(t, strings.HasPrefix(orphan, `{"id":4,"name":"D","application":null,"business_unit":null,`), orphan)
		_, me := ask(t, srv, "t1", "GET", api2+"users/me/", "")
		assert.Assert(t, strings.HasPrefix(me, `{"id":1,"email":"ann@acme.test","first_name":"ann lee",`), me)
		_, me = ask(t, srv, "t2", "GET", api2+"users/me/", "")
		assert.Assert(t, strings.HasPrefix(me, `{"id":2,"email":"bob@example.com",`), me)

		var written strings.Builder
		assert.NilError(t, srv.Snapshot().WriteYAML(&written))
		assert.Assert(t, !strings.Contains(written.String(), "bob@"), "a default is no news")
		world, err = mock.ReadWorld("written.yaml", []byte(written.String()))
		assert.NilError(t, err, written.String())
	}
	_, err = mock.ReadWorld("w.yaml", []byte(strings.Replace(companionWorld, "{id: P2, ", "{", 1)))
	assert.ErrorContains(t, err, "w.yaml:7:9: project 2: profile: it needs an id and a name")
}

// TestCompanionsOutliveChanges: they are the world's, whatever becomes of the connections.
func TestCompanionsOutliveChanges(t *testing.T) {
	a := newAPI()
	home := a.Snapshot()
	world, err := mock.ReadWorld("w.yaml", []byte(companionWorld))
	assert.NilError(t, err)
	a.do("POST", alm, validALM)
	kept, dropped := a.Reload(world)
	assert.Equal(t, kept, 0)
	assert.Equal(t, len(dropped), 1, "the connection, and no project: %v", dropped)
	status, _ := ask(t, a.Server, "t1", "GET", api2+"projects/4/", "")
	assert.Equal(t, status, http.StatusOK)
	a.Restore(home)
	assert.Equal(t, a.do("GET", api2+"projects/", "").ids(t), "1 2 3")
	assert.Equal(t, a.do("GET", alm, "").ids(t), "1 2 3")
}

// TestCompanionsUnderLatitudes: what another server may do otherwise with connections leaves them as they are.
func TestCompanionsUnderLatitudes(t *testing.T) {
	for _, l := range mock.Latitudes() {
		a := newAPI(mock.WithLatitude(l)).as("reader")
		for template := range companions(t) {
			got := a.do("GET", item(template, "1"), "")
			assert.Equal(t, got.status, http.StatusOK, "%s: %s: %s", l, template, got.body)
			assert.Assert(t, !strings.Contains(got.body, "params") && !strings.Contains(got.body, "last_job"), "%s: %s: %s", l, template, got.body)
			assert.Assert(t, a.do("DELETE", item(template, "1"), "").status >= 400, "%s: %s", l, template)
		}
	}
}
