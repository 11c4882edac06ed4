package verdict

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/md"
	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

// By how many bytes the parts of a summary end: GitHub takes 1 MiB in all, and drops what is longer.
const (
	maxBroken = 500_000 // what the client or the mock broke
	maxOthers = 900_000 // refusals and notes
)

// summary is Markdown under way.
type summary struct {
	strings.Builder
	*Report
}

func (m *summary) line(format string, args ...any) { _, _ = fmt.Fprintf(m, format+"\n", args...) }

// Markdown writes a summary for the page of a CI job, such as $GITHUB_STEP_SUMMARY: how the client is judged,
// what it broke, with the first request and its reply, what it covered, and the rest folded. It is shorter than
// 1 MiB, and says what it leaves out. Nothing that a client sent is more than text.
func Markdown(w io.Writer, r *Report) error {
	m := &summary{Report: r}
	m.line("## Client of the SD Elements API mock\n\n**%s**\n", md.Escape(capital(r.Conclusion())+"."))
	m.line("* %s", md.Escape(r.Summary()))
	m.line("* Covered: %s", share(r.Coverage.Covered, r.Coverage.Total, r.Coverage.Percent))
	for _, u := range r.Unmet() {
		m.line("* **Below the minimum**: %s", md.Escape(r.shortfall(u, "the contract")))
	}
	for _, f := range r.IdleFaults {
		m.line("* **Not tried**: %s", md.Escape(f.String()))
	}
	m.line("* Run: %s, %s; sdecontract %s\n", r.Start.UTC().Format(time.RFC3339), r.took(), md.Code(r.Version))
	m.remarks("Faults of the mock", mock.Fault, false, maxBroken)
	m.remarks("Outages of the server", mock.Outage, false, maxBroken)
	m.remarks("Violations", mock.Violation, false, maxBroken)
	m.remarks("Breaches by the server", mock.Breach, false, maxBroken)
	m.coverage()
	m.operations()
	m.remarks("Refusals", mock.Refusal, true, maxOthers)
	m.remarks("Notes", mock.Note, true, maxOthers)
	_, err := io.WriteString(w, m.String())
	return err
}

func capital(sentence string) string { return strings.ToUpper(sentence[:1]) + sentence[1:] }

func share(covered, total int, percent float64) string {
	return fmt.Sprintf("%d of %d, %.1f %%", covered, total, percent)
}

// took is how long the run took.
func (r *Report) took() string { return r.Stop.Sub(r.Start).Round(time.Millisecond).String() }

// remarks writes as many as end before the limit, and says how many it leaves out.
func (m *summary) remarks(title string, severity mock.Severity, folded bool, limit int) {
	found := m.Report.remarks(severity)
	if len(found) == 0 {
		return
	}
	m.fold(folded, fmt.Sprintf("%s (%d)", title, len(found)), func() {
		for i, one := range found {
			next := fmt.Sprintf("* %s: %s\n  first on %s, %s\n", md.Code(one.where()), md.Escape(one.Finding.Message),
				md.Code(fmt.Sprintf("#%d %s", one.First.Number, one.First)), times(one.Times))
			if why := one.Finding.Why(); why != "" {
				next += "  " + md.Escape(why) + "\n"
			}
			if e, ok := m.exchange(one.First); ok && !folded {
				next += "\n" + indented(md.Block(fmt.Sprintf("%s\n%d %s\n", bodyText(e.RequestBody), e.Status, bodyText(e.ReplyBody))))
			}
			if m.Len()+len(next) > limit {
				m.line("\n%d more are left out, to keep this summary short: the JSON report has them.", len(found)-i)
				break
			}
			_, _ = m.WriteString(next)
		}
	})
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return plain.Count(n, "time")
}

// indented belongs to an item of a list.
func indented(block string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(block, "\n"), "\n", "\n  ") + "\n"
}

// fold writes a part that is shown on demand only, if it is folded.
func (m *summary) fold(folded bool, title string, write func()) {
	if folded {
		m.line("<details>\n<summary>%s</summary>\n", title)
		defer m.line("\n</details>\n")
	} else {
		m.line("### %s\n", title)
		defer m.line("")
	}
	write()
}

func (m *summary) coverage() {
	m.fold(false, "Coverage of the contract", func() {
		m.line("| kind | covered | never, of the operations that were called |\n|---|---:|---|")
		for _, g := range m.Coverage.Groups {
			never := useful(m.Coverage, g)
			if never != "" {
				never = md.Code(strings.ReplaceAll(never, "|", "/")) // which would end the cell
			}
			m.line("| %s | %s | %s |", g.Kind, share(g.Covered, g.Total, g.Percent), never)
		}
	})
}

func (m *summary) operations() {
	m.fold(true, "Operations", func() {
		m.line("| operation | requests | broke the contract | answered |\n|---|---:|---:|---|")
		for _, u := range m.Operations {
			m.line("| %s | %d | %d | %s |", cmp.Or(u.Operation, "none"), u.Requests, u.Findings[mock.Violation], u.answers())
		}
	})
}

// answers counts the statuses, such as "200 (3), 404".
func (u Usage) answers() string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(u.Statuses)) {
		part := fmt.Sprint(status)
		if status == 0 {
			part = "no reply"
		}
		if n := u.Statuses[status]; n > 1 {
			part += fmt.Sprintf(" (%d)", n)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
