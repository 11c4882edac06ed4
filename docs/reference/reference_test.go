// Package reference_test writes the reference from the program itself, and holds it to that.
package reference_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/fixtures"
)

// TestReference: what is written down is what the program says of itself. make reference writes it anew.
func TestReference(t *testing.T) {
	all := schemas(t)
	for file, schema := range all {
		compare(t, filepath.Join("../..", file), text(t, schema))
	}
	target, known := "conformance/target.schema.json", "conformance/known.schema.json"
	world, fault := "mock/world.schema.json", "mock/fault.schema.json"
	pages := map[string]string{
		"target-file.md": filePage("Target file", "For operators of a server: the file that tells [`verify`](commands.md#sdecontract-verify), and the other commands with\n"+
			"`--target`, where the server is and what its operator knows of it. [`init`](commands.md#sdecontract-init) writes a first one,\n"+
			"and [`doctor`](commands.md#sdecontract-doctor) tells what is wrong with one.", target, all[target], string(fixtures.TargetMock())),
		"known-file.md": filePage("Known deviations", "For whoever keeps a pipeline: the file that tells [`verify --known`](commands.md#verify--known) which checks may fail, and\n"+
			"why. [`verify --write-known`](commands.md#verify--write-known) writes a first one. It is a list, and may be empty.", known, all[known], read(t, "testdata/known.yaml")),
		"world-file.md": filePage("World file", "For developers of clients: the file that tells the mock, with [`mock --world`](commands.md#mock--world), what it starts\n"+
			"with. [The control API](control-api.md#operation-getworld) writes down the one of a mock that runs, and\n"+
			"[`proxy --record`](commands.md#proxy--record) that of a server.", world, all[world], string(fixtures.World())),
		"fault-rules.md": filePage("Faults", "For developers of clients: the form of the trouble that the mock makes on request, with\n"+
			"[`mock --fault`](commands.md#mock--fault), through [the control API](control-api.md#operation-setfault), or in Go with `mock.WithFault`.\n"+
			"It is JSON or YAML.", fault, all[fault], read(t, "testdata/fault.yaml")),
		"checks.md":      checksPage(t),
		"keys.md":        keysPage(t),
		"control-api.md": controlPage(t),
	}
	for name, text := range pages {
		compare(t, name, text)
	}
	pages["commands.md"] = read(t, "commands.md") // cmd/sdecontract writes it
	compare(t, "README.md", index(pages))
}

// index lists the pages, with the first sentence of each.
func index(pages map[string]string) string {
	p := newPage("Reference", "For whoever wants to know exactly: each command, check, key and field, written from the program itself.")
	p.table("Page", "What it is")
	for _, name := range []string{
		"commands.md", "target-file.md", "known-file.md", "world-file.md", "fault-rules.md", "control-api.md", "checks.md", "keys.md",
	} {
		m := regexp.MustCompile(`(?s)# (.*?)\n\n(.*?[^.]\.)\s`).FindStringSubmatch(pages[name])
		p.row("["+m[1]+"]("+name+")", strings.Join(strings.Fields(m[2]), " "))
	}
	p.add("\nWhere the documentation is silent or contradicts itself, [the rulings](../rulings.md) say what the mock does.\n")
	return p.String()
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	assert.NilError(t, err)
	return string(data)
}

// compare holds a file to what it should be, or makes it so.
func compare(t *testing.T, file, want string) {
	t.Helper()
	if golden.FlagUpdate() {
		assert.NilError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	got, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.Check(t, string(got) == want, "%s is not what the program says: run 'make reference', and read the difference", file)
}

var (
	linkTo  = regexp.MustCompile(`\]\(([^)#]*)#?([^)]*)\)`)
	anchor  = regexp.MustCompile(`<a id="([^"]*)"`)
	heading = regexp.MustCompile(`(?m)^##+ (.*)$`)
)

// TestLinks: every link of the reference leads somewhere.
func TestLinks(t *testing.T) {
	files, err := filepath.Glob("*.md")
	assert.NilError(t, err)
	ids := map[string]bool{}
	for _, file := range files {
		text := read(t, file)
		for _, m := range anchor.FindAllStringSubmatch(text, -1) {
			id := file + "#" + m[1]
			assert.Check(t, !ids[id], "%s is there twice", id)
			ids[id] = true
		}
		for _, m := range heading.FindAllStringSubmatch(text, -1) {
			ids[file+"#"+strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")] = true
		}
	}
	for _, file := range files {
		for _, m := range linkTo.FindAllStringSubmatch(read(t, file), -1) {
			to := cmp.Or(m[1], file)
			_, err := os.Stat(to)
			assert.Check(t, err == nil, "%s: %s", file, m[0])
			assert.Check(t, m[2] == "" || strings.HasPrefix(to, "..") || ids[to+"#"+m[2]], "%s: %s", file, m[0])
		}
	}
}
