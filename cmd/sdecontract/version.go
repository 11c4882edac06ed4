package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the revision it was built from, and the contract's digest",
		Example: "  sdecontract version",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := conformance.ThisSuite()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "sdecontract %s\nrevision    %s\ncontract    %s\ngo          %s\n",
				s.Version, s.Revision, s.Contract, s.Go)
			return err
		},
	}
}
