package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sdecontract/sdecontract/conformance"
)

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIRECTORY",
		Short: "Write the manual pages",
		Long: `Write a manual page for each command into a directory, which is made if it isn't there. The
pages bear the date of SOURCE_DATE_EPOCH, in seconds since 1970, or of today.

Exit status:
  0  they were written
  2  the directory or the date can't be used`,
		Example: `  # Then 'man sdecontract-verify' finds it.
  sdecontract man ~/.local/share/man/man1`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("man takes one directory, got %d arguments", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			date := time.Now().UTC()
			if epoch, ok := os.LookupEnv("SOURCE_DATE_EPOCH"); ok {
				seconds, err := strconv.ParseInt(epoch, 10, 64)
				if err != nil {
					return fmt.Errorf("SOURCE_DATE_EPOCH: %q is not a number of seconds", epoch)
				}
				date = time.Unix(seconds, 0).UTC()
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // everybody may read a manual
				return err
			}
			return writeManual(cmd.Root(), args[0], date)
		},
	}
}

// writeManual writes the page of a command and those of its subcommands.
func writeManual(cmd *cobra.Command, dir string, date time.Time) error {
	file := filepath.Join(dir, pageName(cmd)+".1")
	errs := []error{os.WriteFile(file, []byte(manualPage(cmd, date)), 0o644)} //nolint:gosec // everybody may read a manual
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			errs = append(errs, writeManual(c, dir, date))
		}
	}
	return errors.Join(errs...)
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manualPage renders what the help says, in the man macros of roff.
func manualPage(cmd *cobra.Command, date time.Time) string {
	var b strings.Builder
	name := pageName(cmd)
	fmt.Fprintf(&b, ".TH %q 1 %q %q\n", strings.ToUpper(name), date.Format(time.DateOnly), "sdecontract "+conformance.ThisSuite().Version)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(cmd.UseLine()))
	b.WriteString(".SH DESCRIPTION\n")
	if cmd.Long == "" {
		b.WriteString(roff(cmd.Short) + ".\n")
	}
	paragraphs(&b, cmd.Long)
	if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
		b.WriteString(".SH OPTIONS\n")
		flags.VisitAll(func(f *pflag.Flag) { option(&b, f) })
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(cmd.Example))
	}
	related := []string{}
	if cmd.HasParent() {
		related = append(related, pageName(cmd.Parent()))
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			related = append(related, pageName(c))
		}
	}
	if len(related) > 0 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n%s(1)\n", strings.Join(related, "(1), "))
	}
	return b.String()
}

// paragraphs fills lines, except for those that are indented.
func paragraphs(b *strings.Builder, text string) {
	verbatim := false
	for line := range strings.SplitSeq(text, "\n") {
		indented := strings.HasPrefix(line, "  ")
		switch {
		case indented && !verbatim:
			b.WriteString(".nf\n")
		case !indented && verbatim:
			b.WriteString(".fi\n")
		}
		verbatim = indented
		if line == "" {
			line = ".PP"
		} else {
			line = roff(line)
		}
		b.WriteString(line + "\n")
	}
	if verbatim {
		b.WriteString(".fi\n")
	}
}

func option(b *strings.Builder, f *pflag.Flag) {
	if f.Hidden {
		return
	}
	name, usage := pflag.UnquoteUsage(f)
	flag := "--" + f.Name
	if f.Shorthand != "" {
		flag = "-" + f.Shorthand + ", " + flag
	}
	fmt.Fprintf(b, ".TP\n\\fB%s\\fR \\fI%s\\fR\n%s\n", roff(flag), roff(name), roff(usage))
	if value := f.DefValue; value != "" && value != "[]" && value != "0" && value != "false" {
		fmt.Fprintf(b, "(default %s)\n", roff(value))
	}
}

// roff escapes what its macros would take for their own.
func roff(text string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
