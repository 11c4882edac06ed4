package reference_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// schemas are those of the files that people write, by the place where they are published.
func schemas(t testing.TB) map[string]*schema {
	t.Helper()
	suite, server, values := readSource(t, "../../conformance"), readSource(t, "../../mock"), lists(t)
	world := server.generate(t, "mock/world.schema.json", "World of the mock", "worldFile", values)
	world.Definitions = append(world.Definitions, connections(t, world)...)
	fault := server.generate(t, "mock/fault.schema.json", "Fault of the mock", "FaultRule", values)
	*fault.Definitions.get("Delay") = orDuration(fault, fault.Definitions.get("Delay"))
	return map[string]*schema{
		"conformance/target.schema.json": suite.generate(t, "conformance/target.schema.json", "Target of the conformance suite", "Target", values),
		"conformance/known.schema.json":  suite.generate(t, "conformance/known.schema.json", "Known deviations", "[]Known", values),
		"mock/world.schema.json":         world,
		"mock/fault.schema.json":         fault,
	}
}

// lists are what tags of fields mean by a name.
func lists(t testing.TB) map[string][]string {
	t.Helper()
	lists := map[string][]string{
		"deviations": {string(conformance.Fail), string(conformance.Warn), string(conformance.Error)},
		"kinds":      {string(conformance.ALM), string(conformance.Analysis)},
	}
	for _, c := range conformance.Checks() {
		lists["checks"] = append(lists["checks"], c.ID)
	}
	for _, e := range mock.Effects() {
		lists["effects"] = append(lists["effects"], string(e))
	}
	doc := contract(t)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			lists["operations"] = append(lists["operations"], op.OperationID)
			if permission, ok := op.Extensions["x-requires"].(string); ok {
				lists["permissions"] = append(lists["permissions"], permission)
			}
		}
	}
	for _, s := range doc.Components.Schemas {
		if feature, ok := s.Value.Extensions["x-feature"].(map[string]any); ok {
			lists["features"] = append(lists["features"], feature["name"].(string))
		}
	}
	for _, name := range []string{"operations", "permissions", "features"} {
		slices.Sort(lists[name])
		lists[name] = slices.Compact(lists[name])
	}
	return lists
}

func contract(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(t, err)
	return doc
}

// connections puts into the schema of a world what a client may send to create a connection of each kind, and the id.
func connections(t testing.TB, world *schema) (definitions ordered) {
	t.Helper()
	at := world.Definitions.get("Organization").Properties.get("connections")
	at.Additional = false
	doc := contract(t)
	for _, kind := range []conformance.Kind{conformance.ALM, conformance.Analysis} {
		input := doc.Paths.Value(kind.Path()).Post.RequestBody.Value.Content["application/json"].Schema
		name := capital(string(kind)) + "Connection"
		out := fromOpenAPI(input.Value, false)
		out.Description = "A connection that is there when the mock starts, as a client would have created it; but its connector needn't be remote."
		out.Additional = false
		out.Required = append([]string{"id"}, out.Required...)
		id := &schema{Type: "integer", Minimum: "1", Description: "Unique among the connections of its kind of all organizations."}
		out.Properties = append(ordered{{"id", id}}, out.Properties...)
		definitions = append(definitions, member{name, out})
		at.Properties = append(at.Properties, member{string(kind), &schema{Type: "array", Items: reference(name)}})
	}
	return definitions
}

// convert is what of a schema of OpenAPI a JSON Schema can say; references stay what they are if they are kept.
func convert(ref *openapi3.SchemaRef, keep bool) *schema {
	if keep && ref.Ref != "" {
		return reference(ref.Ref[strings.LastIndex(ref.Ref, "/")+1:])
	}
	return fromOpenAPI(ref.Value, keep)
}

func fromOpenAPI(s *openapi3.Schema, keep bool) *schema {
	out := &schema{Description: strings.Join(strings.Fields(s.Description), " "), Default: s.Default, Required: s.Required, Format: s.Format, Pattern: s.Pattern}
	if s.Type != nil {
		out.Type = (*s.Type)[0]
	}
	if out.Type == "integer" {
		out.Format = ""
	}
	for _, value := range s.Enum {
		out.Enum = append(out.Enum, fmt.Sprint(value))
	}
	if s.MinLength > 0 {
		out.MinLength = "1"
	}
	if s.Min != nil {
		out.Minimum = json.Number(fmt.Sprint(*s.Min))
	}
	if s.Max != nil {
		out.Maximum = json.Number(fmt.Sprint(*s.Max))
	}
	if s.AdditionalProperties.Has != nil {
		out.Additional = *s.AdditionalProperties.Has
	}
	if s.AdditionalProperties.Schema != nil {
		out.Additional = convert(s.AdditionalProperties.Schema, keep)
	}
	if s.Items != nil {
		out.Items = convert(s.Items, keep)
	}
	for _, one := range s.OneOf {
		out.OneOf = append(out.OneOf, convert(one, keep))
	}
	names := slices.Clone(s.Required)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if s.Properties[name] == nil { // required, and not described
			continue
		}
		property := convert(s.Properties[name], keep)
		if property.Description == "" {
			property.Description = s.Properties[name].Value.Description
		}
		out.Properties = append(out.Properties, member{name, property})
	}
	return out
}

// orDuration is a duration, or the object.
func orDuration(root, object *schema) schema {
	duration := *root.Properties.get("retry_after")
	duration.Description, duration.Default = "Always as long.", nil
	alternative := *object
	alternative.Description = ""
	return schema{Description: object.Description, OneOf: []*schema{&duration, &alternative}}
}

func text(t testing.TB, s *schema) string {
	t.Helper()
	data, err := marshal(s)
	assert.NilError(t, err)
	var indented strings.Builder
	e := json.NewEncoder(&indented)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	assert.NilError(t, e.Encode(json.RawMessage(data)))
	return indented.String()
}
