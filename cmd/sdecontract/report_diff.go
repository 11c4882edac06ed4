package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance/report"
)

func diffCommand() *cobra.Command {
	var how drawing
	formats := []string{"text", "markdown", "json"}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what changed from one run to another",
		Long: `Compare two JSON reports check by check: what got worse and what got better, which checks are new
or gone, and whose promise is told otherwise. A check that only one of the runs ran is listed
as not comparable. A run against another target, or by another suite, is compared as well, and
the difference is said first.

A regression is a check that newly makes 'sdecontract verify' fail or end as incomplete: it
fails or errs now and isn't a known deviation, or it is blocked or inconclusive now and was
judged before. A new warning is listed as worse and is no regression, as it fails no run.
A known deviation that is listed no longer is one; a failure that is known now isn't better.

Errors, and checks that are blocked, inconclusive or not applicable, judge nothing. Two runs that
judged nothing, such as those that reached nobody, can't be compared: status 2, and not 0.

Exit status:
  0  no regression among the checks that both runs ran
  1  at least one regression
  2  a flag or a file can't be used, no check was run by both, or neither run judged one`,
		Example: `  # Since the last release.
  sdecontract report diff old.json new.json

  # In a job summary of GitHub Actions.
  sdecontract report diff old.json new.json --format markdown >>"$GITHUB_STEP_SUMMARY"`,
		Args: files("diff", 2, 2, "two JSON reports, the old and the new"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(formats, how.format) {
				return usageError{fmt.Errorf("--format: there is no diff as %q, only %s", how.format, joined(formats))}
			}
			reports, err := readReports(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			d := report.Compare(reports[0].Report, reports[1].Report)
			err = how.draw(cmd.OutOrStdout(), func(w io.Writer, style report.Style) error {
				switch how.format {
				case "markdown":
					return d.Markdown(w)
				case "json":
					return d.JSON(w)
				}
				return d.Text(w, style)
			})
			switch {
			case err != nil:
				return err
			case d.Compared == 0:
				return fmt.Errorf("no check was run in both %s and %s", args[0], args[1])
			case d.Empty():
				return fmt.Errorf("neither %s nor %s judged any check: see why with 'sdecontract report'", args[0], args[1])
			case d.Regressions() > 0:
				return exitStatus(1)
			}
			return nil
		},
	}
	how.flags(cmd, formats)
	return cmd
}
