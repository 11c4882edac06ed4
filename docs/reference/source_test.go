package reference_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// source is the Go source of a package: its types and variables, as they are declared.
type source struct {
	types map[string]*ast.TypeSpec
	vars  map[string]ast.Expr
	funcs map[string]bool
	files map[ast.Node]*ast.File // that variables are in
	fset  *token.FileSet
}

func readSource(t testing.TB, dir string) *source {
	t.Helper()
	s := &source{
		types: map[string]*ast.TypeSpec{}, vars: map[string]ast.Expr{}, funcs: map[string]bool{},
		files: map[ast.Node]*ast.File{}, fset: token.NewFileSet(),
	}
	packages, err := parser.ParseDir(s.fset, dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, parser.ParseComments) //nolint:staticcheck // types are not needed
	assert.NilError(t, err)
	for _, p := range packages {
		for _, file := range p.Files {
			for _, d := range file.Decls {
				s.add(file, d)
			}
		}
	}
	return s
}

func (s *source) add(file *ast.File, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		s.funcs[d.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Doc == nil {
					spec.Doc = d.Doc
				}
				s.types[spec.Name.Name] = spec
			case *ast.ValueSpec:
				for i, value := range spec.Values {
					s.vars[spec.Names[i].Name] = value
					s.files[value] = file
				}
			}
		}
	}
}

var (
	docLink = regexp.MustCompile(`\[([A-Z]\w*(?:\.\w+)?)\]`)
	blanks  = regexp.MustCompile(`\s+`)
	subject = regexp.MustCompile(`^(?:An? )?(\w+) (?:is |are )?`)
)

// comment is what a comment says, as sentences about the thing itself: "Product is what it is called" is "What it is
// called." A paragraph with links is for those who write Go, and left out. names are what Go's names are called elsewhere.
func comment(name string, names map[string]string, groups ...*ast.CommentGroup) string {
	text := ""
	for _, g := range groups {
		for paragraph := range strings.SplitSeq(g.Text(), "\n\n") {
			if !docLink.MatchString(paragraph) {
				text += " " + paragraph
			}
		}
	}
	text = strings.TrimSpace(blanks.ReplaceAllString(text, " "))
	if m := subject.FindStringSubmatch(text); m != nil && m[1] == name {
		text = text[len(m[0]):]
	}
	for from, to := range names {
		text = regexp.MustCompile(`\b`+from+`\b`).ReplaceAllString(text, to)
	}
	if text == "" {
		return ""
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return capital(text)
}
