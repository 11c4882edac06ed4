// Command sdecontract holds both sides of the SD Elements API v2 connections to the contract: clients with a
// mock, servers with a conformance suite.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitOK     = 0
	exitBroken = 1 // the contract was broken, or nothing shows that it wasn't
	exitUsage  = 2 // a flag, a file, an address or a command that can't be used
	exitFailed = 4 // our own fault
)

func init() { cobra.EnableCommandSorting = false } // they are listed in the order in which they are of use

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interruption ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run executes the command line and returns its exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	log.SetOutput(io.Discard) // where net/http tells what servers sent unasked, secrets and all
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	exit, hasStatus := errors.AsType[exitError](err)
	if hasStatus && exit.error == nil {
		return exit.status
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		_, _ = fmt.Fprintln(stderr, "sdecontract: "+line)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		_, _ = fmt.Fprintf(stderr, "Run '%s --help' to see what there is.\n", cmd.CommandPath())
	}
	if hasStatus {
		return exit.status
	}
	return exitUsage
}

// exitError ends the program with a status of its own. Without an error inside, all is said already.
type exitError struct {
	status int
	error
}

// exitStatus is an error that only bears the status; nil if that is 0.
func exitStatus(status int) error {
	if status == exitOK {
		return nil
	}
	return exitError{status, nil}
}

func (e exitError) Error() string {
	if e.error == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.error.Error()
}

// usageError is a mistake on the command line, for which the help is of use.
type usageError struct{ error }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "sdecontract",
		Short: "A mock and a conformance suite for the SD Elements connections API",
		Long: `sdecontract serves a mock of the SD Elements API v2 for ALM and analysis connections. It
remembers what clients create and update, and validates each request and each reply against
the contract, openapi.yaml.

It also verifies servers: whether they do what the documentation promises.

Each flag can also be given as a variable: --log as SDECONTRACT_LOG.`,
		Example: `  # Start the mock, then follow the curl line that it prints.
  sdecontract mock

  # Run a client's tests against it.
  sdecontract mock -- npm test

  # Run them against a live server, and watch both sides.
  sdecontract proxy --upstream https://sde.example.com -- npm test

  # Verify a server, described in a file that 'sdecontract init' writes.
  sdecontract verify --target target.yaml

  # Print what a command can do.
  sdecontract mock --help`,
		Args:                       noArguments,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		PersistentPreRunE:          bindEnvironment,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, group := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Work on a client:", []*cobra.Command{mockCommand(), proxyCommand(), worldCommand(), latitudesCommand(), healthCommand()}},
		{"Verify a server:", []*cobra.Command{
			initCommand(), doctorCommand(), verifyCommand(), exploreCommand(), reportCommand(), listCommand(), explainCommand(), retireCommand(),
		}},
		{"Look things up, and for other tools:", []*cobra.Command{specCommand(), schemaCommand(), manCommand(), versionCommand()}},
	} {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		root.SetHelpCommandGroupID(group.title)
		root.SetCompletionCommandGroupID(group.title)
		for _, cmd := range group.commands {
			cmd.GroupID = group.title
			root.AddCommand(cmd)
		}
	}
	return root
}

// noArguments refuses arguments: on the root they are commands that don't exist.
func noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasParent():
		return usageError{fmt.Errorf("%s takes no argument, got %q", cmd.Name(), args[0])}
	}
	hint := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("; did you mean %q?", near[0])
	}
	return usageError{fmt.Errorf("unknown command %q%s", args[0], hint)}
}

// variable is the environment variable that stands for a flag: SDECONTRACT_ and its name.
func variable(f *pflag.Flag) string {
	return "SDECONTRACT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// bindEnvironment sets each flag that wasn't given from its variable.
func bindEnvironment(cmd *cobra.Command, _ []string) error {
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variable(f)
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("variable %s: %w", name, err))
		}
	})
	return errors.Join(errs...)
}
