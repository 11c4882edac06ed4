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

func doctorCommand() *cobra.Command {
	var file string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "doctor --target FILE",
		Short: "Tell what is wrong with a target file",
		Long: `Look at a server as the users of a target file, without changing anything: whether it answers,
whether each token is set, accepted and different from the others, whether the ids of the file
are there where lists show them, and whether users see params as their permissions say.

Exit status:
  0  there is nothing to mend
  1  there is something to mend
  2  a flag or the file can't be used
  3  it was interrupted
  4  the server can't be reached`,
		Example: `  # What is missing in a file that 'sdecontract init' wrote.
  sdecontract doctor --target target.yaml`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			target, err := readTarget(file)
			if err != nil {
				return err
			}
			findings, err := conformance.Examine(cmd.Context(), target, timeout)
			if err != nil {
				return targetError(err)
			}
			return tell(cmd.OutOrStdout(), findings)
		},
	}
	targetFlag(cmd, &file)
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "for each request")
	return cmd
}

// targetError gives an error of the suite its exit status.
func targetError(err error) error {
	if errors.Is(err, conformance.ErrUsage) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return exitError{conformance.ExitIncomplete, errors.New("interrupted")}
	}
	return exitError{conformance.ExitTargetFailed, errors.New(report.Clean(err.Error()))}
}

// tell prints the findings. The error bears the status if there is something to mend.
func tell(out io.Writer, findings []conformance.Finding) error {
	style := styleFor(out)
	colours := map[conformance.Grade]string{conformance.Fine: "32", conformance.Unsure: "33", conformance.Problem: "1;31"}
	problems := 0
	for _, f := range findings {
		if f.Grade == conformance.Problem {
			problems++
		}
		_, _ = fmt.Fprintf(out, "%s  %s: %s\n", style.paint(colours[f.Grade], fmt.Sprintf("%-7s", f.Grade)), f.About, report.Clean(f.Says))
		if f.Fix != "" {
			_, _ = fmt.Fprintf(out, "         fix: %s\n", report.Clean(f.Fix))
		}
	}
	if problems > 0 {
		noun := "problem"
		if problems > 1 {
			noun = "problems"
		}
		_, _ = fmt.Fprintf(out, "\n%d %s to mend before 'sdecontract verify'.\n", problems, noun)
		return exitStatus(conformance.ExitNotConformant)
	}
	_, err := fmt.Fprintln(out, "\nNothing to mend: try 'sdecontract verify'.")
	return err
}
