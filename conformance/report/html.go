package report

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/look"
)

//go:embed html/*.html
var htmlTemplates embed.FS

var (
	//go:embed html/style.css
	htmlStyle string
	//go:embed html/script.js
	htmlScript string
)

var htmlFuncs = template.FuncMap{
	"clean":  func(v any) string { return Clean(fmt.Sprint(v)) },
	"anchor": func(id string) template.URL { return template.URL("#" + id) }, //nolint:gosec // it stays within the page
	"count":  count, "word": word, "meaning": meaning, "bytes": bytesText,
	"standing": byStanding, "detail": KnownDetail,
	"scope": func(p conformance.Part) string { return cmp.Or(Clean(scopeOf(p.Selection, p.Levels)), "everything") },
	"writing": func(allow *bool) string {
		switch {
		case allow == nil:
			return "may write only if the target is on the same machine"
		case *allow:
			return "may write"
		}
		return "may not write"
	},
	"stamp":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"moment": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") },
}

// HTML writes the report as one page for people, without anything that it would have to load. It works
// without JavaScript; with it, checks can be filtered, and the exchanges of checks that passed be opened.
// Its size is bounded, whatever a target sends: what has no room is counted, and stands in the report that
// [JSON] writes. Whatever a target sent is shown as [Clean] shows it.
func HTML(w io.Writer, r *conformance.Report) error {
	t, err := look.New("page.html").Funcs(htmlFuncs).ParseFS(htmlTemplates, "html/*.html")
	if err != nil {
		return err
	}
	p := newPage(r)
	style := look.Style + htmlStyle
	p.Style, p.Script = template.CSS(style), template.JS(htmlScript) //nolint:gosec // both are the project's files
	p.Policy = look.Policy(style, htmlScript)
	return t.Execute(w, p)
}

// page is what the templates show.
type page struct {
	*conformance.Report
	Style        template.CSS
	Script       template.JS
	Policy       string
	Title, Name  string
	Conclusion   string
	Tone         conformance.Verdict
	Scope, Took  string
	InScope, All int
	Awake        int // connections left behind that still synchronise
	Counts       []tally
	Groups       []section
	Reasons      []cause
	Omitted      int // checks without room
	Evidence     *transcript
	Nothing      exchange // what the page's script fills in
}

// unrun stands for the verdict of checks that weren't run.
const unrun conformance.Verdict = "not-run"

// tally is how many checks have a verdict.
type tally struct {
	Verdict conformance.Verdict
	Count   int
	Known   int // how many of them are known deviations
}

// section are the checks of a heading.
type section struct {
	ID, Name string
	Counts   []tally
	Checks   []check
	Trouble  bool
}

// cause is why some checks weren't judged.
type cause struct {
	Verdict conformance.Verdict
	Why     string
	IDs     []string
}

func newPage(r *conformance.Report) *page {
	t := &text{Report: r}
	p := &page{
		Report: r, Conclusion: t.conclusion(), Tone: tone(r), Scope: t.scope(), Took: r.Stop.Sub(r.Start).Round(time.Millisecond).String(),
		InScope: len(r.Results), All: len(r.Results) + len(r.NotRun), Evidence: newTranscript(r), Nothing: exchange{},
	}
	p.Name = Clean(cmp.Or(strings.TrimSpace(r.Implementation.Product+" "+r.Implementation.Version), r.Target))
	p.Title = p.Conclusion + " " + p.Name
	for _, c := range r.Created {
		if c.Frequency != "manually" {
			p.Awake++
		}
	}
	p.sort()
	return p
}

// tone is the verdict whose look the conclusion has. Green is for conformance alone.
func tone(r *conformance.Report) conformance.Verdict {
	switch r.ExitStatus() {
	case conformance.ExitTargetFailed:
		return conformance.Error
	case conformance.ExitNotConformant:
		return conformance.Fail
	case conformance.ExitIncomplete:
		return conformance.Blocked
	}
	switch {
	case r.KnownFailures() > 0:
		return conformance.Warn
	case r.Whole():
		return conformance.Pass
	}
	return conformance.Noted
}

const (
	maxChecks = 2000 // more than the catalogue has
	maxOpen   = 10   // checks that failed are unfolded, unless there are more
)

// sort puts the checks under their headings, the worst first.
func (p *page) sort() {
	all := slices.Clone(p.Results)
	for _, r := range notRun(p.Report) {
		r.Verdict = unrun
		all = append(all, r)
	}
	p.Counts = tallies(all)
	worst := slices.Clone(all)
	slices.SortStableFunc(worst, func(a, b conformance.Result) int { return cmp.Compare(rank(a.Verdict), rank(b.Verdict)) })
	shown := worst[:min(len(worst), maxChecks)]
	p.Omitted = len(all) - len(shown)
	checks := map[string][]check{}
	left, open := room(findingsRoom), p.Count(conformance.Fail) <= maxOpen
	for _, r := range shown {
		c := p.Evidence.check(r, &left)
		c.Open = open && r.Verdict == conformance.Fail
		checks[heading(r.Cite)] = append(checks[heading(r.Cite)], c)
	}
	for i, g := range byHeading(all) {
		s := section{ID: fmt.Sprintf("heading-%d", i+1), Name: g.name, Counts: tallies(g.results), Checks: checks[g.name]}
		s.Trouble = slices.ContainsFunc(s.Checks, func(c check) bool { return c.Trouble })
		p.Groups = append(p.Groups, s)
	}
	for _, v := range []conformance.Verdict{conformance.Error, conformance.Inconclusive, conformance.Blocked, conformance.NA, unrun} {
		for _, g := range byReason(shown, v, why) {
			p.Reasons = append(p.Reasons, cause{v, g.name, ids(g.results)})
		}
	}
}

// why is why a check wasn't judged.
func why(r conformance.Result) string {
	return cmp.Or(r.Error, r.Inconclusive, r.Blocked, r.Reason, "no reason is given")
}

func ids(results []conformance.Result) []string {
	var all []string
	for _, r := range results {
		all = append(all, r.ID)
	}
	return all
}

// verdicts are all that a check of the page can have, worst first.
var verdicts = append(slices.Clone(conformance.Verdicts), unrun)

func rank(v conformance.Verdict) int {
	if i := slices.Index(verdicts, v); i >= 0 {
		return i
	}
	return len(verdicts) - 1
}

func tallies(results []conformance.Result) []tally {
	all := make([]tally, len(verdicts))
	for i, v := range verdicts {
		all[i].Verdict = v
	}
	for _, r := range results {
		t := &all[rank(r.Verdict)]
		t.Count++
		if r.Known != "" {
			t.Known++
		}
	}
	return all
}
