package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/nearest"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

// forms are the forms of the report on a server, in the order in which people are told of them.
var forms = formsOf[*conformance.Report]{
	{"text", report.Text},
	{"json", unstyled(report.JSON)},
	{"junit", unstyled(report.JUnit)},
	{"ctrf", unstyled(report.CTRF)},
	{"markdown", unstyled(report.Markdown)},
	{"badge", unstyled(report.Badge)},
	{"html", unstyled(report.HTML)},
}

// clientForms are those of the report on a client.
var clientForms = formsOf[*verdict.Report]{
	{"text", func(w io.Writer, r *verdict.Report, style report.Style) error {
		return verdict.Text(w, r, verdict.Style(style))
	}},
	{"json", unstyled(verdict.JSON)},
	{"junit", unstyled(verdict.JUnit)},
	{"markdown", unstyled(verdict.Markdown)},
	{"html", unstyled(verdict.HTML)},
	{"har", unstyled(verdict.HAR)},
}

// unstyled is a form that has no style.
func unstyled[R any](write func(io.Writer, R) error) func(io.Writer, R, report.Style) error {
	return func(w io.Writer, r R, _ report.Style) error { return write(w, r) }
}

// formsOf are the forms of reports of the type R.
type formsOf[R any] []form[R]

// form is a way to write a report.
type form[R any] struct {
	name  string
	write func(io.Writer, R, report.Style) error
}

// names are the names of all forms.
func (forms formsOf[R]) names() []string {
	var names []string
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

func joined(names []string) string { return strings.Join(names, ", ") }

// find returns the form of that name. The error says which there are.
func (forms formsOf[R]) find(name string) (form[R], error) {
	for _, f := range forms {
		if f.name == name {
			return f, nil
		}
	}
	return form[R]{}, usageError{fmt.Errorf("there is no report as %q, only %s%s", name, joined(forms.names()), nearest.DidYouMean(name, forms.names()))}
}

// reportFiles are where reports go.
type reportFiles[R any] []reportFile[R]

type reportFile[R any] struct {
	form form[R]
	file string
}

// open reads the flags --report FORM=FILE, and makes sure that the files can be written before there is
// anything to report.
func (forms formsOf[R]) open(flags []string) (reportFiles[R], error) {
	var files reportFiles[R]
	streams := 0
	for _, flag := range flags {
		name, file, ok := strings.Cut(flag, "=")
		if !ok || file == "" {
			return nil, usageError{fmt.Errorf("--report: %q is not FORM=FILE, such as json=report.json", flag)}
		}
		form, err := forms.find(name)
		if err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		if file == "-" {
			streams++
		} else if err := writable(file); err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		} else if files.hold(file) {
			return nil, usageError{fmt.Errorf("--report: %s would be written over by another report", file)}
		}
		files = append(files, reportFile[R]{form, file})
	}
	if streams > 1 {
		return nil, usageError{errors.New("--report: only one report can go to the standard output")}
	}
	return files, nil
}

// hold tells whether a report goes to that file, which may be spelled in another way. A device such as /dev/null takes
// any number of them.
func (files reportFiles[R]) hold(file string) bool {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return false
	}
	path, err := filepath.Abs(file)
	return err == nil && slices.ContainsFunc(files, func(f reportFile[R]) bool {
		other, err := filepath.Abs(f.file)
		return f.file != "-" && err == nil && other == path
	})
}

// write renders the report into each file, and tells whether one went to the standard output.
func (files reportFiles[R]) write(r R, out io.Writer, style report.Style) (taken bool, err error) {
	var errs []error
	for _, f := range files {
		if f.file == "-" {
			taken = true
			errs = append(errs, f.form.write(out, r, style))
			continue
		}
		errs = append(errs, save(f.file, func(w io.Writer) error { return f.form.write(w, r, report.Style{Verbose: style.Verbose}) }))
	}
	return taken, errors.Join(errs...)
}

// save makes the file what write writes.
func save(name string, write func(io.Writer) error) error {
	mode := os.O_TRUNC
	if name == os.Getenv("GITHUB_STEP_SUMMARY") {
		mode = os.O_APPEND // what a command under test wrote there stays
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o600) //nolint:gosec // it is the user's own choice
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
