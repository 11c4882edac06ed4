package reference_test

import (
	"fmt"
	"slices"
	"strings"
)

// filePage describes a file by its schema.
func filePage(name, intro string, file string, root *schema, example string) string {
	p := newPage(name, intro)
	p.add("\nIts JSON Schema is [`%s`](../../%s); `sdecontract schema %s` prints it. An editor that knows YAML completes\n"+
		"and checks the file if it begins with this line:\n", file, file, schemaName(file))
	p.block("yaml", "# yaml-language-server: $schema="+root.ID)
	p.add("\nA name in capitals stands for any name, and `[]` for each item of a list. What isn't required may be left out.\n")
	places := map[string][]string{}
	var order []string
	find(root, root, "", &order, places)
	if root.Properties != nil {
		p.object("The file", nil, root)
	}
	for _, name := range order {
		p.object(name, places[name], root.Definitions.get(name))
	}
	p.add("\n## Example\n")
	if line, rest, _ := strings.Cut(example, "\n"); strings.Contains(line, "$schema=") { // which only fits where the file is
		example = rest
	}
	p.block("yaml", example)
	return p.String()
}

func schemaName(file string) string {
	return strings.TrimSuffix(file[strings.LastIndex(file, "/")+1:], ".schema.json")
}

// find notes where objects of each definition stand, in the order in which a reader meets them.
func find(root, s *schema, at string, order *[]string, places map[string][]string) {
	if name := strings.TrimPrefix(s.Ref, "#/definitions/"); name != "" {
		if !slices.Contains(*order, name) {
			*order = append(*order, name)
		}
		places[name] = append(places[name], at)
		find(root, root.Definitions.get(name), at, order, places)
	}
	if s.Items != nil {
		find(root, s.Items, at+"[]", order, places)
	}
	if element, ok := s.Additional.(*schema); ok {
		find(root, element, strings.TrimPrefix(at+".NAME", "."), order, places)
	}
	for _, m := range s.alternative().Properties {
		find(root, m.schema, strings.TrimPrefix(at+"."+m.name, "."), order, places)
	}
}

// alternative is the object, of a schema that has one beside a text.
func (s *schema) alternative() *schema {
	if len(s.OneOf) > 0 {
		return s.OneOf[len(s.OneOf)-1]
	}
	return s
}

// object adds the keys of an object.
func (p *page) object(name string, places []string, s *schema) {
	p.add("\n## %s\n", name)
	if len(places) > 0 {
		p.add("\n%s\n", codes(places))
	}
	p.add("\n%s\n", prose(s.Description))
	p.table("Key", "Value", "Meaning")
	prefix := strings.ToLower(name) + "."
	if places == nil {
		prefix = "file."
	}
	p.members(prefix, "", s.alternative())
	if len(s.OneOf) > 0 {
		p.add("\nOr only a %s: %s\n", s.OneOf[0].value(), s.OneOf[0].Description)
	}
	for _, m := range s.alternative().Properties {
		if m.EnumSays != nil {
			p.add("\nThe values of `%s`:\n\n", m.name)
		}
		for i, says := range m.EnumSays {
			p.add("* `%s`: %s\n", m.Enum[i], prose(says))
		}
	}
}

// members adds a row for each member of an object, and below it those of objects that have no name of their own.
func (p *page) members(prefix, path string, s *schema) {
	for _, m := range s.Properties {
		value := m.schema.value()
		if slices.Contains(s.Required, m.name) {
			value = "**required**: " + value
		}
		if m.schema.Default != nil {
			value += fmt.Sprintf("; default `%v`", m.schema.Default)
		}
		name := path + m.name
		p.row(anchored(prefix+name, name), value, prose(capital(m.schema.Description)))
		inner := m.schema.alternative()
		if inner.Items != nil {
			inner, name = inner.Items, name+"[]"
		}
		p.members(prefix, name+".", inner)
	}
}

// value says in words what a value may be.
func (s *schema) value() string {
	if name := strings.TrimPrefix(s.Ref, "#/definitions/"); name != "" {
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	}
	switch {
	case len(s.OneOf) > 0:
		return s.OneOf[0].value() + ", or " + s.OneOf[len(s.OneOf)-1].value()
	case len(s.Enum) > 100:
		return "the id of [a check](checks.md)"
	case len(s.Enum) > 10:
		return "an `operationId` of [the contract](../../openapi.yaml)"
	case len(s.Enum) > 0:
		return strings.Join(strings.Split(codes(s.Enum), ", "), " or ")
	case s.Type == "array":
		return "list of " + s.Items.value()
	case s.Type == "boolean":
		return "true or false"
	case s.Format == "date":
		return "date"
	case strings.Contains(s.Pattern, "µs"):
		return "duration, such as `250ms`"
	case s.Type == "string" && (s.MinLength != "" || s.Pattern == `\S`):
		return "text, not empty"
	case s.Type == "string":
		return "text"
	case s.Type == "object":
		return s.mapping()
	}
	return s.number()
}

func (s *schema) mapping() string {
	if element, ok := s.Additional.(*schema); ok {
		return "mapping of NAME to " + element.value()
	}
	return "mapping"
}

func (s *schema) number() string {
	text := s.Type
	switch {
	case s.Minimum != "" && s.Maximum != "":
		return fmt.Sprintf("%s from %s to %s", text, s.Minimum, s.Maximum)
	case s.Minimum != "":
		return text + " from " + string(s.Minimum)
	case s.ExclusiveMinimum != "":
		return fmt.Sprintf("%s above %s, up to %s", text, s.ExclusiveMinimum, s.Maximum)
	}
	return text
}
