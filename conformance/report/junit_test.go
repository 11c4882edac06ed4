package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

func TestJUnit(t *testing.T) { golden.Assert(t, draw(t, report.JUnit, fixed()), "junit.golden") }

// element is any element of XML.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// count is how many elements of the name there are in e, at any depth.
func (e element) count(name string) int {
	n := 0
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			n++
		}
		n += c.count(name)
	}
	return n
}

func parseXML(t testing.TB, text string) element {
	t.Helper()
	var root element
	d := xml.NewDecoder(strings.NewReader(text))
	assert.NilError(t, d.Decode(&root))
	_, err := d.Token()
	for err == nil {
		_, err = d.Token()
	}
	assert.Assert(t, errors.Is(err, io.EOF), err)
	return root
}

// TestJUnitCounts: what a reader of the file counts is what came of the run, and it is red if and only if the
// exit status isn't 0.
func TestJUnitCounts(t *testing.T) {
	everyRun(t, func(r *conformance.Report) {
		root := parseXML(t, draw(t, report.JUnit, r))
		incomplete := 0
		if !r.Complete || r.ExitStatus() == conformance.ExitIncomplete {
			incomplete = 1
		}
		failures, problems := root.count("failure"), root.count("error")
		assert.Equal(t, failures, r.Unexpected(conformance.Fail)+r.Stale(), told(r))
		assert.Equal(t, problems, r.Unexpected(conformance.Error)+incomplete, told(r))
		assert.Equal(t, failures+problems > 0, r.ExitStatus() != 0, told(r))
		assert.Equal(t, root.count("testcase"), len(r.Results)+len(r.NotRun)+r.Stale()+incomplete, told(r))
		passed := root.count("testcase") - failures - problems - root.count("skipped")
		known := r.Count(conformance.Warn) - r.Unexpected(conformance.Warn)
		assert.Equal(t, passed, r.Count(conformance.Pass)+r.Count(conformance.Warn)-known+r.Count(conformance.Noted), told(r))
		checkJUnit(t, root)
	})
}

// junitForm are the elements that the schema junit-10 of Jenkins allows, with their attributes and children.
// Those with a ! are required.
var junitForm = map[string]struct{ attrs, children string }{
	"testsuites": {"name time tests failures errors", "testsuite"},
	"testsuite":  {"name! tests! failures! errors! group time skipped timestamp hostname id package file log url", "testsuite properties testcase system-out system-err"},
	"properties": {"", "property"},
	"property":   {"name! value!", ""},
	"testcase":   {"name! time classname group", "skipped error failure system-out system-err"},
	"failure":    {"type message", ""},
	"error":      {"type message", ""},
	"skipped":    {"type message", ""},
	"system-out": {"", ""},
}

var (
	junitTime = regexp.MustCompile(`^[0-9]+\.[0-9]{3}$`)
	junitDate = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`) // without a zone
)

// checkJUnit holds the element to the schema, and its counts to what is in it.
func checkJUnit(t testing.TB, e element) {
	t.Helper()
	name := e.XMLName.Local
	form, known := junitForm[name]
	assert.Assert(t, known, name)
	for _, a := range e.Attrs {
		allowed := regexp.MustCompile(`\b` + regexp.QuoteMeta(a.Name.Local) + `\b`)
		assert.Assert(t, allowed.MatchString(form.attrs), "%s %s", name, a.Name.Local)
		switch a.Name.Local {
		case "time":
			assert.Assert(t, junitTime.MatchString(a.Value), a.Value)
		case "timestamp":
			assert.Assert(t, junitDate.MatchString(a.Value), a.Value)
		}
	}
	for attr := range strings.FieldsSeq(form.attrs) {
		if required, ok := strings.CutSuffix(attr, "!"); ok {
			assert.Assert(t, e.attr(required) != "" || name == "property", "%s %s", name, required)
		}
	}
	for _, count := range []struct{ attr, child string }{{"tests", "testcase"}, {"failures", "failure"}, {"errors", "error"}, {"skipped", "skipped"}} {
		if value := e.attr(count.attr); value != "" {
			assert.Equal(t, value, strconv.Itoa(e.count(count.child)), "%s of %s", count.attr, e.attr("name"))
		}
	}
	if name == "testcase" {
		assert.Assert(t, e.count("failure")+e.count("error")+e.count("skipped") <= 1)
	}
	for _, c := range e.Children {
		assert.Assert(t, strings.Contains(" "+form.children+" ", " "+c.XMLName.Local+" "), "%s in %s", c.XMLName.Local, name)
		checkJUnit(t, c)
	}
}

// TestJUnitHostile: two readers of XML find every failure, whatever a target sent.
func TestJUnitHostile(t *testing.T) {
	r := hostile(200)
	drawn := draw(t, report.JUnit, r)
	root := parseXML(t, drawn)
	checkJUnit(t, root)
	assert.Equal(t, root.count("failure"), r.Unexpected(conformance.Fail)+r.Stale())

	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 here")
	}
	const script = `import sys, xml.etree.ElementTree as e
root = e.parse(sys.stdin).getroot()
print(sum(1 for _ in root.iter("failure")), sum(1 for _ in root.iter("testcase")))`
	cmd := exec.CommandContext(t.Context(), python, "-c", script)
	cmd.Stdin = strings.NewReader(drawn)
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, string(out))
	assert.Equal(t, strings.TrimSpace(string(out)), strconv.Itoa(root.count("failure"))+" "+strconv.Itoa(root.count("testcase")))
}
