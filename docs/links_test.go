package docs_test

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestLinks: each link from a page to the project leads somewhere: the file is there, and the heading, and the picture.
func TestLinks(t *testing.T) {
	byPath := map[string]*page{}
	for _, p := range pages(t) {
		byPath[p.path] = p
	}
	for _, p := range byPath {
		for _, l := range p.links {
			if problem := lost(byPath, p, l.to); problem != "" {
				t.Errorf("%s:%d: the link to %q: %s", p.path, l.line, l.to, problem)
			}
		}
	}
}

// lost tells why a link leads nowhere; it is empty for a good one, and for one to another site.
func lost(known map[string]*page, from *page, to string) string {
	target, err := url.Parse(to)
	if err != nil {
		return err.Error()
	}
	if target.Scheme != "" || target.Host != "" {
		return ""
	}
	file := from.path
	if target.Path != "" {
		file = path.Join(path.Dir(from.path), target.Path)
	}
	linked := known[file]
	if linked == nil {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(file))); err != nil {
			return "there is no file " + file
		}
	}
	if target.Fragment == "" || path.Ext(file) != ".md" {
		return ""
	}
	if linked == nil { // a page elsewhere in the project
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return err.Error()
		}
		linked = parse(file, source)
	}
	if !linked.anchors[target.Fragment] {
		return "there is no heading #" + target.Fragment + " in " + file
	}
	return ""
}

func TestLostLinks(t *testing.T) {
	from := parse("docs/a.md", []byte("# `world.yaml`: what's in it?\n\n## Twice\n\n## Twice\n\n| <a id=\"--flag\"></a>x |\n|--|\n"))
	known := map[string]*page{from.path: from}
	for to, want := range map[string]string{
		"#worldyaml-whats-in-it":            "",
		"#twice-1":                          "",
		"#--flag":                           "",
		"#twice-2":                          "there is no heading #twice-2 in docs/a.md",
		"inspector.md":                      "",
		"nowhere.md#twice":                  "there is no file docs/nowhere.md",
		"../README.md":                      "",
		"../README.md#no-such-heading":      "there is no heading #no-such-heading in README.md",
		"https://www.rfc-editor.org/#twice": "",
	} {
		assert.Equal(t, lost(known, from, to), want, strings.Clone(to))
	}
}
