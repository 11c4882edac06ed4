package main

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/internal/build"
)

func worldCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "world",
		Short: "Print the world that the mock starts with, to make your own of it",
		Long: `Print the file of the world that 'sdecontract mock' starts with: organizations, users, connectors,
projects and connections, with comments that explain the form. Change it, and give it to
--world; 'sdecontract world check' tells what is wrong with it.

Exit status:
  0  it was printed
  2  an argument or a flag can't be used`,
		Example: `  # A world of your own.
  sdecontract world > world.yaml
  sdecontract world check world.yaml
  sdecontract mock --world world.yaml --watch`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := noArguments(cmd, args); err != nil {
				return usageError{fmt.Errorf("%w; to check a file: sdecontract world check", err)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			// The schema is beside the project's own file, and somewhere else for everybody else.
			_, err := cmd.OutOrStdout().Write(bytes.Replace(fixtures.World(), []byte("$schema=../"), []byte("$schema="+build.Files), 1))
			return err
		},
	}
	cmd.AddCommand(worldCheckCommand())
	return cmd
}
