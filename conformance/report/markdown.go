package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/md"
)

// By how many bytes the parts of a summary end: GitHub takes 1 MiB in all, and drops what is longer. What
// a part doesn't need is left to the next.
const (
	maxBroken = 600_000   // what makes the run no success
	maxOthers = 800_000   // what else was found
	maxRest   = 1_000_000 // what the target does, and what is left there
)

// markdown is a summary under way.
type markdown struct {
	strings.Builder
	*conformance.Report
	told *telling
}

// Markdown writes the summary of a run for the page of a CI job, such as $GITHUB_STEP_SUMMARY: the
// conclusion and the counts, what is broken with its evidence, then the rest in brief. It is shorter than
// 1 MiB, whatever was found, and says what it leaves out. Nothing that a target sent is more than text.
func Markdown(w io.Writer, r *conformance.Report) error {
	m := &markdown{Report: r, told: newTelling(r)}
	m.head()
	m.checks("Broken promises", maxBroken, func(r conformance.Result) bool { return r.Verdict == conformance.Fail && r.Known == "" })
	m.checks("Errors", maxBroken, func(r conformance.Result) bool {
		return r.Known == "" && ctrfStatus(r) == "failed" && r.Verdict != conformance.Fail
	})
	m.stale()
	m.reasons("Inconclusive", conformance.Inconclusive, func(r conformance.Result) string { return r.Inconclusive })
	m.reasons("Blocked", conformance.Blocked, func(r conformance.Result) string { return r.Blocked })
	m.known()
	m.headings()
	m.checks("Warnings", maxOthers, func(r conformance.Result) bool { return r.Verdict == conformance.Warn && r.Known == "" })
	m.reasons("Not applicable, as the operator declares", conformance.NA, func(r conformance.Result) string { return r.Reason })
	m.notes()
	m.reasons("Not run", "", func(r conformance.Result) string { return r.Reason })
	m.created()
	_, err := io.WriteString(w, m.String())
	return err
}

func (m *markdown) line(format string, args ...any) { _, _ = fmt.Fprintf(m, format+"\n", args...) }

func (m *markdown) head() {
	plain := &text{Report: m.Report}
	m.line("## SD Elements API connections\n\n**%s**\n", plain.conclusion())
	var names, cells []string
	for _, v := range conformance.Verdicts {
		names, cells = append(names, string(v)), append(cells, fmt.Sprint(m.Count(v)))
	}
	names, cells = append(names, "not run"), append(cells, fmt.Sprint(len(m.NotRun)))
	if known := len(known(m.Report)); known > 0 {
		names, cells = append(names, "known"), append(cells, fmt.Sprint(known))
	}
	m.line("| %s |\n|%s\n| %s |\n", strings.Join(names, " | "), strings.Repeat("---:|", len(names)), strings.Join(cells, " | "))
	who := []string{md.Code(m.Target)}
	for _, part := range []string{m.Implementation.Product, m.Implementation.Version, m.Implementation.Organization} {
		if part != "" {
			who = append(who, md.Code(part))
		}
	}
	m.line("* Target: %s", strings.Join(who, ", "))
	m.line("* Run: %s, %s mode, %s", m.Start.UTC().Format(time.RFC3339), md.Code(string(m.Mode)), m.Stop.Sub(m.Start).Round(time.Millisecond))
	m.line("* Suite: sdecontract %s, revision %s, contract %s", md.Code(m.Suite.Version), md.Code(m.Suite.Revision), md.Code(m.Suite.Contract))
	if scope := plain.scope(); scope != "" {
		m.line("* Scope: %s", md.Code(scope))
	}
	m.line("")
}

// section writes as many of the items as end before the limit, and says how many it leaves out. A folded
// one is only shown on demand.
func (m *markdown) section(title string, folded bool, limit, items int, item func(i int) string) {
	if items == 0 {
		return
	}
	title = fmt.Sprintf("%s (%d)", title, items)
	if folded {
		m.line("<details>\n<summary>%s</summary>\n", title)
	} else {
		m.line("### %s\n", title)
	}
	for i := range items {
		next := item(i)
		if m.Len()+len(next) > limit {
			m.line("\n%d more are left out, to keep this summary short: the JSON report has them.", items-i)
			break
		}
		_, _ = m.WriteString(next)
	}
	m.line("")
	if folded {
		m.line("</details>\n")
	}
}

// checks tells of checks with their evidence.
func (m *markdown) checks(title string, limit int, chosen func(conformance.Result) bool) {
	var found []conformance.Result
	for _, r := range m.Results {
		if chosen(r) {
			found = append(found, r)
		}
	}
	m.section(title, title == "Warnings", limit, len(found), func(i int) string {
		r := found[i]
		return fmt.Sprintf("**%s**: %s\n\nSource: %s (%s, %s)\n\n%s\n", md.Code(r.ID), md.Escape(r.Says), md.Escape(r.Cite.String()),
			md.Escape(string(r.Cite.Evidence)), md.Escape(string(r.Level)), md.Block(m.told.found(r)))
	})
}

// reasons tells of checks that have the verdict, by their reason.
func (m *markdown) reasons(title string, v conformance.Verdict, reason func(conformance.Result) string) {
	groups := byReason(slices.Concat(m.Results, notRun(m.Report)), v, reason)
	m.section(title, v == conformance.NA || v == "", maxOthers, len(groups), func(i int) string {
		const few = 10
		var ids []string
		for n, r := range groups[i].results {
			if n == few && v != conformance.NA {
				ids = append(ids, fmt.Sprintf("and %d more", len(groups[i].results)-few))
				break
			}
			ids = append(ids, md.Code(r.ID))
		}
		return fmt.Sprintf("* %s: %s\n  %s\n", count(len(groups[i].results), "check"), md.Code(groups[i].name), strings.Join(ids, ", "))
	})
}

func (m *markdown) stale() {
	var stale []conformance.Known
	for _, k := range m.Known {
		if k.Stale != "" {
			stale = append(stale, k)
		}
	}
	m.section("Known deviations to be removed from the list", false, maxBroken, len(stale), func(i int) string {
		return fmt.Sprintf("* %s: %s\n", md.Code(stale[i].ID), md.Code(stale[i].Stale))
	})
}

func (m *markdown) known() {
	known := known(m.Report)
	m.section("Known deviations", false, maxOthers, len(known), func(i int) string {
		return fmt.Sprintf("* %s: %s\n", md.Code(known[i].ID), md.Code(reason(known[i])))
	})
}

// headings is a table of the verdicts under each heading.
func (m *markdown) headings() {
	var columns []conformance.Verdict
	head, rule := "| |", "|---|"
	for _, v := range conformance.Verdicts {
		if m.Count(v) > 0 {
			columns = append(columns, v)
			head, rule = head+" "+string(v)+" |", rule+"---:|"
		}
	}
	groups := byHeading(m.Results)
	m.section("By heading of the documentation", false, maxOthers, len(groups), func(i int) string {
		cells := []string{md.Escape(groups[i].name)}
		for _, v := range columns {
			cell := ""
			if n := groups[i].count(v); n > 0 {
				cell = fmt.Sprint(n)
			}
			cells = append(cells, cell)
		}
		row := "| " + strings.Join(cells, " | ") + " |\n"
		if i == 0 {
			return head + "\n" + rule + "\n" + row
		}
		return row
	})
}

// notes tell which of the permitted behaviours the target has.
func (m *markdown) notes() {
	var noted []conformance.Result
	for _, r := range m.Results {
		if r.Verdict == conformance.Noted {
			noted = append(noted, r)
		}
	}
	m.section("Notes", true, maxRest, len(noted), func(i int) string {
		return fmt.Sprintf("* %s: %s\n", md.Code(noted[i].ID), md.Code(reason(noted[i])))
	})
}

func (m *markdown) created() {
	m.section("Created, and left behind", true, maxRest, len(m.Created), func(i int) string {
		c := m.Created[i]
		return fmt.Sprintf("* %s connection %d, %s, at %s\n", md.Escape(string(c.Kind)), c.ID, md.Code(c.Alias), md.Code(c.Frequency))
	})
}
