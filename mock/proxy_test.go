package mock_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// wired is a proxy that listens, before an upstream that listens. journal gets each exchange when it is over.
type wired struct {
	*mock.Proxy
	front, back *httptest.Server
	journal     chan mock.Exchange
}

func wireUp(t testing.TB, upstream http.Handler, change func(*mock.ProxyConfig)) wired {
	t.Helper()
	w := wired{back: httptest.NewServer(upstream), journal: make(chan mock.Exchange, 100)}
	t.Cleanup(w.back.Close)
	w.start(t, w.back.URL, change)
	return w
}

func (w *wired) start(t testing.TB, upstream string, change func(*mock.ProxyConfig)) {
	t.Helper()
	u, err := url.Parse(upstream)
	assert.NilError(t, err)
	w.Proxy = proxied(t, nil, func(c *mock.ProxyConfig) {
		c.Upstream = u
		if change != nil {
			change(c)
		}
	}, mock.WithObserver(func(e mock.Exchange) { w.journal <- e }))
	w.front = httptest.NewServer(w.Proxy)
	t.Cleanup(w.front.Close)
}

// do sends a request to the proxy.
func (w wired) do(t testing.TB, method, target string, body io.Reader, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.front.URL+target, body)
	assert.NilError(t, err)
	r.Header.Set("Authorization", "Token editor-token")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(r)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func readText(t testing.TB, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	assert.NilError(t, err)
	return string(data)
}

// findings are those of the next exchange.
func (w wired) findings(t testing.TB) string {
	t.Helper()
	select {
	case e := <-w.journal:
		var lines []string
		for _, f := range e.Findings {
			lines = append(lines, string(f.Severity)+": "+strings.TrimSpace(f.In+" "+f.Pointer)+": "+f.Message)
		}
		return strings.Join(lines, "\n")
	case <-time.After(20 * time.Second):
		t.Fatal("no exchange in the journal")
		return ""
	}
}

// TestProxyPassesUnchanged: what the upstream gets is what the client sent, and what the client gets is what the
// upstream sent, byte for byte.
func TestProxyPassesUnchanged(t *testing.T) {
	request := "POST " + alm + "?a=%zz;b&alias=x%20y+z#c? HTTP/1.1\r\nHost: HOST\r\nAuthorization: Token nobody-knows\r\n" +
		"Content-Length: 4\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Odd: a, b\r\nX-Odd: c\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\n{\"\xff\""
	reply := "HTTP/1.1 299 Odd\r\nX-Empty: \r\nX-Two: 1\r\nX-Two: 2\r\nConnection: close\r\nContent-Length: 7\r\n\r\n\x00\x01\xff{[\r\n"
	got, upstream := rawServer(t, reply)
	w := wired{journal: make(chan mock.Exchange, 9)}
	w.start(t, upstream+"/base/", nil)
	answer := rawCall(t, w.front.URL, strings.Replace(request, "#c?", "", 1))
	assert.Equal(t, <-got, "POST /base"+alm+"?a=%zz;b&alias=x%20y+z HTTP/1.1\r\nHost: "+strings.TrimPrefix(upstream, "http://")+"\r\n"+
		"Content-Length: 4\r\nAuthorization: Token nobody-knows\r\nForwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nX-Odd: a, b\r\nX-Odd: c\r\n\r\n{\"\xff\"")
	assert.Equal(t, answer, "HTTP/1.1 299 status code 299\r\nContent-Length: 7\r\nX-Empty: \r\nX-Two: 1\r\nX-Two: 2\r\nConnection: close\r\n\r\n\x00\x01\xff{[\r\n")
}

// rawServer answers one connection with the reply, and tells what it got.
func rawServer(t *testing.T, reply string) (got chan string, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	got = make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var text bytes.Buffer
		r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &text)))
		if err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		_, _ = io.WriteString(conn, reply)
		got <- text.String()
	}()
	return got, "http://" + listener.Addr().String()
}

// rawCall sends the bytes, and returns all that comes.
func rawCall(t *testing.T, server, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	assert.NilError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	assert.NilError(t, err)
	return readText(t, conn)
}

// TestProxyStreams: the client gets the first part while the upstream waits for it to ask for the second.
func TestProxyStreams(t *testing.T) {
	next := make(chan bool)
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Trailer", "X-Sum")
		_, _ = io.WriteString(w, `{"results":`)
		w.(http.Flusher).Flush()
		<-next
		_, _ = io.WriteString(w, `[]}`)
		w.Header().Set("X-Sum", "42")
		w.Header().Set(http.TrailerPrefix+"X-Late", "yes")
	}), nil)
	resp := w.do(t, "GET", alm, nil)
	part := make([]byte, 100)
	n, err := resp.Body.Read(part)
	assert.NilError(t, err)
	assert.Equal(t, string(part[:n]), `{"results":`)
	close(next)
	assert.Equal(t, readText(t, resp.Body), `[]}`)
	assert.DeepEqual(t, resp.Trailer, http.Header{"X-Sum": {"42"}, "X-Late": {"yes"}})
	assert.DeepEqual(t, resp.TransferEncoding, []string{"chunked"})
	assert.Equal(t, len(w.Exchanges()), 1)
	assert.Equal(t, w.findings(t), "")
}

// TestProxyStreamsRequests: a request without a length reaches the upstream while it is being sent, with its trailer.
func TestProxyStreamsRequests(t *testing.T) {
	first, trailer := make(chan string), make(chan http.Header, 1)
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		part := make([]byte, 7)
		_, _ = io.ReadFull(r.Body, part)
		first <- string(part)
		_, _ = io.Copy(io.Discard, r.Body)
		trailer <- r.Trailer
		w.WriteHeader(http.StatusUnauthorized)
	}), nil)
	body, send := io.Pipe()
	go func() {
		_, _ = io.WriteString(send, `{"alias`)
		if <-first == `{"alias` {
			_, _ = io.WriteString(send, `": ""}`)
		}
		_ = send.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), "POST", w.front.URL+alm, body)
	assert.NilError(t, err)
	r.Trailer = http.Header{"X-Sum": {"1"}}
	resp, err := http.DefaultClient.Do(r)
	assert.NilError(t, err)
	_ = resp.Body.Close()
	assert.DeepEqual(t, <-trailer, http.Header{"X-Sum": {"1"}})
	found := w.findings(t)
	assert.Assert(t, strings.Contains(found, "violation: body /alias: must not be empty"), found)
}

func TestProxyPassesOtherReplies(t *testing.T) {
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", "12345")
			return
		}
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(http.StatusFound)
	}), nil)
	hints := ""
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		hints += fmt.Sprint(code, h.Get("Link"))
		return nil
	}})
	r, err := http.NewRequestWithContext(ctx, "GET", w.front.URL+alm, http.NoBody)
	assert.NilError(t, err)
	resp, err := http.DefaultTransport.RoundTrip(r)
	assert.NilError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, hints, "103</style.css>")
	assert.Equal(t, resp.StatusCode, http.StatusFound)
	assert.Equal(t, resp.Header.Get("Location"), "https://elsewhere.example/")
	assert.Equal(t, w.do(t, "HEAD", alm, nil).ContentLength, int64(12345))
}

// TestProxyReadsGzip: what passes stays compressed, and a copy is judged.
func TestProxyReadsGzip(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = io.WriteString(zip, `{"results":[{"id":"one"}]}`)
	_ = zip.Close()
	encoding, data := "gzip", packed.Bytes()
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", encoding)
		_, _ = w.Write(data)
	}), nil)
	assert.Equal(t, readText(t, w.do(t, "GET", alm, nil).Body), packed.String())
	assert.Assert(t, strings.Contains(w.findings(t), "breach: reply /results/0/id: must be an integer, got a string"))
	e, _ := w.Exchange(1)
	assert.Equal(t, e.ReplyBody, `{"results":[{"id":"one"}]}`)

	data = packed.Bytes()[:20]
	w.do(t, "GET", alm, nil)
	assert.Equal(t, w.findings(t), "breach: reply: the body is not gzip, as Content-Encoding says: unexpected EOF")
	encoding = "br"
	w.do(t, "GET", alm, nil)
	assert.Equal(t, w.findings(t), `note: reply: the body has the Content-Encoding "br", which isn't read here, and wasn't validated`)
}

// endless is a body of that many bytes.
func endless(size int64) io.Reader { return io.LimitReader(repeated{}, size) }

type repeated struct{}

func (repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestProxyMemoryIsBounded: of 100 MB in either direction, little stays.
func TestProxyMemoryIsBounded(t *testing.T) {
	const size = 100_000_000
	for name, change := range map[string]func(*mock.ProxyConfig){
		"passed on": func(c *mock.ProxyConfig) { c.MaxBody = 1 << 20 },
		"enforced":  func(c *mock.ProxyConfig) { c.MaxBody, c.Enforce = 1<<20, true },
	} {
		t.Run(name, func(t *testing.T) {
			var before, now runtime.MemStats
			peak := uint64(0)
			w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got, _ := io.Copy(io.Discard, r.Body)
				runtime.GC()
				runtime.ReadMemStats(&now)
				peak = now.HeapAlloc
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusCreated)
				_, _ = io.Copy(w, endless(got))
			}), change)
			runtime.GC()
			runtime.ReadMemStats(&before)
			resp := w.do(t, "POST", alm, endless(size))
			got, err := io.Copy(io.Discard, resp.Body)
			assert.NilError(t, err)
			assert.Equal(t, got, int64(size))
			runtime.GC()
			runtime.ReadMemStats(&now)
			const most = 12 << 20
			assert.Assert(t, peak < before.HeapAlloc+most && now.HeapAlloc < before.HeapAlloc+most, "%d, %d, %d", before.HeapAlloc, peak, now.HeapAlloc)
			found := w.findings(t)
			assert.Assert(t, strings.Contains(found, "note: body: is larger than 1048576 bytes, and wasn't validated"), found)
			assert.Assert(t, strings.Contains(found, "note: reply: is larger than 1048576 bytes, and wasn't validated"), found)
			e, _ := w.Exchange(1)
			assert.Equal(t, e.Bytes, size)
			assert.DeepEqual(t, e.Cut, []string{"request body", "reply body"})
		})
	}
}

// TestProxyPassesFailuresOn: an upstream that breaks off, and one that isn't there.
func TestProxyPassesFailuresOn(t *testing.T) {
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == alm {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"results":`)
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}), nil)
	resp := w.do(t, "GET", alm, nil)
	data, err := io.ReadAll(resp.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, string(data), `{"results":`)
	assert.Equal(t, w.findings(t), "outage: upstream: the reply broke off: unexpected EOF")

	resp = w.do(t, "GET", alm+"1/", nil)
	assert.Equal(t, resp.StatusCode, http.StatusBadGateway)
	assert.Equal(t, w.findings(t), "outage: upstream: EOF")

	w.back.Close()
	resp = w.do(t, "GET", alm+"1/", nil)
	assert.Equal(t, resp.StatusCode, http.StatusBadGateway)
	assert.Equal(t, resp.Header.Get("Content-Type"), "application/json")
	text := readText(t, resp.Body)
	assert.Assert(t, strings.HasPrefix(text, `{"detail":"The server behind this proxy gave no answer: dial tcp 127.0.0.1:`), text)
	found := w.findings(t)
	assert.Assert(t, strings.HasPrefix(found, "outage: upstream: dial tcp") && !strings.Contains(found, "\n"), found)
}

// TestProxyWaitsNotForever: a slow upstream is one that gave no answer.
func TestProxyWaitsNotForever(t *testing.T) {
	done := make(chan bool)
	w := wireUp(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }), func(c *mock.ProxyConfig) {
		c.Transport = mock.NewTransport(nil, time.Millisecond)
	})
	defer close(done)
	assert.Equal(t, w.do(t, "GET", alm, nil).StatusCode, http.StatusGatewayTimeout)
	found := w.findings(t) // it may even be the connecting that takes too long
	assert.Assert(t, strings.HasPrefix(found, "outage: upstream: ") && strings.Contains(found, "timeout"), found)
}

// TestProxyClientLeaves: the upstream is told, and nobody is blamed.
func TestProxyClientLeaves(t *testing.T) {
	arrived, left := make(chan bool), make(chan bool)
	w := wireUp(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	}), nil)
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-arrived; leave() }()
	r, err := http.NewRequestWithContext(ctx, "GET", w.front.URL+"/api/v2/connections/alm/", http.NoBody)
	assert.NilError(t, err)
	r.Header.Set("Authorization", "Token editor-token")
	_, err = http.DefaultClient.Do(r) //nolint:bodyclose // there is none
	assert.Assert(t, errors.Is(err, context.Canceled))
	<-left
	assert.Equal(t, w.findings(t), "note: request: the client left before it was answered")
}

// TestProxyFindsLoops: it doesn't call itself.
func TestProxyFindsLoops(t *testing.T) {
	w := wired{journal: make(chan mock.Exchange, 9)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	w.start(t, "http://"+listener.Addr().String(), nil)
	loop := httptest.NewUnstartedServer(w.Proxy)
	loop.Listener = listener
	loop.Start()
	defer loop.Close()
	w.front = loop
	assert.Equal(t, w.do(t, "GET", alm, nil).StatusCode, http.StatusBadGateway)
	assert.Equal(t, w.findings(t), "outage: upstream: the upstream is this proxy itself")
}

// TestProxyBoundsWhatIsInFlight: two proxies that lead to each other come to an end.
func TestProxyBoundsWhatIsInFlight(t *testing.T) {
	var back http.Handler
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { back.ServeHTTP(w, r) }), func(c *mock.ProxyConfig) { c.MaxInFlight = 5 })
	u, err := url.Parse(w.front.URL)
	assert.NilError(t, err)
	back = proxied(t, mock.NewTransport(nil, 0), func(c *mock.ProxyConfig) { c.Upstream = u })
	assert.Equal(t, w.do(t, "GET", alm, nil).StatusCode, http.StatusServiceUnavailable)
	assert.Equal(t, w.findings(t), "outage: upstream: 5 requests are in flight already; does the upstream lead back to this proxy?")
}

// TestProxySpeaksTLSAndHTTP2 to an upstream whose certificate it is told to trust.
func TestProxySpeaksTLSAndHTTP2(t *testing.T) {
	back := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Proto", r.Proto)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	back.EnableHTTP2 = true
	back.StartTLS()
	defer back.Close()
	w := wired{journal: make(chan mock.Exchange, 9)}
	w.start(t, back.URL, nil)
	assert.Equal(t, w.do(t, "GET", alm, nil).StatusCode, http.StatusBadGateway)
	found := w.findings(t)
	assert.Assert(t, strings.HasSuffix(found, "--upstream-ca names a file with the certificate to trust"), found)

	roots := x509.NewCertPool()
	roots.AddCert(back.Certificate())
	w.start(t, back.URL, func(c *mock.ProxyConfig) { c.Transport = mock.NewTransport(roots, 0) })
	resp := w.do(t, "GET", alm, nil)
	assert.Equal(t, resp.StatusCode, http.StatusUnauthorized)
	assert.Equal(t, resp.Header.Get("X-Proto"), "HTTP/2.0")
}

// TestProxyEnforces: what breaks the contract doesn't pass, and what doesn't does.
func TestProxyEnforces(t *testing.T) {
	reached := 0
	p := proxied(t, bent{mock.New(), func(b *bentReply) {
		reached++
		if b.r.Method == http.MethodGet {
			delete(b.value, "system")
		}
	}}, func(c *mock.ProxyConfig) { c.Enforce, c.Explain = true, true })
	got := askProxy(p, "editor", "POST", alm, strings.Replace(hourly, "hourly", "yearly", 1))
	assert.Equal(t, got.status, 400)
	assert.Equal(t, reached, 0)
	body := regexp.MustCompile(`openapi.yaml:\d+`).ReplaceAllString(got.body, "openapi.yaml:N")
	assert.Equal(t, body, `{"detail":"The request breaks the contract, and was not passed on.","findings":["violation: body /frequency: \"yearly\" is not one of \"hourly\", \"daily\", \"weekly\", \"monthly\", \"manually\" (see \"Create an ALM Connection\", line 181; openapi.yaml:N #/components/schemas/Frequency/enum)"]}`)
	assert.Assert(t, got.header.Get("Contract-Explanation") != "")

	got = askProxy(p, "editor", "GET", alm+"1/", "")
	assert.Equal(t, got.status, 502)
	assert.Assert(t, strings.HasPrefix(got.body, `{"detail":"The server's reply breaks the contract, and is kept back.","findings":["breach: reply /system: is required`), got.body)

	got = askProxy(p, "editor", "POST", alm, hourly)
	assert.Equal(t, got.status, 201)
	assert.Equal(t, got.header.Get("Contract-Explanation"), "")
	assert.Equal(t, len(p.Broken()), 2)
}

// TestProxyExplains in a header, and changes nothing else.
func TestProxyExplains(t *testing.T) {
	want := askProxy(mock.New(), "editor", "GET", alm+"?nope=1", "")
	got := askProxy(proxied(t, mock.New().Client().Transport, func(c *mock.ProxyConfig) { c.Explain = true }), "editor", "GET", alm+"?nope=1", "")
	assert.Equal(t, got.body, want.body)
	assert.DeepEqual(t, got.header.Values("Contract-Explanation")[1:], []string{"note: query nope: is not a parameter of listAlmConnections, which has alias, frequency, system, page_size, page"})
	e := proxied(t, mock.New().Client().Transport, nil)
	askProxy(e, "editor", "GET", alm+"?nope=1", "")
	assert.Equal(t, len(e.Exchanges()[0].ReplyHeader.Values("Contract-Explanation")), 1) // the mock's own
}

// TestProxyKeepsHost: the links that the server makes lead through the proxy.
func TestProxyKeepsHost(t *testing.T) {
	for keep, want := range map[bool]string{false: "http://upstream.invalid" + alm + "?page=2&page_size=1", true: "http://example.com" + alm + "?page=2&page_size=1"} {
		p := proxied(t, mock.New().Client().Transport, func(c *mock.ProxyConfig) { c.KeepHost = keep })
		got := askProxy(p, "reader", "GET", alm+"?page_size=1", "").object(t)
		assert.Equal(t, got["next"], want)
		assert.Equal(t, strings.Contains(foundBy(p), "leads to upstream.invalid"), !keep)
	}
}

// TestProxyHidesTokens: nothing that the proxy tells has a secret in it.
func TestProxyHidesTokens(t *testing.T) {
	p := proxied(t, bent{mock.New(), set("alias", "a-password-of-somebody")}, nil)
	askProxy(p, "editor", "POST", alm, strings.Replace(hourly, "hunter2hunter2", "a-password-of-somebody", 1), "Cookie: session=0123456789abcdef")
	e := p.Exchanges()[0]
	for _, secret := range []string{"editor-token", "a-password-of-somebody", "0123456789abcdef"} {
		assert.Assert(t, !strings.Contains(fmt.Sprintf("%+v", e), secret), secret)
	}
	assert.Equal(t, e.User, "editor")
}

func TestNewProxyRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"ftp://x":         "the upstream is not http://HOST or https://HOST",
		"/path":           "the upstream is not http://HOST or https://HOST",
		"http://u:p@host": "the upstream must hold no user, password, query or fragment",
	} {
		u, err := url.Parse(text)
		assert.NilError(t, err)
		_, err = mock.NewProxy(mock.ProxyConfig{Upstream: u})
		assert.Error(t, err, want)
	}
	_, err := mock.NewProxy(mock.ProxyConfig{
		Upstream: &url.URL{Scheme: "http", Host: "x"},
		Known:    mock.Known{Users: []mock.User{{Name: "a", Token: "t"}, {Name: "b", Token: "t"}}},
	})
	assert.Error(t, err, "users a and b have the same token")
}
