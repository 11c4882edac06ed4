package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

// unlike is a server that answers as the mock does but in one respect, and what the suite has to say of it.
type unlike struct {
	name    string
	answers func(*exchange) *answer
	want    string // verdicts that aren't good, for the kind alm
}

// transportChecks are those that these tests are about.
var transportChecks = []string{"alm/http/*", "alm/auth/*", "alm/get/*", "alm/schema/*", "alm/create/no-trace"}

func tryEach(t *testing.T, rows []unlike) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			report := run(t, mockTarget(amended(row.answers)), conformance.WithSelection(transportChecks...))
			assert.Equal(t, complaints(report), row.want, failures(report))
		})
	}
}

// status is an answer with that status, where when holds.
func status(code int, when func(*exchange) bool) func(*exchange) *answer {
	return func(x *exchange) *answer {
		if when(x) {
			a := x.serve()
			a.status = code
			return a
		}
		return x.serve()
	}
}

func method(m string) func(*exchange) bool { return func(x *exchange) bool { return x.r.Method == m } }

func slashless(x *exchange) bool { return !strings.HasSuffix(x.r.URL.Path, "/") }

func TestTransport(t *testing.T) {
	tryEach(t, []unlike{
		{"redirects the documented URL of a connection", func(x *exchange) *answer {
			if x.isItem() && x.r.Method == http.MethodGet && x.serve().status == http.StatusOK {
				return plain(http.StatusFound)
			}
			return x.serve()
		}, "fail alm/http/path\nfail alm/get/status\nblocked alm/get/bare\nblocked alm/get/same-as-list\nblocked alm/get/id\nblocked alm/get/safe"},
	})
}
