package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
)

func listCommand() *cobra.Command {
	var flags selection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the conformance checks",
		Long: `List the conformance checks: the id, the level, whether it changes anything at the server, and
the promise. A check of level must fails if the promise is broken, one of level should warns,
and a probe notes which of the permitted behaviours a server has.

Exit status:
  0  they were listed
  2  a flag can't be used, or no check has such an id or level`,
		Example: `  # All of them.
  sdecontract list

  # What can fail when a connection is created.
  sdecontract list --check '*/create/*' --level must

  # For a program.
  sdecontract list --json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks, err := flags.selected()
			if err != nil {
				return err
			}
			if asJSON {
				return listJSON(cmd.OutOrStdout(), checks)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, c := range checks {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.ID, c.Level, c.Mode, c.Says)
			}
			return table.Flush()
		},
	}
	selectionFlags(cmd, &flags)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array of objects")
	return cmd
}

func listJSON(out io.Writer, checks []conformance.Check) error {
	type row struct {
		ID    string            `json:"id"`
		Kind  conformance.Kind  `json:"kind"`
		Says  string            `json:"says"`
		Level conformance.Level `json:"level"`
		Mode  conformance.Mode  `json:"mode"`
		Cite  conformance.Cite  `json:"cite"`
		Needs []string          `json:"needs"`
		Fails string            `json:"fails"`
	}
	rows := []row{}
	for _, c := range checks {
		needs := []string{}
		for _, n := range c.Needs {
			needs = append(needs, n.Says)
		}
		rows = append(rows, row{c.ID, c.Kind, c.Says, c.Level, c.Mode, c.Cite, needs, c.Fails})
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(rows)
}
