package export

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/sdecontract/sdecontract/internal/look"
	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/internal/cover"
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
	fmt.Fprintf(&b, "%s\n", paint("1", "Coverage of the contract: "+cover.Fraction(c.Covered, c.Total, c.Percent)))
	for _, g := range c.Groups {
		code := "33"
		if g.Covered == g.Total {
			code = "32"
		}
		fmt.Fprintf(&b, "  %-10s %10s  %s\n", g.Kind, fmt.Sprintf("%d of %d", g.Covered, g.Total), paint(code, cover.Share(g.Percent, g.Total)))
		missing := g.Missing()
		shown := len(missing)
		if style.Lines > 0 {
			shown = min(shown, max(1, style.Lines/len(c.Groups)-1))
		}
		for i, line := range missing[:shown] {
			if i == shown-1 && shown < len(missing) {
				line += fmt.Sprintf("; and %d lines more", len(missing)-shown)
			}
			fmt.Fprintf(&b, "      %s\n", paint("2", "never ")+plain.Clean(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

//go:embed coverage.html
var pageText string

var page = template.Must(cover.New("page").Parse(pageText))

// CoverageHTML writes the coverage as a page that needs nothing else: what is missing first.
func CoverageHTML(w io.Writer, c mock.Coverage) error {
	return page.Execute(w, struct {
		mock.Coverage
		Style  template.CSS
		Policy string
	}{c, template.CSS(cover.Style), look.Policy(cover.Style, "")}) //nolint:gosec // it is the project's file
}
