package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/junit"
)

// JUnit writes the report in the XML of JUnit, for CI servers: a suite for each heading of the documentation,
// a test case for each check, named after its id. A broken promise is a failure, an error an error. What
// says nothing of the target is skipped, with the reason as its message: a check that is blocked,
// inconclusive, not applicable or not run; so is a known deviation. A warning or a note passes, and is told
// in system-out.
//
// There is a failure or an error if and only if the exit status isn't 0: a stale known deviation is a
// failure of its own, and an incomplete run the error run/complete.
func JUnit(w io.Writer, r *conformance.Report) error {
	var suites []*junit.Suite
	told := newTelling(r)
	for _, g := range byHeading(slices.Concat(r.Results, notRun(r))) {
		suite := newJUnitSuite(r, g.name)
		for _, result := range g.results {
			suite.Add(junitOf(result, told), result.Duration)
		}
		suites = append(suites, suite)
	}
	if found := troubles(r); len(found) > 0 {
		suite := newJUnitSuite(r, "The run")
		for _, trouble := range found {
			problem := &junit.Text{Kind: trouble.group, Message: trouble.says, Text: trouble.says}
			c := junit.Case{Name: trouble.name, Classname: trouble.group, Failure: problem}
			if trouble.group == "run" {
				c.Failure, c.Error = nil, problem
			}
			suite.Add(c, 0)
		}
		suites = append(suites, suite)
	}
	return junit.Write(w, r.Stop.Sub(r.Start), suites...)
}

func newJUnitSuite(r *conformance.Report, name string) *junit.Suite {
	scope := cmp.Or((&text{Report: r}).scope(), "everything")
	return junit.NewSuite(brief(name), r.Start,
		junit.Property{Name: "suite.version", Value: brief(r.Suite.Version)},
		junit.Property{Name: "suite.revision", Value: brief(r.Suite.Revision)},
		junit.Property{Name: "suite.contract", Value: brief(r.Suite.Contract)},
		junit.Property{Name: "target", Value: brief(r.Target)},
		junit.Property{Name: "mode", Value: brief(string(r.Mode))},
		junit.Property{Name: "scope", Value: scope},
		junit.Property{Name: "whole", Value: fmt.Sprint(r.Whole())},
		junit.Property{Name: "complete", Value: fmt.Sprint(r.Complete)},
		junit.Property{Name: "exit_status", Value: fmt.Sprint(r.ExitStatus())})
}

func junitOf(r conformance.Result, told *telling) junit.Case {
	c := junit.Case{Name: brief(r.ID), Classname: slug(string(r.Kind)) + "." + slug(heading(r.Cite))}
	says := &junit.Text{Kind: cmp.Or(brief(string(r.Verdict)), "notrun"), Message: reason(r)}
	switch v := r.Verdict; {
	case v == conformance.Pass && r.Known == "":
		return c
	case r.Known != "":
		c.Skipped = says
	case v == conformance.Inconclusive, v == conformance.Blocked, v == conformance.NA, v == "":
		c.Skipped = says
		return c
	case v == conformance.Fail:
		c.Failure = says
	case v == conformance.Warn, v == conformance.Noted:
		c.Out = &junit.Text{Text: fmt.Sprintf("%s\n%s", v, told.details(r))}
		return c
	default:
		c.Error = says
	}
	says.Text = told.details(r)
	return c
}

// slug is a heading as a name in lower case, with hyphens for all but letters and digits.
func slug(heading string) string {
	words := strings.FieldsFunc(strings.ToLower(cut(heading, 100)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}
