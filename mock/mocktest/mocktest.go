// Package mocktest runs the mock in a test, and fails the test if its client breaks the contract.
package mocktest

import (
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/sdecontract/sdecontract/mock"
)

// Server is a mock that listens while a test runs. A test that needs no network calls it by way of its
// [mock.Server.Client]; the URLs are the same.
type Server struct {
	*mock.Server
	URL             string // such as http://127.0.0.1:41234, without a slash at the end
	allowViolations atomic.Bool
}

// Start runs a mock until the test ends, on a free port of the loopback interface. Then the test fails
// for each request that broke the contract ([mock.Violation]), and for each reply with which the mock
// itself would have ([mock.Fault]). What was legal but probably not meant ([mock.Note]) is logged.
func Start(tb testing.TB, options ...mock.Option) *Server {
	tb.Helper()
	s := &Server{Server: mock.New(options...)}
	listener := httptest.NewServer(s.Server)
	s.URL = listener.URL + s.BasePath()
	tb.Cleanup(func() {
		tb.Helper()
		s.ClearFaults() // which might hold a reply back
		listener.Close()
		s.report(tb)
	})
	return s
}

// AllowViolations lets the test break the contract, to see how its client takes a refusal. It holds
// for the whole test, whenever it is called.
func (s *Server) AllowViolations() { s.allowViolations.Store(true) }

func (s *Server) report(tb testing.TB) {
	tb.Helper()
	for _, e := range s.Broken() {
		for _, f := range e.Findings {
			switch {
			case f.Severity == mock.Fault:
				tb.Errorf("the mock broke the contract on %s %s: %s", e.Method, e.Target, f)
			case f.Severity == mock.Violation && !s.allowViolations.Load():
				tb.Errorf("the client broke the contract on %s %s (answered %d): %s", e.Method, e.Target, e.Status, f)
			}
		}
	}
	for _, e := range s.Exchanges() {
		for _, f := range e.Findings {
			if f.Severity == mock.Note {
				tb.Logf("%s %s: %s", e.Method, e.Target, f)
			}
		}
	}
}
