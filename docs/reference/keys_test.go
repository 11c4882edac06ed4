package reference_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
)

// onKey is how the comment of a type begins that is one key's.
var onKey = regexp.MustCompile(`^[Xx]-[\w-]+( on [^:]*)?: `)

var stepsOf = regexp.MustCompile(` ?Steps: ([\w, ]+)\.$`)

// keysPage explains the x- keys of the contract, by their Go types and the comments beside them.
func keysPage(t *testing.T) string {
	p := newPage("Keys of the contract", "For whoever reads or changes [`openapi.yaml`](../../openapi.yaml): its `x-` keys, which say what plain OpenAPI can't, and which the mock\nobeys.")
	p.add("\nA key that is unknown, misplaced or without effect is an error when the contract is read, with its line. Their Go types are\n" +
		"in [`mock/rules.go`](../../mock/rules.go), and the steps in [`mock/mock.go`](../../mock/mock.go). `sdecontract spec --plain` leaves the keys out.\n")
	s := readSource(t, "../../mock")
	var known []string
	for _, step := range s.vars["steps"].(*ast.CompositeLit).Elts {
		known = append(known, step.(*ast.Ident).Name)
	}
	uses := keysIn(t)
	keys := s.vars["xKeys"].(*ast.CompositeLit)
	comments := ast.NewCommentMap(s.fset, s.files[keys], s.files[keys].Comments)
	for _, e := range keys.Elts {
		entry := e.(*ast.KeyValueExpr)
		key, _ := strconv.Unquote(entry.Key.(*ast.BasicLit).Value)
		assert.Assert(t, len(comments[entry]) > 0, "%s has no comment: it is what the reference says of it", key)
		meaning := comment("", nil, comments[entry]...)
		value := entry.Value.(*ast.CompositeLit)
		p.add("\n## %s\n\n%s\n\n", key, prose(stepsOf.ReplaceAllString(meaning, "")))
		p.add("* Stands on: %s\n", places(value.Elts[0].(*ast.CompositeLit)))
		if m := stepsOf.FindStringSubmatch(meaning); m != nil {
			for step := range strings.SplitSeq(m[1], ", ") {
				assert.Assert(t, slices.Contains(known, step), "%s: the mock has no step %s", key, step)
			}
			p.add("* Steps that go by it: %s\n", codes(strings.Split(m[1], ", ")))
		} else {
			assert.Assert(t, strings.Contains(meaning, "No step"), "%s: which steps go by it?", key)
		}
		p.form(s, value.Elts[1].(*ast.IndexExpr).Index.(*ast.Ident).Name)
		assert.Assert(t, len(uses[key]) > 0, "%s is not used", key)
		line := uses[key][0]
		p.add("\nFor example, in [line %d](../../openapi.yaml#L%[1]d)%s:\n", line, others(uses[key][1:]))
		p.block("yaml", linesAt(line))
	}
	return p.String()
}

func others(lines []int) string {
	if len(lines) == 0 {
		return ""
	}
	shown := lines[:min(len(lines), 5)]
	texts := make([]string, len(shown))
	for i, line := range shown {
		texts[i] = fmt.Sprintf("[%d](../../openapi.yaml#L%[1]d)", line)
	}
	text := strings.Join(texts, ", ")
	if more := len(lines) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return ", and also in " + text
}

func places(list *ast.CompositeLit) string {
	var names []string
	for _, e := range list.Elts {
		name, _ := strconv.Unquote(e.(*ast.BasicLit).Value)
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// form tells what the value of a key looks like.
func (p *page) form(s *source, typeName string) {
	spec := s.types[typeName]
	if spec == nil {
		p.add("* Form: text\n")
		return
	}
	says := capital(onKey.ReplaceAllString(comment(typeName, nil, spec.Doc), ""))
	members, isObject := spec.Type.(*ast.StructType)
	switch list, isList := spec.Type.(*ast.ArrayType); {
	case isList:
		of := list.Elt.(*ast.Ident).Name
		members = s.types[of].Type.(*ast.StructType)
		p.add("* Form: %s\n", prose(says+" "+comment(of, nil, s.types[of].Doc)))
	case isObject:
		p.add("* Form: mapping, with the members below\n")
	default:
		p.add("* Form: %s\n", prose(says))
		return
	}
	p.table("Member", "Value", "Meaning")
	for _, f := range members.Fields.List {
		key, _ := keyOf(f)
		p.row(code(key), goType(f.Type), prose(comment(f.Names[0].Name, nil, f.Doc, f.Comment)))
	}
}

func goType(e ast.Expr) string {
	switch e.(type) {
	case *ast.ArrayType:
		return "list of texts"
	case *ast.MapType:
		return "mapping"
	}
	return "text"
}

// keysIn are the lines on which each x- key of the contract stands.
func keysIn(t *testing.T) map[string][]int {
	t.Helper()
	var root yaml.Node
	assert.NilError(t, yaml.Load(sdecontract.Spec(), &root))
	uses := map[string][]int{}
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		for i, child := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 && strings.HasPrefix(child.Value, "x-") {
				uses[child.Value] = append(uses[child.Value], child.Line)
			}
			walk(child)
		}
	}
	walk(&root)
	return uses
}

// linesAt are the lines of the contract from that one on that belong to it, without their indentation.
func linesAt(line int) string {
	lines := strings.Split(string(sdecontract.Spec()), "\n")[line-1:]
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], " "))]
	end := 1
	for end < len(lines) && strings.HasPrefix(lines[end], indent+" ") {
		end++
	}
	for i := range lines[:end] {
		lines[i] = strings.TrimPrefix(lines[i], indent)
	}
	return strings.Join(lines[:end], "\n")
}
