package reference_test

import (
	"cmp"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

// twin is a promise: a check of each kind that has it.
type twin struct {
	name string // the id without the kind
	of   []conformance.Check
}

// checksPage lists the catalogue by heading of the documentation; the checks of both kinds are one row.
func checksPage(t *testing.T) string {
	all := conformance.Checks()
	p := newPage("Checks", "For whoever reads a report, or decides what to run: the "+strconv.Itoa(len(all))+" checks of the conformance suite, by heading of the vendor's page\n*Connections*.")
	p.add("\n[`sdecontract explain ID`](commands.md#sdecontract-explain) also tells what makes a check fail, and shows the requests that it sends.\n" +
		"[`sdecontract list`](commands.md#sdecontract-list) and [`verify`](commands.md#sdecontract-verify) choose checks by `--check` and `--level`.\n")
	suite := readSource(t, "../../conformance")
	for _, typeName := range []string{"Level", "Evidence", "Mode"} {
		p.constants(suite, typeName)
	}
	needs := p.needs(t, suite)
	groups, twins := grouped(all)
	for _, heading := range groups {
		p.add("\n## %s\n", heading)
		p.table("Check", "Promise", "Level", "Lines", "Needs")
		for _, w := range twins[heading] {
			p.twin(w, heading, needs)
		}
	}
	return p.String()
}

// grouped are the promises by heading, in the order of the catalogue. Headings of both kinds that promise the same
// are one.
func grouped(all []conformance.Check) (groups []string, twins map[string][]twin) {
	var promises []twin
	analysis := map[string]string{} // headings of analysis connections, by those of ALM connections
	for _, c := range all {
		name := strings.TrimPrefix(c.ID, string(c.Kind)+"/")
		i := slices.IndexFunc(promises, func(w twin) bool {
			same := w.of[0]
			return w.name == name && same.Says == c.Says && same.Level == c.Level && same.Mode == c.Mode && same.Cite.Evidence == c.Cite.Evidence
		})
		if i < 0 {
			promises = append(promises, twin{name: name, of: []conformance.Check{c}})
			continue
		}
		promises[i].of = append(promises[i].of, c)
		if first := promises[i].of[0].Cite.Heading; first != c.Cite.Heading {
			analysis[first] = cmp.Or(analysis[first], c.Cite.Heading)
		}
	}
	twins = map[string][]twin{}
	for _, w := range promises {
		title := title(w.of[0].Cite, analysis)
		if twins[title] == nil {
			groups = append(groups, title)
		}
		twins[title] = append(twins[title], w)
	}
	return groups, twins
}

// title is the heading under which a check stands.
func title(c conformance.Cite, analysis map[string]string) string {
	switch {
	case c.Page != "Connections":
		return "On the page *" + c.Page + "*"
	case c.Heading == "":
		return "What the documentation doesn't say"
	}
	for alm, other := range analysis {
		if c.Heading == alm || c.Heading == other {
			return alm + ", " + other
		}
	}
	return c.Heading
}

func (p *page) twin(w twin, heading string, needs map[string]string) {
	c := w.of[0]
	var ids, lines, wants []string
	for _, one := range w.of {
		ids = append(ids, anchored(one.ID, one.ID))
		text := strings.ReplaceAll(strings.ReplaceAll(one.Cite.Lines, ", ", ","), ",", ", ")
		if one.Cite.Heading != "" && one.Cite.Page == "Connections" && !strings.Contains(heading, one.Cite.Heading) {
			text += " (" + one.Cite.Heading + ")"
		}
		lines = append(lines, text)
	}
	for _, n := range c.Needs {
		wants = append(wants, "["+needs[n.Says]+"](#"+needs[n.Says]+")")
	}
	lines = slices.Compact(lines)
	p.row(strings.Join(ids, "<br>"), prose(c.Says), string(c.Level)+",&nbsp;"+string(c.Cite.Evidence)+"<br>"+string(c.Mode), strings.Join(lines, "<br>"), strings.Join(wants, ", "))
}

// constants explain the values of a type by their comments.
func (p *page) constants(s *source, typeName string) {
	says := func(name string, doc *ast.CommentGroup) string {
		return verb.ReplaceAllString(strings.ToLower(comment(name, nil, doc)[:1])+comment(name, nil, doc)[1:], "")
	}
	p.add("\n**%s**: %s\n\n", typeName, prose(says(typeName, s.types[typeName].Doc)))
	for _, spec := range s.consts[typeName] {
		value, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		p.add("* `%s`: %s\n", value, prose(says(spec.Names[0].Name, spec.Doc)))
	}
}

// verb is how a comment begins on what something means.
var verb = regexp.MustCompile(`^(says|means( that)?) `)

// needs explains what checks need, and returns the short names: those of the variables in the code.
func (p *page) needs(t *testing.T, s *source) map[string]string {
	t.Helper()
	names := map[string]string{}
	for name, value := range s.vars {
		var first ast.Expr
		switch value := value.(type) {
		case *ast.CallExpr:
			if len(value.Args) > 0 {
				first = value.Args[0]
			}
		case *ast.CompositeLit:
			if kind, ok := value.Type.(*ast.Ident); ok && kind.Name == "Need" {
				first = value.Elts[0]
			}
		}
		if text, ok := first.(*ast.BasicLit); ok {
			says, _ := strconv.Unquote(text.Value)
			names[says] = strings.ToLower(word.ReplaceAllString(name, "${1}-$2"))
		}
	}
	p.add("\n**Needs**: what [the target file](target-file.md) must offer, or the check is blocked.\n")
	p.table("Need", "What it is")
	seen := map[string]bool{}
	for _, c := range conformance.Checks() {
		for _, n := range c.Needs {
			assert.Assert(t, names[n.Says] != "", "no variable is %q", n.Says)
			if !seen[n.Says] {
				p.row(anchored(names[n.Says], names[n.Says]), prose(n.Says))
			}
			seen[n.Says] = true
		}
	}
	return names
}
