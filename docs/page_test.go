package docs_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"gotest.tools/v3/assert"
)

// root is the project's directory.
const root = ".."

// page is what a page of the documentation holds.
type page struct {
	path    string // from the root, with slashes
	source  []byte
	blocks  []block
	anchors map[string]bool
	links   []link
	errors  []string // what is wrong with the page itself: "path:line: ..."
}

// block is a fenced block, with what the comment on the line before it says of it.
type block struct {
	line     int // of the fence
	language string
	lines    []string
	file     string // the file that it is the content of
	notRun   string // why its commands aren't run
	status   int    // what its last command ends with
}

type link struct {
	line int
	to   string
}

// pages are all pages whose commands and links have to be right. Directories are read, and not asked of git, so that
// the cache of test results notices a new page.
func pages(t *testing.T) []*page {
	t.Helper()
	var list []*page
	for _, start := range []string{"README.md", "CONTRIBUTING.md", "docs", "examples"} {
		err := filepath.WalkDir(filepath.Join(root, start), func(file string, entry fs.DirEntry, err error) error {
			name := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata"):
				return fs.SkipDir
			case entry.IsDir() || path.Ext(name) != ".md" || start == "examples" && entry.Name() != "README.md":
				return nil
			}
			source, err := os.ReadFile(file)
			list = append(list, parse(name, source))
			return err
		})
		assert.NilError(t, err)
	}
	return list
}

func parse(name string, source []byte) *page {
	p := &page{path: name, source: source, anchors: map[string]bool{}}
	doc := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			p.anchor(slug(plain(n, source)))
		case *ast.Link:
			p.links = append(p.links, link{p.lineOf(n), string(n.Destination)})
		case *ast.Image:
			p.links = append(p.links, link{p.lineOf(n), string(n.Destination)})
		case *ast.FencedCodeBlock:
			p.fence(n)
		case *ast.RawHTML:
			p.html(p.lineOf(n), n.Segments.Value(source))
		case *ast.HTMLBlock:
			p.html(p.lineOf(n), n.Lines().Value(source))
			p.comment(n)
		}
		return ast.WalkContinue, nil
	})
	return p
}

func (p *page) errorf(line int, format string, args ...any) {
	p.errors = append(p.errors, fmt.Sprintf("%s:%d: ", p.path, line)+fmt.Sprintf(format, args...))
}

// lineAt is the line of an offset, counted from 1.
func (p *page) lineAt(offset int) int { return bytes.Count(p.source[:offset], []byte("\n")) + 1 }

// lineOf is the first line of the paragraph that holds the node.
func (p *page) lineOf(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			return p.lineAt(n.Lines().At(0).Start)
		}
	}
	return 1
}

func (p *page) fence(n *ast.FencedCodeBlock) {
	if n.Lines().Len() == 0 {
		return
	}
	b := block{line: p.lineAt(n.Lines().At(0).Start) - 1, language: string(n.Language(p.source))}
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.lines = append(b.lines, strings.TrimRight(string(segment.Value(p.source)), "\r\n"))
	}
	if before, ok := n.PreviousSibling().(*ast.HTMLBlock); ok && p.lineAt(before.Lines().At(0).Start) == b.line-1 {
		p.apply(&b, string(before.Lines().Value(p.source)))
	}
	typed := strings.HasPrefix(b.lines[0], "$ ")
	switch b.language {
	case "sh", "bash", "shell", "zsh", "shell-session", "sh-session", "shellsession", "terminal":
		typed = typed || b.file == ""
	case "console":
		typed = false
	}
	if typed {
		p.errorf(b.line, "commands stand in a block of the language console, each after \"$ \", not in %q", b.language)
	}
	p.blocks = append(p.blocks, b)
}

// directive is a comment that says something of the block on the next line.
var directive = regexp.MustCompile(`^<!--\s*(file|exit status|not run)\b:?\s*(.*?)\s*-->\s*$`)

func (p *page) apply(b *block, comment string) {
	said := directive.FindStringSubmatch(comment)
	if said == nil {
		return
	}
	switch said[1] {
	case "file":
		b.file = said[2]
	case "not run":
		b.notRun = said[2]
	case "exit status":
		b.status, _ = strconv.Atoi(said[2])
	}
	if b.file == "" && b.notRun == "" && b.status == 0 {
		p.errorf(b.line-1, "the comment %q lacks the name, the reason or the status", said[1])
	}
	if b.file == "" && b.language != "console" {
		p.errorf(b.line-1, "the comment %q is about a block of commands, and this one's language is %q", said[1], b.language)
	}
}

// comment finds directives that are about nothing, because no block follows on the next line.
func (p *page) comment(n *ast.HTMLBlock) {
	if !directive.Match(bytes.TrimRight(n.Lines().Value(p.source), "\n")) {
		return
	}
	line := p.lineAt(n.Lines().At(0).Start)
	next, ok := n.NextSibling().(*ast.FencedCodeBlock)
	if !ok || next.Lines().Len() == 0 || p.lineAt(next.Lines().At(0).Start) != line+2 {
		p.errorf(line, "this comment isn't directly before a block, so it does nothing")
	}
}

// attribute is what HTML in a page links with: <a id="flag">, <a href="#flag">, <img src="docs/images/a.png">.
var attribute = regexp.MustCompile(`\s(id|name|href|src)="([^"]*)"`)

func (p *page) html(line int, text []byte) {
	for _, found := range attribute.FindAllSubmatch(text, -1) {
		switch value := string(found[2]); string(found[1]) {
		case "id", "name":
			p.anchors[value] = true
		default:
			p.links = append(p.links, link{line, value})
		}
	}
}

// anchor keeps what a heading is linked by; the second of the same name ends in -1.
func (p *page) anchor(name string) {
	unique := name
	for i := 1; p.anchors[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", name, i)
	}
	p.anchors[unique] = true
}

// slug is the anchor that GitHub makes of a heading.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mn, r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// plain is the text of a heading without its marks.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Value(source))
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
