package control

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return ""
	}
	return t
}

// read reads the parameters and the body, as the document wants them.
func (c *call) read(route *route) error {
	if err := c.readParameters(route); err != nil {
		return err
	}
	limited := http.MaxBytesReader(c.w, c.r.Body, c.options.MaxBody)
	body, err := io.ReadAll(limited)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("the body is larger than %d bytes", c.options.MaxBody)}
	}
	if err != nil {
		return invalid(mistake{Detail: "the body broke off"})
	}
	c.body = body
	if c.operation.RequestBody == nil {
		if len(body) > 0 {
			return invalid(mistake{Detail: c.operation.OperationID + " takes no body"})
		}
		return nil
	}
	return c.readBody(c.operation.RequestBody.Value)
}

func (c *call) readParameters(route *route) error {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return invalid(mistake{Detail: "the query can't be read: " + err.Error()})
	}
	c.query = query
	var known []string
	for _, p := range append(slices.Clone(route.item.Parameters), c.operation.Parameters...) {
		if p.Value.In == openapi3.ParameterInQuery {
			known = append(known, p.Value.Name)
		}
	}
	var mistakes []mistake
	for name, values := range query {
		if !slices.Contains(known, name) {
			mistakes = append(mistakes, mistake{Parameter: name, Detail: "is not a parameter of " + c.operation.OperationID + oneOf(known)})
		} else if len(values) > 1 {
			mistakes = append(mistakes, mistake{Parameter: name, Detail: "was given more than once"})
		}
	}
	err = openapi3filter.ValidateRequest(c.r.Context(), &openapi3filter.RequestValidationInput{
		Request: c.r, PathParams: c.vars, QueryParams: query,
		Route: &routers.Route{Spec: api().doc, Path: route.template, PathItem: route.item, Method: c.r.Method, Operation: c.operation},
		Options: &openapi3filter.Options{
			ExcludeRequestBody: true, MultiError: true, SkipSettingDefaults: true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // authorize has seen to it
		},
	})
	mistakes = append(mistakes, parameterMistakes(err)...)
	if mistakes != nil {
		slices.SortStableFunc(mistakes, func(a, b mistake) int { return strings.Compare(a.Parameter, b.Parameter) })
		return invalid(mistakes...)
	}
	return nil
}

func parameterMistakes(err error) []mistake {
	var mistakes []mistake
	for _, e := range flatten(err) {
		var request *openapi3filter.RequestError
		m := mistake{Detail: e.Error()}
		if errors.As(e, &request) && request.Parameter != nil {
			m.Parameter, m.Detail = request.Parameter.Name, reason(request.Err, request.Reason)
		}
		mistakes = append(mistakes, m)
	}
	return mistakes
}

// flatten lists the errors that an error of kin-openapi is made of.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	many, ok := err.(openapi3.MultiError) //nolint:errorlint // a wrapped one is one error
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range many {
		list = append(list, flatten(e)...)
	}
	return list
}

func reason(err error, otherwise string) string {
	var schema *openapi3.SchemaError
	var parse *openapi3filter.ParseError
	switch {
	case errors.As(err, &schema):
		return schema.Reason
	case errors.As(err, &parse) && parse.Reason != "":
		return parse.Reason
	case err != nil:
		return err.Error()
	}
	return otherwise
}

// readBody holds a body of JSON to its schema. What isn't JSON is for those who know its form.
func (c *call) readBody(doc *openapi3.RequestBody) error {
	given := mediaType(c.r)
	if slices.Contains(bodyTypes[1:], given) {
		given = "application/yaml"
	}
	media := doc.Content[given]
	switch {
	case len(c.body) == 0 && !doc.Required:
		return nil
	case len(c.body) == 0:
		return invalid(mistake{Detail: c.operation.OperationID + " needs a body"})
	case media == nil:
		var types []string
		for name := range doc.Content {
			types = append(types, name)
		}
		slices.Sort(types)
		return &problem{Status: http.StatusUnsupportedMediaType, Detail: fmt.Sprintf("the body's Content-Type must be %s", strings.Join(types, " or "))}
	}
	if c.isJSON = given == "application/json"; !c.isJSON {
		return nil
	}
	var value any
	if err := json.Unmarshal(c.body, &value); err != nil {
		return invalid(mistake{Detail: "the body is not JSON: " + syntax(err)})
	}
	err := media.Schema.Value.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails())
	if mistakes := bodyMistakes(err); mistakes != nil {
		return invalid(mistakes...)
	}
	return nil
}

// syntax says what is wrong with JSON, and where.
func syntax(err error) string {
	if s, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		where := fmt.Sprintf(" at byte %d", s.ByteOffset)
		if s.JSONPointer != "" {
			where = fmt.Sprintf(" within %s%s", s.JSONPointer, where)
		}
		return strings.TrimPrefix(s.Err.Error(), "jsontext: ") + where
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func bodyMistakes(err error) []mistake {
	var mistakes []mistake
	for _, e := range flatten(err) {
		m := mistake{Detail: e.Error()}
		if s, ok := errors.AsType[*openapi3.SchemaError](e); ok {
			m = mistake{Detail: s.Reason}
			for _, token := range s.JSONPointer() {
				m.Pointer += pointer(token)
			}
			switch name, unknown := unsupported(s); {
			case unknown:
				m.Pointer += pointer(name)
				m.Detail = "is unknown" + oneOf(slices.Collect(maps.Keys(s.Schema.Properties)))
			case s.SchemaField == "oneOf":
				m.Detail = "fits none of the forms that it may have"
			}
		}
		mistakes = append(mistakes, m)
	}
	slices.SortStableFunc(mistakes, func(a, b mistake) int { return strings.Compare(a.Pointer, b.Pointer) })
	return mistakes
}

// unsupported returns the member that the error says a schema has no place for.
func unsupported(e *openapi3.SchemaError) (name string, ok bool) {
	quoted, found := strings.CutSuffix(e.Reason, " is unsupported")
	name, err := strconv.Unquote(strings.TrimPrefix(quoted, "property "))
	return clip(name), found && err == nil && e.Schema != nil
}

// pointer is a step of a JSON pointer.
func pointer(token string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

// into reads the body into a value that the schema has been held to.
func (c *call) into(value any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, value); err != nil {
		return invalid(mistake{Detail: syntax(err)})
	}
	return nil
}

func (c *call) yes(name string) bool { return c.query.Get(name) == "true" }

// oneOf ends a message with the names that there are.
func oneOf(names []string) string {
	if len(names) == 0 {
		return ", which has none"
	}
	return ": there is " + strings.Join(slices.Sorted(slices.Values(names)), ", ")
}
