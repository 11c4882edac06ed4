package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// mockTarget describes the mock's default world, served by the handler in this process.
func mockTarget(h http.Handler) *conformance.Target {
	yes, no := true, false
	both := []string{"Edit ALM connections", "Edit security tool connections"}
	user := func(name, organization string, permissions ...string) conformance.User {
		return conformance.User{
			Organization: organization, Permissions: permissions, SeesAllProjects: true,
			Token: conformance.Secret(name + "-token"), TokenEnv: "SDE_TOKEN_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")),
		}
	}
	return &conformance.Target{
		Transport: conformance.InProcess(h),
		Isolated:  true,
		Organizations: map[string]conformance.Organization{
			"main": {
				AdvancedALM: true,
				Connectors: conformance.Connectors{
					ALM: []conformance.Connector{
						{ID: 1, Name: "JIRA Cloud", System: "JIRA"},
						{ID: 2, Name: "Rally Production", System: "Rally"},
						{ID: 7, Name: "Team Server (old)", System: "TFS"},
					},
					Analysis: []conformance.Connector{
						{ID: 1, Name: "WhiteHat Sentinel EU", System: "WhiteHat", Remote: &yes},
						{ID: 2, Name: "Veracode Platform", System: "Veracode", Remote: &yes},
						{ID: 3, Name: "Fortify Upload", System: "Fortify", Remote: &no},
						{ID: 4, Name: "WebInspect Upload", System: "WebInspect", Remote: &no},
					},
				},
				Projects: []conformance.Project{
					{ID: 1, Name: "Proj 1", Application: "Finance App", BusinessUnit: "BU"},
					{ID: 2, Name: "Demo Project", Application: "Demo Application", BusinessUnit: "General"},
				},
			},
			"basic": {
				Connectors: conformance.Connectors{
					ALM:      []conformance.Connector{{ID: 5, Name: "Basic JIRA", System: "JIRA"}},
					Analysis: []conformance.Connector{{ID: 5, Name: "Basic WhiteHat", System: "WhiteHat", Remote: &yes}},
				},
				Projects: []conformance.Project{{ID: 4, Name: "Starter", Application: "Web Shop", BusinessUnit: "Retail"}},
			},
		},
		Users: map[string]conformance.User{
			"editor":          user("editor", "main", both...),
			"alm-editor":      user("alm-editor", "main", both[0]),
			"security-editor": user("security-editor", "main", both[1]),
			"reader":          user("reader", "main"),
			"basic":           user("basic", "basic", both...),
		},
	}
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
