package verdict_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

// TestVerdictOnBothSides: what is said of the client and of the server behind a proxy, and the exit status.
func TestVerdictOnBothSides(t *testing.T) {
	type found = map[mock.Severity]int64
	for _, tc := range []struct {
		found          found
		violations, ok bool // allowed: violations, breaches
		status         int
		want           string
	}{
		{nil, false, false, 0, "the client kept to the contract; the server kept to it"},
		{found{mock.Breach: 1}, false, false, 1, "the client kept to the contract; the server broke it"},
		{found{mock.Breach: 1}, false, true, 0, "the client kept to the contract; the server broke it, which --allow-breaches allows"},
		{found{mock.Violation: 1}, false, false, 1, "the client broke the contract; the server kept to it"},
		{found{mock.Violation: 1, mock.Breach: 1}, true, false, 1, "the client broke the contract, which --allow-violations allows; the server broke it"},
		{found{mock.Violation: 1, mock.Breach: 1}, true, true, 0, "the client broke the contract, which --allow-violations allows; the server broke it, which --allow-breaches allows"},
		{found{mock.Outage: 2, mock.Breach: 1}, true, true, 4, "the server gave no answer, or no whole one, to 2 requests"},
	} {
		status := 0
		r := &verdict.Report{Upstream: "https://sde.example.com", Command: &status, Requests: 5, Findings: tc.found, AllowViolations: tc.violations, AllowBreaches: tc.ok}
		assert.Equal(t, r.Conclusion(), tc.want)
		assert.Equal(t, r.ExitStatus(), tc.status, tc.want)
	}
}

// TestBreachesInReports: each form names the breach, and a CI server sees a failure only if it counts.
func TestBreachesInReports(t *testing.T) {
	leak := mock.Finding{Severity: mock.Breach, In: "reply", Pointer: "/params", Message: "is shown to reader"}
	r := fixed()
	r.Upstream, r.Findings, r.Minimums = "https://sde.example.com", map[mock.Severity]int64{mock.Breach: 1}, nil
	r.Remarks = []verdict.Remark{{Finding: leak, Operation: "getAlmConnection", First: verdict.Call{Number: 4, Method: "GET", Target: "/x", Status: 200}, Times: 1}}
	for i := range r.Operations {
		r.Operations[i].Findings = map[mock.Severity]int64{}
	}
	r.Operations[2].Findings[mock.Breach] = 1
	for name, write := range forms {
		if name != "har" {
			assert.Assert(t, strings.Contains(draw(t, write, r), "is shown to reader"), name)
		}
	}
	assert.Equal(t, strings.Count(draw(t, forms["junit"], r), "<failure"), 1)
	r.AllowBreaches = true
	assert.Equal(t, strings.Count(draw(t, forms["junit"], r), "<failure"), 0)
}
