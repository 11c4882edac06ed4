package reference_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/internal/build"
)

// schema is a JSON Schema, draft 7: the one that editors know best.
type schema struct {
	Dialect     string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Type        string `json:"type,omitempty"`

	Enum             []string    `json:"enum,omitempty"`
	EnumSays         []string    `json:"enumDescriptions,omitempty"` // which editors show
	Format           string      `json:"format,omitempty"`
	Pattern          string      `json:"pattern,omitempty"`
	Not              *schema     `json:"not,omitempty"`
	MinLength        json.Number `json:"minLength,omitempty"`
	Minimum          json.Number `json:"minimum,omitempty"`
	ExclusiveMinimum json.Number `json:"exclusiveMinimum,omitempty"`
	Maximum          json.Number `json:"maximum,omitempty"`
	Default          any         `json:"default,omitempty"`
	Items            *schema     `json:"items,omitempty"`
	OneOf            []*schema   `json:"oneOf,omitempty"`
	Required         []string    `json:"required,omitempty"`
	MinProperties    json.Number `json:"minProperties,omitempty"`
	Properties       ordered     `json:"properties,omitempty"`
	Additional       any         `json:"additionalProperties,omitempty"` // false, true, or a *schema
	Definitions      ordered     `json:"definitions,omitempty"`
}

// ordered are members in the order of their declaration.
type ordered []member

type member struct {
	name string
	*schema
}

func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		value, err := marshal(m.schema)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%c%q:%s", "{,"[min(i, 1)], m.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return bytes.TrimSpace(b.Bytes()), err
}

func (o ordered) get(name string) *schema {
	for _, m := range o {
		if m.name == name {
			return m.schema
		}
	}
	return nil
}

// generator makes a schema of the Go types into which a file is decoded, and of their comments.
type generator struct {
	testing.TB
	*source
	values map[string][]string // lists that tags name: enum=, items= and keys=
	root   *schema
	at     string // the field, for messages
}

// generate returns the schema of a file that is decoded into the type, or into a list of it.
func (s *source) generate(t testing.TB, file, title, goType string, values map[string][]string) *schema {
	g := &generator{TB: t, source: s, values: values, root: &schema{}}
	element, isList := strings.CutPrefix(goType, "[]")
	if isList {
		g.root.Type, g.root.Items = "array", g.named(element)
	} else {
		object := g.object(element)
		object.Definitions = g.root.Definitions
		g.root = object
	}
	g.root.Dialect, g.root.Title = "http://json-schema.org/draft-07/schema#", title
	g.root.ID = build.Files + file
	return g.root
}

func reference(name string) *schema { return &schema{Ref: "#/definitions/" + name} }

// capital is the text with a capital at its beginning.
func capital(text string) string {
	return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
}

// object is the schema of a struct.
func (g *generator) object(name string) *schema {
	g.Helper()
	spec := g.types[name]
	fields := spec.Type.(*ast.StructType).Fields.List
	names := keysOf(fields)
	out := &schema{Type: "object", Additional: false, Description: comment(name, names, spec.Doc)}
	for _, f := range fields {
		key, tag := keyOf(f)
		if key == "-" {
			continue
		}
		g.at = name + "." + f.Names[0].Name
		assert.Assert(g, len(f.Names) == 1, "%s: one field a line, so that it has a comment", g.at)
		value := g.of(f.Type)
		value.Description = comment(f.Names[0].Name, names, f.Doc, f.Comment)
		assert.Assert(g, value.Description != "", "%s has no comment: it is what the reference says of %s", g.at, key)
		if g.constrain(value, tag) {
			out.Required = append(out.Required, key)
		}
		if named, ok := f.Type.(*ast.Ident); ok && value.Enum != nil {
			value.EnumSays = g.says(named.Name, value.Enum)
		}
		out.Properties = append(out.Properties, member{key, value})
	}
	return out
}

// keysOf are the names of fields in a file, by those in Go.
func keysOf(fields []*ast.Field) map[string]string {
	names := map[string]string{}
	for _, f := range fields {
		if key, _ := keyOf(f); key != "-" {
			names[f.Names[0].Name] = key
		}
	}
	return names
}

var word = regexp.MustCompile(`([a-z])([A-Z])`)

// keyOf is the name of a field in a file; "-" if it has none.
func keyOf(f *ast.Field) (key, constraints string) {
	if len(f.Names) == 0 || !f.Names[0].IsExported() {
		return "-", ""
	}
	key = strings.ToLower(word.ReplaceAllString(f.Names[0].Name, "${1}_$2"))
	if f.Tag == nil {
		return key, ""
	}
	text, _ := strconv.Unquote(f.Tag.Value)
	tag := reflect.StructTag(text)
	for _, format := range []string{"json", "yaml"} {
		if name, _, _ := strings.Cut(tag.Get(format), ","); name != "" {
			key = name
		}
	}
	return key, tag.Get("schema")
}

// of is the schema of a type.
func (g *generator) of(e ast.Expr) *schema {
	g.Helper()
	switch e := e.(type) {
	case *ast.Ident:
		return g.named(e.Name)
	case *ast.StarExpr: // absent is not the same as false or empty
		s := g.of(e.X)
		s.Default = nil
		return s
	case *ast.ArrayType:
		return &schema{Type: "array", Items: g.of(e.Elt)}
	case *ast.MapType:
		return &schema{Type: "object", Additional: g.of(e.Value)}
	case *ast.SelectorExpr:
		if e.Sel.Name == "Duration" {
			return &schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
		}
	case *ast.IndexExpr: // located[T] is a T, ordered[T] a mapping
		if e.X.(*ast.Ident).Name == "ordered" {
			return &schema{Type: "object", Additional: g.of(e.Index)}
		}
		return g.of(e.Index)
	}
	g.Fatalf("%s: nothing tells what a %T is in JSON", g.at, e)
	return nil
}

func (g *generator) named(name string) *schema {
	switch name {
	case "string":
		return &schema{Type: "string"}
	case "int", "int64":
		return &schema{Type: "integer"}
	case "float64":
		return &schema{Type: "number"}
	case "bool":
		return &schema{Type: "boolean", Default: false}
	case "object":
		return &schema{Type: "object", Additional: true}
	}
	if basic, ok := g.types[name].Type.(*ast.Ident); ok {
		return g.named(basic.Name)
	}
	public := capital(strings.TrimSuffix(name, "File")) // userFile is a user, in a file
	if g.root.Definitions.get(public) == nil {
		at, object := g.at, &schema{}
		g.root.Definitions = append(g.root.Definitions, member{public, object})
		*object = *g.object(name)
		g.at = at
	}
	return reference(public)
}

// constrain applies the tag of a field, such as required,minimum=1, and tells whether the field is required.
func (g *generator) constrain(s *schema, tag string) (required bool) {
	for part := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "":
		case "required":
			required = true
		case "minimum":
			if element, ok := s.Additional.(*schema); ok {
				element.Minimum = json.Number(value)
				continue
			}
			s.Minimum = json.Number(value)
		case "exclusiveMinimum":
			s.ExclusiveMinimum = json.Number(value)
		case "maximum":
			s.Maximum = json.Number(value)
		case "minLength":
			s.MinLength = json.Number(value)
		case "minProperties":
			s.MinProperties = json.Number(value)
		case "pattern":
			s.Pattern = value
		case "not":
			s.Not = &schema{Pattern: value}
		case "format":
			s.Format = value
		case "default":
			s.Default = value
			if s.Type == "integer" {
				s.Default = json.Number(value)
			}
		case "enum":
			s.Enum = g.list(value)
		case "items":
			s.Items.Enum = g.list(value)
		case "keys":
			element := s.Additional.(*schema)
			s.Additional = false
			for _, key := range g.list(value) {
				s.Properties = append(s.Properties, member{key, element})
			}
		default:
			g.Fatalf("%s: the tag schema has no %q", g.at, name)
		}
	}
	return required
}

// says are the comments on the constants of the type, in the order of their values; nil if it has none.
func (s *source) says(typeName string, values []string) []string {
	var all []string
	for _, value := range values {
		for _, spec := range s.consts[typeName] {
			if spec.Values[0].(*ast.BasicLit).Value == strconv.Quote(value) {
				all = append(all, comment(spec.Names[0].Name, nil, spec.Doc, spec.Comment))
			}
		}
	}
	return all
}

func (g *generator) list(name string) []string {
	g.Helper()
	list := g.values[name]
	assert.Assert(g, len(list) > 0, "%s: there is no list %q", g.at, name)
	return list
}
