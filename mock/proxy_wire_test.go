package mock_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// TestProxyPassesUpgrades: two sides that agree on another protocol speak it.
func TestProxyPassesUpgrades(t *testing.T) {
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "echo" {
			w.WriteHeader(http.StatusUpgradeRequired)
			return
		}
		conn, both, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := both.ReadString('\n')
		_, _ = io.WriteString(conn, "you said "+line)
	}), nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.front.URL, "http://"))
	assert.NilError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET "+alm+" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	assert.NilError(t, err)
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	assert.NilError(t, err)
	_ = resp.Body.Close()
	assert.Equal(t, resp.StatusCode, http.StatusSwitchingProtocols)
	_, err = io.WriteString(conn, "hello\n")
	assert.NilError(t, err)
	line, err := in.ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, line, "you said hello\n")
	_ = conn.Close()
	found := w.findings(t)
	assert.Assert(t, !strings.Contains(found, "breach") && !strings.Contains(found, "outage"), found)
}

// TestProxyPassesExpectations: a client that asks before it sends is told what the server says.
func TestProxyPassesExpectations(t *testing.T) {
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Refuse") != "" {
			w.WriteHeader(http.StatusExpectationFailed)
			return
		}
		data, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write(data)
	}), nil)
	ask := func(header string) (*bufio.Reader, net.Conn) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.front.URL, "http://"))
		assert.NilError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n%s\r\n", alm, header)
		assert.NilError(t, err)
		return bufio.NewReader(conn), conn
	}
	in, _ := ask("X-Refuse: yes\r\n")
	resp, err := http.ReadResponse(in, nil)
	assert.NilError(t, err)
	_ = resp.Body.Close()
	assert.Equal(t, resp.StatusCode, http.StatusExpectationFailed)

	in, conn := ask("")
	line, err := in.ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, line, "HTTP/1.1 100 Continue\r\n")
	_, _ = in.ReadString('\n')
	_, err = io.WriteString(conn, `"hi"`)
	assert.NilError(t, err)
	resp, err = http.ReadResponse(in, nil)
	assert.NilError(t, err)
	assert.Equal(t, resp.StatusCode, http.StatusAccepted)
	assert.Equal(t, readText(t, resp.Body), `"hi"`)
}

// TestProxyPassesPaths: every byte of a path is the server's business.
func TestProxyPassesPaths(t *testing.T) {
	for _, path := range []string{"/api/v2/connections/alm/%2e%2e/a%2Fb//c;x=1/../d%00%ff", "//evil.test/x", "/", "/?", "/a?b#c", "/@host:1/"} {
		got, upstream := rawServer(t, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
		w := wired{journal: make(chan mock.Exchange, 9)}
		w.start(t, upstream, nil)
		rawCall(t, w.front.URL, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		line, _, _ := strings.Cut(<-got, "\r\n")
		assert.Equal(t, line, "GET "+path+" HTTP/1.1")
	}
}

// TestProxyIsNoForwardProxy: what is meant for another server doesn't come to this one.
func TestProxyIsNoForwardProxy(t *testing.T) {
	reached := 0
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reached++; w.WriteHeader(http.StatusNoContent) }), nil)
	for request, want := range map[string]string{
		"CONNECT elsewhere.test:443 HTTP/1.1\r\nHost: elsewhere.test:443":       "501",
		"GET http://elsewhere.test" + alm + " HTTP/1.1\r\nHost: elsewhere.test": "501",
		"GET " + w.back.URL + alm + " HTTP/1.1\r\nHost: x":                      "204",
	} {
		answer := rawCall(t, w.front.URL, request+"\r\nConnection: close\r\n\r\n")
		assert.Assert(t, strings.HasPrefix(answer, "HTTP/1.1 "+want+" "), "%s\n%s", request, answer)
	}
	assert.Equal(t, reached, 1)
}

// TestProxySpeaksHTTP2BothWays: streams, trailers and early answers, over one connection.
func TestProxySpeaksHTTP2BothWays(t *testing.T) {
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	next, left := make(chan bool), make(chan bool, 1)
	h2c := func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.Config.Protocols = protocols
		s.Start()
		t.Cleanup(s.Close)
		return s
	}
	back := h2c(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.Method {
		case http.MethodPost: // refused before it has ended
			w.WriteHeader(http.StatusUnauthorized)
		case http.MethodPut: // given up by the client
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			left <- true
		default:
			_, _ = io.WriteString(w, `{"results":`)
			_ = http.NewResponseController(w).Flush()
			<-next
			_, _ = io.WriteString(w, `[]}`)
			w.Header().Set(http.TrailerPrefix+"X-Late", "yes")
		}
	}))
	w := wired{back: back, journal: make(chan mock.Exchange, 9)}
	w.start(t, back.URL, func(c *mock.ProxyConfig) {
		transport := mock.NewTransport(nil, 0)
		transport.Protocols = protocols
		c.Transport = transport
	})
	front := h2c(w.Proxy)
	client := &http.Transport{Protocols: protocols}
	t.Cleanup(client.CloseIdleConnections)
	do := func(ctx context.Context, method string, body io.Reader) *http.Response {
		r, err := http.NewRequestWithContext(ctx, method, front.URL+alm, body)
		assert.NilError(t, err)
		r.Header.Set("Authorization", "Token editor-token")
		resp, err := client.RoundTrip(r)
		assert.NilError(t, err)
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
	resp := do(t.Context(), http.MethodGet, nil)
	part := make([]byte, 100)
	n, err := resp.Body.Read(part)
	assert.NilError(t, err)
	assert.Equal(t, string(part[:n]), `{"results":`)
	body, send := io.Pipe()
	defer send.Close()
	assert.Equal(t, do(t.Context(), http.MethodPost, body).StatusCode, http.StatusUnauthorized) // meanwhile
	close(next)
	assert.Equal(t, readText(t, resp.Body), `[]}`)
	assert.DeepEqual(t, resp.Trailer, http.Header{"X-Late": {"yes"}})
	ctx, leave := context.WithCancel(t.Context())
	do(ctx, http.MethodPut, nil)
	leave()
	<-left
}

// TestProxyPassesWhatHasNoBody: not modified, and no content.
func TestProxyPassesWhatHasNoBody(t *testing.T) {
	for _, status := range []string{"304 Not Modified", "204 No Content"} {
		_, upstream := rawServer(t, "HTTP/1.1 "+status+"\r\nEtag: \"a\"\r\nConnection: close\r\n\r\n")
		w := wired{journal: make(chan mock.Exchange, 9)}
		w.start(t, upstream, nil)
		answer := rawCall(t, w.front.URL, "GET "+alm+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Token editor-token\r\n\r\n")
		assert.Equal(t, answer, "HTTP/1.1 "+status+"\r\nEtag: \"a\"\r\nConnection: close\r\n\r\n")
	}
}

// TestProxyHoldsRepliesBack: one that is judged before it passes keeps its trailers and its encoding, and what comes in
// the place of a broken one has neither.
func TestProxyHoldsRepliesBack(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = io.WriteString(zip, `{"results":[{"id":"one"}]}`)
	_ = zip.Close()
	for name, change := range map[string]func(*mock.ProxyConfig){
		"explained": func(c *mock.ProxyConfig) { c.Explain = true },
		"enforced":  func(c *mock.ProxyConfig) { c.Enforce = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Encoding", "gzip")
				w.Header().Set("Trailer", "X-Sum")
				_, _ = w.Write(packed.Bytes())
				w.Header().Set("X-Sum", "42")
			}), change)
			resp := w.do(t, http.MethodGet, alm, nil)
			body := readText(t, resp.Body)
			found := w.findings(t)
			assert.Assert(t, strings.Contains(found, "breach: reply /results/0/id"), found)
			if name == "explained" {
				assert.Equal(t, body, packed.String())
				assert.Equal(t, resp.Trailer.Get("X-Sum"), "42")
				assert.Assert(t, strings.Contains(strings.Join(resp.Header.Values("Contract-Explanation"), "\n"), "breach: reply /results/0/id"))
				return
			}
			assert.Equal(t, resp.StatusCode, http.StatusBadGateway)
			assert.Equal(t, resp.Header.Get("Content-Encoding")+resp.Trailer.Get("X-Sum"), "")
			assert.Assert(t, strings.HasPrefix(body, `{"detail":"The server's reply breaks the contract`), body)
		})
	}
}

// TestProxyBearsManyAtOnce: slow clients, ones that leave, and an upstream that breaks off don't mix up exchanges.
func TestProxyBearsManyAtOnce(t *testing.T) {
	good := mock.New()
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("alias") {
		case "reset":
			panic(http.ErrAbortHandler)
		case "cut":
			w.Header().Set("Content-Length", "99")
			_, _ = io.WriteString(w, `{"res`)
			panic(http.ErrAbortHandler)
		}
		good.ServeHTTP(w, r)
	}), func(c *mock.ProxyConfig) { c.KeepHost = true })
	var all sync.WaitGroup
	for i := range 120 {
		all.Go(func() {
			kind := []string{"fine", "reset", "cut", "leaves"}[i%4]
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.front.URL+alm+"?alias="+kind, http.NoBody)
			assert.Check(t, err)
			r.Header.Set("Authorization", "Token editor-token")
			if kind == "leaves" {
				leave()
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		})
	}
	all.Wait()
	outages := 0
	for _, e := range w.Exchanges() {
		kind := strings.TrimPrefix(e.Target, alm+"?alias=")
		want := map[string]bool{"reset": true, "cut": true}[kind]
		assert.Check(t, e.Has(mock.Outage) == want && !e.Has(mock.Violation, mock.Breach, mock.Fault), "%s %d %v", kind, e.Status, e.Findings)
		if want {
			outages++
		}
	}
	assert.Equal(t, outages, 60)
}
