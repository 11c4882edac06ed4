package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// pipes is a listener in memory, so that time is that of the test's bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- server
	return client, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	err := net.ErrClosed
	p.once.Do(func() { close(p.closed); err = nil })
	return err
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestStopNoticesWhoLeft: at the end, a client that left while a delay held its request back doesn't count as answered.
// One that still waits is answered soon, whatever the delay.
func TestStopNoticesWhoLeft(t *testing.T) {
	mock.New() // reads the contract and the world, which outlive the bubbles
	for name, tc := range map[string]struct {
		leaves bool
		status int
		took   time.Duration
	}{
		"left":  {true, 0, 0},
		"waits": {false, http.StatusOK, noticeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen []mock.Exchange
				p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
				s := &service{failed: make(chan error, 2), listener: p, Server: mock.New(
					mock.WithFault(mock.FaultRule{Delay: mock.Delay{Fixed: 10 * time.Second}}),
					mock.WithObserver(func(e mock.Exchange) { seen = append(seen, e) }),
				)}
				s.host = mock.NewHost(s.Server, mock.HostLimits{})
				s.http = server(s.host)
				s.run(s.http, p, io.Discard)

				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://mock.test/api/v2/connections/alm/", http.NoBody)
				assert.NilError(t, err)
				req.Header.Set("Authorization", "Token editor-token")
				client := &http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
				go func() {
					if resp, err := client.Do(req); err == nil {
						_ = resp.Body.Close()
					}
				}()
				synctest.Wait() // the delay holds it back
				assert.Equal(t, len(seen), 0)

				if tc.leaves {
					leave()
				}
				began := time.Now()
				assert.NilError(t, s.stop(t.Context()))
				took := time.Since(began)
				assert.Equal(t, len(seen), 1)
				assert.Equal(t, seen[0].Status, tc.status)
				assert.Assert(t, took >= tc.took && took < tc.took+noticeTimeout, "%s", took)
			})
		})
	}
}
