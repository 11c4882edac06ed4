package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// pos is where something stands in a YAML file.
type pos struct{ line, column int }

// posError is an error at a place that the YAML library doesn't know of.
type posError struct {
	pos
	message string
}

func (e *posError) Error() string { return e.message }

// loadYAML reads the one document, strictly: unknown fields are errors.
func loadYAML(r io.Reader, out any) error {
	l, err := yaml.NewLoader(r, yaml.WithKnownFields())
	if err != nil {
		return err
	}
	if err := l.Load(out); errors.Is(err, io.EOF) {
		return &yaml.LoadError{Message: "the file is empty"}
	} else if err != nil {
		return err
	}
	if err := l.Load(new(any)); err == nil {
		return &yaml.LoadError{Message: "there is more than one document"}
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// unknownField is how the YAML library words an error that people should understand without Go.
var unknownField = regexp.MustCompile(`^field (.+) not found in type (.*)$`)

// worldFields are the names of the fields that a world's file may have, by the Go type that they are read into.
var worldFields = sync.OnceValue(func() map[string][]string { return nearest.Fields(reflect.TypeFor[worldFile]()) })

// plainYAML words an error of the YAML library.
func plainYAML(message string) string {
	m := unknownField.FindStringSubmatch(message)
	if m == nil {
		return message
	}
	return fmt.Sprintf("unknown field %q%s", m[1], nearest.DidYouMean(m[1], worldFields()[m[2]]))
}

// yamlErrors gives each error of the YAML library the form file:line:column: message.
func yamlErrors(file string, err error) error {
	list := []*yaml.LoadError{}
	if all, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		list = all.Errors
	} else if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		list = append(list, one)
	}
	var errs []error
	for _, e := range list {
		at, message := pos{e.Mark.Line, e.Mark.Column}, plainYAML(e.Message)
		if own, ok := errors.AsType[*posError](e); ok {
			at, message = own.pos, own.message
		}
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", file, max(at.line, 1), max(at.column, 1), message))
	}
	if errs == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return errors.Join(errs...)
}

// located is a value of a YAML file with its place.
type located[T any] struct {
	value T
	pos
}

// UnmarshalYAML reads the value strictly: unknown fields are errors.
func (l *located[T]) UnmarshalYAML(n *yaml.Node) error {
	l.pos = pos{n.Line, n.Column}
	return n.Load(&l.value, yaml.WithKnownFields())
}

// named is an entry of a YAML mapping.
type named[T any] struct {
	name string
	located[T]
}

// ordered is a YAML mapping with free names, in the order of the file.
type ordered[T any] []named[T]

// UnmarshalYAML keeps the order and the place of each entry.
func (o *ordered[T]) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return errors.New("must be a mapping")
	}
	if err := uniqueKeys(n); err != nil {
		return err
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		entry := named[T]{name: n.Content[i].Value}
		if err := n.Content[i+1].Load(&entry.located, yaml.WithKnownFields()); err != nil {
			return err
		}
		entry.pos = pos{n.Content[i].Line, n.Content[i].Column}
		*o = append(*o, entry)
	}
	return nil
}

// object is a YAML mapping read as a JSON object, with the place of each of its members.
type object struct {
	members map[string]any
	places  []place
	pos
	cut *int // the number of the list that it stands for, if it does: see cutPieces
}

// place is where a member of an object stands.
type place struct {
	name string
	pos
}

// at is where a member stands; where the object stands, if it has no such member.
func (o *object) at(name string) pos {
	for _, p := range o.places {
		if p.name == name {
			return p.pos
		}
	}
	return o.pos
}

// below moves the object so many lines down.
func (o *object) below(lines int) {
	o.line += lines
	for i := range o.places {
		o.places[i].line += lines
	}
}

// UnmarshalYAML reads the mapping as JSON: see jsonValue.
func (o *object) UnmarshalYAML(n *yaml.Node) error {
	if n.Tag == pieceTag {
		cut, err := strconv.Atoi(n.Value)
		o.cut = &cut
		return err
	}
	budget := maxValues
	value, err := jsonValue(n, &budget, 1) // one level deeper, as in a reply
	if errors.Is(err, errTooDeep) {
		return &posError{pos{n.Line, n.Column}, "can't be JSON: " + err.Error()}
	}
	if err != nil {
		return err
	}
	members, ok := value.(map[string]any)
	if !ok {
		return errors.New("must be a mapping")
	}
	*o = object{members: members, places: make([]place, 0, len(n.Content)/2), pos: pos{n.Line, n.Column}}
	for i := 0; i+1 < len(n.Content); i += 2 {
		o.places = append(o.places, place{n.Content[i].Value, pos{n.Content[i].Line, n.Content[i].Column}})
	}
	return nil
}

// maxValues bounds how many values one object of a world may have, aliases written out.
const maxValues = 100_000

// jsonValue converts a YAML value to what decodeJSON would give. Dates and other YAML scalars that
// JSON doesn't have stay the strings that were written. The budget ends an alias that grows without
// end or contains itself.
func jsonValue(n *yaml.Node, budget *int, depth int) (any, error) {
	fail := func(format string, args ...any) error {
		return &posError{pos{n.Line, n.Column}, fmt.Sprintf(format, args...)}
	}
	if *budget--; *budget < 0 {
		return nil, fail("there are more than %d values", maxValues)
	}
	if depth > maxDepth {
		return nil, errTooDeep
	}
	switch n.Kind {
	case yaml.AliasNode:
		return jsonValue(n.Alias, budget, depth)
	case yaml.SequenceNode:
		list := []any{}
		for _, child := range n.Content {
			v, err := jsonValue(child, budget, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		if err := uniqueKeys(n); err != nil {
			return nil, err
		}
		members := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
				return nil, fail("keys must be plain names")
			}
			v, err := jsonValue(n.Content[i+1], budget, depth+1)
			if err != nil {
				return nil, err
			}
			members[key.Value] = v
		}
		return members, nil
	}
	return jsonScalar(n, fail)
}

// jsonScalar converts what is neither a list nor a mapping.
func jsonScalar(n *yaml.Node, fail func(format string, args ...any) error) (any, error) {
	switch tag := n.ShortTag(); {
	case tag == "!!null":
		return nil, nil
	case tag == "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case (tag == "!!int" || tag == "!!float") && json.Valid([]byte(n.Value)):
		return number(n.Value) // keeps the spelling
	case tag == "!!int":
		i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64)
		if err != nil {
			return nil, fail("%q is not an integer of 64 bits", n.Value)
		}
		return json.Number(strconv.FormatInt(i, 10)), nil
	case tag == "!!float":
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, fail("%q is not a number that JSON can hold", n.Value)
		}
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), nil
	}
	return n.Value, nil
}

// uniqueKeys refuses a mapping that has a key twice: which one counts would be a guess.
func uniqueKeys(n *yaml.Node) error {
	if len(n.Content) < 40 && !hasKeyTwice(n) {
		return nil
	}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if first, twice := seen[key.Value]; twice {
			return &posError{pos{key.Line, key.Column}, fmt.Sprintf("the key %q is already on line %d", key.Value, first)}
		}
		seen[key.Value] = key.Line
	}
	return nil
}

// hasKeyTwice is the quick answer for a small mapping.
func hasKeyTwice(n *yaml.Node) bool {
	for i := 2; i+1 < len(n.Content); i += 2 {
		for j := 0; j < i; j += 2 {
			if n.Content[i].Value == n.Content[j].Value {
				return true
			}
		}
	}
	return false
}
