package report_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// TestTellingRequest: a failure is told with the request that shows it, not with the one after it that only makes sure
// that nothing has moved.
func TestTellingRequest(t *testing.T) {
	list := func(number int, user, body string) conformance.Exchange {
		return conformance.Exchange{Number: number, User: user, Method: "GET", URL: "http://x/" + user, Status: 200, ResponseBody: conformance.Body(body)}
	}
	put := conformance.Exchange{Number: 3, User: "editor", Method: "PUT", URL: "http://x/1", Status: 200}
	for _, test := range []struct {
		name      string
		exchanges []conformance.Exchange
		want      string // the last request
	}{
		{"asked again", []conformance.Exchange{list(1, "editor", "a"), list(2, "reader", "b"), list(3, "editor", "a")}, "http://x/reader"},
		{"answered otherwise", []conformance.Exchange{list(1, "editor", "a"), list(2, "reader", "b"), list(3, "editor", "c")}, "http://x/editor"},
		{"changed meanwhile", []conformance.Exchange{list(1, "editor", "a"), list(2, "reader", "b"), put, list(4, "editor", "a")}, "http://x/editor"},
	} {
		failed := conformance.Result{ID: "alm/x", Verdict: conformance.Fail, Failures: []conformance.Difference{{Actual: "b"}}, Exchanges: []int{1, 2, 3, 4}}
		text := render(t, &conformance.Report{Results: []conformance.Result{failed}, Exchanges: test.exchanges}, report.Style{})
		requests := strings.Split(text, "request ")
		assert.Assert(t, cmp.Contains(requests[len(requests)-1], test.want), test.name)
	}
}

// TestVerboseSelection: whoever asks for all there is on one check doesn't get the names of all the others.
func TestVerboseSelection(t *testing.T) {
	r := &conformance.Report{}
	for _, id := range []string{"alm/a", "alm/b", "alm/c", "alm/d"} {
		r.NotRun = append(r.NotRun,
			conformance.NotRun{ID: id + "/out", Reason: "not selected"}, conformance.NotRun{ID: id + "/write", Reason: "the run is read-only"})
	}
	text := render(t, r, report.Style{Verbose: true})
	assert.Assert(t, !strings.Contains(text, "alm/d/out"))
	assert.Assert(t, cmp.Contains(text, "and 1 more"))
	assert.Assert(t, cmp.Contains(text, "alm/d/write"))
}
