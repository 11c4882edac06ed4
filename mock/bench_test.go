package mock_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// sink is a client's side that costs nothing.
type sink struct {
	header http.Header
	status int
	bytes  int
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(status int) {
	s.status = status
}

func (s *sink) Write(data []byte) (int, error) {
	s.bytes += len(data)
	return len(data), nil
}

// rereadable is a request body that can be sent again.
type rereadable struct{ bytes.Reader }

func (*rereadable) Close() error { return nil }

// benchServe measures a handler on one request after the other, without a network.
func benchServe(b *testing.B, h http.Handler, status int, method, target, body string) {
	b.Helper()
	r := api{nil, "editor"}.request(method, target, body)
	sent := &rereadable{}
	r.Body = sent
	w, data := &sink{header: http.Header{}}, []byte(body)
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		w.bytes = 0
		sent.Reset(data)
		h.ServeHTTP(w, r)
	}
	assert.Equal(b, w.status, status)
	b.ReportMetric(float64(w.bytes), "B/reply")
}

// worldOf is a world whose organization main has that many ALM connections, ten of each alias.
func worldOf(tb testing.TB, connections int) *mock.World {
	tb.Helper()
	w, err := mock.ReadWorld("big.yaml", worldText(connections))
	assert.NilError(tb, err)
	return w
}

func worldText(connections int) []byte {
	var b bytes.Buffer
	b.WriteString(`users:
  editor: {organization: main, token: editor-token, permissions: [Edit ALM connections, Edit security tool connections]}
  reader: {organization: main, token: reader-token, permissions: []}
organizations:
  main:
    features: [advanced-alm]
    projects: [{id: 1, name: Proj 1, application: Finance App, business_unit: BU}]
    connectors:
      alm:
        - {id: 1, name: JIRA Cloud, system: JIRA, command: sync_jira, params: {alm_user: Sindy, alm_method: https, alm_server: bugs.server.co, alm_pass: id, sde_statuses_in_scope: TODO, conflict_policy: alm, sde_min_priority: 7}}
        - {id: 2, name: Rally, system: Rally, command: sync_rally, params: {alm_user: rally_user, alm_method: https, alm_server: rally1.rallydev.com, alm_pass: rally_password}}
    connections:
      alm:
`)
	frequencies := []string{"hourly", "daily", "weekly", "monthly", "manually"}
	for i := range connections {
		fmt.Fprintf(&b, "        - {id: %d, connector: %d, project: 1, alias: Shop %d, frequency: %s, params: {alm_project: Project %d}}\n",
			i+1, 1+i%2, i/10, frequencies[i%5], i)
	}
	return b.Bytes()
}

const updated = `{"alias":"Web Shop","connector":1,"project":1,"frequency":"daily","params":{"alm_project":"Shop"}}`

func BenchmarkGet(b *testing.B) { benchServe(b, mock.New(), 200, "GET", alm+"2/", "") }

func BenchmarkListOf1(b *testing.B) {
	benchServe(b, mock.New(mock.WithWorld(worldOf(b, 1))), 200, "GET", alm, "")
}

func BenchmarkListOf100(b *testing.B) {
	benchServe(b, mock.New(mock.WithWorld(worldOf(b, 100))), 200, "GET", alm, "")
}

func BenchmarkFilter(b *testing.B) {
	benchServe(b, mock.New(), 200, "GET", alm+"?alias=Rally+Integration", "")
}

func BenchmarkPage(b *testing.B) {
	benchServe(b, mock.New(), 200, "GET", alm+"?page_size=1&page=2", "")
}

func BenchmarkPost(b *testing.B) { benchServe(b, mock.New(), 201, "POST", alm, updated) }

func BenchmarkPut(b *testing.B) { benchServe(b, mock.New(), 200, "PUT", alm+"1/", updated) }

func BenchmarkRefusedPost(b *testing.B) {
	benchServe(b, mock.New(), 400, "POST", alm, `{"alias":"Web Shop","conector":1,"project":1,"frequency":"yearly","params":{}}`)
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mock.New()
	}
}

func BenchmarkReset(b *testing.B) {
	srv := mock.New()
	b.ReportAllocs()
	for b.Loop() {
		srv.Reset()
	}
}

// BenchmarkClient measures a whole round trip in memory.
func BenchmarkClient(b *testing.B) {
	c := mock.New().Client()
	r := api{nil, "editor"}.request("GET", "http://mock.test"+alm+"2/", "")
	r.RequestURI, r.Body = "", nil
	b.ReportAllocs()
	for b.Loop() {
		resp, err := c.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

func BenchmarkReadWorld(b *testing.B) {
	text := worldText(1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := mock.ReadWorld("w.yaml", text)
		assert.NilError(b, err)
	}
}
