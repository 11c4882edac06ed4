package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
)

func exchange(n int, severity mock.Severity, message string) mock.Exchange {
	return mock.Exchange{
		Number: int64(n), Method: http.MethodGet, Target: "/x", Operation: "getX", Status: 400,
		Findings: []mock.Finding{{Severity: severity, In: "body", Message: message}},
	}
}

// TestFaultIsNotTheClients: a reply that would have broken the contract ends with a status of its own, whatever the
// client did, unless the command failed.
func TestFaultIsNotTheClients(t *testing.T) {
	v := newVerdict()
	v.observe(exchange(1, mock.Violation, "is wrong"))
	v.observe(exchange(2, mock.Fault, "is missing"))
	var b strings.Builder
	assert.Error(t, v.conclude(&b, 0, true), "exit status 4")
	assert.Assert(t, cmp.Contains(b.String(), "sdecontract: 2 requests, 1 failed by the mock, 1 broke the contract\n\n  fault "))
	assert.Error(t, v.conclude(&b, 5, false), "exit status 5")
}

// TestVerdictIsBounded: however much a client gets wrong, counts are right, and what isn't shown is counted.
func TestVerdictIsBounded(t *testing.T) {
	v := newVerdict()
	for i := range 2 * maxRemarks {
		v.observe(exchange(i, mock.Violation, fmt.Sprint("wrong in way ", i)))
	}
	var b strings.Builder
	assert.Error(t, v.conclude(&b, 0, false), "exit status 1")
	assert.Assert(t, cmp.Contains(b.String(), "2000 requests, 2000 broke the contract\n"))
	assert.Equal(t, strings.Count(b.String(), "wrong in way"), maxShown)
	assert.Assert(t, cmp.Contains(b.String(), "and at least 980 more"))
}

// TestVerdictIsPrintable: what a client sent can't move a terminal's cursor.
func TestVerdictIsPrintable(t *testing.T) {
	v := newVerdict()
	v.observe(exchange(1, mock.Violation, "\x1b[2Jis wrong"))
	var b strings.Builder
	assert.Error(t, v.conclude(&b, 0, false), "exit status 1")
	assert.Assert(t, cmp.Contains(b.String(), `    body: \x1b[2Jis wrong`))
}
