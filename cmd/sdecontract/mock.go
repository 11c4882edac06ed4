package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/mock"
)

type mockFlags struct {
	listen      string
	world       string
	advancedALM bool
	log         string
}

func mockCommand() *cobra.Command {
	var flags mockFlags
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Serve the mock until it is interrupted",
		Long: `Serve an in-memory mock of the SD Elements API v2 connections. It prints its URL, the users
with their tokens, and a line for each request; where a request breaks the contract, the line
says what is wrong, what the contract wants, and where the documentation says so.

What clients create and update is forgotten when the mock stops.`,
		Example: `  # On http://127.0.0.1:8080, with the world that comes with it.
  sdecontract mock

  # On a free port, with your own users and connections, logging JSON.
  sdecontract mock --listen 127.0.0.1:0 --world world.yaml --log json

  # As a customer without the advanced ALM feature sees the API.
  sdecontract mock --advanced-alm=false`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), flags, cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 picks a free one")
	f.StringVar(&flags.world, "world", "", "`file` with organizations, users, connectors, projects and connections\n(default: the built-in world, fixtures/world.yaml)")
	f.BoolVar(&flags.advancedALM, "advanced-alm", true, "false takes the advanced ALM feature from every organization;\nconnections that are there already keep their frequency")
	f.StringVar(&flags.log, "log", "text", "`format` of the log of requests: text, json or none")
	_ = cmd.RegisterFlagCompletionFunc("log", cobra.FixedCompletions([]string{"text", "json", "none"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// serve runs the mock until the context ends, then lets requests in flight finish.
func serve(ctx context.Context, flags mockFlags, out io.Writer) error {
	logger, err := newLogger(flags.log, out)
	if err != nil {
		return usageError{err}
	}
	options := []mock.Option{mock.WithObserver(logger)}
	if flags.world != "" {
		data, err := os.ReadFile(flags.world)
		if err != nil {
			return fmt.Errorf("--world: %w", err)
		}
		world, err := mock.ReadWorld(flags.world, data)
		if err != nil {
			return err
		}
		options = append(options, mock.WithWorld(world))
	}
	if !flags.advancedALM {
		options = append(options, mock.WithoutFeature("advanced-alm"))
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.listen)
	if err != nil {
		return listenError(flags.listen, err)
	}
	srv := mock.New(options...)
	defer context.AfterFunc(ctx, srv.ClearFaults)() // a delay that was asked for must not hold the end up
	if err := greet(out, srv, baseURL(listener.Addr()), flags); err != nil {
		return err
	}
	return serveUntilDone(ctx, listener, srv)
}

// baseURL is where a client on this machine finds a listener, also one on all addresses.
func baseURL(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	switch {
	case !ok || !tcp.IP.IsUnspecified():
		return "http://" + addr.String()
	default:
		return fmt.Sprintf("http://127.0.0.1:%d", tcp.Port)
	}
}

// listenError says what to do about an address that can't be listened on.
func listenError(address string, err error) error {
	hint := ""
	if strings.Contains(err.Error(), "in use") {
		hint = "; choose another with --listen, or let --listen 127.0.0.1:0 pick a free one"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	return fmt.Errorf("--listen %s: %w%s", address, err, hint)
}

// Clients that are slower than this are cut off, so that they can't pile up.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = 60 * time.Second
	idleTimeout    = 120 * time.Second
	drainTimeout   = 10 * time.Second
)

func serveUntilDone(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return fmt.Errorf("requests in flight didn't finish in %s: %w", drainTimeout, err)
	}
	return nil
}

// greet prints what a person needs to start: the URL, who may call it, and a line to paste.
func greet(out io.Writer, srv *mock.Server, base string, flags mockFlags) error {
	if flags.log == "json" { // a stream of JSON stays one
		return json.NewEncoder(out).Encode(map[string]any{"msg": "listening", "url": base})
	}
	style := styleFor(out)
	users := srv.World().Users()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", style.bold("SD Elements API v2 connections, mocked at "+base))
	table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(table, "  USER\tTOKEN\tORGANIZATION\tPERMISSIONS")
	for _, u := range users {
		organization := u.Organization
		if features := srv.Features(u.Organization); len(features) > 0 {
			organization += " (" + strings.Join(features, ", ") + ")"
		}
		permissions := strings.Join(u.Permissions, ", ")
		if permissions == "" {
			permissions = "none"
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", u.Name, u.Token, organization, permissions)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nTry it:\n  curl -H 'Authorization: Token %s' %s/api/v2/connections/alm/\n\n", users[0].Token, base)
	fmt.Fprintln(&b, "Ctrl-C stops it.")
	_, err := io.WriteString(out, b.String())
	return err
}
