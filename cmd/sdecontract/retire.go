package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

type retireFlags struct {
	target  string
	ledger  string
	rps     float64
	timeout time.Duration
}

func retireCommand() *cobra.Command {
	var flags retireFlags
	cmd := &cobra.Command{
		Use:   "retire --target FILE",
		Short: "Make the connections of an earlier run synchronise no more",
		Long: `Set the frequency of the connections in a ledger to manually. That is what 'sdecontract verify'
does at its end; this command is for a run that didn't get there. A connection that is gone, or
that somebody has made another one, is left alone. Nothing is deleted.

Exit status:
  0  nothing synchronises any more
  1  something couldn't be retired
  2  a flag or a file can't be used
  4  the server can't be reached`,
		Example: `  # After a run that was killed.
  sdecontract retire --target target.yaml --ledger sdecontract-ledger.jsonl`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return retire(cmd.Context(), flags, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	targetFlag(cmd, &flags.target)
	f.StringVar(&flags.ledger, "ledger", "sdecontract-ledger.jsonl", "`file` that 'sdecontract verify' wrote")
	f.Float64Var(&flags.rps, "rps", 0, "`number` of requests in a second at most; 0 is no bound")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "for each request")
	return cmd
}

func retire(ctx context.Context, flags retireFlags, out, errOut io.Writer) error {
	target, err := readTarget(flags.target)
	if err != nil {
		return err
	}
	created, torn, err := conformance.ReadLedger(flags.ledger)
	if err != nil {
		return fmt.Errorf("--ledger: %w", err)
	}
	for _, line := range torn {
		_, _ = fmt.Fprintf(errOut, "%s:%d: a crash left this line half-written: look for its connection by hand\n", flags.ledger, line)
	}
	if err := conformance.Reach(ctx, target, flags.timeout); err != nil {
		return targetError(err)
	}
	all, err := conformance.Retire(ctx, target, created, conformance.WithRPS(flags.rps), conformance.WithTimeout(flags.timeout))
	if errors.Is(err, conformance.ErrUsage) {
		return err
	}
	for _, c := range all {
		_, _ = fmt.Fprintf(out, "%-16s %s connection %d, %s\n", c.Outcome, c.Kind, c.ID, report.Clean(c.Alias))
	}
	if err != nil {
		return exitError{conformance.ExitNotConformant, errors.New(report.CleanLines(err.Error()))}
	}
	if len(torn) > 0 {
		return exitStatus(conformance.ExitNotConformant)
	}
	_, err = fmt.Fprintln(out, "None of them synchronises any more.")
	return err
}
