package mock

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// reply is what a step answers: a refusal, with a body; or connections, which the store has rendered
// and validated.
type reply struct {
	status int
	header http.Header
	body   map[string]any // of a refusal

	items    []rendering
	envelope map[string]any   // of a list; nil if the one item is the whole body
	slot     string           // the member of the envelope that holds the items
	schema   *openapi3.Schema // of the envelope

	encoded []byte // the body that is sent, set by checked
	chunked bool   // sent without its length
}

func (a *reply) size() int { return len(a.encoded) }

// checked returns the reply, ready to be written, if it is what the contract documents. Else it
// returns a 500 that says what is wrong with it, unless replies may be loose.
func (c *call) checked(a *reply) *reply {
	faults := c.faults(a)
	if faults == nil {
		a.encoded = a.encode()
		return a
	}
	where := make([]string, 0, len(faults))
	for _, f := range faults {
		if c.unvalidated {
			f.Severity = Note // the client asked for it
		}
		c.find(f)
		where = append(where, strings.TrimSpace(f.Pointer+" "+f.Message+" ("+f.Why()+")"))
	}
	if c.loose {
		a.encoded = a.encode()
		return a
	}
	broken := refuse(http.StatusInternalServerError, "The mock's reply would break the contract: %s", strings.Join(where, "; "))
	broken.encoded = broken.encode()
	return broken
}

// faults tells what the contract forbids in the reply.
func (c *call) faults(a *reply) []Finding {
	if a.status == 0 { // no reply at all
		return nil
	}
	if c.op == nil {
		return c.refusalFaults(a, c.contract.responses[a.status])
	}
	documented, ok := c.op.responses[a.status]
	if !ok {
		return []Finding{{Severity: Fault, In: "reply", Message: c.op.id + " has no response " + strconv.Itoa(a.status)}}
	}
	if a.body != nil {
		return c.refusalFaults(a, documented.schema)
	}
	var faults []Finding
	for _, item := range a.items {
		faults = append(faults, item.faults...)
	}
	if a.envelope != nil {
		faults = append(faults, c.contract.faults(a.schema, a.envelope)...)
	}
	return faults
}

func (c *call) refusalFaults(a *reply, schema *openapi3.Schema) []Finding {
	if a.body == nil || schema == nil { // OPTIONS and redirects, which the contract doesn't describe
		return nil
	}
	return c.contract.faults(schema, a.body)
}

// encode joins what was validated: nothing is rendered anew but the envelope.
func (a *reply) encode() []byte {
	switch {
	case a.body != nil:
		return appendJSON(nil, a.body)
	case a.envelope == nil && a.items == nil:
		return nil
	case a.envelope == nil:
		return a.items[0].body
	}
	body := []byte{'{'}
	for _, name := range sortedKeys(a.envelope) {
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = append(appendJSON(body, name), ':')
		if name != a.slot {
			body = appendJSON(body, a.envelope[name])
			continue
		}
		body = append(body, '[')
		for i, item := range a.items {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(body, item.body...)
		}
		body = append(body, ']')
	}
	return append(body, '}')
}

// explanationHeader carries what the mock has to say to people; clients can ignore it.
const explanationHeader = "Contract-Explanation"

// maxExplanations keeps the header of a reply below what common clients accept.
const maxExplanations = 10

// label gives the reply the headers that the contract documents for its status.
func (c *call) label(a *reply) {
	if a.header == nil {
		a.header = http.Header{}
	}
	mediaType := "application/json"
	if c.op != nil {
		documented := c.op.responses[a.status]
		if documented.mediaType != "" {
			mediaType = documented.mediaType
		}
		for name, value := range documented.header {
			a.header.Set(name, value)
		}
	}
	if len(a.encoded) > 0 {
		a.header.Set("Content-Type", mediaType)
	}
}

// write sends the reply.
func (c *call) write(a *reply) {
	if a.status == 0 { // a fault keeps the reply back
		return
	}
	header := c.w.Header()
	maps.Copy(header, a.header)
	if !a.chunked {
		header.Set("Content-Length", strconv.Itoa(len(a.encoded)))
	}
	for i, f := range c.findings {
		if i == maxExplanations {
			header.Add(explanationHeader, fmt.Sprintf("and %d more; the log has them", len(c.findings)-i))
			break
		}
		header.Add(explanationHeader, headerText(f.String()))
	}
	c.w.WriteHeader(a.status)
	if a.chunked {
		_ = http.NewResponseController(c.w).Flush() // before the body, so that nobody can tell its length
	}
	if c.r.Method != http.MethodHead {
		c.writeBody(a.encoded)
	}
}

// headerText makes a text fit for a header: ASCII, one line, of bounded length.
func headerText(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return clip(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
}
