package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// targetFlag adds the flag that names the target file.
func targetFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "target", "", "`file` that describes the server; fixtures/target-mock.yaml shows and\nexplains the form, 'sdecontract init' writes a first one")
	_ = cmd.MarkFlagFilename("target", "yaml", "yml")
}

// readTarget reads the target file of the flag --target.
func readTarget(file string) (*conformance.Target, error) {
	if file == "" {
		return nil, usageError{fmt.Errorf("--target is missing: the file that describes the server")}
	}
	data, err := os.ReadFile(file) //nolint:gosec // it is the user's own choice
	if err != nil {
		return nil, fmt.Errorf("--target: %w", err)
	}
	return conformance.ReadTarget(file, data)
}

// mockTarget is the built-in mock in this process, fresh, with its default world.
func mockTarget() *conformance.Target {
	target, err := conformance.ReadTarget(fixtures.TargetMockFile, fixtures.TargetMock())
	if err != nil {
		panic(err)
	}
	for _, u := range mock.DefaultWorld().Users() {
		user := target.Users[u.Name]
		user.Token = conformance.Secret(u.Token)
		target.Users[u.Name] = user
	}
	target.Transport = conformance.InProcess(http.Handler(mock.New()))
	return target
}

// selection is the part of the catalogue that flags select.
type selection struct {
	checks []string
	levels []string
}

func selectionFlags(cmd *cobra.Command, s *selection) {
	cmd.Flags().StringSliceVar(&s.checks, "check", nil, "only checks with this `id`, in which * stands for anything; repeatable")
	cmd.Flags().StringSliceVar(&s.levels, "level", nil, "only checks of this `level`: must, should or probe; repeatable")
	levels := []string{string(conformance.Must), string(conformance.Should), string(conformance.Probe)}
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions(levels, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("check", completeIDs)
}

func completeIDs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, c := range conformance.Checks() {
		ids = append(ids, c.ID)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// selected returns the checks that the flags select.
func (s selection) selected() ([]conformance.Check, error) {
	known := []conformance.Level{conformance.Must, conformance.Should, conformance.Probe}
	for _, l := range s.asLevels() {
		if !slices.Contains(known, l) {
			return nil, usageError{fmt.Errorf("--level: %q is not must, should or probe", l)}
		}
	}
	selected, err := conformance.Select(s.checks, s.asLevels())
	if err != nil {
		return nil, usageError{err}
	}
	return selected, nil
}

func (s selection) asLevels() []conformance.Level {
	var levels []conformance.Level
	for _, l := range s.levels {
		levels = append(levels, conformance.Level(l))
	}
	return levels
}
