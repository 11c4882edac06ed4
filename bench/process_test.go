package bench_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The server has one core for itself and the load generator another, so that neither takes time from the other.
const (
	serverCore = "0"
	loadCore   = "1"
)

// pinned tells whether processes can be kept on their cores; if so, this one is the load generator from now on.
var pinned = sync.OnceValue(func() bool {
	if !benchmarking() || exec.Command("taskset", "--cpu-list", serverCore, "true").Run() != nil {
		return false
	}
	return exec.Command("taskset", "--all-tasks", "--pid", "--cpu-list", loadCore, strconv.Itoa(os.Getpid())).Run() == nil
})

// process is a server in a process of its own, on one core and with GOMAXPROCS=1.
type process struct {
	tb    testing.TB
	url   string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   *bufio.Reader
}

// startServer starts one of the servers; stop ends it.
func startServer(tb testing.TB, name string) *process {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return startProcess(tb, name, exe)
}

func startProcess(tb testing.TB, name string, command ...string) *process {
	tb.Helper()
	if pinned() {
		command = append([]string{"taskset", "--cpu-list", serverCore}, command...)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), serverVariable+"="+name, "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	p := &process{tb: tb, cmd: cmd, stdin: stdin, out: bufio.NewReader(stdout)}
	greeting, err := p.out.ReadString('\n')
	at := strings.Index(greeting, "http://")
	if err != nil || at < 0 {
		p.stop()
		tb.Fatalf("%v: %q", err, greeting)
	}
	p.url = strings.TrimSpace(greeting[at:])
	return p
}

// stop ends the process.
func (p *process) stop() {
	_ = p.stdin.Close()
	if os.Getenv(profileVariable) == "" { // else it writes its profile first
		_ = p.cmd.Process.Kill()
	}
	_ = p.cmd.Wait()
}

// spent is what a server has used since it started.
type spent struct {
	Allocations uint64
	Bytes       uint64        // allocated
	CPU         time.Duration // of both kinds; zero where there is no /proc
}

// spent asks the server.
func (p *process) spent() spent {
	p.tb.Helper()
	var s spent
	_, err := p.stdin.Write([]byte("\n"))
	if err == nil {
		var line []byte
		line, err = p.out.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &s)
		}
	}
	if err != nil {
		p.tb.Fatal(err)
	}
	return s
}

// serveUntilStdinEnds is what a server's process does: it prints its URL, and for each line what it has spent.
func serveUntilStdinEnds(name string) error {
	handler, err := newServer(name)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stopProfile, err := startProfile(name)
	if err != nil {
		return err
	}
	defer stopProfile()
	go func() { _ = http.Serve(listener, handler) }()
	fmt.Println("http://" + listener.Addr().String())
	out := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if err := out.Encode(spent{m.Mallocs, m.TotalAlloc, cpuTime()}); err != nil {
			return err
		}
	}
	return nil
}

// profileVariable names the beginning of the files for CPU profiles of the servers: its value, and the server's name.
const profileVariable = "SDECONTRACT_BENCH_PROFILE"

// startProfile begins to sample where the server spends its time, if somebody asked for it.
func startProfile(name string) (stop func(), err error) {
	file := os.Getenv(profileVariable)
	if file == "" {
		return func() {}, nil
	}
	out, err := os.Create(file + name + ".out")
	if err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = out.Close()
	}, pprof.StartCPUProfile(out)
}

// cpuTime is what this process has used, as Linux tells it in hundredths of a second.
func cpuTime() time.Duration {
	stat, _ := os.ReadFile("/proc/self/stat")
	_, rest, _ := strings.Cut(string(stat), ") ") // the name may have blanks
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// resident is the memory in bytes that a process holds, as Linux tells it.
func (p *process) resident() float64 {
	p.tb.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		p.tb.Skip("memory is measured on Linux only")
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			if err != nil {
				p.tb.Fatal(err)
			}
			return kib * 1024
		}
	}
	p.tb.Fatal("the system tells no VmRSS")
	return 0
}
