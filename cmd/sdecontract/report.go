package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/plain"
)

// drawing says how and where a report is drawn.
type drawing struct {
	format  string
	output  string
	verbose bool
}

func (d *drawing) flags(cmd *cobra.Command, formats []string) {
	f := cmd.Flags()
	f.StringVar(&d.format, "format", "text", fmt.Sprintf("`form`: %s", joined(formats)))
	f.StringVar(&d.output, "output", "-", "`file` to write; - is the standard output")
	f.BoolVar(&d.verbose, "verbose", false, "tell all there is, in the form text")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

func reportCommand() *cobra.Command {
	var how drawing
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Draw, compare and merge the reports of earlier runs",
		Long: `Draw the report of an earlier run again, from the JSON that 'sdecontract verify --report json=FILE'
wrote: the same, byte for byte, as verify itself would have drawn it. - is the standard input.

Exit status:
  0  the report was drawn, whatever it says
  2  a flag or a file can't be used`,
		Example: `  # Read a run of last night.
  sdecontract report result.json --verbose

  # For a CI server that didn't ask for it at the time.
  sdecontract report result.json --format junit --output junit.xml

  # What changed since the last release?
  sdecontract report diff old.json new.json

  # One report of runs of two parts.
  sdecontract report merge reads.json writes.json --output result.json`,
		Args: files("report", 1, 1, "the JSON report of a run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			form, err := forms.find(how.format)
			if err != nil {
				return fmt.Errorf("--format: %w", err)
			}
			reports, err := readReports(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			return how.draw(cmd.OutOrStdout(), func(w io.Writer, style report.Style) error { return form.write(w, reports[0].Report, style) })
		},
	}
	how.flags(cmd, forms.names())
	cmd.AddCommand(diffCommand(), mergeCommand())
	return cmd
}

// files refuses fewer or more arguments than a command takes, which are files.
func files(command string, least, most int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || most > 0 && len(args) > most {
			return usageError{fmt.Errorf("%s takes %s, got %s", command, what, plain.Count(len(args), "file"))}
		}
		return nil
	}
}

// readReports reads JSON reports. - is the standard input.
func readReports(in io.Reader, names []string) ([]report.Input, error) {
	var all []report.Input
	var errs []error
	taken := false
	for _, name := range names {
		if name == "-" && taken {
			return nil, usageError{errors.New("only one report can come from the standard input")}
		}
		taken = taken || name == "-"
		r, err := readReport(in, name)
		errs = append(errs, err)
		all = append(all, report.Input{Name: name, Report: r})
	}
	return all, errors.Join(errs...)
}

func readReport(in io.Reader, name string) (*conformance.Report, error) {
	if name == "-" {
		name = "standard input"
	} else {
		file, err := os.Open(name) //nolint:gosec // it is the user's own choice
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	r, err := report.ReadJSON(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// draw writes to where the flags say. A file is only touched once there is all that it shall hold.
func (d *drawing) draw(out io.Writer, write func(io.Writer, report.Style) error) error {
	if d.output == "-" {
		return write(out, report.Style{Color: bool(styleFor(out)), Verbose: d.verbose})
	}
	var b bytes.Buffer
	if err := write(&b, report.Style{Verbose: d.verbose}); err != nil {
		return err
	}
	if err := save(d.output, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}
