package main

import (
	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/fixtures"
)

func worldCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "world",
		Short: "Print the world that the mock starts with, to make your own of it",
		Long: `Print the file of the world that 'sdecontract mock' starts with: organizations, users, connectors,
projects and connections, with comments that explain the form. Change it, and give it to
--world.`,
		Example: `  # A world of your own.
  sdecontract world > world.yaml
  sdecontract mock --world world.yaml --watch`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(fixtures.World())
			return err
		},
	}
}
