package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// fieldErrors is what a reply 400 says: the messages for each wrong field.
type fieldErrors map[string][]string

// bodyErrors is the name under which Django REST framework reports a body that isn't an object.
const bodyErrors = "non_field_errors"

// What kin-openapi is asked: for all errors, in its shortest words, which can't hold a secret.
var (
	asRequest  = []openapi3.SchemaValidationOption{openapi3.VisitAsRequest(), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()}
	asResponse = []openapi3.SchemaValidationOption{openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()}

	// asEither is asResponse for a contract without writeOnly: that is all that kin-openapi looks for in a response only,
	// and it sorts the names of all properties to do so.
	asEither = []openapi3.SchemaValidationOption{openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()}
)

// validate asks kin-openapi, the only judge, whether the value fits the schema.
func validate(schema *openapi3.Schema, value any, as []openapi3.SchemaValidationOption) []*openapi3.SchemaError {
	return schemaErrors(nil, schema.VisitJSON(value, as...))
}

// schemaErrors unfolds the errors of kin-openapi. One of another type becomes a SchemaError with its text.
func schemaErrors(found []*openapi3.SchemaError, err error) []*openapi3.SchemaError {
	if err == nil || len(found) >= maxFindings {
		return found
	}
	if list, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // As of a MultiError finds the first only
		for _, e := range list {
			found = schemaErrors(found, e)
		}
		return found
	}
	if e, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return append(found, e)
	}
	return append(found, &openapi3.SchemaError{Schema: &openapi3.Schema{}, Reason: err.Error()})
}

// validateInput holds a request body to the contract. It returns what is wrong for people, and for
// the body of the reply.
func (c *Contract) validateInput(op *operation, body any) ([]Finding, fieldErrors) {
	wrong := validate(op.input, body, asRequest)
	if wrong == nil {
		return nil, nil
	}
	findings := make([]Finding, 0, len(wrong))
	messages := fieldErrors{}
	for _, e := range wrong {
		f := c.finding(e, "body")
		name := f.field()
		known := op.field(name)
		f.Source = op.cited
		if known != nil && known.cite != nil {
			f.Source = known.cited
		}
		findings = append(findings, f)
		if name == "" {
			name = bodyErrors
		}
		messages[name] = append(messages[name], frameworkMessage(e, known))
	}
	return findings, messages
}

// finding explains an error of kin-openapi: which value, what the contract wants, where it says so.
func (c *Contract) finding(e *openapi3.SchemaError, in string) Finding {
	f := Finding{Severity: Violation, In: in, Message: wanted(e)}
	for _, token := range e.JSONPointer() {
		f.Pointer += pointerTo(token)
	}
	f.Rule, f.Location = c.where(e.Schema, e.SchemaField)
	return f
}

// faults tells, as faults of the mock, what the schema forbids in a reply.
func (c *Contract) faults(schema *openapi3.Schema, value any) []Finding {
	var faults []Finding
	as := asResponse
	if c.readable {
		as = asEither
	}
	for _, e := range validate(schema, value, as) {
		f := c.finding(e, "reply")
		f.Severity = Fault
		faults = append(faults, f)
	}
	return faults
}

var (
	toToken   = strings.NewReplacer("~", "~0", "/", "~1")
	fromToken = strings.NewReplacer("~1", "/", "~0", "~")
)

// token spells a name as a part of a JSON pointer.
func token(name string) string {
	if !strings.ContainsAny(name, "~/") { // nearly always
		return name
	}
	return toToken.Replace(name)
}

// untoken is the name that token spelled.
func untoken(token string) string {
	if !strings.Contains(token, "~") {
		return token
	}
	return fromToken.Replace(token)
}

// pointerTo is the JSON pointer to a member of an object.
func pointerTo(member string) string { return "/" + token(member) }

// wanted says in words what the violated rule asks for. It never repeats a value, unless it is a
// short one where the contract lists the allowed ones.
func wanted(e *openapi3.SchemaError) string {
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return "is required"
	case "enum":
		if e.Value == nil {
			return "must not be null"
		}
		allowed := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			allowed[i] = string(appendJSON(nil, v))
		}
		return fmt.Sprintf("%s is not one of %s", display(e.Value), strings.Join(allowed, ", "))
	case "type", "nullable":
		if e.Value == nil {
			return "must not be null"
		}
		return fmt.Sprintf("must be %s, got %s", withArticle(strings.Join(s.Type.Slice(), " or ")), withArticle(jsonType(e.Value)))
	case "minLength":
		if s.MinLength == 1 {
			return "must not be empty"
		}
		return fmt.Sprintf("must have at least %d characters", s.MinLength)
	case "maxLength":
		return fmt.Sprintf("must have at most %d characters", *s.MaxLength)
	case "minimum":
		return fmt.Sprintf("must be at least %v", *s.Min)
	case "maximum":
		return fmt.Sprintf("must be at most %v", *s.Max)
	}
	return e.Reason
}

// frameworkMessage is the message of Django REST framework for the violated rule; see docs/rulings.md.
func frameworkMessage(e *openapi3.SchemaError, f *field) string {
	s := e.Schema
	switch {
	case e.SchemaField == "required":
		return "This field is required."
	case e.Value == nil:
		return "This field may not be null."
	case e.SchemaField == "enum":
		return fmt.Sprintf("%s is not a valid choice.", quoted(e.Value))
	case e.SchemaField == "minLength" && s.MinLength == 1:
		return "This field may not be blank."
	case e.SchemaField == "minimum":
		return fmt.Sprintf("Ensure this value is greater than or equal to %v.", *s.Min)
	case e.SchemaField != "type":
		return strings.ToUpper(e.Reason[:1]) + e.Reason[1:] + "."
	case f == nil:
		return fmt.Sprintf("Invalid data. Expected a dictionary, but got %s.", pythonType(e.Value))
	case f.refersTo != nil:
		return fmt.Sprintf("Incorrect type. Expected pk value, received %s.", pythonType(e.Value))
	case s.Type.Is(openapi3.TypeString):
		return "Not a valid string."
	case s.Type.Is(openapi3.TypeInteger):
		return "A valid integer is required."
	case s.Type.Is(openapi3.TypeObject):
		return fmt.Sprintf("Expected a dictionary of items but got type %q.", pythonType(e.Value))
	}
	return "Not a valid " + strings.Join(s.Type.Slice(), " or ") + "."
}

// display shows a value if it is a short scalar, else its type.
func display(v any) string {
	switch v := v.(type) {
	case map[string]any, []any:
		return withArticle(jsonType(v))
	case string:
		if utf8.RuneCountInString(v) > 60 {
			return "a string of " + strconv.Itoa(utf8.RuneCountInString(v)) + " characters"
		}
	}
	return string(appendJSON(nil, v))
}

// quoted shows a value between quotation marks, as the framework does in its messages.
func quoted(v any) string {
	if s, ok := v.(string); ok {
		return `"` + s + `"`
	}
	return `"` + display(v) + `"`
}

func jsonType(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case json.Number:
		if _, ok := asInt(v); ok {
			return "integer"
		}
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

// pythonType is what the vendor's framework calls the type of a value.
func pythonType(v any) string {
	switch v := v.(type) {
	case string:
		return "str"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "float"
		}
		return "int"
	case bool:
		return "bool"
	case []any:
		return "list"
	case map[string]any:
		return "dict"
	}
	return "NoneType"
}

func withArticle(noun string) string {
	switch {
	case noun == "null":
		return noun
	case strings.ContainsAny(noun[:1], "aeio"):
		return "an " + noun
	}
	return "a " + noun
}
