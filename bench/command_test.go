package bench_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkColdStart measures from the start of the process to its first answered request.
func BenchmarkColdStart(b *testing.B) {
	bin := build(b)
	var memory float64
	for b.Loop() {
		p := startCommand(b, bin)
		run(b, shape{path: collectionPath}.load(p.url, 1), 1, http.StatusOK)
		b.StopTimer()
		memory = max(memory, p.resident())
		p.stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/start")
	b.ReportMetric(memory/(1<<20), "MiB-resident")
}

// BenchmarkMemory measures what a process holds when it has started, after a load of reads, and what each connection
// that a client creates adds to that, all of it as the system sees it: with what the garbage collector keeps free.
// It does so once, whatever b.N is.
func BenchmarkMemory(b *testing.B) {
	const reads, creates = 40_000, 50_000
	world := filepath.Join(b.TempDir(), "world.yaml")
	if err := os.WriteFile(world, []byte(worldOf(items)), 0o600); err != nil {
		b.Fatal(err)
	}
	p := startCommand(b, build(b), "--world", world)
	defer p.stop()
	idle := p.resident()
	for _, s := range []shape{shapes[0], shapes[2]} {
		run(b, s.load(p.url, 16), reads/2, s.status)
	}
	loaded := p.resident()
	post := shapes[4]
	run(b, post.load(p.url, 16), creates, post.status)
	b.ReportMetric(0, "ns/op") // it says nothing here
	b.ReportMetric(idle/(1<<20), "MiB-idle")
	b.ReportMetric(loaded/(1<<20), "MiB-loaded")
	b.ReportMetric((p.resident()-loaded)/creates, "B/connection")
}

// build makes the command, outside of what is measured.
func build(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "sdecontract")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/sdecontract").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return bin
}

func startCommand(b *testing.B, bin string, flags ...string) *process {
	b.Helper()
	return startProcess(b, "", append([]string{bin, "mock", "--listen", "127.0.0.1:0", "--log", "none"}, flags...)...)
}
