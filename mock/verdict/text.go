package verdict

import (
	"fmt"
	"io"
	"strings"

	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/export"
)

// Style is how a text report looks.
type Style struct {
	Color   bool // with the escape sequences of terminals
	Verbose bool // with every remark, and all that wasn't covered
}

func (s Style) paint(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) severity(severity mock.Severity) string {
	code := map[mock.Severity]string{mock.Violation: "31", mock.Refusal: "33", mock.Note: "36", mock.Fault: "1;31", mock.Breach: "35", mock.Outage: "1;35"}[severity]
	return s.paint(code, fmt.Sprintf("%-9s", severity))
}

// maxShown is how many remarks of a severity are shown, unless all are.
const maxShown = 20

// text is a report under way.
type text struct {
	strings.Builder
	Style
	*Report
}

func (t *text) line(format string, args ...any) { _, _ = fmt.Fprintf(t, format+"\n", args...) }

// Text writes what the client got wrong: which request, what the contract wants, and where it says so; then what
// the client covered, in brief, and how it is judged. Refusals are told if a command failed; else they were
// expected.
func Text(w io.Writer, r *Report, style Style) error {
	t := &text{Style: style, Report: r}
	for _, f := range r.IdleFaults {
		t.line("sdecontract: %s", f)
	}
	t.line("%s", t.paint("1", "sdecontract: "+plain.Clean(r.Summary())))
	for _, s := range severities {
		if s.Severity != mock.Refusal || t.Verbose || r.Command != nil && *r.Command != 0 {
			t.list(s.Severity)
		}
	}
	if len(r.Remarks) > 0 {
		t.line("")
	}
	if err := t.coverage(); err != nil {
		return err
	}
	status, why := r.judge()
	if status != Kept {
		why += fmt.Sprintf(": exit status %d", status)
	}
	t.line("sdecontract: %s", why)
	_, err := io.WriteString(w, t.String())
	return err
}

// list tells of the remarks of a severity.
func (t *text) list(severity mock.Severity) {
	found := t.remarks(severity)
	shown := len(found)
	if !t.Verbose {
		shown = min(shown, maxShown)
	}
	t.tell(found[:shown])
	if more := len(found) - shown; more > 0 {
		least := ""
		if t.Omitted > 0 {
			least = "at least "
		}
		t.line("\n  %s  and %s%d more; --verbose shows them", t.severity(severity), least, more)
	}
}

// tell writes remarks, those on the same request together.
func (t *text) tell(found []Remark) {
	for i, m := range found {
		if i == 0 || !m.beside(found[i-1]) {
			t.line("\n  %s  %s", t.severity(m.Finding.Severity), m.request())
		}
		t.line("    %s: %s", plain.Clean(m.where()), plain.Clean(m.Finding.Message))
		if why := m.Finding.Why(); why != "" {
			t.line("      %s", t.paint("2", plain.Clean(why)))
		}
	}
}

// where is the place in the request.
func (m Remark) where() string { return strings.TrimSpace(m.Finding.In + " " + m.Finding.Pointer) }

// beside tells whether both remarks were always made on the same request, as far as we know.
func (m Remark) beside(other Remark) bool {
	return m.First.Number == other.First.Number && m.Times == other.Times
}

// request tells on which request the remark was first made, and on how many.
func (m Remark) request() string {
	text := m.First.String()
	if m.Times > 1 {
		text += fmt.Sprintf(" (%d times)", m.Times)
	}
	return text
}

// String tells of the call in one line that is safe to print, such as "GET /x as reader, answered 200".
func (c Call) String() string {
	text := plain.Clean(c.Method) + " " + plain.Clean(c.Target)
	if c.User != "" {
		text += " as " + plain.Clean(c.User)
	}
	if c.Status == 0 {
		return text + ", not answered"
	}
	return text + fmt.Sprintf(", answered %d", c.Status)
}

// coverage tells what was covered: a line for each kind, or everything.
func (t *text) coverage() error {
	switch {
	case t.Verbose:
		if err := export.CoverageText(t, t.Coverage, export.Style{Color: t.Color}); err != nil {
			return err
		}
		t.line("")
		return nil
	case t.Requests == 0 && len(t.Minimums) == 0:
		return nil
	}
	c := t.Coverage
	t.line("sdecontract: %d of the %d things that a client can meet were covered, %.1f %%", c.Covered, c.Total, c.Percent)
	for _, g := range c.Groups {
		code := "33"
		if g.Covered == g.Total {
			code = "32"
		}
		line := fmt.Sprintf("  %-10s  %9s  %s", g.Kind, fmt.Sprintf("%d of %d", g.Covered, g.Total), t.paint(code, fmt.Sprintf("%5.1f %%", g.Percent)))
		if never := useful(c, g); never != "" {
			line += "  " + t.paint("2", "never ") + plain.Clean(never)
		}
		t.line("%s", line)
	}
	t.line("")
	return nil
}

// useful names in brief what wasn't covered of the operations that were called: of the others, that they weren't
// says all.
func useful(c mock.Coverage, g mock.CoverageGroup) string {
	part := mock.CoverageGroup{Kind: g.Kind}
	for _, i := range g.Items {
		operation, known := c.Item(i.Operation)
		if !known || operation.Count > 0 || g.Kind == mock.Operations {
			part.Items = append(part.Items, i)
		}
	}
	return shortened(strings.Join(part.Missing(), "; "), 90)
}

// shortened ends a list of names at one that ends before the length.
func shortened(list string, length int) string {
	if len(list) <= length {
		return list
	}
	end := strings.LastIndexAny(list[:length], ",;")
	return strings.ToValidUTF8(list[:max(end, 0)], "") + ", ..."
}
