package conformance

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// unanswered is why a request got no reply, and what to do about it. It is without the request's URL, which may hold
// what shouldn't be shown, and without this machine's own port, so that what happens again reads the same.
func unanswered(err error, to *url.URL) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if op, ok := err.(*net.OpError); ok { //nolint:errorlint // what wraps one has words of its own
		anywhere := *op
		anywhere.Source, err = nil, &anywhere
	}
	if advice := adviceOn(err, to); advice != "" {
		return fmt.Errorf("%w; %s", err, advice)
	}
	return err
}

// adviceOn is what an operator can do about the error; empty: only the error itself tells.
func adviceOn(err error, to *url.URL) string {
	if advice := adviceOnTLS(err, to); advice != "" {
		return advice
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "is the host's name in url right?"
		}
		return ""
	}
	late, isNet := errors.AsType[net.Error](err)
	if isNet && late.Timeout() {
		return "--timeout gives it longer"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return "does the server run, and are host and port in url right?"
	}
	return ""
}

// adviceOnTLS is about certificates, and about HTTP where HTTPS is meant or the other way round.
func adviceOnTLS(err error, to *url.URL) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "let url have a name that the server's certificate is for"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return "renew the server's certificate, or set this machine's clock"
		}
		return "the server needs another certificate"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "trust the authority of that server: on Linux SSL_CERT_FILE names a file of PEM, elsewhere the system has a store"
	}
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case noTLS || errors.Is(err, http.ErrSchemeMismatch):
		return "no HTTPS is spoken there: should url be http://" + to.Host + "?"
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // an alert of TLS; net/http has no type for it
		return httpsThere(to)
	}
	return ""
}

func httpsThere(to *url.URL) string {
	return "HTTPS is spoken there: should url be https://" + to.Host + "?"
}

// sentences are those with which Go, nginx and Apache answer 400 to HTTP where they speak HTTPS.
var sentences = [][]byte{
	[]byte("sent an HTTP request to an HTTPS server"), []byte("plain HTTP request was sent to HTTPS port"),
	[]byte("speaking plain HTTP to an SSL-enabled server"),
}

// wrongPort tells that the reply comes from what speaks HTTPS, to a request without: the API hasn't seen that.
func wrongPort(reply *Reply, to *url.URL) error {
	if to.Scheme != "http" || reply.Status != http.StatusBadRequest || reply.Value != nil {
		return nil
	}
	for _, sentence := range sentences {
		if bytes.Contains(reply.Body, sentence) {
			return errors.New("the server answers 400 to all that isn't encrypted; " + httpsThere(to))
		}
	}
	return nil
}
