package mocktest_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/mocktest"
)

func ExampleRequireCoverage() {
	_ = func(t *testing.T) { // a test of yours
		srv := mocktest.Start(t)

		// Let your client do all that it can.

		mocktest.RequireCoverage(t, srv, 0.8)
		mocktest.RequireCoverage(t, srv, 1, mock.Operations)
	}
}

func ExampleRequireBehaviour() {
	_ = func(t *testing.T) { // a test of yours
		srv := mocktest.Start(t)

		// Let your client read connections as somebody who may not see their params,
		// and try to create one at a frequency that the plan doesn't include.

		mocktest.RequireBehaviour(t, srv, "AlmConnection/params/x-visible-with/hidden", "Frequency/x-feature/refused")
	}
}

func TestRequireCoverage(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(t)
	send(t, http.MethodGet, srv.URL+"/api/v2/connections/alm/", "")
	mocktest.RequireCoverage(tb, srv, 0.01)
	mocktest.RequireCoverage(tb, srv, 0.2, mock.Users)
	assert.Assert(t, cmp.Len(tb.errors, 0))

	mocktest.RequireCoverage(tb, srv, 0.8)
	assert.Assert(t, cmp.Len(tb.errors, 1))
	assert.Assert(t, cmp.Contains(tb.errors[0], "the client has met less than 80 % of the contract\n"))
	assert.Assert(t, cmp.Contains(tb.errors[0], "never createAlmConnection, getAlmConnection"))
	assert.Assert(t, strings.Count(tb.errors[0], "\n") <= 21, tb.errors[0])

	mocktest.RequireCoverage(tb, srv, 0.5, mock.Users)
	assert.Assert(t, cmp.Contains(tb.errors[1], "never alm-editor, security-editor, reader, basic"))
	assert.Assert(t, !strings.Contains(tb.errors[1], "operations"))
}

func TestRequireBehaviour(t *testing.T) {
	tb := &recorder{TB: t}
	srv := mocktest.Start(t)
	send(t, http.MethodGet, srv.URL+"/api/v2/connections/alm/", "")
	mocktest.RequireBehaviour(tb, srv, "AlmConnection/params/x-visible-with/shown", "listAlmConnections/status/200", "user/editor")
	assert.Assert(t, cmp.Len(tb.errors, 0))

	mocktest.RequireBehaviour(tb, srv, "AlmConnection/params/x-visible-with/hidden", "AlmConnection/params/x-visible-with/hiden")
	assert.Assert(t, cmp.Len(tb.errors, 2))
	assert.Equal(t, tb.errors[0], `the client has never met AlmConnection/params/x-visible-with/hidden: `+
		`alm params: hidden from a user without the permission "Edit ALM connections" `+
		`(see "Get All ALM Connections of All Projects", line 46; "Get a Specific ALM Connection", line 112; openapi.yaml:1124)`)
	assert.Assert(t, cmp.Contains(tb.errors[1], "did you mean"))
}
