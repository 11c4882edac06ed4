package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/mock"
)

// allLatitudes is the name that stands for as many as fit together.
const allLatitudes = "all"

func latitudesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "latitudes",
		Short: "List what the mock can do where the documentation leaves it open",
		Long: `List the latitudes: what another server may do otherwise than the mock does by default, and be
right, because the documentation leaves it open. A client that works with each of them doesn't
depend on this mock. They are switched on with 'sdecontract mock --latitude NAME'.

Exit status:
  0  they were listed
  2  a flag can't be used`,
		Example: `  # All of them.
  sdecontract latitudes

  # Try a client's tests on two, and on as many as fit together.
  sdecontract mock --latitude lists-reversed,ids-from-1000 -- pytest
  sdecontract mock --latitude all --seed 7 -- pytest`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, l := range mock.Latitudes() {
				_, _ = fmt.Fprintf(table, "%s\t%s%s\n", l, l.Says(), excluded(l))
			}
			return table.Flush()
		},
	}
}

// excluded names the latitudes that can't be taken together with this one.
func excluded(l mock.Latitude) string {
	if others := rivals(l); len(others) > 0 {
		return " Not with " + join(others) + "."
	}
	return ""
}

// rivals are the latitudes that exclude this one.
func rivals(l mock.Latitude) []mock.Latitude {
	return slices.DeleteFunc(mock.Latitudes(), func(o mock.Latitude) bool { return !l.Excludes(o) })
}

func join(list []mock.Latitude) string {
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = string(l)
	}
	return strings.Join(names, ", ")
}

// chosen returns the latitudes that the flags ask for.
func (flags mockFlags) chosen() ([]mock.Latitude, error) {
	if slices.Contains(flags.latitudes, allLatitudes) {
		if len(flags.latitudes) > 1 {
			return nil, usageError{errors.New("--latitude: all stands alone")}
		}
		return mock.ChooseLatitudes(flags.seed), nil
	}
	list, err := mock.ParseLatitudes(flags.latitudes...)
	if err != nil {
		return nil, fmt.Errorf("--latitude: %w; 'sdecontract latitudes' lists them", err)
	}
	return list, nil
}

// announced tells which latitudes the mock takes; empty if none.
func announced(list []mock.Latitude, flags mockFlags) string {
	switch {
	case len(list) == 0:
		return ""
	case !slices.Contains(flags.latitudes, allLatitudes):
		return fmt.Sprintf("\nLatitudes: %s\n", join(list))
	}
	decided := slices.DeleteFunc(slices.Clone(list), func(l mock.Latitude) bool { return len(rivals(l)) == 0 })
	return fmt.Sprintf("\nLatitudes: all; where they exclude each other, by --seed %d:\n  %s\n", flags.seed, join(decided))
}

func completeLatitudes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := []string{cobra.CompletionWithDesc(allLatitudes, "As many as fit together.")}
	for _, l := range mock.Latitudes() {
		names = append(names, cobra.CompletionWithDesc(string(l), l.Says()))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
