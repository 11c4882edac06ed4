package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sdecontract/sdecontract/conformance"
)

// The elements of JUnit's XML, as the schema junit-10 of Jenkins has them.
type (
	junitSuites struct {
		XMLName  xml.Name      `xml:"testsuites"`
		Name     string        `xml:"name,attr"`
		Tests    int           `xml:"tests,attr"`
		Failures int           `xml:"failures,attr"`
		Errors   int           `xml:"errors,attr"`
		Time     string        `xml:"time,attr"`
		Suites   []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`

		took time.Duration
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string     `xml:"name,attr"`
		Classname string     `xml:"classname,attr"`
		Time      string     `xml:"time,attr"`
		Failure   *junitText `xml:"failure"`
		Error     *junitText `xml:"error"`
		Skipped   *junitText `xml:"skipped"`
		Out       *junitText `xml:"system-out"`
	}
	junitText struct{ kind, message, text string }
)

// MarshalXML writes the text with its line breaks as they are. They would be legal as references too, but
// nobody could read the file.
func (t junitText) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	for _, attr := range []xml.Attr{{Name: xml.Name{Local: "type"}, Value: t.kind}, {Name: xml.Name{Local: "message"}, Value: t.message}} {
		if attr.Value != "" {
			start.Attr = append(start.Attr, attr)
		}
	}
	for _, token := range []xml.Token{start, xml.CharData(t.text), start.End()} {
		if err := e.EncodeToken(token); err != nil {
			return err
		}
	}
	return nil
}

// JUnit writes the report in the XML of JUnit, for CI servers: a suite for each heading of the documentation,
// a test case for each check, named after its id. A broken promise is a failure, an error an error. What
// says nothing of the target is skipped, with the reason as its message: a check that is blocked,
// inconclusive, not applicable or not run; so is a known deviation. A warning or a note passes, and is told
// in system-out.
//
// There is a failure or an error if and only if the exit status isn't 0: a stale known deviation is a
// failure of its own, and an incomplete run the error run/complete.
func JUnit(w io.Writer, r *conformance.Report) error {
	all := junitSuites{Name: "sdecontract", Time: seconds(r.Stop.Sub(r.Start))}
	told := newTelling(r)
	for _, g := range byHeading(slices.Concat(r.Results, notRun(r))) {
		suite := newJUnitSuite(r, g.name)
		for _, result := range g.results {
			suite.add(junitOf(result, told), result.Duration)
		}
		all.Suites = append(all.Suites, suite)
	}
	if found := troubles(r); len(found) > 0 {
		suite := newJUnitSuite(r, "The run")
		for _, trouble := range found {
			problem := &junitText{trouble.group, trouble.says, trouble.says}
			c := junitCase{Name: trouble.name, Classname: trouble.group, Failure: problem}
			if trouble.group == "run" {
				c.Failure, c.Error = nil, problem
			}
			suite.add(c, 0)
		}
		all.Suites = append(all.Suites, suite)
	}
	for _, suite := range all.Suites {
		suite.Time = seconds(suite.took)
		all.Tests, all.Failures, all.Errors = all.Tests+suite.Tests, all.Failures+suite.Failures, all.Errors+suite.Errors
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func newJUnitSuite(r *conformance.Report, name string) *junitSuite {
	scope := cmp.Or((&text{Report: r}).scope(), "everything")
	return &junitSuite{
		Name: brief(name), Timestamp: r.Start.UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{
			{"suite.version", brief(r.Suite.Version)},
			{"suite.revision", brief(r.Suite.Revision)},
			{"suite.contract", brief(r.Suite.Contract)},
			{"target", brief(r.Target)},
			{"mode", brief(string(r.Mode))},
			{"scope", scope},
			{"whole", fmt.Sprint(r.Whole())},
			{"complete", fmt.Sprint(r.Complete)},
			{"exit_status", fmt.Sprint(r.ExitStatus())},
		},
	}
}

// add counts the test case.
func (s *junitSuite) add(c junitCase, took time.Duration) {
	c.Time = seconds(took)
	s.took += took
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func junitOf(r conformance.Result, told *telling) junitCase {
	c := junitCase{Name: brief(r.ID), Classname: slug(string(r.Kind)) + "." + slug(heading(r.Cite))}
	says := &junitText{kind: cmp.Or(brief(string(r.Verdict)), "notrun"), message: reason(r)}
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
		c.Out = &junitText{text: fmt.Sprintf("%s\n%s", v, told.details(r))}
		return c
	default:
		c.Error = says
	}
	says.text = told.details(r)
	return c
}

// seconds is a duration as JUnit's readers take it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }

// slug is a heading as a name in lower case, with hyphens for all but letters and digits.
func slug(heading string) string {
	words := strings.FieldsFunc(strings.ToLower(cut(heading, 100)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}
