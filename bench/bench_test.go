package bench_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/sdecontract/sdecontract/bench/loadgen"
)

// BenchmarkServers asks each server for each shape, over 16 connections. of-bare is the rate divided by that of the
// bare server in the same run: it says more than the rate, which depends on the machine.
func BenchmarkServers(b *testing.B) {
	for _, s := range shapes {
		compare(b, "shape="+s.name, s, 16, serverNames)
	}
}

// BenchmarkClients asks for one connection over more and more connections.
func BenchmarkClients(b *testing.B) {
	for _, connections := range []int{1, 16, 64, 256} {
		compare(b, fmt.Sprint("connections=", connections), shapes[0], connections, []string{"bare", "mock"})
	}
}

// compare measures the servers one after the other, each in a new process.
func compare(b *testing.B, name string, s shape, connections int, servers []string) {
	if pinned() {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	var bare float64
	for _, server := range servers {
		var p *process // the same for each b.N, so that its heap has grown when it counts
		b.Run(name+"/server="+server, func(b *testing.B) {
			if p == nil {
				p = startServer(b, server)
				run(b, s.load(p.url, connections), 100, s.status)
			}
			rate := measure(b, p, s, connections)
			if server == "bare" {
				bare = rate
			}
			if bare > 0 {
				b.ReportMetric(rate/bare, "of-bare")
			}
		})
		if p != nil {
			p.stop()
		}
	}
}

// measure puts b.N requests on a server, and returns how many it answers in a second.
func measure(b *testing.B, p *process, s shape, connections int) float64 {
	before := p.spent()
	b.ResetTimer()
	result := run(b, s.load(p.url, connections), int64(b.N), s.status)
	b.StopTimer()
	after := p.spent()

	n := float64(b.N)
	b.ReportAllocs() // the server's, as told below
	b.ReportMetric(float64(after.Allocations-before.Allocations)/n, "allocs/op")
	b.ReportMetric(float64(after.Bytes-before.Bytes)/n, "B/op")
	b.ReportMetric(float64((after.CPU-before.CPU).Nanoseconds())/n, "server-cpu-ns/op")
	b.ReportMetric(float64(after.CPU-before.CPU)/float64(result.Elapsed)*100, "server-busy-%")
	b.ReportMetric(float64(result.Elapsed.Nanoseconds())/n, "ns/op")
	b.ReportMetric(float64(result.Bytes)/1e6/result.Elapsed.Seconds(), "MB/s")
	b.ReportMetric(result.Rate(), "req/s")
	b.ReportMetric(float64(result.Quantile(0.5)), "p50-ns")
	b.ReportMetric(float64(result.Quantile(0.99)), "p99-ns")
	return result.Rate()
}

// run fails unless each reply has the status.
func run(tb testing.TB, load loadgen.Load, requests int64, status int) *loadgen.Result {
	tb.Helper()
	load.Requests = requests
	result, err := load.Run(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	if result.Statuses[status] != requests {
		tb.Fatalf("%s %s: want %d replies with status %d, got %v", load.Method, load.URL, requests, status, result.Statuses)
	}
	return result
}
