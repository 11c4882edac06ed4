package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkColdStart measures from the start of the process to its first answered request, and reports
// the memory it then holds. The binary is built first, and not part of the time.
func BenchmarkColdStart(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "sdecontract")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var memory int64
	for b.Loop() {
		cmd := exec.Command(bin, "mock", "--listen", "127.0.0.1:0", "--log", "none")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		greeting, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		url := strings.TrimSpace(greeting[strings.Index(greeting, "http://"):]) + "/api/v2/connections/alm/"
		req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Token reader-token")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp, err)
		}
		_ = resp.Body.Close()
		b.StopTimer()
		memory = max(memory, residentKiB(b, cmd.Process.Pid))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/start")
	b.ReportMetric(float64(memory)/1024, "MiB-resident")
}

// residentKiB is the memory that a process holds, as Linux tells it.
func residentKiB(b *testing.B, pid int) int64 {
	b.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		b.Skip("memory is measured on Linux only")
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib
		}
	}
	return 0
}
