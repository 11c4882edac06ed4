package control_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

// listen opens a stream of events, and returns what reads its next block.
func listen(t *testing.T, url, lastID string) (next func() string, leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/_mock/events", http.NoBody)
	assert.NilError(t, err)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(req)
	assert.NilError(t, err)
	t.Cleanup(func() { cancel(); _ = resp.Body.Close() })
	assert.Equal(t, resp.StatusCode, http.StatusOK)
	assert.Equal(t, resp.Header.Get("Content-Type"), "text/event-stream")
	lines := bufio.NewScanner(resp.Body)
	next = func() string {
		var block []string
		for lines.Scan() && lines.Text() != "" {
			block = append(block, lines.Text())
		}
		return strings.Join(block, "\n")
	}
	assert.Equal(t, next(), ": listening")
	return next, cancel
}

func TestEvents(t *testing.T) {
	host := mock.NewHost(mock.New(mock.WithJournal(2, 0)), mock.HostLimits{})
	handler := control.New(host, control.Options{Heartbeat: time.Hour})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	get := func() {
		t.Helper()
		resp, err := http.Get(server.URL + "/api/v2/connections/alm/?token=hunter22")
		assert.NilError(t, err)
		assert.NilError(t, resp.Body.Close())
	}
	next, _ := listen(t, server.URL, "")
	get()
	event := next()
	assert.Assert(t, strings.HasPrefix(event, "id: 1\nevent: exchange\ndata: {\"number\":1,"), event)
	assert.Assert(t, cmp.Contains(event, "token=[redacted]"))
	get()
	get()
	get()
	late, _ := listen(t, server.URL, "1") // 2 is forgotten: the journal has two
	event = late()
	assert.Assert(t, strings.HasPrefix(event, "id: 3\n") && strings.HasSuffix(event, `,"lost":1}`), event)
	assert.Assert(t, strings.HasPrefix(late(), "id: 4\n"))

	handler.Close()
	assert.Equal(t, late(), "") // the end
	assert.Equal(t, late(), "")
}

func TestEventsShowThatTheyAreAlive(t *testing.T) {
	handler := control.New(mock.NewHost(mock.New(), mock.HostLimits{}), control.Options{Heartbeat: time.Millisecond})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	next, _ := listen(t, server.URL, "")
	assert.Equal(t, next(), ": alive")
	assert.Equal(t, next(), ": alive")
}

// TestEventsOutliveTheServersTimeouts reads on after the time that the server gives a request.
func TestEventsOutliveTheServersTimeouts(t *testing.T) {
	handler := control.New(mock.NewHost(mock.New(), mock.HostLimits{}), control.Options{Heartbeat: 5 * time.Millisecond})
	server := httptest.NewUnstartedServer(handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	next, _ := listen(t, server.URL, "")
	begun := time.Now()
	for time.Since(begun) < 200*time.Millisecond {
		assert.Equal(t, next(), ": alive")
	}
}

func TestListenersAreBoundedAndForgotten(t *testing.T) {
	handler := control.New(mock.NewHost(mock.New(), mock.HostLimits{}), control.Options{Heartbeat: time.Millisecond})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	var leave []func()
	for range 100 {
		_, gone := listen(t, server.URL, "")
		leave = append(leave, gone)
	}
	status := func() int {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/_mock/events", http.NoBody)
		assert.NilError(t, err)
		resp, err := http.DefaultClient.Do(req)
		assert.NilError(t, err)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	assert.Equal(t, status(), http.StatusTooManyRequests)
	for _, gone := range leave {
		gone()
	}
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if status() == http.StatusOK {
			return poll.Success()
		}
		return poll.Continue("still full")
	}, poll.WithDelay(10*time.Millisecond))
}

// BenchmarkReset is what a test waits for before each case.
func BenchmarkReset(b *testing.B) {
	handler := control.New(mock.NewHost(mock.New(), mock.HostLimits{}), control.Options{})
	req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://127.0.0.1/_mock/reset", http.NoBody)
	req.Header.Set("Mock-Control", "1")
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code != http.StatusNoContent {
			b.Fatal(w.Body)
		}
	}
}
