package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// InProcess is a transport that hands requests to a handler in the same process, without a network. A
// panic of the handler is an error, as a broken connection would be.
func InProcess(h http.Handler) http.RoundTripper { return inProcess{h} }

type inProcess struct{ handler http.Handler }

// RoundTrip serves a copy of the request, and buffers the reply. It doesn't wait for a handler longer than
// the request's context lasts.
func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	served := req.Clone(req.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	served.RequestURI = req.URL.RequestURI()
	served.RemoteAddr = "127.0.0.1:0"
	if served.Host == "" {
		served.Host = req.URL.Host
	}
	w := &buffered{header: http.Header{}, status: http.StatusOK}
	ended := make(chan error, 1)
	go func() {
		defer func() {
			switch r := recover().(type) {
			case nil:
			case tooLong:
				ended <- r
			default:
				ended <- fmt.Errorf("the handler panicked: %v", r)
			}
			close(ended)
		}()
		p.handler.ServeHTTP(w, served)
	}()
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case err := <-ended:
		if err != nil {
			return nil, err
		}
		return w.response(req), nil
	}
}

// buffered keeps a reply in memory.
type buffered struct {
	header http.Header
	sent   http.Header // as they were when the status was written
	status int
	body   bytes.Buffer
}

func (w *buffered) Header() http.Header { return w.header }

func (w *buffered) WriteHeader(status int) {
	if w.sent == nil {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *buffered) Write(data []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.body.Len() > maxBody {
		panic(tooLong(maxBody)) // a handler that never ends might not look at errors
	}
	return w.body.Write(data)
}

// response is the reply, once the handler has ended.
func (w *buffered) response(req *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	body := w.body.Bytes()
	if req.Method == http.MethodHead {
		body = nil
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.sent, Request: req,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}
