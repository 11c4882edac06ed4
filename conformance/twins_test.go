package conformance_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// twinsBlocked names the checks that can't be done on a server with a latitude, and why. Every other
// check must come to a verdict that isn't a failure.
var twinsBlocked = map[mock.Latitude]map[string]string{
	mock.AliasesUnique: {
		"*/filter/alias-all": "two connections with one alias can't be had",
	},
}

// blockedBy tells whether one of the latitudes is a reason for the check to be blocked.
func blockedBy(latitudes []mock.Latitude, id string) bool {
	for _, l := range latitudes {
		for pattern := range twinsBlocked[l] {
			if strings.HasSuffix(id, strings.TrimPrefix(pattern, "*")) {
				return true
			}
		}
	}
	return false
}

// unfair lists the results that a correct server must not get.
func unfair(report *conformance.Report, latitudes []mock.Latitude) string {
	var b strings.Builder
	for _, result := range report.Results {
		switch result.Verdict {
		case conformance.Pass, conformance.Noted, conformance.Warn:
			continue
		case conformance.Blocked:
			if blockedBy(latitudes, result.ID) {
				continue
			}
		}
		fmt.Fprintf(&b, "%s %s: %s%s%s\n", result.Verdict, result.ID, result.Blocked, result.Inconclusive, result.Error)
		for _, d := range result.Failures {
			fmt.Fprintf(&b, "    %s expected %s, got %s\n", d.Pointer, d.Expected, d.Actual)
		}
	}
	return b.String()
}

// mustBeNeeded demands that what may be blocked is: a reason that no longer holds must go.
func mustBeNeeded(t *testing.T, report *conformance.Report, l mock.Latitude) {
	t.Helper()
	for pattern, reason := range twinsBlocked[l] {
		blocked := slices.ContainsFunc(report.Results, func(r conformance.Result) bool {
			return r.Verdict == conformance.Blocked && strings.HasSuffix(r.ID, strings.TrimPrefix(pattern, "*"))
		})
		assert.Assert(t, blocked, "%s is not blocked by %s, though %s", pattern, l, reason)
	}
}

// mustBeGreen runs the suite against a mock that takes the latitudes.
func mustBeGreen(t *testing.T, latitudes ...mock.Latitude) *conformance.Report {
	t.Helper()
	target := mockTarget(mock.New(mock.WithLatitude(latitudes...)))
	target.Writes.AllowDelete = slices.Contains(latitudes, mock.DeleteAllowed)
	report := run(t, target)
	assert.Equal(t, unfair(report, latitudes), "", "%v", latitudes)
	if report.Count(conformance.Blocked) == 0 {
		assert.Equal(t, report.ExitStatus(), conformance.ExitConformant)
	}
	return report
}

// TestTwins: the suite fails no server for doing what the documentation leaves open. It takes a minute:
// with -short, only several latitudes at once are tried.
func TestTwins(t *testing.T) {
	if testing.Short() {
		t.Skip("one run of the suite for each latitude")
	}
	for _, l := range mock.Latitudes() {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			mustBeNeeded(t, mustBeGreen(t, l), l)
		})
	}
}

// TestTwinsTogether: nor for doing several such things at once.
func TestTwinsTogether(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			mustBeGreen(t, compatible(random, 10)...)
		})
	}
	for seed := range uint64(4) { // which of those that exclude each other are taken differs
		t.Run(fmt.Sprintf("all that go together, seed %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			mustBeGreen(t, compatible(random, len(mock.Latitudes()))...)
		})
	}
}

// compatible picks up to that many latitudes, none of which excludes another.
func compatible(random *rand.Rand, most int) []mock.Latitude {
	all := mock.Latitudes()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var picked []mock.Latitude
	for _, l := range all {
		if len(picked) < most && !slices.ContainsFunc(picked, l.Excludes) {
			picked = append(picked, l)
		}
	}
	slices.Sort(picked)
	return picked
}

// TestTwinsOverTheWire: what only HTTP shows, compressed and chunked replies, makes no difference.
func TestTwinsOverTheWire(t *testing.T) {
	latitudes := []mock.Latitude{mock.GzipReplies, mock.ChunkedReplies, mock.JSONIndented}
	server := httptest.NewServer(mock.New(mock.WithLatitude(latitudes...)))
	defer server.Close()
	target := mockTarget(nil)
	target.URL, target.Transport = server.URL, nil
	report := run(t, target)
	assert.Equal(t, unfair(report, latitudes), "")
	assert.Equal(t, report.ExitStatus(), conformance.ExitConformant)
}

// TestBusyTarget: a server that asks for fewer requests breaks no promise.
func TestBusyTarget(t *testing.T) {
	server, requests := mock.New(), 0
	report := run(t, mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests%9 == 0 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		server.ServeHTTP(w, r)
	})), conformance.WithSelection("alm/list/*", "alm/create/*", "alm/update/*"))
	assert.Equal(t, report.Count(conformance.Fail), 0, failures(report))
	assert.Equal(t, report.ExitStatus(), conformance.ExitTargetFailed)
}
