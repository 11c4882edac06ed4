package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
)

func versionCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the revision it was built from, and the contract's digest",
		Long: `Print the version, the revision it was built from, and the digest of the contract in it.

Exit status:
  0  it was printed
  2  a flag can't be used`,
		Example: `  # For people, and for programs.
  sdecontract version
  sdecontract version --json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := conformance.ThisSuite()
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(s)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "sdecontract %s\nrevision    %s\ncontract    %s\ngo          %s\n",
				s.Version, s.Revision, s.Contract, s.Go)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}
