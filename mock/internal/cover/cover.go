// Package cover is the part on coverage of HTML pages.
package cover

import (
	_ "embed" // the part and its style
	"fmt"
	"html/template"
	"strings"

	"github.com/sdecontract/sdecontract/internal/look"
	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

//go:embed cover.html
var part string

//go:embed cover.css
var style string

// Style is the style sheet of a page with that part.
var Style = look.Style + style

var funcs = template.FuncMap{
	"fraction": Fraction,
	"clean":    func(v any) string { return plain.Clean(fmt.Sprint(v)) },
	"missing":  pick(func(i mock.CoverageItem) bool { return i.Counts() && i.Count == 0 }),
	"met":      pick(func(i mock.CoverageItem) bool { return i.Count > 0 }),
	"demand":   pick(func(i mock.CoverageItem) bool { return !i.Counts() }),
}

// New is a template with the part: {{template "coverage" .}}, of a [mock.Coverage]. It has the function clean,
// which makes a text harmless, and fraction, which is [Fraction].
func New(name string) *template.Template {
	return template.Must(look.New(name).Funcs(funcs).Parse(part))
}

// Fraction is such as "3 of 8, 37.5 %".
func Fraction(covered, total int, percent float64) string {
	return fmt.Sprintf("%d of %d, %s", covered, total, strings.TrimSpace(Share(percent, total)))
}

// Share is a percentage that stands in a column.
func Share(percent float64, total int) string {
	if total == 0 {
		return "     -"
	}
	return fmt.Sprintf("%5.1f %%", percent)
}

func pick(wanted func(mock.CoverageItem) bool) func(mock.CoverageGroup) []mock.CoverageItem {
	return func(g mock.CoverageGroup) []mock.CoverageItem {
		var list []mock.CoverageItem
		for _, i := range g.Items {
			if wanted(i) {
				list = append(list, i)
			}
		}
		return list
	}
}
