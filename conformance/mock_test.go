package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// mockTarget is the target file of the mock's default world, served by the handler in this process. The
// tokens are the world's.
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
	target.Writes = conformance.Writes{} // in this process they need no permission
	return target
}

// run runs the suite and fails the test if it can't.
func run(t *testing.T, target *conformance.Target, opts ...conformance.Option) *conformance.Report {
	t.Helper()
	report, err := conformance.Run(t.Context(), target, opts...)
	assert.NilError(t, err)
	return report
}

// failures lists what isn't as it should be, for messages.
func failures(r *conformance.Report) string {
	var b strings.Builder
	for _, result := range r.Results {
		switch result.Verdict {
		case conformance.Pass, conformance.Noted:
			continue
		}
		b.WriteString(string(result.Verdict) + " " + result.ID + ": " + result.Says + "\n")
		for _, d := range append(result.Failures, result.Warnings...) {
			b.WriteString("    " + d.Pointer + " expected " + d.Expected + ", got " + d.Actual + "\n")
		}
		b.WriteString("    " + result.Blocked + result.Inconclusive + result.Error + "\n")
	}
	return b.String()
}

// TestMockConforms: every check runs against the built-in mock, and passes.
func TestMockConforms(t *testing.T) {
	report := run(t, mockTarget(mock.New()))
	assert.Equal(t, failures(report), "")
	assert.Equal(t, report.ExitStatus(), conformance.ExitConformant)
	creates := map[conformance.Kind]int{}
	for _, c := range report.Created {
		creates[c.Kind]++
		assert.Equal(t, c.Frequency, "manually", "%s %d", c.Kind, c.ID)
	}
	assert.Assert(t, creates[conformance.ALM] <= 12, creates)
	assert.Assert(t, creates[conformance.Analysis] <= 12, creates)
}
