package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

func worldCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Tell whether the mock can serve a world, and what is wrong with it",
		Long: `Read files of worlds as 'sdecontract mock --world' does, and serve nothing. For each that is right,
a line tells how much is in it. - is the standard input.

Exit status:
  0  the mock can serve each of them
  2  a file can't be read or served: each mistake is told with line and column`,
		Example: `  # Before a commit, or in a pipeline.
  sdecontract world check world.yaml

  # What a mock that runs holds now.
  curl -sS 'http://127.0.0.1:8080/_mock/world?secrets=show' | sdecontract world check -`,
		Args: files("check", 1, 0, "one or more worlds"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var errs []error
			for _, name := range args {
				name, data, err := readInput(cmd.InOrStdin(), name)
				if err != nil {
					errs = append(errs, err)
					continue
				}
				world, err := readWorld(cmd.ErrOrStderr(), name, data)
				if err != nil {
					errs = append(errs, err)
					continue
				}
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", name, inWords(world.Size())); err != nil {
					return err
				}
			}
			return errors.Join(errs...)
		},
	}
}

// readInput reads a file, and says what to call it; - is the standard input.
func readInput(in io.Reader, name string) (title string, data []byte, err error) {
	if name == "-" {
		data, err = io.ReadAll(in)
		return "standard input", data, err
	}
	data, err = os.ReadFile(name) //nolint:gosec // it is the user's own choice
	return name, data, err
}

// readWorld reads a world, and shows on a terminal how far it is if that takes long.
func readWorld(errOut io.Writer, name string, data []byte) (*mock.World, error) {
	p := newProgress(errOut)
	defer p.clear()
	return mock.ReadWorldProgress(name, data, func(share float64) { p.tell("%s: %.0f%% read", name, 100*share) })
}

func inWords(s mock.WorldSize) string {
	return fmt.Sprintf("%s, %s, %s, %s, %s", plain.Count(s.Organizations, "organization"), plain.Count(s.Users, "user"),
		plain.Count(s.Connectors, "connector"), plain.Count(s.Projects, "project"), plain.Count(s.Connections, "connection"))
}
