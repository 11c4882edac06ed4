package conformance_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// unreachable makes each request fail as a transport does.
type unreachable struct{ err error }

func (f unreachable) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// TestUnansweredAdvises: what can't be reached comes with what to do about it, and without a port of this machine.
func TestUnansweredAdvises(t *testing.T) {
	plain, encrypted := httptest.NewServer(mock.New()), httptest.NewUnstartedServer(mock.New())
	encrypted.Config.ErrorLog = log.New(io.Discard, "", 0)
	encrypted.StartTLS()
	t.Cleanup(plain.Close)
	t.Cleanup(encrypted.Close)
	other := encrypted.Client().Transport.(*http.Transport).Clone()
	other.TLSClientConfig.ServerName = "sde.example.org" // as if that were the URL's name
	at := func(url string) string { return url[strings.Index(url, "//")+2:] }
	closed := httptest.NewServer(mock.New())
	closed.Close()
	nginx := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>The plain HTTP request was sent to HTTPS port</html>", http.StatusBadRequest)
	}))
	t.Cleanup(nginx.Close)
	for name, test := range map[string]struct {
		url       string
		transport http.RoundTripper
		want      string
	}{
		"untrusted":      {encrypted.URL, nil, "SSL_CERT_FILE names a file of PEM"},
		"another's name": {encrypted.URL, other, "let url have a name that the server's certificate is for"},
		"not encrypted":  {"https://" + at(plain.URL), nil, "should url be http://" + at(plain.URL) + "?"},
		"encrypted":      {"http://" + at(encrypted.URL), nil, "should url be https://" + at(encrypted.URL) + "?"},
		"nginx":          {nginx.URL, nil, "should url be https://" + at(nginx.URL) + "?"},
		"nobody there":   {closed.URL, nil, "dial tcp " + at(closed.URL) + ": connect: connection refused; does the server run, and are host and port in url right?"},
		"no such name":   {"https://sde.example.com", unreachable{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "sde.example.com", IsNotFound: true}}}, "is the host's name in url right?"},
	} {
		t.Run(name, func(t *testing.T) {
			target := mockTarget(nil)
			target.URL, target.Transport = test.url, test.transport
			report := run(t, target, conformance.WithSelection("alm/list/status"))
			assert.Equal(t, report.Count(conformance.Error), 1)
			assert.Assert(t, cmp.Contains(report.Results[0].Error, test.want))
		})
	}
}
