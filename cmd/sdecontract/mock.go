package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/mock"
)

type mockFlags struct {
	listen      string
	world       string
	advancedALM bool
	log         string
	latitudes   []string
	seed        uint64
	date        string
	cors        []string
	urlFile     string
	basePath    string
	watch       string

	control         string
	noControl       bool
	controlHosts    []string
	controlTokenEnv string

	tls     bool
	tlsCA   string
	tlsCert string
	tlsKey  string

	faults []string
	verdictFlags
}

func mockCommand() *cobra.Command {
	var flags mockFlags
	cmd := &cobra.Command{
		Use:   "mock [flags] [-- COMMAND [ARGUMENT ...]]",
		Short: "Serve the mock, or run a client's tests against it",
		Long: `Serve an in-memory mock of the SD Elements API v2 connections until it is interrupted. It
prints its URL, the users with their tokens, and a line for each request; where a request
breaks the contract, the line says what is wrong, what the contract wants, and where the
documentation says so. What clients create and update is forgotten when the mock stops.

With a command after --, the mock listens on a free port, runs the command, and then says on
the standard error whether the command, as a client, kept to the contract, and what of it the
command never met. Reports of both are written with --report, also by a mock that is stopped.
The command gets
  SDECONTRACT_URL            where the mock is: what comes before /api/v2/
  SDECONTRACT_TOKEN_EDITOR   the token of the user editor, and so for each user: SDECONTRACT_TOKEN_
                             and the name in upper case, with _ for all but letters and digits
  SDECONTRACT_CA_FILE        with --tls, the certificate to trust
  SDECONTRACT_CONTROL_URL    where the mock can be controlled: what comes before /reset
and the rest of the environment, but for the variables that were flags of this mock. Signals are
passed on; the second one kills the command.

Exit status, with a command:
  the command's own, if it isn't 0; 128 and the signal's number, if a signal killed it
  0  the command succeeded, and the client kept to the contract
  1  the client broke the contract, covered less of it than --min-coverage, or sent no request
  2  a flag, a file, an address or the command can't be used
  4  the mock failed`,
		Example: `  # On http://127.0.0.1:8080, with the world that comes with it.
  sdecontract mock

  # Run tests against a mock of their own.
  sdecontract mock -- go test -count=1 ./...
  sdecontract mock -- pytest
  sdecontract mock -- npm test

  # The same, against a server that is unusual in everything that the documentation leaves open.
  sdecontract mock --latitude all --seed 7 -- pytest

  # Fail unless the tests meet half of the contract, and each operation; with reports for CI.
  sdecontract mock --min-coverage 50 --min-coverage operations=100 --report junit=junit.xml -- pytest
  sdecontract mock --report markdown="$GITHUB_STEP_SUMMARY" --report html=client.html -- npm test

  # With trouble: each tenth request fails, and the first two creations do.
  sdecontract mock --fault '{"every": 10, "status": 503}' -- pytest
  sdecontract mock --fault '{"operation": "createAlmConnection", "times": 2, "effect": "reset"}'

  # On a free port, with your own users and connections, logging JSON.
  sdecontract mock --listen 127.0.0.1:0 --world world.yaml --log json

  # For a browser's pages from a development server, over HTTPS.
  sdecontract mock --tls --tls-ca ca.pem --cors http://localhost:3000

  # As a customer without the advanced ALM feature sees the API.
  sdecontract mock --advanced-alm=false

  # With a world that is read again whenever its file is saved.
  sdecontract mock --world world.yaml --watch

  # Control a mock that runs: bring its connections back to what the world says.
  curl -X POST -H 'Mock-Control: 1' http://127.0.0.1:8080/_mock/reset`,
		Args: commandAfterDashes,
		RunE: func(cmd *cobra.Command, args []string) error {
			hasCommand := cmd.ArgsLenAtDash() >= 0
			if err := flags.check(hasCommand); err != nil {
				return err
			}
			if !hasCommand {
				return serve(cmd.Context(), flags, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return runClient(cmd, flags, args)
		},
	}
	addMockFlags(cmd, &flags)
	return cmd
}

func addMockFlags(cmd *cobra.Command, flags *mockFlags) {
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 picks a free one, as does\na command without this flag")
	f.StringVar(&flags.world, "world", "", "`file` with organizations, users, connectors, projects and connections\n(default: the built-in world, which 'sdecontract world' prints)")
	f.BoolVar(&flags.advancedALM, "advanced-alm", true, "false takes the advanced ALM feature from every organization;\nconnections that are there already keep their frequency")
	f.StringVar(&flags.log, "log", "text", "`format` of the log of requests: text, json or none; with a command\nthe default is none, and a log goes to the standard error")
	f.StringSliceVar(&flags.latitudes, "latitude", nil, "do `name` where the documentation leaves it open: see 'sdecontract latitudes';\nrepeatable; all is as many as fit together")
	f.Uint64Var(&flags.seed, "seed", 1, "`number` that decides between the latitudes of all that exclude each other, and\non which requests a fault with a probability acts")
	f.StringVar(&flags.date, "date", "", "`time` for the header Date of every reply, such as 2024-05-01T12:00:00Z\n(default: the current one)")
	f.StringSliceVar(&flags.cors, "cors", nil, "let pages of this `origin` call from browsers, with credentials: such as\nhttp://localhost:3000, or * for any; repeatable")
	f.StringVar(&flags.basePath, "base-path", "", "serve the API below this `path`: with /sde, at /sde/api/v2/")
	f.StringVar(&flags.watch, "watch", "", "read the file of --world again when it changes. The `mode` keep leaves what clients\ncreated and changed, reset forgets it; a broken file changes nothing")
	f.Lookup("watch").NoOptDefVal = watchKeep
	flags.addControlFlags(f)
	f.BoolVar(&flags.tls, "tls", false, "serve HTTPS, with a certificate made for this run")
	f.StringVar(&flags.tlsCA, "tls-ca", "", "with --tls, write the certificate that clients must trust to this `file`\n(default: a temporary one)")
	f.StringVar(&flags.tlsCert, "tls-cert", "", "serve HTTPS with the certificate in this `file`")
	f.StringVar(&flags.tlsKey, "tls-key", "", "`file` with the key of --tls-cert")
	f.StringVar(&flags.urlFile, "url-file", "", "write the URL to this `file` once the mock listens; it is removed at the end")
	f.StringArrayVar(&flags.faults, "fault", nil, "make trouble as this JSON, or `file` of JSON or YAML, says; repeatable")
	flags.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("log", cobra.FixedCompletions([]string{"text", "json", "none"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("latitude", completeLatitudes)
}

// commandAfterDashes refuses arguments before --, and -- without a command.
func commandAfterDashes(cmd *cobra.Command, args []string) error {
	dashes := cmd.ArgsLenAtDash()
	switch {
	case dashes < 0 && len(args) > 0:
		return usageError{fmt.Errorf("%s takes a command after -- only, got %q: %s -- %s", cmd.Name(), args[0], cmd.CommandPath(), strings.Join(args, " "))}
	case dashes > 0:
		return usageError{fmt.Errorf("%s takes no argument before --, got %q", cmd.Name(), args[0])}
	case dashes == 0 && len(args) == 0:
		return usageError{errors.New("the command after -- is missing")}
	}
	return nil
}

// serve runs the mock until the context ends, then lets requests in flight finish.
func serve(ctx context.Context, flags mockFlags, out, errOut io.Writer) error {
	logger, err := newLogger(flags.log, out)
	if err != nil {
		return usageError{err}
	}
	judge, err := flags.judge()
	if err != nil {
		return err
	}
	s, err := flags.prepare(ctx, func(e mock.Exchange) { judge.Observe(e); logger(e) })
	if err != nil {
		return err
	}
	if err := greet(out, s, flags); err != nil {
		return errors.Join(err, s.close())
	}
	s.start(errOut)
	select {
	case err = <-s.failed:
	case <-ctx.Done():
	}
	judge.faults = s.Faults() // stopping clears them
	return errors.Join(err, s.stop(ctx), judge.summarize(s, out, errOut))
}

// greet prints what a person needs to start: the URL, who may call it, and a line to paste.
func greet(out io.Writer, s *service, flags mockFlags) error {
	if flags.log == "json" { // a stream of JSON stays one
		return json.NewEncoder(out).Encode(struct {
			Msg       string          `json:"msg"`
			URL       string          `json:"url"`
			Control   string          `json:"control_url,omitempty"`
			CA        string          `json:"ca_file,omitempty"`
			Latitudes []mock.Latitude `json:"latitudes,omitempty"`
		}{"listening", s.url, s.control.url, s.caFile, s.latitudes})
	}
	style := styleFor(out)
	users := s.World().Users()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", style.bold("SD Elements API v2 connections, mocked at "+s.url))
	table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(table, "  USER\tTOKEN\tORGANIZATION\tPERMISSIONS")
	for _, u := range users {
		organization := u.Organization
		if features := s.Features(u.Organization); len(features) > 0 {
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
	curl := "curl"
	if s.caFile != "" {
		curl += " --cacert " + s.caFile
		b.WriteString("\n" + trust(s.caFile))
	}
	b.WriteString(announced(s.latitudes, flags))
	b.WriteString(s.control.announced("Watch and control it"))
	fmt.Fprintf(&b, "\nTry it:\n  %s -H 'Authorization: Token %s' %s/api/v2/connections/alm/\n\n", curl, users[0].Token, s.url)
	fmt.Fprintln(&b, "Ctrl-C stops it.")
	_, err := io.WriteString(out, b.String())
	return err
}
