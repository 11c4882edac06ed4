package mock

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Client returns a client of the mock that needs no listener: its requests are served in the calling
// goroutine, whatever host their URLs name. The reply's body is in memory when it returns. A reply that the
// mock breaks off is an error, as it would be over a network: of Client.Do, or of reading the body if a part
// of it was sent. So is a request whose context ends before the reply is there.
func (s *Server) Client() *http.Client { return &http.Client{Transport: inMemory{s}} }

// inMemory is a transport that hands requests to a handler.
type inMemory struct{ handler http.Handler }

// errReset is what a client sees of a connection that the mock cuts before it has replied.
var errReset = errors.New("the mock cut the connection")

// RoundTrip serves the request.
func (t inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	served := req.WithContext(ctx) // a copy, because what is missing in a client's request is filled in
	served.Proto, served.ProtoMajor, served.ProtoMinor = "HTTP/1.1", 1, 1
	served.RequestURI, served.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:0"
	if served.Host == "" {
		served.Host = req.URL.Host
	}
	if served.Body == nil {
		served.Body = http.NoBody
	}
	w := &memory{header: http.Header{}}
	err := w.serve(t.handler, served)
	if ended := ctx.Err(); ended != nil {
		return nil, ended
	}
	if err != nil {
		return nil, err
	}
	return w.response(req), nil
}

// memory keeps a reply.
type memory struct {
	header  http.Header
	status  int // 0 until it is written
	body    bytes.Buffer
	flushed bool
	cut     bool // broken off after a part of it was sent
}

// serve returns an error if no reply would reach a client.
func (w *memory) serve(h http.Handler, r *http.Request) (err error) {
	defer func() {
		p := recover()
		switch failure, _ := p.(error); {
		case p == nil:
		case w.flushed: // a server keeps back what isn't flushed
			w.cut = true
		case errors.Is(failure, http.ErrAbortHandler):
			err = errReset
		default:
			err = fmt.Errorf("the handler panicked: %v", p)
		}
	}()
	h.ServeHTTP(w, r)
	return nil
}

func (w *memory) Header() http.Header { return w.header }

// WriteHeader takes the first final status.
func (w *memory) WriteHeader(status int) {
	if w.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
}

func (w *memory) Write(data []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(data)
}

// Flush sends what was written so far.
func (w *memory) Flush() {
	w.WriteHeader(http.StatusOK)
	w.flushed = true
}

func (w *memory) response(req *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	resp := &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Request: req,
		ContentLength: -1, Body: http.NoBody,
	}
	declared, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64)
	switch {
	case err == nil:
		resp.ContentLength = declared
	case !w.flushed:
		resp.ContentLength = int64(w.body.Len())
	}
	if req.Method == http.MethodHead {
		return resp
	}
	if w.cut || err == nil && int64(w.body.Len()) < declared {
		resp.Body = io.NopCloser(io.MultiReader(&w.body, brokenOff{}))
	} else if w.body.Len() > 0 {
		resp.Body = io.NopCloser(&w.body)
	}
	return resp
}

// brokenOff is the end of a body that isn't whole.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
