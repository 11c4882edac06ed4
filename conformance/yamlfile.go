package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// yamlReader collects everything that is wrong with a file.
type yamlReader struct {
	root     yaml.Node
	mistakes []mistake
}

// err is everything that is wrong with the file, by place; nil: nothing.
func (r *yamlReader) err(file string) error {
	slices.SortStableFunc(r.mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var errs []error
	for _, m := range r.mistakes {
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", file, m.line, m.column, m.message))
	}
	return errors.Join(errs...)
}

type mistake struct {
	line, column int
	message      string
}

// decode reads what can be read into a value. It returns false if too little of it could be, so that to judge
// the rest would tell of mistakes that nobody has made.
func (r *yamlReader) decode(data []byte, into any) (whole bool) {
	_ = yaml.Load(data, &r.root) // its mistakes are the same
	err := yaml.Load(data, into, yaml.WithKnownFields())
	if err == nil {
		return true
	}
	var found []*yaml.LoadError
	if all, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		found = all.Errors
	} else if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		found = append(found, one)
	} else {
		r.mistakes = append(r.mistakes, mistake{1, 1, err.Error()})
		return false
	}
	whole = true
	for _, e := range found {
		message := plainYAML(e.Message)
		r.mistakes = append(r.mistakes, mistake{max(e.Mark.Line, 1), max(e.Mark.Column, 1), message})
		whole = whole && message != e.Message && !wrongRoot.MatchString(e.Message)
	}
	return whole
}

// How the YAML library words errors that people should understand without Go.
var (
	unknownField = regexp.MustCompile(`^field (.+) not found in type (.*)$`)
	wrongRoot    = regexp.MustCompile(`into (conformance\.Target|(\[\])?conformance\.Known)$`)
	wrongType    = regexp.MustCompile("(?s)^cannot construct !!(\\w+)(?: `.*`)? into (.*)$")
)

// fileFields are the names of the fields that the files may have, by the Go type that they are read into.
var fileFields = sync.OnceValue(func() map[string][]string {
	fields := nearest.Fields(reflect.TypeFor[Target]())
	maps.Copy(fields, nearest.Fields(reflect.TypeFor[Known]()))
	return fields
})

func plainYAML(message string) string {
	if m := unknownField.FindStringSubmatch(message); m != nil {
		hint := nearest.DidYouMean(m[1], fileFields()[m[2]])
		if m[1] == "token" {
			hint = ": a token never stands in a file; token_env names the variable that holds it"
		}
		return fmt.Sprintf("unknown field %q%s", m[1], hint)
	}
	m := wrongType.FindStringSubmatch(message)
	if m == nil {
		return strings.TrimPrefix(message, "yaml: ")
	}
	wanted := "a mapping"
	switch {
	case strings.HasPrefix(m[2], "int"):
		wanted = "an integer"
	case m[2] == "bool":
		wanted = "true or false"
	case m[2] == "string" || m[2] == "conformance.Verdict":
		wanted = "a text"
	case strings.HasPrefix(m[2], "[]"):
		wanted = "a list"
	}
	given := map[string]string{
		"seq": "a list", "map": "a mapping", "str": "a text", "bool": "true or false", "int": "an integer",
		"float": "a number with a fraction",
	}
	return fmt.Sprintf("must be %s, not %s", wanted, cmp.Or(given[m[1]], m[1]))
}

// fail reports a mistake at the place that path leads to, or at the nearest place above it. A place that
// has a mistake already gets no second one that only follows from it.
func (r *yamlReader) fail(path []string, format string, args ...any) {
	at := r.find(path)
	line, column := max(at.Line, 1), max(at.Column, 1)
	if !slices.ContainsFunc(r.mistakes, func(m mistake) bool { return m.line == line && m.column == column }) {
		r.mistakes = append(r.mistakes, mistake{line, column, fmt.Sprintf(format, args...)})
	}
}

// find walks names of mappings and positions in lists.
func (r *yamlReader) find(path []string) *yaml.Node {
	at := &r.root
	if at.Kind == yaml.DocumentNode && len(at.Content) > 0 {
		at = at.Content[0]
	}
	for i, step := range path {
		for at.Kind == yaml.AliasNode {
			at = at.Alias
		}
		next, key := child(at, step)
		if next == nil {
			return at
		}
		if i == len(path)-1 && key != nil && (next.Kind == yaml.MappingNode || next.ShortTag() == "!!null") {
			return key
		}
		at = next
	}
	return at
}

// child is the value of that name or position, and its key in a mapping.
func child(n *yaml.Node, step string) (value, key *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1], n.Content[i]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
			return n.Content[i], nil
		}
	}
	return nil, nil
}

// failMissing reports what is missing, even where something else is missing at the same place.
func (r *yamlReader) failMissing(path []string, format string, args ...any) {
	at := r.find(path)
	r.mistakes = append(r.mistakes, mistake{max(at.Line, 1), max(at.Column, 1), fmt.Sprintf(format, args...)})
}
