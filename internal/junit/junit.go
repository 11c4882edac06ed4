// Package junit writes JUnit's XML, as the schema junit-10 of Jenkins has it.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []*Suite `xml:"testsuite"`
}

// Suite is a group of test cases. [Suite.Add] counts them.
type Suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []Property `xml:"properties>property"`
	Cases      []Case     `xml:"testcase"`

	took time.Duration
}

// Property is something to know of a suite.
type Property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// Case is a test case. It passed unless it has a failure, an error, or a reason why it was skipped.
type Case struct {
	Name      string `xml:"name,attr"`
	Classname string `xml:"classname,attr"`
	Time      string `xml:"time,attr"` // Suite.Add sets it
	Failure   *Text  `xml:"failure"`
	Error     *Text  `xml:"error"`
	Skipped   *Text  `xml:"skipped"`
	Out       *Text  `xml:"system-out"`
}

// Text is what an element says. An empty kind or message is left out.
type Text struct{ Kind, Message, Text string }

// MarshalXML writes the text with its line breaks as they are. They would be legal as references too, but
// nobody could read the file.
func (t Text) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	for _, attr := range []xml.Attr{{Name: xml.Name{Local: "type"}, Value: t.Kind}, {Name: xml.Name{Local: "message"}, Value: t.Message}} {
		if attr.Value != "" {
			start.Attr = append(start.Attr, attr)
		}
	}
	for _, token := range []xml.Token{start, xml.CharData(t.Text), start.End()} {
		if err := e.EncodeToken(token); err != nil {
			return err
		}
	}
	return nil
}

// NewSuite is a suite without cases, that began then.
func NewSuite(name string, start time.Time, properties ...Property) *Suite {
	return &Suite{Name: name, Timestamp: start.UTC().Format("2006-01-02T15:04:05"), Properties: properties}
}

// Add counts the test case.
func (s *Suite) Add(c Case, took time.Duration) {
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

// Write writes the suites of a run that took so long.
func Write(w io.Writer, took time.Duration, list ...*Suite) error {
	all := suites{Name: "sdecontract", Time: seconds(took), Suites: list}
	for _, s := range list {
		s.Time = seconds(s.took)
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
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

// seconds is a duration as JUnit's readers take it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }
