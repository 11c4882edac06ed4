// Package bench compares the mock with what a Go programmer would write instead, and measures what it costs.
// docs/performance.md tells how and why; `make bench` runs it all.
package bench_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
)

// serverVariable makes the test binary a server instead: see startServer.
const serverVariable = "SDECONTRACT_BENCH_SERVER"

func TestMain(m *testing.M) {
	if name := os.Getenv(serverVariable); name != "" {
		if err := serveUntilStdinEnds(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if benchmarking() { // benchstat reads these lines
		fmt.Printf("go: %s\npinned: %t\n", runtime.Version(), pinned())
		for _, unit := range []string{"req/s", "of-bare"} {
			fmt.Printf("Unit %s better=higher\n", unit)
		}
	}
	os.Exit(m.Run())
}

func benchmarking() bool { return flag.Lookup("test.bench").Value.String() != "" }
