package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/pflag"

	controlapi "github.com/sdecontract/sdecontract/mock/control"
)

// addControlFlags offers those of the control API.
func (flags *mockFlags) addControlFlags(f *pflag.FlagSet) {
	f.StringVar(&flags.control, "control", "", "serve the control API at an `address` of its own, not below /_mock/")
	f.BoolVar(&flags.noControl, "no-control", false, "no control API")
	f.StringSliceVar(&flags.controlHosts, "control-host", nil, "a `name` by which the control API may be called, besides localhost and any IP\naddress; repeatable")
	f.StringVar(&flags.controlTokenEnv, "control-token-env", "", "the variable, by its `name`, with the token that the control API wants as\nAuthorization: Bearer. Without one it is off where others can reach it")
}

// control is how the mock or the proxy is controlled while it runs.
type control struct {
	url      string // what comes before /reset; empty if it is off
	off      string // why, if nobody asked for that
	listener net.Listener
	http     *http.Server // nil without a listener of its own
}

// announced tells where the inspector and the control API are, and what they are good for, or how to get them.
func (c control) announced(good string) string {
	switch {
	case c.url != "":
		return "\n" + good + ": " + c.url + "/\n"
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
	options := controlapi.Options{Hosts: flags.controlHosts, BaseURL: root, Next: s.http.Handler, Upstream: flags.upstream}
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
	handler := s.controlled(options)
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

// controlled is the service behind its control API.
func (s *service) controlled(o controlapi.Options) *controlapi.Handler {
	if s.proxy != nil {
		return controlapi.NewProxy(s.proxy, o)
	}
	return controlapi.New(s.host, o)
}
