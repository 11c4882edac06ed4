package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

type initFlags struct {
	url       string
	tokenEnvs []string
	output    string
	timeout   time.Duration
}

func initCommand() *cobra.Command {
	var flags initFlags
	cmd := &cobra.Command{
		Use:   "init --url URL",
		Short: "Write a first target file from what a server shows",
		Long: `Ask a server for its two lists of connections, and write a target file with the connectors and
projects that they use. Nothing at the server is changed. A person has to finish the file: its
comments say what a server doesn't show. A file that is there already is never overwritten.

Permissions in it are guesses: whoever is shown params is taken to have the permission. Replace
them by what the administrator granted, else 'sdecontract verify' can't find that params leak.

Exit status:
  0  the file was written
  2  a flag, a token or the file can't be used
  3  it was interrupted
  4  the server can't be reached`,
		Example: `  # SDE_TOKEN_EDITOR holds the token of a user who may edit connections.
  sdecontract init --url https://sde.example.com

  # With several users.
  sdecontract init --url https://sde.example.com --token-env SDE_TOKEN_EDITOR --token-env SDE_TOKEN_READER`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return initialise(cmd.Context(), flags, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.url, "url", "", "`URL` of the server, what comes before /api/v2/")
	f.StringSliceVar(&flags.tokenEnvs, "token-env", []string{"SDE_TOKEN_EDITOR"}, "`name` of a variable that holds a user's token; repeatable")
	f.StringVar(&flags.output, "output", "target.yaml", "`file` to write; - is the standard output")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "for each request")
	return cmd
}

func initialise(ctx context.Context, flags initFlags, out, errOut io.Writer) error {
	if flags.url == "" {
		return usageError{errors.New("--url is missing: where the server is, such as https://sde.example.com")}
	}
	if _, err := os.Stat(flags.output); err == nil && flags.output != "-" {
		return fmt.Errorf("--output: %s is there already, and is not overwritten", flags.output)
	}
	target := &conformance.Target{URL: flags.url, Users: map[string]conformance.User{}}
	for _, variable := range flags.tokenEnvs {
		if os.Getenv(variable) == "" {
			return fmt.Errorf("--token-env: the variable %s is not set", variable)
		}
		name := userName(variable)
		if _, taken := target.Users[name]; taken {
			name = strings.ToLower(variable)
		}
		target.Users[name] = conformance.User{TokenEnv: variable}
	}
	views, findings, err := conformance.Discover(ctx, target, flags.timeout)
	if err != nil {
		return targetError(err)
	}
	for _, f := range findings {
		if f.Grade == conformance.Problem {
			return fmt.Errorf("%s: %s; %s", f.About, report.Clean(f.Says), f.Fix)
		}
	}
	text := draft(flags.url, views)
	if _, err := conformance.ReadTarget(flags.output, []byte(text)); err != nil {
		return err
	}
	if flags.output == "-" {
		_, err := io.WriteString(out, text)
		return errors.Join(err, tellGuesses(errOut))
	}
	if err := create(flags.output, text); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s is written. Finish it: its comments say how. Then: sdecontract doctor --target %[1]s\n", flags.output)
	return errors.Join(err, tellGuesses(errOut))
}

// tellGuesses warns of what makes a server's own leak look permitted.
func tellGuesses(errOut io.Writer) error {
	_, err := fmt.Fprintln(errOut, "sdecontract: the permissions of all users are guesses from the params that the server showed: "+
		"replace them by what the administrator granted, else a leak of params isn't found")
	return err
}

// create writes a file that must not be there yet.
func create(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // it is the user's own choice
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// userName makes a name from a variable's: SDE_TOKEN_ALM_EDITOR is alm-editor.
func userName(variable string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(variable, "SDE_"), "TOKEN_")
	return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}
