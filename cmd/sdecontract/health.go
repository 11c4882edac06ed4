package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

type healthFlags struct {
	listen  string
	tls     bool
	tlsCA   string
	timeout time.Duration

	basePath string
}

func healthCommand() *cobra.Command {
	var flags healthFlags
	cmd := &cobra.Command{
		Use:   "health [URL]",
		Short: "Tell whether a mock answers",
		Long: `Send one request, and tell whether it is answered. It is for containers, whose images have no
other program to ask with. The flags are those that the mock was started with; as variables they
are the same for both.

Exit status:
  0  it answers
  1  it doesn't, or with a status of 500 and more
  2  a flag, a file or the URL can't be used`,
		Example: `  # The mock at its usual address.
  sdecontract health

  # One that listens elsewhere.
  sdecontract health --listen :9090
  sdecontract health http://mock.example.com:8080`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("health takes one URL, got %q too", args[1])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := flags.address(args)
			if err != nil {
				return err
			}
			return flags.ask(cmd.Context(), target)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "127.0.0.1:8080", "`address` that the mock listens on")
	f.StringVar(&flags.basePath, "base-path", "", "`path` below which the mock serves the API")
	f.BoolVar(&flags.tls, "tls", false, "the mock serves HTTPS")
	f.StringVar(&flags.tlsCA, "tls-ca", "", "`file` with the certificate to trust")
	f.DurationVar(&flags.timeout, "timeout", 3*time.Second, "how long to wait")
	return cmd
}

// checkURL refuses what no request can be sent to.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return usageError{fmt.Errorf("%q is not a URL such as http://127.0.0.1:8080", text)}
	}
	return nil
}

// healthPath is asked for below a URL that doesn't say what to ask for.
const healthPath = "/api/v2/connections/alm/"

// address is where to ask: on all addresses a mock listens on this machine's own as well.
func (flags healthFlags) address(args []string) (string, error) {
	if len(args) > 0 {
		target := args[0]
		if !strings.Contains(target, "/api/v2/") {
			target = strings.TrimSuffix(target, "/") + healthPath
		}
		return target, checkURL(args[0])
	}
	host, port, err := net.SplitHostPort(flags.listen)
	if err != nil {
		return "", usageError{fmt.Errorf("--listen: %w", err)}
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if flags.tls {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port) + strings.TrimSuffix("/"+strings.Trim(flags.basePath, "/"), "/") + healthPath, nil
}

// ask succeeds on any answer but a server's failure: that a token is missing, or a path, only a healthy server knows.
func (flags healthFlags) ask(ctx context.Context, target string) error {
	ctx, cancel := context.WithTimeout(ctx, flags.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodOptions, target, nil) // needs no token, and so breaks nothing
	if err != nil {
		return usageError{err}
	}
	transport := &http.Transport{}
	if transport.TLSClientConfig, err = flags.trust(); err != nil {
		return err
	}
	resp, err := transport.RoundTrip(req) // a redirect is an answer, too
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return exitError{exitBroken, fmt.Errorf("%s: no answer in %s", target, flags.timeout)}
	case err != nil:
		return exitError{exitBroken, fmt.Errorf("%s: %w", target, err)}
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= http.StatusInternalServerError {
		return exitError{exitBroken, fmt.Errorf("%s: status %d", target, resp.StatusCode)}
	}
	return nil
}

// trust is nil if the certificates that this machine trusts are right.
func (flags healthFlags) trust() (*tls.Config, error) {
	if flags.tlsCA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(flags.tlsCA)
	if err != nil {
		return nil, fmt.Errorf("--tls-ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--tls-ca: %s holds no certificate", flags.tlsCA)
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}
