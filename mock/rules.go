package mock

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// collectionRule is x-collection on an operation: what it does, and to which collection.
type collectionRule struct {
	Name string `yaml:"name"` // the kind of connection: alm, analysis; or objects of the world, such as projects
	Kind string `yaml:"kind"` // of connectors: that of the connections that they are for; else empty
	Verb string `yaml:"verb"` // list, get, create, update or caller
}

// featureRule is x-feature on a field with an enum: only organizations with the feature Name
// may use the values in Gates.
type featureRule struct {
	Name  string   `yaml:"name"`  // as organizations of a world list it
	Gates []string `yaml:"gates"` // values of the enum beside it
}

// refersRule is x-refers-to on a field: its value is the id of an object of Collection, in the
// caller's organization, for which Where holds.
type refersRule struct {
	Collection string         `yaml:"collection"` // connectors or projects
	Where      map[string]any `yaml:"where"`      // attributes that the object must have, with their values
}

// source is where a value comes from, such as connector.name: the attribute of the object that the
// field before the dot refers to.
type source string

func (s source) split() (field, attribute string) {
	field, attribute, _ = strings.Cut(string(s), ".")
	return field, attribute
}

// UnmarshalYAML refuses what isn't of the form field.attribute.
func (s *source) UnmarshalYAML(n *yaml.Node) error {
	if err := n.Decode((*string)(s)); err != nil {
		return err
	}
	if field, attribute := s.split(); field == "" || attribute == "" {
		return fmt.Errorf("%q is not of the form field.attribute", *s)
	}
	return nil
}

// inheritsRule is x-inherits on an object: where members come from that the client doesn't send.
// The member "*" stands for every member of its source; a named member wins over it.
type inheritsRule map[string]source

// citation is one place of x-source: where the documentation says what the contract says here.
type citation struct {
	Page    string `yaml:"page"`    // Connections if empty
	Heading string `yaml:"heading"` // the nearest one above the lines
	Lines   string `yaml:"lines"`   // 56, 3-58, or a list of those
}

func (c citation) String() string {
	page, lines := "", "line"
	if c.Page != "" {
		page = c.Page + " page, "
	}
	if strings.ContainsAny(c.Lines, ",-") {
		lines = "lines"
	}
	return fmt.Sprintf("%s%q, %s %s", page, c.Heading, lines, c.Lines)
}

// citations is x-source: one place, or a list of them.
type citations []citation

// UnmarshalYAML takes one place for a list of one.
func (c *citations) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Load((*[]citation)(c), yaml.WithKnownFields())
	}
	*c = make(citations, 1)
	return n.Load(&(*c)[0], yaml.WithKnownFields())
}

// within returns the places under the heading of the operation, if there are any; else all.
func (c citations) within(op *operation) citations {
	var under citations
	for _, place := range c {
		if slices.ContainsFunc(op.cite, func(o citation) bool { return o.Heading == place.Heading }) {
			under = append(under, place)
		}
	}
	if under == nil {
		return c
	}
	return under
}

func (c citations) String() string {
	places := make([]string, len(c))
	for i, place := range c {
		places[i] = place.String()
	}
	return strings.Join(places, "; ")
}

// xKeys is the closed set: each x- key, the objects that may carry it, and how strictly its value is
// read. Each has a comment: what it says, and which steps of the mock go by it.
var xKeys = map[string]struct {
	on     []string
	decode func(*yaml.Node) error
}{
	// What the operation does, and to which collection. Steps: findConnection, act.
	"x-collection": {[]string{"operation"}, strictly[collectionRule]},
	// The permission without which the operation is refused with 403. Steps: checkPermission.
	"x-requires": {[]string{"operation"}, strictly[string]},
	// The property of the listed items that must equal the parameter: a text or an integer. Steps: act.
	"x-filters": {[]string{"parameter"}, strictly[string]},
	// The parameter's part in pagination: size or page. Steps: act.
	"x-paginates": {[]string{"parameter"}, strictly[string]},
	// The permission without which the property is left out of replies. It stands on a property of the items of a
	// collection. Steps: act.
	"x-visible-with": {[]string{"schema"}, strictly[string]},
	// Where the value comes from if the client sends none. On a readOnly property, where it always comes from; of a
	// project or an application, from what it belongs to. Steps: fillDefaults, act.
	"x-default-from": {[]string{"schema"}, strictly[source]},
	// The value is the id of an object in the caller's organization; any other is refused. Steps:
	// refuseUnknownReferences, fillDefaults.
	"x-refers-to": {[]string{"schema"}, strictly[refersRule]},
	// Values that only organizations may use whose plan has the feature. It stands beside an enum. Steps:
	// refuseGatedValues.
	"x-feature": {[]string{"schema"}, strictly[featureRule]},
	// Where members of an object come from that the client doesn't send. Steps: fillDefaults.
	"x-inherits": {[]string{"schema"}, strictly[inheritsRule]},
	// Where the documentation says what the contract says here. No step goes by it: findings, reports and the
	// inspector cite it.
	"x-source": {[]string{"operation", "parameter", "schema", "response"}, strictly[citations]},
}

func strictly[T any](n *yaml.Node) error {
	return n.Load(new(T), yaml.WithKnownFields())
}

// grammar tells what the keys of each kind of OpenAPI object hold: an object of that kind, a list of
// them ("[]"), or a map whose keys are free names ("{}"). What isn't told here can't carry x- keys.
var grammar = map[string]map[string]string{
	"document": {"paths": "{}path", "components": "components"},
	"components": {
		"schemas": "{}schema", "parameters": "{}parameter", "responses": "{}response",
		"headers": "{}header", "requestBodies": "{}body", "examples": "data",
	},
	"path": {
		"get": "operation", "put": "operation", "post": "operation", "patch": "operation",
		"delete": "operation", "parameters": "[]parameter",
	},
	"operation": {"parameters": "[]parameter", "requestBody": "body", "responses": "{}response"},
	"parameter": {"schema": "schema", "example": "data", "examples": "data"},
	"body":      {"content": "{}media"},
	"response":  {"content": "{}media", "headers": "{}header"},
	"header":    {"schema": "schema", "example": "data", "examples": "data"},
	"media":     {"schema": "schema", "example": "data", "examples": "data"},
	"schema": {
		"properties": "{}schema", "items": "schema", "additionalProperties": "schema", "not": "schema",
		"allOf": "[]schema", "anyOf": "[]schema", "oneOf": "[]schema",
		"example": "data", "default": "data", "enum": "data",
	},
}

// foundKey is an x- key of the contract's text.
type foundKey struct {
	key   *yaml.Node
	value *yaml.Node
	on    string // the kind of object that carries it
}

// findKeys appends the x- keys in and below the object n of that kind.
func findKeys(found []foundKey, n *yaml.Node, kind string) []foundKey {
	element, isList := strings.CutPrefix(kind, "[]")
	element, isMap := strings.CutPrefix(element, "{}")
	switch {
	case kind == "data" || n.Kind == yaml.AliasNode: // an example may hold anything
	case n.Kind == yaml.DocumentNode || isList || n.Kind == yaml.SequenceNode:
		for _, child := range n.Content {
			found = findKeys(found, child, element)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case isMap:
				found = findKeys(found, value, element)
			case strings.HasPrefix(key.Value, "x-"):
				found = append(found, foundKey{key, value, kind})
			default:
				found = findKeys(found, value, grammar[kind][key.Value])
			}
		}
	}
	return found
}

// check returns what is wrong with the key, or nil.
func (f foundKey) check() error {
	known, ok := xKeys[f.key.Value]
	switch {
	case !ok:
		return fmt.Errorf("unknown x- key%s", nearest.DidYouMean(f.key.Value, slices.Sorted(maps.Keys(xKeys))))
	case !slices.Contains(known.on, f.on):
		return fmt.Errorf("misplaced: it belongs on an OpenAPI object of type %s", strings.Join(known.on, ", "))
	}
	return known.decode(f.value)
}
