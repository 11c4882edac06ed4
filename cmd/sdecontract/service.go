package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/mock"
)

// service is a mock at an address.
type service struct {
	*mock.Server
	host      *mock.Host
	proxy     *mock.Proxy // nil unless it is one
	control   control     // of the mock while it runs
	url       string      // what comes before /api/v2/
	caFile    string      // holds the certificate to trust; empty unless it was made for this run
	latitudes []mock.Latitude

	listener net.Listener
	http     *http.Server
	failed   chan error // why it ended though nobody stopped it
	watcher  *watcher   // of the world's file; nil if nobody wants that
	cleanups []func() error
}

// prepare makes the mock that the flags describe, and takes its address. Nothing is answered before start.
func (flags mockFlags) prepare(ctx context.Context, observer func(mock.Exchange)) (_ *service, err error) {
	s := &service{failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	options, err := flags.options()
	if err != nil {
		return nil, err
	}
	if s.latitudes, err = flags.chosen(); err != nil {
		return nil, err
	}
	if err := flags.checkOrigins(); err != nil {
		return nil, err
	}
	s.Server = mock.New(append(options, mock.WithObserver(observer), mock.WithLatitude(s.latitudes...))...)
	if err := flags.setFaults(s.Server); err != nil {
		return nil, err
	}
	s.host = mock.NewHost(s.Server, mock.HostLimits{})
	s.http = server(s.host)
	if len(flags.cors) > 0 {
		s.http.Handler = mock.CORS(flags.cors, s.host)
	}
	if err := flags.certify(s); err != nil {
		return nil, err
	}
	if err := flags.watchWorld(s); err != nil {
		return nil, err
	}
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", flags.listen); err != nil {
		return nil, listenError("--listen", flags.listen, err)
	}
	root := baseURL(flags.listen, s.listener.Addr(), s.http.TLSConfig != nil)
	s.url = root + s.BasePath()
	if err := flags.openControl(ctx, s, root); err != nil {
		return nil, err
	}
	return s, flags.writeURL(s)
}

// Clients that are slower than this are cut off, so that they can't pile up.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = 60 * time.Second
	idleTimeout    = 120 * time.Second
	drainTimeout   = 10 * time.Second
)

// noticeTimeout bounds how long the end waits for delays whose client may have left.
const noticeTimeout = 200 * time.Millisecond

// maxHeaderBytes is what a request's header may have.
const maxHeaderBytes = 64 << 10

// server speaks HTTP/1.1 and HTTP/2, with TLS and without.
func server(handler http.Handler) *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}

// start begins to answer. What goes wrong before a request can be read, such as a TLS handshake, is told on
// errOut.
func (s *service) start(errOut io.Writer) {
	s.run(s.http, s.listener, errOut)
	if s.control.listener != nil {
		s.run(s.control.http, s.control.listener, errOut)
	}
	if s.watcher != nil {
		s.watcher.start(errOut)
	}
	go debug.FreeOSMemory() // reading the contract and the world took more than serving does
}

func (s *service) run(server *http.Server, listener net.Listener, errOut io.Writer) {
	server.ErrorLog = log.New(errOut, "sdecontract: ", 0)
	go func() {
		if server.TLSConfig != nil {
			s.failed <- server.ServeTLS(listener, "", "")
		} else {
			s.failed <- server.Serve(listener)
		}
	}()
}

// stop lets requests in flight finish: afterwards the observer has seen every one.
func (s *service) stop(ctx context.Context) error {
	if s.watcher != nil {
		s.watcher.stop()
	}
	// A client that left while a delay held it back is noticed before delays are cut short: else it would count as
	// answered.
	notice, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticeTimeout)
	defer cancel()
	_ = s.http.Shutdown(notice)
	s.host.ClearFaults() // a delay that was asked for must not hold the end up
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	err := s.http.Shutdown(drain)
	if s.control.listener != nil {
		err = errors.Join(err, s.control.http.Shutdown(drain))
	}
	if err != nil {
		err = exitError{exitFailed, fmt.Errorf("requests in flight didn't finish in %s: %w", drainTimeout, err)}
	}
	return errors.Join(err, s.close())
}

// close gives back the address, and removes what was written for this run.
func (s *service) close() error {
	var errs []error
	for _, listener := range []net.Listener{s.listener, s.control.listener} {
		if listener == nil {
			continue
		}
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	for _, cleanup := range s.cleanups {
		errs = append(errs, cleanup())
	}
	return errors.Join(errs...)
}

// baseURL is where a client on this machine finds a listener, also one on all addresses.
func baseURL(listen string, addr net.Addr, secure bool) string {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return scheme + addr.String()
	}
	host, _, _ := net.SplitHostPort(listen)
	switch {
	case host != "" && net.ParseIP(host) == nil: // a name, which a certificate may be for
	case tcp.IP.IsUnspecified():
		host = "127.0.0.1"
	default:
		host = tcp.IP.String()
	}
	return scheme + net.JoinHostPort(host, fmt.Sprint(tcp.Port))
}

// listenError says what to do about an address that can't be listened on.
func listenError(flag, address string, err error) error {
	hint := ""
	if strings.Contains(err.Error(), "in use") {
		hint = "; choose another with " + flag + ", or let " + flag + " 127.0.0.1:0 pick a free one"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	return fmt.Errorf("%s %s: %w%s", flag, address, err, hint)
}

// writeURL leaves the URL where a script waits for it: the file is whole as soon as it is there.
func (flags mockFlags) writeURL(s *service) error {
	if flags.urlFile == "" {
		return nil
	}
	draft, err := os.CreateTemp(filepath.Dir(flags.urlFile), filepath.Base(flags.urlFile)+".*")
	if err != nil {
		return fmt.Errorf("--url-file: %w", err)
	}
	_, err = fmt.Fprintln(draft, s.url)
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), flags.urlFile)
	}
	if err != nil {
		_ = os.Remove(draft.Name())
		return fmt.Errorf("--url-file: %w", err)
	}
	s.cleanups = append(s.cleanups, func() error { return os.Remove(flags.urlFile) })
	return nil
}
