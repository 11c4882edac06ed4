package verdict

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/internal/junit"
	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

// What is shown of evidence in a report for a CI server: remarks of an operation, and characters of a body.
const (
	maxTold = 50
	maxBody = 500
)

// JUnit writes the report in the XML of JUnit, for CI servers: a test case for each operation of the contract,
// which is a failure if the client broke the contract in it, an error if the mock did, and skipped if the client
// never called it. Others say how the command ended, whether there was any request, and whether each minimum of
// the coverage was met. There is a failure or an error if and only if the exit status isn't 0.
func JUnit(w io.Writer, r *Report) error {
	properties := []junit.Property{
		{Name: "version", Value: r.Version},
		{Name: "requests", Value: fmt.Sprint(r.Requests)},
		{Name: "coverage", Value: fmt.Sprintf("%.1f", r.Coverage.Percent)},
		{Name: "exit_status", Value: fmt.Sprint(r.ExitStatus())},
	}
	client, operations := junit.NewSuite("The client", r.Start, properties...), junit.NewSuite("Operations", r.Start, properties...)
	for _, c := range r.whole() {
		c.Classname = "client"
		client.Add(c, 0)
	}
	for _, u := range r.Operations {
		operations.Add(r.operation(u), u.Duration)
	}
	return junit.Write(w, r.Stop.Sub(r.Start), client, operations)
}

// whole are the test cases that aren't about an operation.
func (r *Report) whole() []junit.Case {
	requests := junit.Case{Name: "requests", Out: &junit.Text{Text: plain.Clean(r.Summary()) + "\n"}}
	if r.Requests+r.Forgotten == 0 && !r.AllowViolations {
		requests.Failure, requests.Out = failure("nothing", r.Summary(), ""), nil
	}
	cases := []junit.Case{requests}
	if r.Command != nil {
		command := junit.Case{Name: "command"}
		if *r.Command != 0 {
			command.Failure = failure("command", fmt.Sprintf("the command failed: exit status %d", *r.Command), "")
		}
		cases = append(cases, command)
	}
	unmet := map[Minimum]bool{}
	for _, m := range r.Unmet() {
		unmet[m] = true
	}
	for _, m := range r.Minimums {
		c := junit.Case{Name: strings.TrimSpace("coverage " + string(m.Kind))}
		if unmet[m] {
			c.Failure = failure("coverage", "covered "+r.shortfall(m, "the contract"), r.missing(m))
		}
		cases = append(cases, c)
	}
	return cases
}

func failure(kind, message, text string) *junit.Text {
	message = plain.Clean(message)
	return &junit.Text{Kind: kind, Message: message, Text: cmp.Or(text, message+"\n")}
}

// missing lists what wasn't covered of what the minimum is about.
func (r *Report) missing(m Minimum) string {
	var b strings.Builder
	for _, g := range r.of(m).Groups {
		for _, line := range g.Missing() {
			fmt.Fprintf(&b, "%s: never %s\n", g.Kind, plain.Clean(line))
		}
	}
	return b.String()
}

// operation is the test case of an operation.
func (r *Report) operation(u Usage) junit.Case {
	c := junit.Case{Name: cmp.Or(u.Operation, "no operation"), Classname: "operation"}
	if u.Requests == 0 {
		c.Skipped = &junit.Text{Message: "never called"}
		return c
	}
	of := func(severity mock.Severity) []Remark {
		return r.pick(func(m Remark) bool { return m.Operation == u.Operation && m.Finding.Severity == severity })
	}
	violations, faults, breaches, outages := of(mock.Violation), of(mock.Fault), of(mock.Breach), of(mock.Outage)
	switch {
	case u.Findings[mock.Fault] > 0:
		c.Error = failure("fault", headline("the mock was about to break the contract", faults), r.evidence(faults))
	case u.Findings[mock.Outage] > 0:
		c.Error = failure("outage", headline("the server gave no answer", outages), r.evidence(outages))
	case u.Findings[mock.Violation] > 0 && !r.AllowViolations:
		c.Failure = failure("violation", headline("the client broke the contract", violations), r.evidence(violations))
		violations = nil
	case u.Findings[mock.Breach] > 0 && !r.AllowBreaches:
		c.Failure = failure("breach", headline("the server broke the contract", breaches), r.evidence(breaches))
		breaches = nil
	}
	if rest := slices.Concat(violations, breaches, of(mock.Refusal), of(mock.Note)); len(rest) > 0 {
		c.Out = &junit.Text{Text: r.evidence(rest)}
	}
	return c
}

// headline tells of the first remark, and of how many there are besides.
func headline(otherwise string, found []Remark) string {
	if len(found) == 0 {
		return otherwise
	}
	line := found[0].where() + ": " + plain.Cut(found[0].Finding.Message, 200)
	if more := len(found) - 1; more > 0 {
		line += fmt.Sprintf(" (and %d more)", more)
	}
	return line
}

// evidence tells of remarks in lines, with the request on which each was made first and its reply.
func (r *Report) evidence(found []Remark) string {
	shown := found[:min(len(found), maxTold)]
	var b strings.Builder
	for i := 0; i < len(shown); {
		end := i + 1
		for end < len(shown) && shown[end].beside(shown[i]) {
			end++
		}
		t := &text{Report: r}
		t.tell(shown[i:end])
		b.WriteString(strings.TrimPrefix(t.String(), "\n"))
		if e, ok := r.exchange(shown[i].First); ok {
			fmt.Fprintf(&b, "    request #%d: %s\n", e.Number, bodyText(e.RequestBody))
			fmt.Fprintf(&b, "    reply: %d %s\n", e.Status, bodyText(e.ReplyBody))
		}
		i = end
	}
	if more := len(found) - len(shown); more > 0 {
		fmt.Fprintf(&b, "  and %d more: the JSON report has them\n", more)
	}
	return b.String()
}

func bodyText(body string) string {
	if body == "" {
		return "(no body)"
	}
	return plain.Clean(plain.Cut(body, maxBody))
}
