package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

// schemas are the JSON Schemas of the files that people write, and of those that programs read.
var schemas = map[string]func() []byte{
	"target": conformance.TargetSchema, "known": conformance.KnownSchema,
	"world": mock.WorldSchema, "fault": mock.FaultSchema,
	"result": report.Schema, "client": verdict.Schema,
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema NAME",
		Short: "Print the JSON Schema of a file, for editors and other tools",
		Long: `Print the JSON Schema of a file that people write or programs read:

  target  the server to verify: --target
  known   known deviations: --known
  world   the data of the mock: --world
  fault   trouble that the mock makes: --fault
  result  the report of verify: --report json=FILE
  client  the report of mock and proxy: --report json=FILE

An editor that knows YAML completes and checks a file with a first line such as
  # yaml-language-server: $schema=target.schema.json

Exit status:
  0  it was printed
  2  there is no such schema`,
		Example: `  # For the editor: see the first line that 'sdecontract init' writes.
  sdecontract schema target > target.schema.json

  # For a program that reads reports.
  sdecontract schema result > result.schema.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || schemas[args[0]] == nil {
				return usageError{fmt.Errorf("schema takes one of %s, got %q", strings.Join(schemaNames(), ", "), strings.Join(args, " "))}
			}
			return nil
		},
		ValidArgs: schemaNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := cmd.OutOrStdout().Write(schemas[args[0]]())
			return err
		},
	}
}

func schemaNames() []string { return slices.Sorted(maps.Keys(schemas)) }
