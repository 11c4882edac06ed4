package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

// verdictFlags say how a client is judged, and where that is told.
type verdictFlags struct {
	allowViolations bool
	minimums        []string
	reports         []string
	verbose         bool

	allowBreaches bool   // of a proxy
	upstream      string // of a proxy
}

func (flags *verdictFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&flags.allowViolations, "allow-violations", false, "with a command, only report what broke the contract")
	f.StringArrayVar(&flags.minimums, "min-coverage", nil, "with a command, fail unless it covers `PERCENT` of the contract, or KIND=PERCENT\nof one kind; repeatable; the kinds: "+joined(kindNames()))
	f.StringArrayVar(&flags.reports, "report", nil, "at the end, write a report on the client as FORM=`FILE`; repeatable, - is the standard\noutput; the forms: "+joined(clientForms.names()))
	f.BoolVar(&flags.verbose, "verbose", false, "at the end, tell everything that was found, and all that wasn't covered")
}

// check refuses what makes no sense without a command to judge.
func (flags verdictFlags) check(hasCommand bool) error {
	switch {
	case hasCommand:
	case flags.allowViolations:
		return usageError{errors.New("--allow-violations needs a command after --")}
	case len(flags.minimums) > 0:
		return usageError{errors.New("--min-coverage needs a command after --")}
	}
	return nil
}

// judge notes what it sees of clients, and reports it.
type judge struct {
	*verdict.Recorder
	flags    verdictFlags
	minimums []verdict.Minimum
	files    reportFiles[*verdict.Report]
	faults   []mock.FaultState // that were still set at the end
}

// judge reads the flags. The report files can be written.
func (flags verdictFlags) judge() (*judge, error) {
	minimums, err := readMinimums(flags.minimums)
	if err != nil {
		return nil, err
	}
	files, err := clientForms.open(flags.reports)
	if err != nil {
		return nil, err
	}
	return &judge{Recorder: verdict.NewRecorder(), flags: flags, minimums: minimums, files: files}, nil
}

func kindNames() []string {
	var names []string
	for _, kind := range mock.CoverageKinds() {
		names = append(names, string(kind))
	}
	return names
}

// readMinimums reads the flags --min-coverage: PERCENT, or KIND=PERCENT.
func readMinimums(flags []string) ([]verdict.Minimum, error) {
	var minimums []verdict.Minimum
	for _, flag := range flags {
		kind, number, hasKind := strings.Cut(flag, "=")
		if !hasKind {
			kind, number = "", flag
		} else if !slices.Contains(kindNames(), kind) {
			return nil, usageError{fmt.Errorf("--min-coverage: there is no kind %q, only %s", kind, joined(kindNames()))}
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(number, "%"), 64)
		if err != nil || !(percent >= 0 && percent <= 100) { //nolint:staticcheck // NaN is neither
			return nil, usageError{fmt.Errorf("--min-coverage: %q is not a percentage from 0 to 100", number)}
		}
		minimums = append(minimums, verdict.Minimum{Kind: mock.CoverageKind(kind), Percent: percent})
	}
	return minimums, nil
}

// report is what was seen until now.
func (j *judge) report(s *service) *verdict.Report {
	r := j.Report(s.Server)
	r.AllowViolations, r.Minimums = j.flags.allowViolations, j.minimums
	r.AllowBreaches, r.Upstream = j.flags.allowBreaches, j.flags.upstream
	r.IdleFaults = verdict.Idle(j.faults)
	return r
}

// conclude judges the client whose command ended with that status: on errOut, and in the files that were asked
// for. The error bears the exit status.
func (j *judge) conclude(s *service, status int, out, errOut io.Writer) error {
	r := j.report(s)
	r.Command = &status
	if r.Requests == 0 {
		r.Hint = hint(s.caFile != "")
	}
	if err := j.write(r, out, errOut); err != nil {
		return err
	}
	return exitStatus(r.ExitStatus())
}

// write tells of the report on errOut, and writes it to the files that were asked for.
func (j *judge) write(r *verdict.Report, out, errOut io.Writer) error {
	err := verdict.Text(errOut, r, verdict.Style{Color: bool(styleFor(errOut)), Verbose: j.flags.verbose})
	_, failure := j.files.write(r, out, report.Style{Color: bool(styleFor(out)), Verbose: j.flags.verbose})
	if err = errors.Join(err, failure); err != nil {
		return exitError{exitFailed, err}
	}
	return nil
}

// summarize says in a line what a mock that was stopped has seen; all of it, if that was asked for.
func (j *judge) summarize(s *service, out, errOut io.Writer) error {
	r := j.report(s)
	if j.flags.verbose {
		return j.write(r, out, errOut)
	}
	for _, f := range r.IdleFaults {
		_, _ = fmt.Fprintf(errOut, "sdecontract: %s\n", f)
	}
	if r.Requests > 0 {
		_, _ = fmt.Fprintf(errOut, "sdecontract: %s; covered %.1f %% of the contract\n", r.Summary(), r.Coverage.Percent)
	}
	_, err := j.files.write(r, out, report.Style{})
	return err
}

// hint says why no request may have come.
func hint(secure bool) string {
	text := "Does the client call " + urlVariable + "?"
	if secure {
		text += " Does it trust the certificate in " + caVariable + "?"
	}
	if proxy := os.Getenv("HTTP_PROXY") + os.Getenv("http_proxy"); proxy != "" {
		text += " Does HTTP_PROXY take its requests elsewhere?"
	}
	return text
}
