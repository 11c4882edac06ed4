package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/fixtures"
)

func worldCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "world",
		Short: "Print the world that the mock starts with, to make your own of it",
		Long: `Print the file of the world that 'sdecontract mock' starts with: organizations, users, connectors,
projects and connections, with comments that explain the form. Change it, and give it to
--world.

Exit status:
  0  it was printed
  2  an argument or a flag can't be used`,
		Example: `  # A world of your own.
  sdecontract world > world.yaml
  sdecontract mock --world world.yaml --watch`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// The schema is beside the project's own file, and somewhere else for everybody else.
			const source = "https://raw.githubusercontent.com/sdecontract/sdecontract/main/"
			_, err := cmd.OutOrStdout().Write(bytes.Replace(fixtures.World(), []byte("$schema=../"), []byte("$schema="+source), 1))
			return err
		},
	}
}
