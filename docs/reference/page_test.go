package reference_test

import (
	"fmt"
	"strings"

	"github.com/sdecontract/sdecontract/internal/md"
)

// page is a page of the reference, as it is written.
type page struct{ strings.Builder }

// newPage begins a page with its name, and for whom it is.
func newPage(name, intro string) *page {
	p := &page{}
	p.add("<!-- Written by 'make reference' from the program itself: change that, not this page. -->\n\n# %s\n\n%s\n", name, intro)
	return p
}

func (p *page) add(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// table adds a table with those columns.
func (p *page) table(columns ...string) {
	p.add("\n| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (p *page) row(cells ...string) { p.add("| %s |\n", strings.Join(cells, " | ")) }

// block adds lines of code.
func (p *page) block(language, text string) {
	p.add("\n```%s\n%s\n```\n", language, strings.Trim(text, "\n"))
}

func code(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }

func codes(texts []string) string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = code(text)
	}
	return strings.Join(all, ", ")
}

// anchored is a name that links lead to.
func anchored(id, name string) string { return fmt.Sprintf("<a id=%q></a>%s", id, code(name)) }

func prose(text string) string { return md.Prose(text) }
