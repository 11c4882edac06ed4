package main

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the revision it was built from, and the contract's digest",
		Example: "  sdecontract version",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			version, revision := "(devel)", "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				version = info.Main.Version
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "sdecontract %s\nrevision    %s\ncontract    sha256:%x\ngo          %s\n",
				version, revision, sha256.Sum256(sdecontract.Spec()), runtime.Version())
			return err
		},
	}
}
