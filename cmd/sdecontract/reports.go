package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

// reportFiles are where reports go, besides the text on the standard output.
type reportFiles []reportFile

type reportFile struct{ form, file string }

// openReports reads the flags --report FORM=FILE, and makes sure that the files can be written before
// anything is asked of a target.
func openReports(flags []string) (reportFiles, error) {
	var files reportFiles
	streams := 0
	for _, flag := range flags {
		form, file, ok := strings.Cut(flag, "=")
		if !ok || file == "" || form != "json" && form != "text" {
			return nil, usageError{fmt.Errorf("--report: %q is not json=FILE or text=FILE", flag)}
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
			errs = append(errs, f.render(out, r, style))
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
	file, err := os.OpenFile(f.file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.render(file, r, style), file.Close())
}

func (f reportFile) render(w io.Writer, r *conformance.Report, style report.Style) error {
	if f.form == "json" {
		return report.JSON(w, r)
	}
	return report.Text(w, r, style)
}
