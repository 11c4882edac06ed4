package explore_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/explore/model"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// mockTarget is the target file of the mock's default world, served by the handler in this process.
func mockTarget(h http.Handler) *conformance.Target {
	target, err := conformance.ReadTarget(fixtures.TargetMockFile, fixtures.TargetMock())
	if err != nil {
		panic(err)
	}
	for _, u := range mock.DefaultWorld().Users() {
		user := target.Users[u.Name]
		user.Token = conformance.Secret(u.Token)
		target.Users[u.Name] = user
	}
	target.URL, target.Transport = "", conformance.InProcess(h)
	target.Writes = conformance.Writes{MaxCreates: 400}
	return target
}

var modelOf = model.Of

func run(t *testing.T, h http.Handler, o explore.Options) *explore.Report {
	t.Helper()
	report, err := explore.Run(t.Context(), mockTarget(h), model.Of, o)
	assert.NilError(t, err)
	return report
}

// told lists the findings, for messages.
func told(r *explore.Report) string {
	var b strings.Builder
	for i, f := range append(r.Findings, r.Unconfirmed...) {
		fmt.Fprintf(&b, "%d %s %s %s doubtful=%v expected %s, got %s (%d times)\n", i, f.Oracle, f.Operation, f.Place, f.Doubtful, f.Expected, f.Actual, f.Count)
		for j, s := range f.Sequence {
			fmt.Fprintf(&b, "    %d %s%s %s %s %s %.300s %s %s\n", j, s.Makes, s.User, s.Method, s.Path, s.Header, s.Body, s.Expect, s.Why)
		}
		for _, ev := range f.Evidence {
			e := ev.Exchange
			fmt.Fprintf(&b, "      %s %s %.200s -> %d %.600s\n", e.Method, e.URL, e.RequestBody, e.Status, e.ResponseBody)
		}
	}
	return b.String()
}

// TestMockHasNoFinding: the mock is what the model is.
func TestMockHasNoFinding(t *testing.T) {
	for seed := range uint64(3) {
		report := run(t, mock.New(), explore.Options{Seed: seed, Requests: 1000})
		assert.Equal(t, told(report), "")
		assert.Equal(t, report.Requests, 1000)
		assert.Equal(t, report.Incomplete+report.Unreachable+report.Stopped, "")
	}
}
