package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// forms are the forms of a report, in the order in which people are told of them.
var forms = []form{
	{"text", report.Text},
	{"json", plain(report.JSON)},
	{"junit", plain(report.JUnit)},
	{"ctrf", plain(report.CTRF)},
	{"markdown", plain(report.Markdown)},
	{"badge", plain(report.Badge)},
	{"html", plain(report.HTML)},
}

// plain is a form that has no style.
func plain(write func(io.Writer, *conformance.Report) error) func(io.Writer, *conformance.Report, report.Style) error {
	return func(w io.Writer, r *conformance.Report, _ report.Style) error { return write(w, r) }
}

// form is a way to write a report.
type form struct {
	name  string
	write func(io.Writer, *conformance.Report, report.Style) error
}

// formNames are the names of all forms.
func formNames() []string {
	var names []string
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

func joined(names []string) string { return strings.Join(names, ", ") }

// findForm returns the form of that name. The error says which there are.
func findForm(name string) (form, error) {
	for _, f := range forms {
		if f.name == name {
			return f, nil
		}
	}
	hint := ""
	for _, f := range forms {
		if levenshtein.ComputeDistance(name, f.name) <= 2 {
			hint = fmt.Sprintf("; did you mean %s?", f.name)
		}
	}
	return form{}, usageError{fmt.Errorf("there is no report as %q, only %s%s", name, joined(formNames()), hint)}
}

// reportFiles are where reports go, besides the text on the standard output.
type reportFiles []reportFile

type reportFile struct {
	form form
	file string
}

// openReports reads the flags --report FORM=FILE, and makes sure that the files can be written before
// anything is asked of a target.
func openReports(flags []string) (reportFiles, error) {
	var files reportFiles
	streams := 0
	for _, flag := range flags {
		name, file, ok := strings.Cut(flag, "=")
		if !ok || file == "" {
			return nil, usageError{fmt.Errorf("--report: %q is not FORM=FILE, such as json=report.json", flag)}
		}
		form, err := findForm(name)
		if err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		if file == "-" {
			streams++
		} else if err := writable(file); err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		files = append(files, reportFile{form, file})
	}
	if streams > 1 {
		return nil, usageError{errors.New("--report: only one report can go to the standard output")}
	}
	return files, nil
}

// write renders the report into each file. The text goes to out, unless another report does.
func (files reportFiles) write(r *conformance.Report, out io.Writer, style report.Style) error {
	taken := false
	var errs []error
	for _, f := range files {
		if f.file == "-" {
			taken = true
			errs = append(errs, f.form.write(out, r, style))
			continue
		}
		errs = append(errs, f.save(r, report.Style{Verbose: style.Verbose}))
	}
	if !taken {
		errs = append(errs, report.Text(out, r, style))
	}
	return errors.Join(errs...)
}

func (f reportFile) save(r *conformance.Report, style report.Style) error {
	return save(f.file, func(w io.Writer) error { return f.form.write(w, r, style) })
}

// save makes the file what write writes.
func save(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // it is the user's own choice
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
