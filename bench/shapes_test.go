package bench_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sdecontract/sdecontract/bench/loadgen"
	"github.com/sdecontract/sdecontract/mock"
)

const (
	collectionPath = "/api/v2/connections/alm/"
	alone          = "/api/v2/connections/analysis/"
	items          = 100 // of the collection at its start; the other one has a single item
)

// A shape is one request that every server gets, and the status that every server answers.
type shape struct {
	name   string
	method string
	path   string
	body   string
	status int
}

const input = `{"alias": "Web Shop", "connector": 2, "project": 2, "frequency": "daily", "params": {"alm_project": "SHOP"}}`

// The refused body has types that no Go struct takes, so that a server that validates nothing refuses it too.
const refused = `{"alias": 7, "connector": "Rally", "project": 2, "frequency": "yearly", "params": {}}`

var shapes = []shape{
	{"get", "GET", collectionPath + "50/", "", http.StatusOK},
	{"list-of-1", "GET", alone, "", http.StatusOK},
	{"list-of-100", "GET", collectionPath, "", http.StatusOK},
	{"put", "PUT", collectionPath + "50/", input, http.StatusOK},
	{"post", "POST", collectionPath, input, http.StatusCreated},
	{"post-refused", "POST", collectionPath, refused, http.StatusBadRequest},
}

func header(body string) http.Header {
	h := http.Header{"Authorization": {"Token editor-token"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return h
}

// request is for a handler in this process.
func (s shape) request() *http.Request {
	r := httptest.NewRequest(s.method, s.path, strings.NewReader(s.body))
	r.Header = header(s.body)
	return r
}

// load is for a server in another process.
func (s shape) load(base string, connections int) loadgen.Load {
	return loadgen.Load{
		URL: base + s.path, Method: s.method, Header: header(s.body), Body: []byte(s.body), Connections: connections,
	}
}

// ask returns what the server answers to the shape.
func (s shape) ask(tb testing.TB, base string) (status int, body []byte) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), s.method, base+s.path, bytes.NewReader([]byte(s.body)))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header = header(s.body)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		tb.Fatal(err)
	}
	return resp.StatusCode, body
}

// newMock is the mock as it comes, in a world with this many ALM connections and one analysis connection.
func newMock(connections int) (*mock.Server, error) {
	world, err := mock.ReadWorld("bench.yaml", []byte(worldOf(connections)))
	if err != nil {
		return nil, err
	}
	return mock.New(mock.WithWorld(world)), nil
}

// worldOf has connections of the size of the documentation's sample.
func worldOf(connections int) string {
	var b strings.Builder
	b.WriteString(`
users:
  editor:
    organization: main
    token: editor-token
    permissions: [Edit ALM connections, Edit security tool connections]
organizations:
  main:
    features: [advanced-alm]
    projects:
      - {id: 2, name: Demo Project, application: Demo Application, business_unit: General}
    connectors:
      alm:
        - id: 2
          name: Rally Production
          system: Rally
          command: sync_rally
          params:
            alm_user: rally_user
            sde_verification_filter: none,partial,pass,fail
            rally_workspace: Rally Workspace
            alm_method: https
            alm_title_format: $task_id $title
            alm_server: rally1.rallydev.com
            alm_pass: rally_password
            alm_phases: requirements,architecture-design,development
            sde_statuses_in_scope: TODO
            conflict_policy: alm
            sde_min_priority: 7
      analysis:
        - {id: 1, name: WhiteHat, system: WhiteHat, command: sync_whitehat, remote: true, params: {analysis_server: scan.test}}
    connections:
      analysis:
        - {id: 1, connector: 1, project: 2, alias: Nightly scan, frequency: daily, params: {asset_name: WebGoat}}
      alm:
`)
	for id := range connections {
		fmt.Fprintf(&b, "        - {id: %d, connector: 2, project: 2, alias: Connection %d, frequency: daily, params: {alm_project: P}}\n", id+1, id+1)
	}
	return b.String()
}
