package verdict_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

var forms = map[string]func(io.Writer, *verdict.Report) error{
	"text": func(w io.Writer, r *verdict.Report) error { return verdict.Text(w, r, verdict.Style{}) },
	"verbose": func(w io.Writer, r *verdict.Report) error {
		return verdict.Text(w, r, verdict.Style{Color: true, Verbose: true})
	},
	"json": verdict.JSON, "junit": verdict.JUnit, "markdown": verdict.Markdown, "html": verdict.HTML, "har": verdict.HAR,
}

func draw(t testing.TB, write func(io.Writer, *verdict.Report) error, r *verdict.Report) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, write(&b, r))
	return b.String()
}

// fixed is a report that has everything there can be.
func fixed() *verdict.Report {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	frequency := mock.Finding{
		Severity: mock.Violation, In: "body", Pointer: "/frequency", Message: `"yearly" is not one of "hourly", "daily"`,
		Rule: "#/components/schemas/Frequency/enum", Location: "openapi.yaml:566", Source: `"Create an ALM Connection", line 181`,
	}
	missing := mock.Finding{Severity: mock.Violation, In: "body", Pointer: "/connector", Message: "is required"}
	unknown := mock.Finding{Severity: mock.Violation, In: "path", Message: "the contract has no /nope"}
	gone := mock.Finding{Severity: mock.Refusal, In: "path", Pointer: "connection_id", Message: "organization main has no alm connection 4711"}
	misspelt := mock.Finding{Severity: mock.Note, In: "query", Pointer: "alais", Message: `is no parameter; did you mean "alias"?`}
	create := verdict.Call{Number: 1, Method: "POST", Target: "/api/v2/connections/alm/", User: "editor", Status: 400}
	status := 0
	return &verdict.Report{
		Version: "v1.2.3", Start: start, Stop: start.Add(1500 * time.Millisecond), Command: &status,
		Minimums:   []verdict.Minimum{{Percent: 50}, {Kind: mock.Operations, Percent: 50}, {Kind: mock.Statuses, Percent: 100}},
		IdleFaults: []verdict.IdleFault{{ID: "<mine>", Says: "status 503", Matched: 1}, {ID: "fault-2", Says: "a delay of 1ms"}},
		Requests:   6, Findings: map[mock.Severity]int64{mock.Violation: 4, mock.Refusal: 1, mock.Note: 1},
		Remarks: []verdict.Remark{
			{Finding: frequency, Operation: "createAlmConnection", First: create, Times: 3},
			{Finding: missing, Operation: "createAlmConnection", First: create, Times: 3},
			{Finding: gone, Operation: "getAlmConnection", First: verdict.Call{Number: 4, Method: "GET", Target: "/api/v2/connections/alm/4711/", User: "reader", Status: 404}, Times: 1},
			{Finding: misspelt, Operation: "listAlmConnections", First: verdict.Call{Number: 5, Method: "GET", Target: "/api/v2/connections/alm/?alais=x", User: "reader"}, Times: 1},
			{Finding: unknown, First: verdict.Call{Number: 6, Method: "GET", Target: "/nope", Status: 404}, Times: 1},
		},
		Operations: []verdict.Usage{
			{Operation: "listAlmConnections", Requests: 1, Statuses: map[int]int64{0: 1}, Findings: map[mock.Severity]int64{mock.Note: 1}, Duration: time.Millisecond},
			{Operation: "createAlmConnection", Requests: 3, Statuses: map[int]int64{400: 3}, Findings: map[mock.Severity]int64{mock.Violation: 3}, Duration: 3 * time.Millisecond},
			{Operation: "getAlmConnection", Requests: 1, Statuses: map[int]int64{404: 1}, Findings: map[mock.Severity]int64{mock.Refusal: 1}, Duration: time.Millisecond},
			{Operation: "updateAlmConnection", Statuses: map[int]int64{}, Findings: map[mock.Severity]int64{}},
			{Requests: 1, Statuses: map[int]int64{404: 1}, Findings: map[mock.Severity]int64{mock.Violation: 1}, Duration: time.Millisecond},
		},
		Coverage: coverage(),
		Exchanges: []mock.Exchange{
			{
				Number: 1, Time: start, Duration: time.Millisecond, Method: "POST", Host: "localhost:1", Proto: "HTTP/1.1", Target: create.Target,
				Operation: "createAlmConnection", User: "editor", Status: 400, Bytes: 46, Findings: []mock.Finding{frequency, missing},
				RequestHeader: http.Header{"Authorization": {"Token $SDECONTRACT_TOKEN_EDITOR"}, "Content-Type": {"application/json"}},
				RequestBody:   `{"frequency":"yearly","alias":"</script>","params":{"alm_pass":"[redacted]"}}`,
				ReplyHeader:   http.Header{"Content-Type": {"application/json"}}, ReplyBody: `{"connector":["This field is required."]}`,
				Behaviours: []string{"AlmConnectionInput/violated"}, Cut: []string{"reply body"},
			},
			{Number: 5, Time: start, Method: "GET", Target: "/api/v2/connections/alm/?alais=x", User: "reader", Fault: "reset (fault-1)", Findings: []mock.Finding{misspelt}},
		},
	}
}

func coverage() mock.Coverage {
	return mock.Coverage{Covered: 4, Total: 8, Percent: 50, Groups: []mock.CoverageGroup{
		{Kind: mock.Operations, Covered: 3, Total: 4, Percent: 75, Items: []mock.CoverageItem{
			{ID: "listAlmConnections", Label: "listAlmConnections", Operation: "listAlmConnections", Says: "GET is called", Count: 1, First: 5},
			{ID: "createAlmConnection", Label: "createAlmConnection", Operation: "createAlmConnection", Says: "POST is called", Count: 3, First: 1},
			{ID: "getAlmConnection", Label: "getAlmConnection", Operation: "getAlmConnection", Says: "GET is called", Count: 1, First: 4},
			{ID: "updateAlmConnection", Label: "updateAlmConnection", Operation: "updateAlmConnection", Says: "PUT is called"},
		}},
		{Kind: mock.Statuses, Covered: 1, Total: 4, Percent: 25, Items: []mock.CoverageItem{
			{ID: "createAlmConnection/status/201", Label: "201", Operation: "createAlmConnection", Says: "answers 201", Source: `"Create", line 1`, Location: "openapi.yaml:1"},
			{ID: "createAlmConnection/status/400", Label: "400", Operation: "createAlmConnection", Says: "answers 400", Count: 3, First: 1},
			{ID: "createAlmConnection/status/503", Label: "503", Operation: "createAlmConnection", Says: "answers 503", OnDemand: "a fault"},
			{ID: "listAlmConnections/status/200", Label: "200", Operation: "listAlmConnections", Says: "answers 200"},
			{ID: "updateAlmConnection/status/200", Label: "200", Operation: "updateAlmConnection", Says: "answers 200"},
		}},
	}}
}

func TestForms(t *testing.T) {
	for name, write := range forms {
		if name == "har" {
			continue // its package tests it
		}
		t.Run(name, func(t *testing.T) {
			drawn := draw(t, write, fixed())
			if name == "html" {
				_, body, _ := strings.Cut(drawn, "</style>")
				drawn = body
			}
			golden.Assert(t, drawn, name+".golden")
		})
	}
}

func exchange(n int, severity mock.Severity, message string) mock.Exchange {
	return mock.Exchange{
		Number: int64(n), Method: http.MethodGet, Target: "/x", Operation: "getX", Status: 400,
		Findings: []mock.Finding{{Severity: severity, In: "body", Message: message}},
	}
}

// TestFaultIsNotTheClients: a reply that would have broken the contract ends with a status of its own, whatever the
// client did, unless the command failed.
func TestFaultIsNotTheClients(t *testing.T) {
	recorder := verdict.NewRecorder()
	recorder.Observe(exchange(1, mock.Violation, "is wrong"))
	recorder.Observe(exchange(2, mock.Fault, "is missing"))
	r := recorder.Report(mock.New())
	r.AllowViolations = true
	assert.Equal(t, r.ExitStatus(), verdict.Failed)
	text := draw(t, forms["text"], r)
	assert.Assert(t, cmp.Contains(text, "sdecontract: 2 requests, 1 failed by the mock, 1 broke the contract\n\n  fault "))
	status := 5
	r.Command = &status
	assert.Equal(t, r.ExitStatus(), 5)
}

// TestReportIsBounded: however much a client gets wrong, counts are right, and what isn't shown is counted.
func TestReportIsBounded(t *testing.T) {
	recorder := verdict.NewRecorder()
	for i := range 2000 {
		recorder.Observe(exchange(i, mock.Violation, fmt.Sprint("wrong in way ", i)))
	}
	r := recorder.Report(mock.New())
	assert.Equal(t, r.Omitted, int64(1000))
	text := draw(t, forms["text"], r)
	assert.Assert(t, cmp.Contains(text, "2000 requests, 2000 broke the contract\n"))
	assert.Equal(t, strings.Count(text, "wrong in way"), 20)
	assert.Assert(t, cmp.Contains(text, "and at least 980 more; --verbose shows them"))
	assert.Equal(t, strings.Count(draw(t, forms["verbose"], r), "wrong in way"), 1000)
}

// TestJudgement: what comes of a run, in words and as a status; and a CI server sees a failure or an error if and
// only if the status isn't 0.
func TestJudgement(t *testing.T) {
	seven, zero := 7, 0
	half := []verdict.Minimum{{Percent: 50}}
	for _, tc := range []struct {
		name   string
		change func(*verdict.Report)
		status int
		want   string
	}{
		{"kept", func(*verdict.Report) {}, 0, "the client kept to the contract"},
		{"broke", func(r *verdict.Report) { violate(r) }, 1, "the client broke the contract"},
		{"allowed", func(r *verdict.Report) { violate(r); r.AllowViolations = true }, 0, "the client broke the contract, which --allow-violations allows"},
		{"nothing", func(r *verdict.Report) { *r = *verdict.Of(mock.New()) }, 1, "nothing was tested"},
		{"nothing allowed", func(r *verdict.Report) { *r = *verdict.Of(mock.New()); r.AllowViolations = true }, 0, "nothing was tested, which --allow-violations allows"},
		{"command", func(r *verdict.Report) { r.Command = &seven; violate(r) }, 7, "the command failed"},
		{"command succeeded", func(r *verdict.Report) { r.Command = &zero }, 0, "the client kept to the contract"},
		{"fault", func(r *verdict.Report) {
			r.Findings[mock.Fault], r.Operations[0].Findings[mock.Fault] = 1, 1
		}, 4, "the mock was about to break the contract itself; please report this"},
		{"met", func(r *verdict.Report) { r.Minimums = half }, 0, "the client kept to the contract"},
		{"unmet", func(r *verdict.Report) {
			r.Minimums = []verdict.Minimum{{Percent: 50.1}, {Kind: mock.Operations, Percent: 75}, {Kind: mock.Statuses, Percent: 26}}
		}, 1, "the client kept to the contract, but covered 50.0 % of it, less than 50.1 % and 25.0 % of the statuses, less than 26 %"},
		{"unmet and allowed", func(r *verdict.Report) {
			violate(r)
			r.AllowViolations, r.Minimums = true, []verdict.Minimum{{Percent: 51}}
		}, 1, "the client broke the contract, which --allow-violations allows, and covered 50.0 % of it, less than 51 %"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := fixed()
			r.Minimums, r.Command = nil, nil
			delete(r.Findings, mock.Violation)
			for i := range r.Operations {
				delete(r.Operations[i].Findings, mock.Violation)
			}
			tc.change(r)
			assert.Equal(t, r.ExitStatus(), tc.status)
			assert.Equal(t, r.Conclusion(), tc.want)
			junit := draw(t, verdict.JUnit, r)
			assert.Equal(t, strings.Contains(junit, "<failure") || strings.Contains(junit, "<error"), tc.status != 0, junit)
			for name, write := range forms {
				assert.Assert(t, draw(t, write, r) != "", name)
			}
		})
	}
}

func violate(r *verdict.Report) {
	r.Findings[mock.Violation], r.Operations[1].Findings[mock.Violation] = 3, 3
}

// TestOf: what the journal has forgotten is counted, and what it has is judged like what a recorder saw.
func TestOf(t *testing.T) {
	recorder := verdict.NewRecorder()
	srv := mock.New(mock.WithJournal(3, 1<<20), mock.WithObserver(recorder.Observe))
	client := srv.Client()
	for _, path := range []string{"/nope", "/api/v2/connections/alm/1/", "/api/v2/connections/alm/1/", "/api/v2/connections/alm/1/", "/api/v2/connections/alm/1/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mock"+path, http.NoBody)
		assert.NilError(t, err)
		req.Header.Set("Authorization", "Token reader-token")
		resp, err := client.Do(req)
		assert.NilError(t, err)
		assert.NilError(t, resp.Body.Close())
	}
	r := verdict.Of(srv)
	assert.Equal(t, r.Requests, int64(4)) // three, and the one that broke the contract
	assert.Equal(t, r.Forgotten, int64(1))
	assert.Equal(t, r.ExitStatus(), verdict.Broken)
	assert.Assert(t, cmp.Contains(r.Summary(), "1 more before that the journal has forgotten"))

	seen := recorder.Report(srv)
	assert.Equal(t, seen.Requests, int64(5))
	assert.Equal(t, seen.Forgotten, int64(0))
	assert.DeepEqual(t, seen.Remarks, r.Remarks)
	assert.Equal(t, seen.Operations[len(seen.Operations)-1].Statuses[404], int64(1))
}
