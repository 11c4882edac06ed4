#!/usr/bin/env bash
# Measures everything, in under five minutes, and compares it with the kept figures: `make bench`.
# What is measured goes to bench/new.txt; docs/performance.md tells how to read it. RUNS (3) are how many.
set -euo pipefail
cd "$(dirname "$0")/.."

BENCHSTAT=golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
runs=${RUNS:-3}

measure() { # PATTERN BENCHTIME [COUNT]
	go test ./bench -run '^$' -cpu 1 -bench "$1" -benchtime "$2" -count "${3:-1}" -timeout 10m | tee -a bench/new.txt
}

echo "commit: $(git describe --always --dirty)" >bench/new.txt
for ((i = 0; i < runs; i++)); do # the runs are interleaved, so that a slow minute hurts no row alone
	measure 'Servers' 0.8s
	measure 'Clients' 0.5s
	measure 'ColdStart' 10x
done
measure 'Memory' 1x
measure 'Records' 0.1s "$runs"

echo
echo "Against bench/baseline.txt (fewer than 4 runs prove no difference; RUNS=6 does):"
go run "$BENCHSTAT" -ignore commit,go -filter '.unit:(of-bare OR req/s OR p50-ns OR p99-ns OR allocs/op OR sec/op)' \
	bench/baseline.txt bench/new.txt || {
	echo "benchstat can't be fetched, or has failed: see above. The figures are in bench/new.txt; to compare them later:"
	echo "  go run $BENCHSTAT -ignore commit,go bench/baseline.txt bench/new.txt"
}
