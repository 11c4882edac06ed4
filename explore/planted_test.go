package explore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/mock"
)

// planted is a mock with a bug that needs several steps to show.
type planted struct {
	mock   http.Handler
	before func(r *http.Request, body map[string]any) // changes a request
	after  func(r *http.Request, reply map[string]any)
}

func (p planted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	var body map[string]any
	if json.Unmarshal(data, &body) == nil && p.before != nil && body != nil {
		p.before(r, body)
		data, _ = json.Marshal(body)
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	recorder := httptest.NewRecorder()
	p.mock.ServeHTTP(recorder, r)
	maps.Copy(w.Header(), recorder.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(recorder.Code)
	d := json.NewDecoder(bytes.NewReader(recorder.Body.Bytes()))
	d.UseNumber()
	var reply map[string]any
	if p.after == nil || d.Decode(&reply) != nil || recorder.Code/100 != 2 {
		_, _ = w.Write(recorder.Body.Bytes())
		return
	}
	p.after(r, reply)
	_ = json.NewEncoder(w).Encode(reply)
}

// secondUpdate loses the alias of every second update of a connection.
func secondUpdate() planted {
	updates := map[string]int{}
	return planted{
		mock: mock.New(),
		before: func(r *http.Request, body map[string]any) {
			if r.Method == http.MethodPut && updates[r.URL.Path]%2 == 1 && body["alias"] != nil {
				body["alias"] = "lost"
			}
		},
		after: func(r *http.Request, _ map[string]any) {
			if r.Method == http.MethodPut {
				updates[r.URL.Path]++
			}
		},
	}
}

// shownOnce hides params for good from everybody once somebody has read the connection who may not see them.
func shownOnce() planted {
	hidden := map[string]bool{}
	return planted{mock: mock.New(), after: func(r *http.Request, reply map[string]any) {
		if r.Method != http.MethodGet || reply["id"] == nil {
			return
		}
		if _, shown := reply["params"]; !shown {
			hidden[r.URL.Path] = true
		}
		if hidden[r.URL.Path] {
			delete(reply, "params")
		}
	}}
}

// mixedUp shows the frequency of the connection that was updated last to who then reads another one.
func mixedUp() planted {
	var updated, frequency any
	return planted{mock: mock.New(), after: func(r *http.Request, reply map[string]any) {
		switch {
		case reply["id"] == nil:
		case r.Method == http.MethodPut:
			updated, frequency = r.URL.Path, reply["frequency"]
		case r.Method == http.MethodGet && updated != nil && updated != r.URL.Path:
			reply["frequency"], updated = frequency, nil
		}
	}}
}

// TestShrinking: of a bug that needs three or four steps, no more are left.
func TestShrinking(t *testing.T) {
	for name, bug := range map[string]struct {
		server planted
		steps  []string
	}{
		"second update": {secondUpdate(), []string{"POST", "PUT", "PUT"}},
		"shown once":    {shownOnce(), []string{"POST", "GET", "GET"}},
		"mixed up":      {mixedUp(), []string{"POST", "POST", "PUT", "GET"}},
	} {
		t.Run(name, func(t *testing.T) {
			report := run(t, bug.server, explore.Options{Seed: 1, Requests: 5000, MaxFindings: 1})
			assert.Equal(t, len(report.Findings), 1, told(report))
			var methods []string
			for _, s := range report.Findings[0].Sequence {
				methods = append(methods, s.Method)
			}
			assert.Check(t, slices.Equal(methods, bug.steps), told(report))
			assert.Assert(t, len(report.Findings[0].Sequence[0].Body) < 150, report.Findings[0].Sequence[0].Body)
		})
	}
}

var changing = regexp.MustCompile(`[0-9.]+m?s\b`)

// TestReports: what people and machines read of a finding.
func TestReports(t *testing.T) {
	report := run(t, shownOnce(), explore.Options{Seed: 1, Requests: 5000, MaxFindings: 1, Prefix: "sdecontract-00000000-"})
	var text, data bytes.Buffer
	assert.NilError(t, explore.Text(&text, report, false))
	golden.Assert(t, changing.ReplaceAllString(text.String(), "0s"), "report.golden")
	assert.NilError(t, explore.JSON(&data, report))
	var read struct {
		ExitStatus int `json:"exit_status"`
		explore.Report
	}
	assert.NilError(t, json.Unmarshal(data.Bytes(), &read))
	assert.Equal(t, read.ExitStatus, explore.ExitFindings)
	again, err := json.Marshal(read.Findings[0].Sequence)
	assert.NilError(t, err)
	kept, err := json.Marshal(report.Findings[0].Sequence)
	assert.NilError(t, err)
	assert.Equal(t, string(again), string(kept))
}

// TestScriptRuns: the script of a finding shows it again, with new connections.
func TestScriptRuns(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	server := httptest.NewServer(mixedUp())
	defer server.Close()
	target := mockTarget(nil)
	target.URL, target.Transport = server.URL, nil
	report, err := explore.Run(t.Context(), target, modelOf, explore.Options{Seed: 1, Requests: 5000, MaxFindings: 1})
	assert.NilError(t, err)
	assert.Equal(t, len(report.Findings), 1, "%s%s%s", told(report), report.Incomplete, report.Unreachable)
	c := exec.CommandContext(t.Context(), "sh", "-e")
	c.Stdin = strings.NewReader(report.Findings[0].Script())
	for name, u := range target.Users {
		c.Env = append(c.Env, u.TokenEnv+"="+name+"-token")
	}
	c.Env = append(c.Env, "PATH="+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	assert.NilError(t, err, string(out))
	assert.Equal(t, strings.Count(string(out), " 201 Created"), 2, "%s\n%s", report.Findings[0].Script(), out)
	assert.Assert(t, strings.Count(string(out), " 200 OK") >= 3, "%s", out)
	assert.Assert(t, strings.Contains(string(out), `"alias":"sdecontract-explore-`), "%s", out)
	assert.Assert(t, !strings.Contains(string(out), "HTTP/1.1 4"), "%s", out)
}

// TestInterrupted: who gives up gets the report so far, and what was created is left in order.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	server := mock.New()
	target := mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 100 {
			cancel()
		}
		server.ServeHTTP(w, r)
	}))
	report, err := explore.Run(ctx, target, modelOf, explore.Options{Seed: 1})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, report.ExitStatus(), explore.ExitIncomplete)
	assert.Equal(t, told(report), "")
	assert.Assert(t, len(report.Created) > 0)
	for _, c := range report.Created {
		assert.Equal(t, c.Frequency, "manually")
	}
}
