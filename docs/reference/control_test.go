package reference_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"gotest.tools/v3/assert"
)

// controlPage describes the control API by its document.
func controlPage(t *testing.T) string {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromFile("../../mock/control/openapi.yaml")
	assert.NilError(t, err)
	p := newPage("Control API", "For whoever drives a mock from tests or scripts: every operation below `/_mock/`. [Control a mock that runs](../control.md) shows them with\ncurl.")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(doc.Info.Description), "\n\n") {
		p.add("\n%s\n", prose(paragraph))
	}
	p.add("\nA sandbox has the same operations below `/_sandbox/ID/_mock/`, but for those on sandboxes. A refusal is a [Problem](#problem). The document\n" +
		"itself is [`mock/control/openapi.yaml`](../../mock/control/openapi.yaml); a mock shows it at `/_mock/openapi.yaml`.\n")
	operations := operationsOf(doc)
	p.table("Operation", "What it does")
	for _, o := range operations {
		p.row(fmt.Sprintf("[`%s`](#operation-%s)", o.name, strings.ToLower(o.OperationID)), prose(o.Summary))
	}
	for _, tag := range doc.Tags {
		p.add("\n## %s\n\n%s.\n", capital(tag.Name), capital(prose(tag.Description)))
		for _, o := range operations {
			if o.Tags[0] == tag.Name {
				p.operation(o)
			}
		}
	}
	p.add("\n## Objects\n")
	server := readSource(t, "../../mock")
	for _, name := range slices.SortedFunc(maps.Keys(doc.Components.Schemas), func(a, b string) int {
		return line(doc.Components.Schemas[a].Value.Origin) - line(doc.Components.Schemas[b].Value.Origin)
	}) {
		object := fromOpenAPI(doc.Components.Schemas[name].Value, true)
		server.describe(object, cmp.Or(goNames[name], name))
		p.component(name, object)
	}
	return p.String()
}

// goNames are the types of package mock whose objects have another name in the document.
var goNames = map[string]string{"Fault": "FaultRule"}

// describe says of members what the comments of their Go type say, where the document leaves that to them.
func (s *source) describe(object *schema, typeName string) {
	spec := s.types[typeName]
	if spec == nil {
		return
	}
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	names := keysOf(fields.Fields.List)
	for _, f := range fields.Fields.List {
		key, _ := keyOf(f)
		member := object.Properties.get(key)
		if member == nil {
			continue
		}
		if member.Description == "" {
			member.Description = strings.TrimSuffix(comment(f.Names[0].Name, names, f.Doc, f.Comment), ".")
		}
		if list, ok := f.Type.(*ast.ArrayType); ok && member.Items != nil {
			if element, ok := list.Elt.(*ast.Ident); ok {
				s.describe(member.Items, element.Name)
			}
		}
	}
}

func line(o *openapi3.Origin) int { return o.Key.Line }

// operation is one of the document, with its method and path as its name.
type operation struct {
	*openapi3.Operation
	name   string
	shared openapi3.Parameters // of its path
}

func operationsOf(doc *openapi3.T) []operation {
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			all = append(all, operation{o, method + " " + path, item.Parameters})
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Compare(line(a.Origin), line(b.Origin))
	})
	return all
}

func (p *page) operation(o operation) {
	p.add("\n### <a id=%q></a>`%s`\n\n%s.\n", "operation-"+strings.ToLower(o.OperationID), o.name, prose(o.Summary))
	if o.Description != "" {
		p.add("\n%s\n", prose(o.Description))
	}
	if parameters := slices.Concat(o.shared, o.Parameters); len(parameters) > 0 {
		p.table("Parameter", "In", "Value", "Meaning")
		for _, ref := range parameters {
			v := ref.Value
			value := fromOpenAPI(v.Schema.Value, true).value()
			if v.Required {
				value = "**required**: " + value
			}
			if v.Schema.Value.Default != nil {
				value += fmt.Sprintf("; default `%v`", v.Schema.Value.Default)
			}
			p.row(code(v.Name), v.In, value, prose(v.Description))
		}
	}
	if o.RequestBody != nil {
		optional := ""
		if !o.RequestBody.Value.Required {
			optional = ", which may be left out"
		}
		p.add("\nBody: %s%s.\n", content(o.RequestBody.Value.Content), optional)
	}
	p.add("\nReply: ")
	for i, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
		r := o.Responses.Value(status).Value
		if status == "default" {
			continue
		}
		if i > 0 {
			p.add("; ")
		}
		p.add("`%s`, %s", status, prose(*r.Description))
		if len(r.Content) > 0 {
			p.add(": %s", content(r.Content))
		}
	}
	p.add(".\n")
}

// content tells the media types of a body, and what each holds.
func content(of openapi3.Content) string {
	var all []string
	for _, mediaType := range slices.Sorted(maps.Keys(of)) {
		text := code(mediaType)
		if s := convert(of[mediaType].Schema, true); s.Ref != "" {
			text += " " + s.value()
		}
		all = append(all, text)
	}
	return strings.Join(all, " or ")
}

// component adds an object that several operations have.
func (p *page) component(name string, s *schema) {
	p.add("\n### %s\n", name)
	if s.Description != "" {
		p.add("\n%s.\n", strings.TrimSuffix(capital(prose(s.Description)), "."))
	}
	switch object := s.alternative(); {
	case len(object.Properties) > 0:
		if len(s.OneOf) > 0 {
			p.add("\nOr %s.\n", s.OneOf[0].value())
		}
		p.table("Member", "Value", "Meaning")
		p.members(strings.ToLower(name)+".", "", object)
	default:
		p.add("\n%s.\n", capital(s.value()))
	}
}
