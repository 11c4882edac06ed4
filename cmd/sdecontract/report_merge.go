package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance/report"
)

func mergeCommand() *cobra.Command {
	how := drawing{}
	cmd := &cobra.Command{
		Use:   "merge FILE FILE...",
		Short: "Make one report of runs of parts of the catalogue",
		Long: `Merge JSON reports of runs that looked at parts of the catalogue: by heading, by level, or with the
tokens of some users. They must be of the same target, described alike, and of the same suite
and contract. The report tells which runs it is made of, and each request of all of them.

If several runs ran a check, the latest result is taken. If the verdicts differ, one that
judges the server wins over blocked and inconclusive, then the worse over the better; a note
tells of all of them. The report is only in write mode, and so of the whole catalogue, if all
of the runs were. Checks that look back on a whole run looked back on their own.

Exit status:
  0  the reports were merged
  2  a file can't be used, or the reports don't belong together`,
		Example: `  # One kind after the other, and one report of both.
  sdecontract verify --target target.yaml --check 'alm/*' --report json=alm.json
  sdecontract verify --target target.yaml --check 'analysis/*' --report json=analysis.json
  sdecontract report merge alm.json analysis.json --output result.json
  sdecontract report result.json`,
		Args: files("merge", 2, 0, "two JSON reports or more"),
		RunE: func(cmd *cobra.Command, args []string) error {
			reports, err := readReports(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			merged, err := report.Merge(reports...)
			if err != nil {
				return err
			}
			return how.draw(cmd.OutOrStdout(), func(w io.Writer, _ report.Style) error { return report.JSON(w, merged) })
		},
	}
	cmd.Flags().StringVar(&how.output, "output", "-", "`file` to write; - is the standard output")
	return cmd
}
