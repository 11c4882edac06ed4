package mock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// ProxyConfig tells a [Proxy] what it stands before, and what to do with what it finds.
type ProxyConfig struct {
	// Upstream is where the server is: what comes before /api/v2/.
	Upstream *url.URL
	// Transport sends the requests to it; nil is [NewTransport] without certificates of its own.
	Transport http.RoundTripper
	// Known is what is known of the server. What isn't known is never a finding.
	Known Known
	// Enforce refuses what breaks the contract, in place of passing it on: 400 for a request, which is not
	// forwarded then; 502 for a reply.
	Enforce bool
	// Explain adds the findings to each reply, in the header Contract-Explanation.
	Explain bool
	// KeepHost passes the client's header Host on, in place of the upstream's name, so that the links that the
	// server makes lead through the proxy.
	KeepHost bool
	// MaxBody is how many bytes of a body are held in memory and validated; longer ones pass unchecked, with a
	// note. 0 is 8 MiB.
	MaxBody int64
	// MaxInFlight is how many requests are passed on at once; more are answered 503. 0 is 256.
	MaxInFlight int
	// Recorder is told of every exchange; nil for none.
	Recorder *Recorder
}

// A Proxy is a handler that passes requests on to a server, and its replies back, unchanged. It holds both sides
// to the contract: [Violation] is said of the client, [Breach] of the server, and [Outage] of a server that gave no
// answer. See [NewProxy].
//
// Its Server has the journal and the coverage. It has no connections, and serves nothing.
type Proxy struct {
	*Server
	config  ProxyConfig
	root    string // what the paths of the contract have in common
	forward *httputil.ReverseProxy
	places  chan struct{} // one for each request in flight
	learned derivations
	secrets hiddenSecrets
}

const (
	defaultHeld     = 8 << 20
	defaultInFlight = 256
)

// NewProxy returns a proxy. Of the options those count that set the contract, the journal and its observer.
func NewProxy(config ProxyConfig, options ...Option) (*Proxy, error) {
	if err := checkUpstream(config.Upstream); err != nil {
		return nil, err
	}
	world, err := config.Known.world()
	if err != nil {
		return nil, err
	}
	if config.Transport == nil {
		config.Transport = NewTransport(nil, 0)
	}
	if config.MaxBody <= 0 {
		config.MaxBody = defaultHeld
	}
	if config.MaxInFlight <= 0 {
		config.MaxInFlight = defaultInFlight
	}
	p := &Proxy{Server: New(append([]Option{WithWorld(world), WithMaxBody(config.MaxBody)}, options...)...), config: config}
	p.unexplained = !config.Explain
	p.root = p.contract.root()
	p.places = make(chan struct{}, config.MaxInFlight)
	p.forward = &httputil.ReverseProxy{
		Rewrite: p.rewrite, Transport: telling{config.Transport}, ModifyResponse: received, ErrorHandler: unanswered,
		FlushInterval: -1, BufferPool: &buffers{}, ErrorLog: log.New(io.Discard, "", 0),
	}
	return p, nil
}

func checkUpstream(u *url.URL) error {
	switch {
	case u == nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the upstream is not http://HOST or https://HOST")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("the upstream must hold no user, password, query or fragment")
	}
	return nil
}

// Upstream is the URL of the server, without anything that is secret.
func (p *Proxy) Upstream() string { return p.config.Upstream.Redacted() }

// Client returns a client of the proxy that needs no listener: see [Server.Client].
func (p *Proxy) Client() *http.Client { return &http.Client{Transport: inMemory{p}} }

// passage is one exchange on its way through the proxy.
type passage struct {
	*call
	proxy   *Proxy
	started time.Time
	request *sample // the body
	outside bool    // the contract says nothing of the path

	status int // 0 until the upstream has answered
	header http.Header
	reply  *sample
	id     int64 // that the path names; 0 if none

	connections []map[string]any // in the reply

	inspected, judged, settled sync.Once
}

type passageKey struct{}

func passageOf(r *http.Request) *passage { return r.Context().Value(passageKey{}).(*passage) }

// ServeHTTP passes one request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &passage{
		call: &call{Server: p.Server, scene: p.now.Load(), w: w, r: r}, proxy: p, started: time.Now(),
		request: newSample(p.config.MaxBody, r.ContentLength), reply: &sample{},
	}
	defer x.letGo()
	defer x.settle() // also when the forwarding panics, as it does when a side breaks off
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	default:
		x.unanswered(http.StatusServiceUnavailable, fmt.Sprintf("%d requests are in flight already; does the upstream lead back to this proxy?", cap(p.places)))
		return
	}
	if r.Method == http.MethodConnect || p.isForOther(r) {
		x.answer(http.StatusNotImplemented, "This is no forward proxy: send requests to it as if it were the server.")
		return
	}
	x.inspect()
	if !x.take() {
		panic(http.ErrAbortHandler)
	}
	if p.config.Enforce && x.violates() {
		x.refuse(http.StatusBadRequest, "The request breaks the contract, and was not passed on.", Violation)
		return
	}
	p.forward.ServeHTTP(w, x.onward())
}

// onward is the request as it is forwarded: with the body that is held, and a look at the rest.
func (x *passage) onward() *http.Request {
	r := x.r.WithContext(context.WithValue(x.r.Context(), passageKey{}, x))
	r.Body = io.NopCloser(x.request.resume(r.Body, r.ContentLength, nil)) // whoever serves it closes it: that may take as long as a read
	return r
}

// rewrite undoes what the reverse proxy does to requests besides forwarding them.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	r.SetURL(p.config.Upstream)
	r.Out.URL.RawQuery, r.Out.URL.ForceQuery = r.In.URL.RawQuery, r.In.URL.ForceQuery
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values, sent := r.In.Header[name]; sent {
			r.Out.Header[name] = values
		}
	}
	if p.config.KeepHost {
		r.Out.Host = r.In.Host
	}
	r.Out.Trailer = r.In.Trailer // filled when the body ends
}

// received looks at a reply before its body comes.
func received(resp *http.Response) error {
	x := passageOf(resp.Request)
	x.status, x.header = resp.StatusCode, resp.Header.Clone()
	for _, name := range []string{"Date", "Content-Type"} { // net/http would make one up
		if resp.Header[name] == nil {
			x.w.Header()[name] = nil
		}
	}
	for name := range x.w.Header() { // what a handler around the proxy says of other origins, as CORS does, holds
		if strings.HasPrefix(name, "Access-Control-") {
			resp.Header.Del(name)
		}
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	x.hasten()
	x.reply = newSample(x.proxy.config.MaxBody, resp.ContentLength)
	if x.r.Method == http.MethodHead || resp.ContentLength == 0 || resp.Body == http.NoBody {
		x.reply.end()
	}
	if x.proxy.config.Enforce || x.proxy.config.Explain {
		_ = x.reply.fill(resp.Body) // who reads on gets the error again
		x.withhold(resp)
		return nil
	}
	resp.Body = x.reply.resume(resp.Body, resp.ContentLength, x.settle)
	if x.reply.whole {
		x.settle()
	}
	return nil
}

// withhold judges a reply before the client gets it: replaces it, if the contract is enforced, or explains it.
func (x *passage) withhold(resp *http.Response) {
	x.judge()
	resp.Body = x.reply.resume(resp.Body, resp.ContentLength, x.settle)
	if x.proxy.config.Enforce && x.has(Breach) {
		_ = resp.Body.Close()
		status, header, body := x.refusal(http.StatusBadGateway, "The server's reply breaks the contract, and is kept back.", Breach)
		resp.StatusCode, resp.Header, resp.Body, resp.ContentLength = status, header, io.NopCloser(strings.NewReader(string(body))), int64(len(body))
		x.w.Header().Del("Content-Type") // it isn't missing any more
		x.w.Header().Del("Date")
		resp.Trailer = nil
		x.answered(status, header, body)
	} else if x.proxy.config.Explain {
		for _, text := range explanations(x.findings) {
			resp.Header.Add(explanationHeader, text)
		}
	}
	if x.reply.whole {
		x.settle()
	}
}

// has tells whether there is a finding of the severity.
func (x *passage) has(severity Severity) bool { return Exchange{Findings: x.findings}.Has(severity) }

func (x *passage) violates() bool { return x.has(Violation) }

// settle judges the exchange, and puts it into the journal, once.
func (x *passage) settle() {
	x.settled.Do(func() {
		x.inspectBody()
		x.judge()
		answer := &reply{status: x.status, header: x.header, chunked: true}
		answer.encoded, answer.streamed = x.reply.kept()
		if answer.streamed > 0 {
			answer.head, answer.encoded = answer.encoded, nil
		}
		x.body, _ = x.request.kept()
		x.unread = x.pending()
		held := x.journaled(x.r, x.started, answer)
		if x.proxy.config.Recorder != nil {
			x.proxy.config.Recorder.add(x)
		}
		if held != nil {
			x.journal.observer(x.observed(held))
			x.journal.release(held)
		}
		if number, sent := x.r.Context().Value(sendKey{}).(*int64); sent {
			*number = x.number
		}
	})
}
