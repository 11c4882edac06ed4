package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/sdecontract/sdecontract/mock"
)

// TestBadClientsLeaveTheMockToOthers keeps connections open with half a request, breaks others off, floods the
// mock and sends what is too large. Others are answered meanwhile, and afterwards nothing of it is left.
func TestBadClientsLeaveTheMockToOthers(t *testing.T) {
	hanging, flood := 200, 2000
	if testing.Short() {
		hanging, flood = 50, 300
	}
	s, err := mockFlags{listen: "127.0.0.1:0"}.prepare(t.Context(), func(mock.Exchange) {})
	assert.NilError(t, err)
	s.start(io.Discard)
	ask(t, s.url+"/api/v2/connections/alm/", "")
	goroutines, before := runtime.NumGoroutine(), heapBytes()

	address := strings.TrimPrefix(s.url, "http://")
	var open []net.Conn
	for i := range hanging {
		conn, err := net.Dial("tcp", address)
		assert.NilError(t, err)
		request := "POST /api/v2/connections/alm/ HTTP/1.1\r\nHost: a\r\nAuthorization: Token editor-token\r\nContent-Length: 1000\r\n\r\n{\"alias\":"
		_, err = io.WriteString(conn, request[:len(request)-i%len(request)])
		assert.NilError(t, err)
		if i%3 == 0 {
			assert.NilError(t, conn.Close())
			continue
		}
		open = append(open, conn)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range flood / 8 {
				body := `{"alias":"` + strings.Repeat("x", 1000) + `"}`
				if i%50 == 0 {
					body = strings.Repeat("x", 2<<20)
				}
				ask(t, s.url+"/api/v2/connections/alm/", body)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, ask(t, s.url+"/api/v2/connections/alm/", ""), http.StatusOK)
	assert.Equal(t, ask(t, s.control.url+"/health", ""), http.StatusOK)
	for _, conn := range open {
		assert.NilError(t, conn.Close())
	}
	http.DefaultClient.CloseIdleConnections()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if now := runtime.NumGoroutine(); now > goroutines+5 {
			return poll.Continue("%d goroutines, %d before", now, goroutines)
		}
		return poll.Success()
	}, poll.WithDelay(20*time.Millisecond))
	grown := heapBytes() - before
	t.Logf("the heap grew by %d kB", grown>>10)
	assert.Assert(t, grown < 32<<20) // the journal may have 16 MiB, and knows them only about
	assert.NilError(t, s.stop(t.Context()))
}

// ask sends a request as the editor: GET, or POST if there is a body. It returns the status; 0 if there was none.
func ask(t *testing.T, url, body string) int {
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	assert.Check(t, err)
	req.Header.Set("Authorization", "Token editor-token")
	resp, err := http.DefaultClient.Do(req)
	if err != nil { // the mock may close the connection before it has read what is too large
		return 0
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	assert.Check(t, err, fmt.Sprint(resp.StatusCode))
	return resp.StatusCode
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
