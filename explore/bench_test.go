package explore_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/mock"
)

// overTheWire is the mock's target behind a real connection.
func overTheWire(b *testing.B) *conformance.Target {
	b.Helper()
	server := httptest.NewServer(mock.New())
	b.Cleanup(server.Close)
	target := mockTarget(nil)
	target.URL, target.Transport = server.URL, nil
	return target
}

// BenchmarkExplore asks b.N requests of a mock on the loopback interface, and judges the replies.
func BenchmarkExplore(b *testing.B) {
	target := overTheWire(b)
	b.ResetTimer()
	report, err := explore.Run(b.Context(), target, modelOf, explore.Options{Seed: 1, Requests: b.N})
	if err != nil || len(report.Findings) > 0 {
		b.Fatal(err, report.Findings)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// BenchmarkPlainLoop asks for one list b.N times, and reads the replies.
func BenchmarkPlainLoop(b *testing.B) {
	target := overTheWire(b)
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, target.URL+conformance.ALM.Path(), http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Authorization", "Token editor-token")
		reply, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, reply.Body)
		_ = reply.Body.Close()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
