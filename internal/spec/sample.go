package spec

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract"
)

const mediaType = "application/json"

// sample is an operation with the request and the replies that the contract shows for it.
type sample struct {
	method    string
	path      string // with the parameters' names in braces
	operation *openapi3.Operation
	params    []*openapi3.Parameter
	body      any // nil if there is none
	replies   []reply
}

type reply struct {
	status int
	says   string
	body   any
}

// samples lists what the contract shows, in the order in which it can be asked: what exists, then a new one, then a
// change.
func samples(doc *openapi3.T) ([]sample, error) {
	var all []sample
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
			op := item.GetOperation(method)
			if op == nil {
				continue
			}
			s := sample{method: method, path: path, operation: op}
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				s.params = append(s.params, p.Value)
			}
			if op.RequestBody != nil {
				s.body = op.RequestBody.Value.Content[mediaType].Example
			}
			for status, r := range op.Responses.Map() {
				code, err := strconv.Atoi(status)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: the status %q is not a number", sdecontract.SpecFile, op.OperationID, status)
				}
				s.replies = append(s.replies, reply{code, *r.Value.Description, r.Value.Content[mediaType].Example})
			}
			slices.SortFunc(s.replies, func(a, b reply) int { return a.status - b.status })
			all = append(all, s)
		}
	}
	return all, nil
}

// id is what to ask for in the path: that of the resource which the reply shows, else the parameter's own example.
func (s sample) id(p *openapi3.Parameter) any {
	if shown, ok := s.replies[0].body.(map[string]any); ok && shown["id"] != nil {
		return shown["id"]
	}
	return p.Example
}

// load returns the contract, which this program carries, and its samples.
func load() (*openapi3.T, []sample, error) {
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", sdecontract.SpecFile, err)
	}
	all, err := samples(doc)
	return doc, all, err
}
