package export

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"github.com/sdecontract/sdecontract/mock"
)

// Style is how a text looks.
type Style struct {
	Color bool // with the escape sequences of terminals
	Lines int  // about how many lines there may be; 0: as many as it takes
}

// CoverageJSON writes the coverage as a JSON object.
func CoverageJSON(w io.Writer, c mock.Coverage) error { return writeJSON(w, c) }

// CoverageText writes a line for each kind, and below it what was never met.
func CoverageText(w io.Writer, c mock.Coverage, style Style) error {
	var b strings.Builder
	paint := func(code, text string) string {
		if !style.Color {
			return text
		}
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	fmt.Fprintf(&b, "%s\n", paint("1", "Coverage of the contract: "+fraction(c.Covered, c.Total, c.Percent)))
	for _, g := range c.Groups {
		code := "33"
		if g.Covered == g.Total {
			code = "32"
		}
		fmt.Fprintf(&b, "  %-10s %10s  %s\n", g.Kind, fmt.Sprintf("%d of %d", g.Covered, g.Total), paint(code, share(g.Percent, g.Total)))
		missing := g.Missing()
		shown := len(missing)
		if style.Lines > 0 {
			shown = min(shown, max(1, style.Lines/len(c.Groups)-1))
		}
		for i, line := range missing[:shown] {
			if i == shown-1 && shown < len(missing) {
				line += fmt.Sprintf("; and %d lines more", len(missing)-shown)
			}
			fmt.Fprintf(&b, "      %s\n", paint("2", "never ")+clean(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func fraction(covered, total int, percent float64) string {
	return fmt.Sprintf("%d of %d, %s", covered, total, strings.TrimSpace(share(percent, total)))
}

func share(percent float64, total int) string {
	if total == 0 {
		return "     -"
	}
	return fmt.Sprintf("%5.1f %%", percent)
}

// clean keeps a name of a world's file from moving the cursor.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

//go:embed coverage.html
var pageText string

var page = template.Must(template.New("coverage").Funcs(template.FuncMap{
	"fraction": fraction,
	"missing": func(g mock.CoverageGroup) []mock.CoverageItem {
		return pick(g, func(i mock.CoverageItem) bool { return i.Counts() && i.Count == 0 })
	},
	"met": func(g mock.CoverageGroup) []mock.CoverageItem {
		return pick(g, func(i mock.CoverageItem) bool { return i.Count > 0 })
	},
	"demand": func(g mock.CoverageGroup) []mock.CoverageItem {
		return pick(g, func(i mock.CoverageItem) bool { return !i.Counts() })
	},
}).Parse(pageText))

// CoverageHTML writes the coverage as a page that needs nothing else: what is missing first.
func CoverageHTML(w io.Writer, c mock.Coverage) error { return page.Execute(w, c) }

func pick(g mock.CoverageGroup, wanted func(mock.CoverageItem) bool) []mock.CoverageItem {
	var list []mock.CoverageItem
	for _, i := range g.Items {
		if wanted(i) {
			list = append(list, i)
		}
	}
	return list
}
