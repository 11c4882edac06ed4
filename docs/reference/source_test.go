package reference_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// source is the Go source of a package: its types and variables, as they are declared.
type source struct {
	types  map[string]*ast.TypeSpec
	vars   map[string]ast.Expr
	consts map[string][]*ast.ValueSpec // by type
	files  map[ast.Node]*ast.File      // that variables are in
	fset   *token.FileSet
}

func readSource(t testing.TB, dir string) *source {
	t.Helper()
	s := &source{
		types: map[string]*ast.TypeSpec{}, vars: map[string]ast.Expr{}, consts: map[string][]*ast.ValueSpec{},
		files: map[ast.Node]*ast.File{}, fset: token.NewFileSet(),
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	assert.NilError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments)
		assert.NilError(t, err)
		for _, d := range file.Decls {
			s.add(file, d)
		}
	}
	return s
}

func (s *source) add(file *ast.File, d ast.Decl) {
	declared, ok := d.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range declared.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Doc == nil {
				spec.Doc = declared.Doc
			}
			s.types[spec.Name.Name] = spec
		case *ast.ValueSpec:
			if of, ok := spec.Type.(*ast.Ident); ok && declared.Tok == token.CONST {
				s.consts[of.Name] = append(s.consts[of.Name], spec)
			}
			for i, value := range spec.Values {
				s.vars[spec.Names[i].Name] = value
				s.files[value] = file
			}
		}
	}
}

var (
	docLink = regexp.MustCompile(`\[(?:[a-z]+\.)?[A-Z]\w*(?:\.\w+)?\]`)
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
