package mock_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/sdecontract/sdecontract/mock"
)

// wire is a mock that listens, and a client of it.
type wire struct {
	api
	url    string
	client *http.Client
}

// listen serves a mock over HTTP/1.1, or over HTTP/2.
func listen(t *testing.T, http2 bool, options ...mock.Option) wire {
	t.Helper()
	a := newAPI(options...)
	srv := httptest.NewUnstartedServer(a)
	if srv.EnableHTTP2 = http2; http2 {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	t.Cleanup(a.ClearFaults)
	client := srv.Client()
	client.Transport.(*http.Transport).DisableKeepAlives = !http2 // on a used connection it would try again
	return wire{a, srv.URL, client}
}

// send returns the reply, and the error that came before it or in its body.
func (w wire) send(ctx context.Context, method, path, body string, headers ...string) (reply, error) {
	r := w.request(method, w.url+path, body, headers...).WithContext(ctx)
	r.RequestURI = ""
	resp, err := w.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(data)}, err
}

// overBoth runs a test over HTTP/1.1 and over HTTP/2.
func overBoth(t *testing.T, test func(t *testing.T, http2 bool)) {
	t.Helper()
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) { test(t, http2) })
	}
}

func TestConnectionReset(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		w := listen(t, http2, mock.WithFault(mock.FaultRule{Operation: "createAlmConnection", Effect: mock.ConnectionReset}))
		_, err := w.send(t.Context(), "POST", alm, validALM)
		if http2 {
			assert.ErrorContains(t, err, "INTERNAL_ERROR")
		} else {
			assert.Assert(t, errors.Is(err, syscall.ECONNRESET), err)
		}
		assert.Equal(t, w.do("GET", alm, "").ids(t), "1 2 3", "nothing is stored")
		assertAsked(t, w.Exchanges()[0], "reset (fault-1)", 0)
	})
}

// assertAsked: the exchange says which fault acted, and blames neither the client nor the mock.
func assertAsked(t *testing.T, e mock.Exchange, fault string, status int) {
	t.Helper()
	assert.Equal(t, e.Fault, fault)
	assert.Equal(t, e.Status, status)
	assert.Assert(t, e.Operation != "")
	assert.Equal(t, e.User, "editor")
	for _, f := range e.Findings {
		assert.Equal(t, f.Severity, mock.Note, f.String())
	}
	assert.Equal(t, e.Findings[0].Message, "a fault that was asked for: "+fault)
}

func TestConnectionResetOverTLS(t *testing.T) {
	a := newAPI(mock.WithFault(mock.FaultRule{Effect: mock.ConnectionReset}))
	srv := httptest.NewTLSServer(a)
	defer srv.Close()
	w := wire{a, srv.URL, srv.Client()}
	_, err := w.send(t.Context(), "GET", alm, "")
	assert.Assert(t, errors.Is(err, syscall.ECONNRESET), err)
}

func TestEmptyReply(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		w := listen(t, http2, mock.WithFault(mock.FaultRule{Operation: "createAlmConnection", Effect: mock.EmptyReply}))
		_, err := w.send(t.Context(), "POST", alm, validALM)
		if http2 {
			assert.ErrorContains(t, err, "INTERNAL_ERROR")
		} else {
			assert.Assert(t, errors.Is(err, io.EOF), err)
		}
		assert.Equal(t, w.do("GET", alm, "").ids(t), "1 2 3 5", "what was asked for is done")
		assertAsked(t, w.Exchanges()[0], "empty-reply (fault-1)", 0)
	})
}

func TestTruncatedBody(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		w := listen(t, http2, mock.WithFault(mock.FaultRule{User: "editor", Effect: mock.TruncatedBody}))
		whole := w.as("alm-editor").do("GET", alm, "").body
		got, err := w.send(t.Context(), "GET", alm, "")
		if http2 {
			assert.ErrorContains(t, err, "INTERNAL_ERROR")
		} else {
			assert.Assert(t, errors.Is(err, io.ErrUnexpectedEOF), err)
		}
		assert.Equal(t, got.status, http.StatusOK)
		assert.Equal(t, got.header.Get("Content-Length"), fmt.Sprint(len(whole)))
		assert.Equal(t, got.body, whole[:len(whole)/2])
		assert.Assert(t, got.explained("a fault that was asked for: truncated-body (fault-1)"))
		assertAsked(t, w.Exchanges()[1], "truncated-body (fault-1)", http.StatusOK)
	})
}

func TestInvalidJSON(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		w := listen(t, http2, mock.WithFault(mock.FaultRule{Effect: mock.InvalidJSON, Status: http.StatusServiceUnavailable}))
		got, err := w.send(t.Context(), "GET", alm+"1/", "")
		assert.NilError(t, err)
		assert.Equal(t, got.status, http.StatusServiceUnavailable)
		assert.Equal(t, got.header.Get("Content-Type"), "application/json")
		assert.Assert(t, got.body != "" && !json.Valid([]byte(got.body)), got.body)
		assertAsked(t, w.Exchanges()[0], "status 503, invalid-json (fault-1)", http.StatusServiceUnavailable)
	})
}

func TestSlowBody(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		w := listen(t, http2)
		whole := w.do("GET", alm, "").body
		_, err := w.SetFault(mock.FaultRule{Effect: mock.SlowBody, ChunkBytes: 100, ChunkDelay: time.Microsecond})
		assert.NilError(t, err)
		got, err := w.send(t.Context(), "GET", alm, "")
		assert.NilError(t, err)
		assert.Equal(t, got.body, whole)
		assertAsked(t, w.Exchanges()[1], "slow-body (fault-1)", http.StatusOK)
	})
	synctest.Test(t, func(t *testing.T) {
		a := newAPI()
		chunks := (len(a.do("GET", alm+"1/", "").body) + 63) / 64
		_, err := a.SetFault(mock.FaultRule{Effect: mock.SlowBody})
		assert.NilError(t, err)
		begin := time.Now()
		a.do("GET", alm+"1/", "")
		assert.Equal(t, time.Since(begin), time.Duration(chunks-1)*100*time.Millisecond)
		begin = time.Now()
		assert.Equal(t, a.do("HEAD", alm+"1/", "").status, http.StatusOK)
		assert.Equal(t, time.Since(begin), time.Duration(0), "HEAD has no body")
	})
}

// TestDelay: it takes the time that it says, in the clock of the test, and everything else stays right.
func TestDelay(t *testing.T) {
	for name, tc := range map[string]struct {
		delay    mock.Delay
		from, to time.Duration
	}{
		"fixed":     {mock.Delay{Fixed: 250 * time.Millisecond}, 250 * time.Millisecond, 250 * time.Millisecond},
		"uniform":   {mock.Delay{Min: time.Second, Max: 2 * time.Second}, time.Second, 2 * time.Second},
		"normal":    {mock.Delay{Mean: time.Second, Deviation: 10 * time.Millisecond}, 900 * time.Millisecond, 1100 * time.Millisecond},
		"lognormal": {mock.Delay{Median: time.Second, Sigma: 0.01}, 900 * time.Millisecond, 1100 * time.Millisecond},
		"bounded":   {mock.Delay{Median: time.Hour, Sigma: 10}, 0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAPI(mock.WithFault(mock.FaultRule{Delay: tc.delay}))
				drawn := map[time.Duration]bool{}
				for range 20 {
					begin := time.Now()
					assert.Equal(t, a.do("POST", alm, validALM).status, http.StatusCreated)
					took := time.Since(begin)
					assert.Assert(t, tc.from <= took && took <= tc.to, took)
					drawn[took] = true
				}
				assert.Equal(t, len(drawn) > 1, name != "fixed", "drawn anew for each request")
			})
		})
	}
}

// TestClientLeavesDuringDelay: also one that sent a body, which the mock hasn't looked at.
func TestClientLeavesDuringDelay(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		seen := make(chan mock.Exchange, 1)
		w := listen(t, http2, mock.WithObserver(func(e mock.Exchange) { seen <- e }),
			mock.WithFault(mock.FaultRule{Delay: mock.Delay{Fixed: time.Hour}}))
		ctx, leave := context.WithCancel(t.Context())
		answer := make(chan error, 1)
		go func() {
			_, err := w.send(ctx, "POST", alm, validALM)
			answer <- err
		}()
		poll.WaitOn(t, acted(w, 1))
		leave()
		err := <-answer
		assert.Assert(t, errors.Is(err, context.Canceled), err)
		assertAsked(t, <-seen, "a delay of 1h0m0s (fault-1)", 0)
		w.ClearFaults()
		assert.Equal(t, w.do("GET", alm, "").ids(t), "1 2 3", "nobody waits for the answer: nothing is done")
	})
}

// acted waits until the mock's faults have acted so often.
func acted(w wire, times int64) poll.Check {
	return func(poll.LogT) poll.Result {
		var sum int64
		for _, state := range w.Faults() {
			sum += state.Acted
		}
		if sum == times {
			return poll.Success()
		}
		return poll.Continue("the faults have acted %d times", sum)
	}
}

// TestShutdownEndsDelays: what a fault holds back is answered at once.
func TestShutdownEndsDelays(t *testing.T) {
	w := listen(t, false, mock.WithFault(
		mock.FaultRule{Operation: "listAlmConnections", Delay: mock.Delay{Fixed: time.Hour}},
		mock.FaultRule{Effect: mock.SlowBody, ChunkBytes: 1, ChunkDelay: time.Hour}))
	srv := httptest.NewUnstartedServer(w)
	srv.Config.RegisterOnShutdown(w.ClearFaults)
	srv.Start()
	w.url = srv.URL
	answers := make(chan error, 2)
	for _, path := range []string{alm, analysis} {
		go func() {
			_, err := w.send(t.Context(), "GET", path, "")
			answers <- err
		}()
	}
	poll.WaitOn(t, acted(w, 2))
	assert.NilError(t, srv.Config.Shutdown(t.Context()))
	assert.NilError(t, <-answers)
	assert.NilError(t, <-answers)
}

// patient is a reply whose connection has deadlines.
type patient struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (p *patient) SetReadDeadline(deadline time.Time) error  { p.read = deadline; return nil }
func (p *patient) SetWriteDeadline(deadline time.Time) error { p.write = deadline; return nil }

// TestDelayOutlastsTimeouts: the server's own timeouts don't cut off what was asked for.
func TestDelayOutlastsTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(mock.WithFault(mock.FaultRule{Delay: mock.Delay{Fixed: time.Minute}}))
		soon := time.Now().Add(time.Second)
		w := &patient{httptest.NewRecorder(), soon, soon}
		a.ServeHTTP(w, a.request("POST", alm, validALM))
		assert.Equal(t, w.Code, http.StatusCreated)
		assert.Assert(t, w.read.IsZero() && w.write.IsZero())
	})
}

// TestWithoutNetwork: what can't be done to a connection is net/http's way to give up a reply.
func TestWithoutNetwork(t *testing.T) {
	for _, effect := range []mock.Effect{mock.ConnectionReset, mock.EmptyReply, mock.TruncatedBody} {
		a := newAPI(mock.WithFault(mock.FaultRule{Effect: effect}))
		func() {
			defer func() { assert.Equal(t, recover(), http.ErrAbortHandler) }()
			r, err := http.NewRequestWithContext(t.Context(), "GET", "http://mock.test"+alm, nil)
			assert.NilError(t, err)
			r.Header.Set("Authorization", "Token editor-token")
			r.Body = nil // as clients leave it
			a.ServeHTTP(httptest.NewRecorder(), r)
		}()
		assert.Assert(t, strings.HasPrefix(a.Exchanges()[0].Fault, string(effect)))
	}
}
