package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/mock"
)

type proxyFlags struct {
	mockFlags // those of them that proxyCommand offers
	upstream  string
	caFile    string
	target    string
	record    string
	replay    string
	enforce   bool
	explain   bool
	keepHost  bool
	timeout   time.Duration
	maxBody   int64
}

func proxyCommand() *cobra.Command {
	var flags proxyFlags
	cmd := &cobra.Command{
		Use:   "proxy --upstream URL [flags] [-- COMMAND [ARGUMENT ...]]",
		Short: "Stand between a client and a server, and hold both to the contract",
		Long: `Pass requests on to a server, and its replies back, unchanged, until it is interrupted, and say
of each what the client and the server got wrong: as the mock does of clients, and with the
severity breach of the server. The documentation's places are cited. What the documentation
leaves open is no breach; what isn't known can't be one.

With --target, it knows by their tokens who asks, and so whether the server shows somebody what
it must hide, or takes what a plan doesn't include. Without, it says nothing of that.

Paths that the contract doesn't describe are passed on unchecked, with a note. Redirects are
passed on, never followed. Nothing is added to requests, no X-Forwarded-For either.

Below /_mock/ it shows a page on which to watch it, unless others can reach it: see --no-control
and --control-token-env.

With a command after --, the proxy listens on a free port, runs the command, and says at the end
whether the client and the server kept to the contract. The command gets SDECONTRACT_URL, and
the tokens of the users in --target, as from 'sdecontract mock'.

--record DIR leaves what passed in a directory, with a name in place of each secret: world.yaml,
which 'sdecontract mock --world' serves, and exchanges, which --replay DIR answers from without
a server. It is written when the proxy ends.

Exit status, with a command:
  the command's own, if it isn't 0; 128 and the signal's number, if a signal killed it
  0  the command succeeded, and both sides kept to the contract
  1  a side broke the contract, the client covered less than --min-coverage, or sent no request
  2  a flag, a file, an address or the command can't be used
  4  the server could not be reached, or broke off, or the proxy failed`,
		Example: `  # Watch what a client and a server say to each other.
  sdecontract proxy --upstream https://sde.example.com --target target.yaml

  # Run tests through it.
  sdecontract proxy --target target.yaml -- pytest

  # What the server does wrong is known: judge the client only, and report for CI.
  sdecontract proxy --target target.yaml --allow-breaches --report junit=junit.xml -- npm test

  # Let nothing pass that breaks the contract.
  sdecontract proxy --upstream https://sde.example.com --enforce

  # Record, then run the tests without the server, or against a mock with its data.
  sdecontract proxy --target target.yaml --record session -- pytest
  sdecontract proxy --replay session -- pytest
  sdecontract mock --world session/world.yaml -- pytest`,
		Args: commandAfterDashes,
		RunE: func(cmd *cobra.Command, args []string) error {
			hasCommand := cmd.ArgsLenAtDash() >= 0
			if err := flags.check(hasCommand); err != nil {
				return err
			}
			if !hasCommand {
				return flags.serve(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			flags.verdictFlags.upstream = flags.name()
			return runAgainst(cmd, flags.mockFlags, args, func(m mockFlags, ctx context.Context, observe func(mock.Exchange)) (*service, error) {
				flags.mockFlags = m
				s, err := flags.prepareProxy(ctx, cmd.ErrOrStderr(), observe)
				if err == nil {
					if err = flags.reach(ctx); err != nil {
						err = errors.Join(exitError{exitFailed, err}, s.close())
					}
				}
				return s, err
			})
		},
	}
	addProxyFlags(cmd, &flags)
	return cmd
}

func addProxyFlags(cmd *cobra.Command, flags *proxyFlags) {
	f := cmd.Flags()
	f.StringVar(&flags.upstream, "upstream", "", "where the server is: the `URL` before /api/v2/ (default: that in --target)")
	f.StringVar(&flags.caFile, "upstream-ca", "", "trust the certificates in this `file` of PEM, besides the system's")
	f.StringVar(&flags.target, "target", "", "`file` that describes the server and its users, as for 'sdecontract verify'")
	f.DurationVar(&flags.timeout, "timeout", time.Minute, "how long the server may take to begin a reply")
	f.BoolVar(&flags.keepHost, "keep-host", false, "pass the client's header Host on, so that links in replies lead through the proxy")
	f.BoolVar(&flags.enforce, "enforce", false, "refuse what breaks the contract: 400 for a request, which is not passed on then,\n502 for a reply")
	f.BoolVar(&flags.explain, "explain", false, "add the findings to each reply, in the header Contract-Explanation")
	f.Int64Var(&flags.maxBody, "max-body", 8<<20, "how many `bytes` of a body are held and validated; longer ones pass unchecked,\nwith a note")
	f.StringVar(&flags.record, "record", "", "at the end, leave what passed in this `directory`, without secrets")
	f.StringVar(&flags.replay, "replay", "", "answer from a recorded `directory` in place of a server")
	f.StringVar(&flags.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 picks a free one, as does\na command without this flag")
	f.StringVar(&flags.log, "log", "text", "`format` of the log of requests: text, json or none; with a command\nthe default is none, and a log goes to the standard error")
	f.StringSliceVar(&flags.cors, "cors", nil, "let pages of this `origin` call from browsers, with credentials: such as\nhttp://localhost:3000, or * for any; repeatable. What the server says to them of\nthat is replaced, and their preflight requests aren't passed on")
	flags.addControlFlags(f)
	f.BoolVar(&flags.tls, "tls", false, "serve HTTPS, with a certificate made for this run")
	f.StringVar(&flags.tlsCA, "tls-ca", "", "with --tls, write the certificate that clients must trust to this `file`\n(default: a temporary one)")
	f.StringVar(&flags.tlsCert, "tls-cert", "", "serve HTTPS with the certificate in this `file`")
	f.StringVar(&flags.tlsKey, "tls-key", "", "`file` with the key of --tls-cert")
	f.StringVar(&flags.urlFile, "url-file", "", "write the URL to this `file` once the proxy listens; it is removed at the end")
	flags.add(cmd)
	f.BoolVar(&flags.allowBreaches, "allow-breaches", false, "with a command, only report what the server broke")
	_ = cmd.RegisterFlagCompletionFunc("log", cobra.FixedCompletions([]string{"text", "json", "none"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagFilename("target", "yaml", "yml")
	_ = cmd.MarkFlagDirname("record")
	_ = cmd.MarkFlagDirname("replay")
}

// check refuses flags that make no sense together.
func (flags proxyFlags) check(hasCommand bool) error {
	switch {
	case flags.replay != "" && flags.upstream+flags.caFile+flags.record != "":
		return usageError{errors.New("--replay answers in place of a server: it excludes --upstream, --upstream-ca and --record")}
	case flags.replay == "" && flags.upstream == "" && flags.target == "":
		return usageError{errors.New("--upstream is missing: where the server is, such as https://sde.example.com")}
	case flags.maxBody < 1:
		return usageError{fmt.Errorf("--max-body: %d is not a number of bytes", flags.maxBody)}
	case flags.timeout <= 0:
		return usageError{fmt.Errorf("--timeout: %s is no time to wait", flags.timeout)}
	case flags.allowBreaches && !hasCommand:
		return usageError{errors.New("--allow-breaches needs a command after --")}
	}
	return flags.verdictFlags.check(hasCommand)
}

// serve runs the proxy until the context ends.
func (flags proxyFlags) serve(ctx context.Context, out, errOut io.Writer) error {
	logger, err := newLogger(flags.log, out)
	if err != nil {
		return usageError{err}
	}
	flags.verdictFlags.upstream = flags.name()
	judge, err := flags.judge()
	if err != nil {
		return err
	}
	s, err := flags.prepareProxy(ctx, errOut, func(e mock.Exchange) { judge.Observe(e); logger(e) })
	if err != nil {
		return err
	}
	if err := flags.greet(out, s); err != nil {
		return errors.Join(err, s.close())
	}
	if err := flags.reach(ctx); err != nil {
		_, _ = fmt.Fprintf(errOut, "sdecontract: %v; going on, as it may come\n", err)
	}
	s.start(errOut)
	select {
	case err = <-s.failed:
	case <-ctx.Done():
	}
	return errors.Join(err, s.stop(ctx), judge.summarize(s, out, errOut))
}

// name is what people are told of the server.
func (flags proxyFlags) name() string {
	if flags.replay != "" {
		return "the recording " + flags.replay
	}
	u, err := flags.upstreamURL()
	if err != nil {
		return "" // it is told where it is used
	}
	return u.String()
}

// greet tells where the proxy is, and what it knows.
func (flags proxyFlags) greet(out io.Writer, s *service) error {
	if flags.log == "json" {
		return json.NewEncoder(out).Encode(struct {
			Msg      string `json:"msg"`
			URL      string `json:"url"`
			Upstream string `json:"upstream"`
			Control  string `json:"control_url,omitempty"`
			CA       string `json:"ca_file,omitempty"`
		}{"listening", s.url, flags.name(), s.control.url, s.caFile})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", styleFor(out).bold("SD Elements API v2 connections, watched at "+s.url))
	fmt.Fprintf(&b, "  server   %s\n", flags.name())
	names := []string{}
	for _, u := range s.World().Users() {
		names = append(names, u.Name)
	}
	switch {
	case len(names) > 0:
		fmt.Fprintf(&b, "  users    %s\n", strings.Join(names, ", "))
	default:
		b.WriteString("  users    none is known: --target tells of them, and of what they may see\n")
	}
	if flags.record != "" {
		fmt.Fprintf(&b, "  records  to %s, when it ends\n", flags.record)
	}
	if s.caFile != "" {
		b.WriteString("\n" + trust(s.caFile))
	}
	b.WriteString(s.control.announced("Watch it in a browser"))
	b.WriteString("\nCtrl-C stops it.\n")
	_, err := io.WriteString(out, b.String())
	return err
}
