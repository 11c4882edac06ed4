package conformance_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// The tests of this file run in a bubble with a clock of its own: what takes minutes there takes none here.

// TestRateIsKept: requests are spread in time, whoever asks for them.
func TestRateIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report := run(t, mockTarget(mock.New()), conformance.ReadOnly(), conformance.WithRPS(10))
		for i := 1; i < len(report.Exchanges); i++ {
			apart := report.Exchanges[i].Time.Add(report.Exchanges[i].Duration).Sub(report.Exchanges[i-1].Time.Add(report.Exchanges[i-1].Duration))
			assert.Assert(t, apart >= 99*time.Millisecond, "exchange %d came after %v", i+1, apart)
		}
		assert.Assert(t, report.Stop.Sub(report.Start) >= time.Duration(len(report.Exchanges)-1)*100*time.Millisecond)
	})
}

// busyAtFirst refuses the first requests of a method, and counts them.
type busyAtFirst struct {
	next       http.Handler
	method     string
	refuse     int
	status     int
	retryAfter func() string
	asked      []time.Time
	bodies     map[string]int // how often each body was sent
}

func (b *busyAtFirst) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == b.method {
		b.asked = append(b.asked, time.Now())
		if len(b.asked) <= b.refuse {
			w.Header().Set("Retry-After", b.retryAfter())
			w.WriteHeader(b.status)
			return
		}
	}
	b.next.ServeHTTP(w, r)
}

// TestRetryAfter: a busy target is asked again when it says, and then judged as if nothing had been.
func TestRetryAfter(t *testing.T) {
	for name, retryAfter := range map[string]func() string{
		"seconds": func() string { return "7" },
		"a date":  func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := &busyAtFirst{next: mock.New(), method: http.MethodGet, refuse: 2, status: status, retryAfter: retryAfter}
					report := run(t, mockTarget(server), conformance.WithSelection("alm/list/status"), conformance.WithRPS(100))
					assert.Equal(t, report.ExitStatus(), conformance.ExitConformant)
					assert.Equal(t, server.asked[1].Sub(server.asked[0]).Round(time.Second), 7*time.Second)
					assert.Equal(t, server.asked[2].Sub(server.asked[1]).Round(time.Second), 7*time.Second)
				})
			})
		}
	}
}

// TestPostIsNeverSentAgain: a create that a busy target refuses is not repeated, because it might have
// been done.
func TestPostIsNeverSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &busyAtFirst{
			next: mock.New(), method: http.MethodPost, refuse: 1000, status: http.StatusServiceUnavailable,
			retryAfter: func() string { return "7" },
		}
		report := run(t, mockTarget(server))
		sent := 0
		for _, e := range report.Exchanges {
			if e.Method == http.MethodPost {
				sent++
			}
		}
		assert.Equal(t, len(server.asked), sent)
		assert.Assert(t, report.ExitStatus() != conformance.ExitConformant || sent == 0)
	})
}

// TestNobodyWaitsForever: a target that is always busy is waited for once, not by every check.
func TestNobodyWaitsForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report := run(t, mockTarget(always(503, jsonType, `{}`, "Retry-After", "86400")))
		assert.Equal(t, report.ExitStatus(), conformance.ExitTargetFailed)
		assert.Assert(t, report.Stop.Sub(report.Start) <= 2*time.Minute, report.Stop.Sub(report.Start))
	})
}

// TestSilentTarget: each request waits as long as it may, and after five nobody is asked any more.
func TestSilentTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		report := run(t, mockTarget(silent), conformance.WithTimeout(time.Minute))
		assert.Equal(t, report.Stop.Sub(report.Start), 5*time.Minute)
		assert.Equal(t, report.ExitStatus(), conformance.ExitTargetFailed)
	})
}

// TestCancelledRun: who gives up gets what there is so far, which doesn't claim to be all.
func TestCancelledRun(t *testing.T) {
	for _, after := range []int{0, 1, 5} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		requests := 0
		server := mock.New()
		target := mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests > after {
				cancel()
				<-r.Context().Done()
				return
			}
			server.ServeHTTP(w, r)
		}))
		report, err := conformance.Run(ctx, target)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Assert(t, !report.Complete)
		assert.Assert(t, len(report.Results) < len(conformance.Checks()))
		assert.Equal(t, report.Count(conformance.Error), 0)
		assert.Equal(t, report.ExitStatus(), conformance.ExitIncomplete)
		assert.Assert(t, !report.Stop.IsZero())
	}
}

// TestCancelledAtTheEnd: a run that is ended during its last check isn't complete either.
func TestCancelledAtTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := mockTarget(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	report, err := conformance.Run(ctx, target, conformance.WithSelection("alm/list/status"))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Assert(t, !report.Complete)
	assert.Equal(t, report.ExitStatus(), conformance.ExitIncomplete)
}
