package conformance

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract"
)

// contract is the project's OpenAPI description. Only this check reads it: all the others know what the
// documentation says from their own lines.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(sdecontract.Spec())
})

// contractDigest tells which contract that is.
func contractDigest() string { return fmt.Sprintf("sha256:%x", sha256.Sum256(sdecontract.Spec())) }

func repliesFitContract(t *T) {
	doc, err := contract()
	if err != nil {
		t.Error(err)
	}
	t.lookBack("of status 2xx", success, func(s seen) []Difference {
		schema := replySchema(doc, s)
		if schema == nil {
			return []Difference{{"", s.asked() + ": a documented status", statusOf(s.reply)}}
		}
		var found []Difference
		value := withoutNullParams(s.reply.Value)
		err := schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails())
		for _, e := range schemaErrors(err) {
			pointer, actual := "/"+strings.Join(e.JSONPointer(), "/"), "absent"
			if e.SchemaField != "required" {
				actual = showAt(pointer, e.Value)
			}
			found = append(found, Difference{pointer, s.asked() + ": " + e.Reason, actual})
		}
		return found
	})
}

// replySchema is the schema of the operation's documented reply; nil if it has none with that status.
func replySchema(doc *openapi3.T, s seen) *openapi3.Schema {
	path := s.kind.Path()
	if s.item {
		path += "{connection_id}/"
	}
	item := doc.Paths.Value(path)
	if item == nil || item.GetOperation(s.method) == nil {
		return nil
	}
	response := item.GetOperation(s.method).Responses.Status(s.reply.Status)
	if response == nil || response.Value == nil {
		return nil
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}

// schemaErrors unfolds what kin-openapi found.
func schemaErrors(err error) []*openapi3.SchemaError {
	if err == nil {
		return nil
	}
	if list, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // As of a MultiError finds the first only
		var found []*openapi3.SchemaError
		for _, e := range list {
			found = append(found, schemaErrors(e)...)
		}
		return found
	}
	if e, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{e}
	}
	return []*openapi3.SchemaError{{Reason: err.Error()}}
}

// withoutNullParams leaves out params that are null: one of the ways not to show them.
func withoutNullParams(value any) any {
	o, ok := value.(Object)
	if !ok {
		return value
	}
	if params, has := o["params"]; has && params == nil {
		o = without(o, "params")
	}
	if list, ok := o["results"].([]any); ok {
		shown := make([]any, len(list))
		for i, item := range list {
			shown[i] = withoutNullParams(item)
		}
		o = with(o, "results", shown)
	}
	return o
}
