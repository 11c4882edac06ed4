package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	controlapi "github.com/sdecontract/sdecontract/mock/control"
)

// control is how the mock is controlled while it runs.
type control struct {
	url      string // what comes before /reset; empty if it is off
	off      string // why, if nobody asked for that
	listener net.Listener
	http     *http.Server // nil without a listener of its own
}

// announced tells where the inspector and the control API are, or how to get them.
func (c control) announced() string {
	switch {
	case c.url != "":
		return "\nWatch and control it: " + c.url + "/\n"
	case c.off != "":
		return "\n" + c.off + "\n"
	}
	return ""
}

// openControl puts the control API in front of the service, or at an address of its own.
func (flags mockFlags) openControl(ctx context.Context, s *service, root string) (err error) {
	given := flags.control + flags.controlTokenEnv + strings.Join(flags.controlHosts, "")
	switch {
	case flags.noControl && given != "":
		return usageError{errors.New("--no-control excludes --control, --control-host and --control-token-env")}
	case flags.noControl:
		return nil
	}
	options := controlapi.Options{Hosts: flags.controlHosts, BaseURL: root, Next: s.http.Handler}
	if flags.controlTokenEnv != "" {
		if options.Token = os.Getenv(flags.controlTokenEnv); options.Token == "" {
			return usageError{fmt.Errorf("--control-token-env: the variable %s is not set", flags.controlTokenEnv)}
		}
	}
	address, listener := flags.listen, s.listener
	if flags.control != "" {
		address = flags.control
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address); err != nil {
			return listenError("--control", address, err)
		}
		s.control.listener, options.Next = listener, http.NotFoundHandler()
	}
	if host, _, _ := net.SplitHostPort(address); host != "" {
		options.Hosts = append(options.Hosts, host)
	}
	tcp, ok := listener.Addr().(*net.TCPAddr)
	switch private := ok && tcp.IP.IsLoopback(); {
	case !private && options.Token == "" && flags.control != "":
		return usageError{fmt.Errorf("--control %s: others can reach this address: set a token with --control-token-env", address)}
	case !private && options.Token == "":
		s.control.off = "The control API is off, because others can reach this address: --control 127.0.0.1:0 or --control-token-env switch it on."
		return nil
	}
	handler := controlapi.New(s.host, options)
	s.control.url = baseURL(address, listener.Addr(), s.http.TLSConfig != nil) + strings.TrimSuffix(controlapi.Path, "/")
	if flags.control == "" {
		s.http.Handler = handler
		s.http.RegisterOnShutdown(handler.Close)
		return nil
	}
	s.control.http = server(handler)
	s.control.http.TLSConfig = s.http.TLSConfig.Clone()
	s.control.http.RegisterOnShutdown(handler.Close)
	return nil
}
