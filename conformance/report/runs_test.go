package report_test

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

type form = func(io.Writer, *conformance.Report) error

func draw(t testing.TB, f form, r *conformance.Report) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, f(&b, r))
	return b.String()
}

// everyRun calls f with reports of two checks, in every combination of what a run can come to.
func everyRun(t *testing.T, f func(r *conformance.Report)) {
	t.Helper()
	var outcomes []conformance.Result
	for _, v := range conformance.Verdicts {
		outcomes = append(outcomes, conformance.Result{ID: "alm/x", Verdict: v})
		if v == conformance.Fail || v == conformance.Warn || v == conformance.Error {
			outcomes = append(outcomes, conformance.Result{ID: "alm/x", Verdict: v, Known: "ticket 7"})
		}
	}
	for _, a := range outcomes {
		for _, b := range outcomes {
			for bits := range 16 {
				r := &conformance.Report{Mode: conformance.Write, Complete: bits&1 == 0, Results: []conformance.Result{a, b}}
				if bits&2 != 0 {
					r.NotRun = []conformance.NotRun{{ID: "alm/z", Reason: "not selected"}}
				}
				if bits&4 != 0 {
					r.Known = []conformance.Known{{ID: "alm/w", Verdict: conformance.Fail, Stale: "the check passes"}}
				}
				if bits&8 != 0 {
					r.Mode = conformance.Read
				}
				f(r)
			}
		}
	}
}

// told tells of a report where a test fails.
func told(r *conformance.Report) string {
	return fmt.Sprintf("%s(%s) %s(%s), complete %v, not run %d, stale %d, %s", r.Results[0].Verdict, r.Results[0].Known,
		r.Results[1].Verdict, r.Results[1].Known, r.Complete, len(r.NotRun), r.Stale(), r.Mode)
}

// nasty is what a target may send to spoil a report.
const nasty = "\x00\x01\x1b[31mred\x1b[0m\xff\xfe\u202e\ufffe\u2028\x7f\r\n# head\n\n```\n````` </script>]]><!-- --><![CDATA[ " +
	"<img src=x onerror=y> @user ![i](https://x.example/) [l](javascript:y) www.x.example a|b $x$ \\` \\| &amp; </details>\n---\n* * *\n"

// hostile is a report of so many failures, all of whose texts are nasty.
func hostile(failures int) *conformance.Report {
	r := fixed()
	body := conformance.Body(strings.Repeat(nasty, (16<<10)/len(nasty)+1)[:16<<10])
	r.Target, r.Implementation.Product, r.Suite.Version, r.Selection = nasty, nasty, nasty, []string{nasty}
	for i := range failures {
		number := i + 10
		e := r.Exchanges[1]
		e.Number, e.URL, e.RequestBody, e.ResponseBody = number, "https://sde.example.com/"+nasty, body, body
		r.Exchanges = append(r.Exchanges, e)
		verdict := []conformance.Verdict{conformance.Fail, conformance.Warn, conformance.Noted, conformance.Blocked, conformance.Error, ""}[i/5%6]
		r.Results = append(r.Results, conformance.Result{
			ID: fmt.Sprint("alm/hostile/", i, nasty), Kind: conformance.ALM, Says: nasty, Verdict: verdict, Exchanges: []int{number}, Notes: []string{nasty},
			Cite:     conformance.Cite{Page: "Connections", Heading: fmt.Sprint(i/50, nasty), Lines: "1", Evidence: nasty},
			Failures: []conformance.Difference{{Pointer: nasty, Expected: nasty, Actual: string(body)}},
			Warnings: []conformance.Difference{{Actual: nasty}}, Error: nasty, Blocked: nasty,
		})
	}
	for i := range r.Known {
		r.Known[i].ID, r.Known[i].Stale = r.Known[i].ID+nasty, nasty
	}
	return r
}

// TestHostile: whatever a target sends, a report is text without a control character, and not too long for
// a CI server.
func TestHostile(t *testing.T) {
	forms := map[string]struct {
		form form
		most int
	}{
		"junit": {report.JUnit, 30_000_000}, "ctrf": {report.CTRF, 30_000_000}, "markdown": {report.Markdown, 1 << 20}, "badge": {report.Badge, 2000},
	}
	r := hostile(10_000)
	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			drawn := draw(t, f.form, r)
			assert.Assert(t, len(drawn) < f.most, "%d bytes", len(drawn))
			assert.Assert(t, utf8.ValidString(drawn))
			odd := strings.IndexFunc(drawn, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) })
			assert.Assert(t, odd < 0, "at %d", odd)
			if name != "markdown" { // in which it is code
				assert.Assert(t, !strings.Contains(drawn, "</script>"))
			}
		})
	}
}

// TestAgain: a report that was kept as JSON is drawn as it was on the day.
func TestAgain(t *testing.T) {
	for name, f := range map[string]form{"junit": report.JUnit, "ctrf": report.CTRF, "markdown": report.Markdown, "badge": report.Badge, "json": report.JSON} {
		again, err := report.ReadJSON(strings.NewReader(draw(t, report.JSON, fixed())))
		assert.NilError(t, err)
		assert.Equal(t, draw(t, f, again), draw(t, f, fixed()), name)
	}
}

func atoi(t testing.TB, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	assert.NilError(t, err)
	return n
}

// TestTheDecisiveRequestIsShown, and what came before it that could change something; nothing of what was asked later.
func TestTheDecisiveRequestIsShown(t *testing.T) {
	r := &conformance.Report{Results: []conformance.Result{{
		ID: "alm/x", Verdict: conformance.Fail, Failures: []conformance.Difference{{Actual: "wrong"}},
		Exchanges: []int{1, 2, 3, 4}, Decisive: 3,
	}}}
	for i, method := range []string{"POST", "PUT", "GET", "DELETE"} {
		r.Exchanges = append(r.Exchanges, conformance.Exchange{Number: i + 1, Method: method, URL: "http://sde.test/" + method, Status: 200})
	}
	text := draw(t, func(w io.Writer, r *conformance.Report) error { return report.Text(w, r, report.Style{}) }, r)
	for method, shown := range map[string]bool{"POST": false, "PUT": true, "GET": true, "DELETE": false} {
		assert.Equal(t, strings.Contains(text, "sde.test/"+method), shown, "%s\n%s", method, text)
	}
}
