// Package loadgen asks a server the same thing over and over and measures how it answers.
//
// It is a closed loop: each connection sends its next request when it has read the reply to the last one. It writes
// ready-made bytes and reads no more of a reply than it must, because a load generator that costs more than the
// server measures itself: net/http's client is dearer than the barest of net/http's servers.
package loadgen

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Load is what to ask, and how often. It ends after Requests or after Duration, whichever comes first.
type Load struct {
	URL         string        // of plain http, on a loopback address
	Method      string        // GET if empty
	Header      http.Header   // sent besides Host and Content-Length
	Body        []byte        // sent with each request
	Connections int           // kept alive, each on its own; 1 if zero
	Requests    int64         // in all; no limit if zero
	Duration    time.Duration // no limit if zero
}

// Result is what a load measured.
type Result struct {
	Requests  int64
	Bytes     int64         // of the replies' bodies
	Elapsed   time.Duration // from the first request, with every connection open, to the last reply
	Statuses  map[int]int64 // how many replies had each status
	latencies []time.Duration
}

// Rate is the number of requests per second.
func (r *Result) Rate() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// Quantile is the latency that the part q of the requests, from 0 to 1, did not exceed. It is zero if there were none.
func (r *Result) Quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)]
}

// Run puts the load on the server. It fails if a connection can't be opened, if a reply can't be read, and if the
// context ends before the load does. A reply of any status is a reply.
func (l Load) Run(ctx context.Context) (*Result, error) {
	address, message, err := l.render()
	if err != nil {
		return nil, err
	}
	conns := make([]*conn, max(1, l.Connections))
	for i := range conns {
		conns[i] = &conn{address: address, message: message, head: l.Method == http.MethodHead, statuses: map[int]int64{}}
		if err := conns[i].dial(ctx); err != nil {
			return nil, err
		}
		defer conns[i].close()
		defer context.AfterFunc(ctx, conns[i].close)()
	}
	var asked atomic.Int64
	started := time.Now()
	more := func(now time.Time) bool {
		if l.Duration > 0 && now.Sub(started) >= l.Duration {
			return false
		}
		return l.Requests == 0 || asked.Add(1) <= l.Requests
	}
	var running sync.WaitGroup
	errs := make([]error, len(conns))
	for i, c := range conns {
		running.Go(func() { errs[i] = c.ask(ctx, more) })
	}
	running.Wait()
	result := &Result{Elapsed: time.Since(started), Statuses: map[int]int64{}}
	for _, c := range conns {
		result.add(c)
	}
	slices.Sort(result.latencies)
	return result, errors.Join(append(errs, context.Cause(ctx))...)
}

func (r *Result) add(c *conn) {
	r.Requests += int64(len(c.latencies))
	r.Bytes += c.bytes
	r.latencies = append(r.latencies, c.latencies...)
	for status, n := range c.statuses {
		r.Statuses[status] += n
	}
}

// render makes the bytes of a request, and tells where they go.
func (l Load) render() (address string, message []byte, err error) {
	u, err := url.Parse(l.URL)
	if err != nil {
		return "", nil, err
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case u.Scheme != "http" || u.Port() == "":
		return "", nil, fmt.Errorf("%s: want http://HOST:PORT/PATH", l.URL)
	case u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()):
		return "", nil, fmt.Errorf("%s: only a server on this machine is put under load", l.URL)
	case l.Requests <= 0 && l.Duration <= 0:
		return "", nil, errors.New("a load needs a number of requests or a duration")
	}
	req, err := http.NewRequest(l.Method, l.URL, bytes.NewReader(l.Body))
	if err != nil {
		return "", nil, err
	}
	for name, values := range l.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	var b bytes.Buffer
	err = req.Write(&b)
	return u.Host, b.Bytes(), err
}

// conn is one connection, and what was measured on it.
type conn struct {
	address   string
	message   []byte
	head      bool
	mu        sync.Mutex // of the next three; the end of the context closes from another goroutine
	closed    bool
	net       net.Conn
	reader    *bufio.Reader
	bytes     int64
	latencies []time.Duration
	statuses  map[int]int64
}

func (c *conn) dial(ctx context.Context) error {
	opened, err := new(net.Dialer).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errors.Join(context.Cause(ctx), opened.Close())
	}
	if c.net != nil {
		_ = c.net.Close()
	}
	c.net, c.reader = opened, bufio.NewReaderSize(opened, 64<<10)
	return nil
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.net != nil {
		_ = c.net.Close()
	}
}

// ask sends requests one after the other for as long as there are more.
func (c *conn) ask(ctx context.Context, more func(time.Time) bool) error {
	for sent := time.Now(); more(sent); {
		if _, err := c.net.Write(c.message); err != nil {
			return err
		}
		answer, err := readReply(c.reader, c.head)
		if err != nil {
			return err
		}
		received := time.Now()
		c.latencies = append(c.latencies, received.Sub(sent))
		c.statuses[answer.status]++
		c.bytes += answer.bytes
		if answer.last {
			if err := c.dial(ctx); err != nil {
				return err
			}
			received = time.Now()
		}
		sent = received
	}
	return nil
}
