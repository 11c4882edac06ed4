package verdict

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/look"
	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/internal/cover"
)

//go:embed html/*.html
var htmlTemplates embed.FS

//go:embed html/style.css
var htmlStyle string

var pages = template.Must(cover.New("page.html").Funcs(template.FuncMap{
	"tone": tone, "took": took, "times": times, "answers": Usage.answers, "where": Remark.where,
	"broke":  func(u Usage) int64 { return u.Findings[mock.Violation] },
	"count":  func(n int64, noun string) string { return plain.Count(n, noun) },
	"stamp":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"moment": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") },
	"clock":  func(t time.Time) string { return t.UTC().Format("15:04:05.000") },
}).ParseFS(htmlTemplates, "html/*.html"))

// HTML writes the report as one page for people, without scripts or anything that it would have to load: what the
// client broke first, then what it never met, then all its requests. Its size is bounded, whatever a client
// sends; what has no room stands in the report that [JSON] writes. Whatever a client sent is only text.
func HTML(w io.Writer, r *Report) error {
	style := cover.Style + htmlStyle
	s := &sheet{
		Report: r, Summary: plain.Clean(r.Summary()), Conclusion: plain.Clean(capital(r.Conclusion())), Tone: "pass",
		Style: template.CSS(style), Policy: look.Policy(style, ""), //nolint:gosec // it is the project's file
		room: maxEvidence,
	}
	switch {
	case r.ExitStatus() == Failed && r.Findings[mock.Fault]+r.Findings[mock.Outage] > 0:
		s.Tone = "error"
	case r.ExitStatus() != Kept:
		s.Tone = "fail"
	case r.Findings[mock.Violation]+r.Findings[mock.Breach] > 0 || r.Requests == 0:
		s.Tone = "warn"
	}
	for _, one := range severities {
		if r.Upstream == "" && (one.Severity == mock.Breach || one.Severity == mock.Outage) {
			continue // there is no server to speak of
		}
		part := part{Severity: one.Severity, Title: titles[one.Severity], Remarks: s.cards(r.remarks(one.Severity))}
		part.More = int64(len(r.remarks(one.Severity)) - len(part.Remarks))
		if part.Folded = one.Severity == mock.Refusal || one.Severity == mock.Note; part.Folded {
			s.Others = append(s.Others, part)
		} else {
			s.Broken = append(s.Broken, part)
		}
	}
	s.rows()
	return pages.Execute(w, s)
}

// What a page has room for: remarks of a severity, requests, and bytes of evidence.
const (
	maxCards    = 200
	maxRows     = 500
	maxEvidence = 1_500_000
	maxPart     = 4000 // characters of a body or of headers
)

var titles = map[mock.Severity]string{
	mock.Fault: "Faults of the mock", mock.Violation: "Violations", mock.Refusal: "Refusals", mock.Note: "Notes",
	mock.Breach: "Breaches by the server", mock.Outage: "Outages of the server",
}

// sheet is what the page shows.
type sheet struct {
	*Report
	Style                     template.CSS
	Policy                    string
	Summary, Conclusion, Tone string
	Broken, Others            []part
	Rows                      []row // of the newest requests, the newest last
	Earlier                   int64 // requests that have no row

	room int
}

// part are the remarks of a severity.
type part struct {
	Severity mock.Severity
	Title    string
	Folded   bool
	Remarks  []card
	More     int64 // have no room
}

// card is a remark with its evidence.
type card struct {
	Remark
	Said, Sent, Answered, Got string // headers and body of the request, and of its reply; all empty if they aren't known
}

// row is a request in the table.
type row struct {
	mock.Exchange
	Tone string
}

func (s *sheet) cards(found []Remark) []card {
	var list []card
	for i, m := range found[:min(len(found), maxCards)] {
		c := card{Remark: m}
		told := i > 0 && m.First.Number == found[i-1].First.Number
		if e, ok := s.exchange(m.First); ok && s.room > 0 && !told {
			c.Said, c.Sent = headers(e.RequestHeader), shown(e.RequestBody)
			c.Answered, c.Got = headers(e.ReplyHeader), shown(e.ReplyBody)
			s.room -= len(c.Said) + len(c.Sent) + len(c.Answered) + len(c.Got)
		}
		list = append(list, c)
	}
	return list
}

func shown(body string) string { return plain.CleanLines(plain.Cut(body, maxPart)) }

// headers are a line each, by name.
func headers(h http.Header) string {
	var lines []string
	for name, values := range h {
		for _, value := range values {
			lines = append(lines, name+": "+value)
		}
	}
	slices.Sort(lines)
	return plain.CleanLines(plain.Cut(strings.Join(lines, "\n"), maxPart))
}

func (s *sheet) rows() {
	newest := s.Exchanges[max(0, len(s.Exchanges)-maxRows):]
	s.Earlier = s.Requests + s.Forgotten - int64(len(newest))
	for _, e := range newest {
		r := row{Exchange: e, Tone: "pass"}
		for _, one := range severities {
			if slices.ContainsFunc(e.Findings, func(f mock.Finding) bool { return f.Severity == one.Severity }) {
				r.Tone = tone(one.Severity)
				break
			}
		}
		r.Target = plain.Cut(e.Target, 300)
		s.Rows = append(s.Rows, r)
	}
}

// tone is the look of a severity.
func tone(severity mock.Severity) string {
	tones := map[mock.Severity]string{mock.Fault: "error", mock.Violation: "fail", mock.Refusal: "warn", mock.Note: "noted", mock.Breach: "fail", mock.Outage: "error"}
	return cmp.Or(tones[severity], "na")
}

func took(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
