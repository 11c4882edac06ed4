package bench_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// TestFigures: docs/performance.md shows the figures of baseline.txt and no others. With -update, it writes them.
func TestFigures(t *testing.T) {
	const file, begin, end = "../docs/performance.md", "<!-- figures: begin -->\n", "<!-- figures: end -->\n"
	text, err := os.ReadFile("baseline.txt")
	assert.NilError(t, err)
	want := "\n" + readFigures(string(text)).render() + "\n"
	page, err := os.ReadFile(file)
	assert.NilError(t, err)
	before, rest, ok := strings.Cut(string(page), begin)
	shown, after, closed := strings.Cut(rest, end)
	assert.Assert(t, ok && closed, "%s lacks the lines %q and %q", file, begin, end)
	if golden.FlagUpdate() {
		assert.NilError(t, os.WriteFile(file, []byte(before+begin+want+end+after), 0o600))
		return
	}
	assert.Equal(t, shown, want, "run: make bench-keep")
}

// figures are what benchmarks printed: by name and unit, in the order of the runs.
type figures struct {
	config map[string]string // such as cpu: AMD EPYC
	values map[string]map[string][]float64
}

// readFigures reads the output of one or more runs of go test -bench.
func readFigures(text string) figures {
	f := figures{config: map[string]string{}, values: map[string]map[string][]float64{}}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if name, value, ok := strings.Cut(line, ": "); ok && !strings.ContainsAny(name, " \t") {
			f.config[name] = strings.TrimSpace(value)
		}
		if len(fields) < 4 || !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if f.values[name] == nil {
			f.values[name] = map[string][]float64{}
		}
		for pair := range slices.Chunk(fields[2:], 2) {
			if value, err := strconv.ParseFloat(pair[0], 64); err == nil && len(pair) == 2 {
				f.values[name][pair[1]] = append(f.values[name][pair[1]], value)
			}
		}
	}
	return f
}

// median is that of the runs.
func (f figures) median(name, unit string) float64 {
	values := slices.Sorted(slices.Values(f.values[name][unit]))
	if len(values) == 0 {
		return 0
	}
	return (values[len(values)/2] + values[(len(values)-1)/2]) / 2
}

func (f figures) render() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s with %s, at commit %s.\n\n", f.config["cpu"], f.config["go"], f.config["commit"])
	b.WriteString("| requests per second (of bare) | bare | gorilla | kin | **mock** |\n|---|--:|--:|--:|--:|\n")
	for _, s := range shapes {
		b.WriteString("| " + s.name)
		for _, server := range serverNames {
			name := fmt.Sprintf("Servers/shape=%s/server=%s", s.name, server)
			fmt.Fprintf(&b, " | %s (%.2f)", count(f.median(name, "req/s")), f.median(name, "of-bare"))
		}
		b.WriteString(" |\n")
	}
	if idle := f.idle(); idle != nil {
		fmt.Fprintf(&b, "\n**The machine was busy with something else:** the servers of these rows had less than nine tenths of their core,\n"+
			"so their rates and ratios are worth little: %s.\n", strings.Join(idle, ", "))
	}
	b.WriteString("\n| the mock | p50 µs | p99 µs | p99/p50 | MB/s | allocations | bytes allocated | server busy |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, s := range shapes {
		fmt.Fprintf(&b, "| %s |%s\n", s.name, f.details("Servers/shape="+s.name+"/server=mock"))
	}
	b.WriteString("\n| get, by connections | bare req/s | mock req/s (of bare) | p50 µs | p99 µs |\n|--:|--:|--:|--:|--:|\n")
	for _, n := range []int{1, 16, 64, 256} {
		bare, mock := fmt.Sprintf("Clients/connections=%d/server=bare", n), fmt.Sprintf("Clients/connections=%d/server=mock", n)
		fmt.Fprintf(&b, "| %d | %s | %s (%.2f) | %s | %s |\n", n, count(f.median(bare, "req/s")), count(f.median(mock, "req/s")),
			f.median(mock, "of-bare"), micro(f.median(mock, "p50-ns")), micro(f.median(mock, "p99-ns")))
	}
	b.WriteString("\n| handler alone, µs, by records | 1000 | 10 000 | 100 000 | 1 000 000 |\n|---|--:|--:|--:|--:|\n")
	for _, s := range []string{"get", "filtered-list-of-10", "page-of-100", "update", "create"} {
		b.WriteString("| " + s)
		for _, size := range []string{"1e+03", "1e+04", "1e+05", "1e+06"} {
			fmt.Fprintf(&b, " | %s", micro(f.median("Records/shape="+s+"/size="+size, "ns/op")))
		}
		b.WriteString(" |\n")
	}
	fmt.Fprintf(&b, "\nFrom start to the first answer: %.0f ms. Resident memory: %.0f MiB idle, %.0f MiB after a load of reads.\n",
		f.median("ColdStart", "ms/start"), f.median("Memory", "MiB-idle"), f.median("Memory", "MiB-loaded"))
	fmt.Fprintf(&b, "A connection takes %.1f KiB of the heap, and %.1f KiB of resident memory with what the collector keeps free.\n",
		f.median("Records/shape=get/size=1e+06", "heap-B/record")/1024, f.median("Memory", "B/connection")/1024)
	return b.String()
}

// idle names the rows in which something else than the server was the limit.
func (f figures) idle() []string {
	var rows []string
	for _, s := range shapes {
		for _, server := range serverNames {
			busy := f.median(fmt.Sprintf("Servers/shape=%s/server=%s", s.name, server), "server-busy-%")
			if busy < 90 {
				rows = append(rows, fmt.Sprintf("%s of %s (%.0f%%)", s.name, server, busy))
			}
		}
	}
	return rows
}

func (f figures) details(name string) string {
	p50, p99 := f.median(name, "p50-ns"), f.median(name, "p99-ns")
	return fmt.Sprintf(" %s | %s | %.1f | %.0f | %s | %s | %.0f%% |", micro(p50), micro(p99), p99/p50, f.median(name, "MB/s"),
		count(f.median(name, "allocs/op")), count(f.median(name, "B/op")), f.median(name, "server-busy-%"))
}

// micro gives nanoseconds in microseconds, with no more digits than the measurement is worth.
func micro(ns float64) string {
	if ns < 10_000 {
		return fmt.Sprintf("%.1f", ns/1000)
	}
	return count(ns / 1000)
}

// count groups the digits in threes.
func count(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}
