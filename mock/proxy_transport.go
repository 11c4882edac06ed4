package mock

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"
)

const (
	defaultTimeout = 60 * time.Second
	dialTimeout    = 10 * time.Second
)

// NewTransport returns a transport for [ProxyConfig] that changes nothing: it neither asks for compression nor
// undoes it, and follows no redirect. It trusts the certificates of roots besides the system's, and waits for the
// head of a reply as long as timeout; 0 is a minute. The body of a reply may take any time.
func NewTransport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	dialer := &net.Dialer{Timeout: min(timeout, dialTimeout)}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           elsewhere(dialer.DialContext),
		TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   min(timeout, dialTimeout),
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
		MaxIdleConnsPerHost:   defaultInFlight,
		IdleConnTimeout:       90 * time.Second,
		ResponseHeaderTimeout: timeout,
		ExpectContinueTimeout: time.Second,
	}
}

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

var errLoop = errors.New("the upstream is this proxy itself")

// elsewhere refuses to connect to the address at which the request that is forwarded came in.
func elsewhere(connect dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := connect(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if here, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr); ok && here.String() == conn.RemoteAddr().String() {
			return nil, errors.Join(errLoop, conn.Close())
		}
		return conn, nil
	}
}

// telling is a transport whose replies tell what was asked, which some forget.
type telling struct{ http.RoundTripper }

func (t telling) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(r)
	if err == nil && resp.Request == nil {
		resp.Request = r
	}
	return resp, err
}
