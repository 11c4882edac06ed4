// Load asks a server on this machine the same thing over and over, and prints how it answered:
//
//	go run ./bench/load -url http://127.0.0.1:8080/api/v2/connections/alm/ -header 'Authorization: Token editor-token'
//
// It exits with 1 if the server fails, and with 2 if a flag can't be used.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/bench/loadgen"
)

// longest keeps a forgotten run from going on.
const longest = 10 * time.Minute

func main() {
	load := loadgen.Load{Header: http.Header{}}
	var body string
	flag.StringVar(&load.URL, "url", "http://127.0.0.1:8080/api/v2/connections/alm/", "what to ask for: plain http on a loopback address")
	flag.StringVar(&load.Method, "method", http.MethodGet, "the request's method")
	flag.StringVar(&body, "body", "", "the request's body")
	flag.IntVar(&load.Connections, "connections", 16, "how many connections to keep, each with one request under way")
	flag.Int64Var(&load.Requests, "requests", 0, "end after so many requests (default: only the duration ends it)")
	flag.DurationVar(&load.Duration, "duration", 2*time.Second, "end after this time, at most "+longest.String())
	flag.Func("header", "a `Name: value` to send; may be given several times", func(s string) error {
		name, value, ok := strings.Cut(s, ":")
		if !ok {
			return fmt.Errorf("%q lacks the colon between name and value", s)
		}
		load.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		return nil
	})
	flag.Parse()
	if load.Duration <= 0 || load.Duration > longest || load.Connections < 1 || load.Requests < 0 || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "load: want -duration from 1ns to %s, -connections from 1, -requests from 0, and nothing but flags\n", longest)
		os.Exit(2)
	}
	load.Body = []byte(body)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	result, err := load.Run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	show(result)
}

func show(r *loadgen.Result) {
	var statuses []string
	for _, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		statuses = append(statuses, fmt.Sprintf("%d: %d", status, r.Statuses[status]))
	}
	fmt.Printf("%.0f req/s  p50 %s  p99 %s  %.1f MB/s  statuses {%s}\n", r.Rate(),
		r.Quantile(0.5).Round(time.Microsecond), r.Quantile(0.99).Round(time.Microsecond),
		float64(r.Bytes)/1e6/r.Elapsed.Seconds(), strings.Join(statuses, ", "))
}
