package mock_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sdecontract/sdecontract/mock"
)

// discard is a client that reads nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkJournal measures what journal and coverage cost: each request with them, and without.
func BenchmarkJournal(b *testing.B) {
	update := `{"alias":"A","connector":1,"project":1,"frequency":"daily","params":{"alm_project":"P"}}`
	for _, asked := range []struct{ name, method, target, body string }{
		{"get", "GET", alm + "1/", ""},
		{"list", "GET", alm, ""},
		{"update", "PUT", alm + "1/", update},
	} {
		for name, options := range map[string][]mock.Option{"with": nil, "without": {mock.Silent()}} {
			b.Run(asked.name+"/"+name, func(b *testing.B) {
				a := newAPI(options...)
				b.ReportAllocs()
				for b.Loop() {
					r := httptest.NewRequest(asked.method, asked.target, strings.NewReader(asked.body))
					r.Header = http.Header{"Authorization": {"Token editor-token"}, "Accept": {"application/json"}, "User-Agent": {"bench"}}
					a.ServeHTTP(discard{http.Header{}}, r)
				}
			})
		}
	}
}
