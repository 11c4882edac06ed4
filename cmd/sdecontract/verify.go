package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

type verifyFlags struct {
	selection

	target      string
	againstMock bool
	mode        string
	reports     []string
	rps         float64
	timeout     time.Duration
	maxCreates  int
	ledger      string
	known       knownFlags
	verbose     bool
}

func verifyCommand() *cobra.Command {
	var flags verifyFlags
	cmd := &cobra.Command{
		Use:   "verify --target FILE",
		Short: "Check whether a server does what the documentation promises",
		Long: `Run the conformance checks against a server, and report promise by promise what it does. A
failure cites the documentation, says what was expected and what came, and gives the requests
as curl lines.

A server is written to if its target file says writes: {allow: true}, or if it is on this machine
and the file doesn't say false: the run creates connections of its own, which can't be deleted by
documented means. It leaves them at the frequency manually, lists them, and keeps a ledger of
them. Any other server is only read. Tokens come from the environment variables that the target file names.

A file of known deviations, --known, says which checks may fail, and why: they are reported, and
don't fail the run. --write-known writes a first one.

Exit status:
  0  no broken promise in the selected scope, but for known deviations
  1  a promise is broken, or a known deviation no longer holds
  2  a flag or a file can't be used, or nothing is selected
  3  incomplete: a check was blocked or inconclusive, or the run was interrupted
  4  the target could not be reached, or the suite failed
If several hold, the first of 2, 4, 1, 3 wins.`,
		Example: `  # Everything that the target file allows.
  sdecontract verify --target target.yaml

  # Change nothing at the server, and keep the report for machines as well.
  sdecontract verify --target target.yaml --mode read-only --report json=report.json

  # One heading, or one check.
  sdecontract verify --target target.yaml --check '*/create/*'
  sdecontract verify --target target.yaml --check alm/list/status --verbose

  # Accept what fails today, each with a reason that you fill in, and notice what fails tomorrow.
  sdecontract verify --target target.yaml --write-known known.yaml
  sdecontract verify --target target.yaml --known known.yaml

  # See what it looks like, without a server.
  sdecontract verify --against-mock`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return verify(cmd.Context(), flags, cmd.Flags().Changed("max-creates"), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	targetFlag(cmd, &flags.target)
	f.BoolVar(&flags.againstMock, "against-mock", false, "verify a fresh built-in mock in this process instead of a target")
	selectionFlags(cmd, &flags.selection)
	f.StringVar(&flags.mode, "mode", "", "`mode`: read-only or write (default: write where the target allows it)")
	f.StringArrayVar(&flags.reports, "report", nil, "also write FORM=`FILE`; repeatable, - is the standard output; the forms:\n"+joined(forms.names()))
	f.Float64Var(&flags.rps, "rps", 0, "`number` of requests in a second at most; 0 is no bound")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "for each request")
	f.IntVar(&flags.maxCreates, "max-creates", 24, "`number` of connections created at most, half of each kind; wins over the target file")
	f.StringVar(&flags.ledger, "ledger", "sdecontract-ledger.jsonl", "`file` to which each created connection is added, for 'sdecontract retire'")
	f.StringVar(&flags.known.read, "known", "", "`file` of deviations that don't fail the run: a YAML list of id, verdict, reason and until")
	f.StringVar(&flags.known.write, "write-known", "", "write all that fails or warns to this `file`; reasons that are there already are kept")
	f.BoolVar(&flags.verbose, "verbose", false, "also report each check that passed, and all the evidence")
	_ = cmd.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions([]string{string(conformance.Read), string(conformance.Write)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// verify runs the checks and writes the reports. The error bears the exit status.
func verify(ctx context.Context, flags verifyFlags, limited bool, out, errOut io.Writer) error {
	selected, err := flags.selected()
	if err != nil {
		return err
	}
	target, err := flags.choose(limited)
	if err != nil {
		return err
	}
	reports, err := forms.open(flags.reports)
	if err != nil {
		return err
	}
	known, err := flags.known.open()
	if err != nil {
		return err
	}
	ledger, err := flags.announce(target, selected, errOut)
	if err != nil {
		return err
	}
	progress := newProgress(errOut)
	result, err := conformance.Run(ctx, target, append(flags.options(target), ledger,
		conformance.WithKnown(known.entries), conformance.WithProgress(progress.show))...)
	progress.clear()
	if result == nil {
		return usageError{err}
	}
	style := report.Style{Color: bool(styleFor(out)), Verbose: flags.verbose}
	taken, err := reports.write(result, out, style)
	if !taken {
		err = errors.Join(err, report.Text(out, result, style))
	}
	if err != nil {
		return err
	}
	if err := flags.known.save(result, known); err != nil {
		return err
	}
	return exitStatus(result.ExitStatus())
}

// announce says what a run that creates something will leave behind, and returns how it is accounted for.
func (flags verifyFlags) announce(target *conformance.Target, selected []conformance.Check, errOut io.Writer) (conformance.Option, error) {
	none := conformance.WithLedger(func(conformance.Created) error { return nil })
	isWrite := func(c conformance.Check) bool { return c.Mode == conformance.Write }
	if flags.readOnly(target) || flags.againstMock || !slices.ContainsFunc(selected, isWrite) {
		return none, nil
	}
	if err := writable(flags.ledger); err != nil {
		return none, fmt.Errorf("--ledger: %w", err)
	}
	_, err := fmt.Fprintf(errOut, "will create up to %d connections at %s, which can't be deleted by documented means; %s will list them\n",
		target.Writes.Budget(), target.URL, flags.ledger)
	return conformance.WithLedger(func(c conformance.Created) error { return conformance.AppendLedger(flags.ledger, c) }), err
}

func (flags verifyFlags) readOnly(target *conformance.Target) bool {
	return flags.mode == string(conformance.Read) || !target.MayWrite()
}

// choose returns the target that the flags name, with their limits.
func (flags verifyFlags) choose(limited bool) (*conformance.Target, error) {
	if flags.againstMock && flags.target != "" {
		return nil, usageError{errors.New("--target and --against-mock exclude each other")}
	}
	target := (*conformance.Target)(nil)
	if flags.againstMock {
		target = mockTarget()
		target.Implementation.Product += " in this process"
	} else {
		var err error
		if target, err = readTarget(flags.target); err != nil {
			return nil, err
		}
	}
	switch mode := conformance.Mode(flags.mode); {
	case mode != "" && mode != conformance.Read && mode != conformance.Write:
		return nil, usageError{fmt.Errorf("--mode: %q is not read-only or write", flags.mode)}
	case mode == conformance.Write && !target.MayWrite():
		return nil, fmt.Errorf("--mode write: %s must say writes: {allow: true}, %s", flags.target, whyReadOnly(target))
	case flags.maxCreates < 1:
		return nil, usageError{errors.New("--max-creates must be 1 or more; --mode read-only creates nothing")}
	case flags.rps < 0:
		return nil, usageError{errors.New("--rps must not be negative")}
	case flags.timeout <= 0:
		return nil, usageError{errors.New("--timeout must be longer than nothing")}
	}
	if limited {
		target.Writes.MaxCreates = flags.maxCreates
	}
	return target, nil
}

// whyReadOnly tells why the target can't be written to.
func whyReadOnly(target *conformance.Target) string {
	if target.Writes.Allow != nil {
		return "and says false"
	}
	return "because the server isn't on this machine"
}

// options are those of the run, except for the ledger.
func (flags verifyFlags) options(target *conformance.Target) []conformance.Option {
	options := []conformance.Option{
		conformance.WithSelection(flags.checks...), conformance.WithLevels(flags.asLevels()...),
		conformance.WithRPS(flags.rps), conformance.WithTimeout(flags.timeout),
	}
	if flags.readOnly(target) {
		options = append(options, conformance.ReadOnly())
	}
	return options
}

// writable tells why a file couldn't be appended to. It leaves no trace: a file is only there when there
// is something to tell.
func writable(file string) error {
	_, err := os.Stat(file)
	isNew := errors.Is(err, os.ErrNotExist)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // it is the user's own choice
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil || !isNew {
		return err
	}
	return os.Remove(file)
}
