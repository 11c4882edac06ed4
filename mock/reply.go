package mock

import (
	"fmt"
	"io"
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

	records  []*record
	view     int            // of the records
	envelope map[string]any // of a list; nil if the one record is the whole body
	slot     string         // the member of the envelope that holds the records

	encoded    []byte // the body that is sent, unless it is streamed
	head, tail []byte // what is before and behind the records
	streamed   int    // the size of the body, if it is written record by record
	chunked    bool   // sent without its length
}

func (a *reply) size() int { return len(a.encoded) + a.streamed }

// checked returns the reply, ready to be written, if it is what the contract documents. Else it
// returns a 500 that says what is wrong with it, unless replies may be loose.
func (c *call) checked(a *reply) *reply {
	faults := c.faults(a)
	if faults == nil {
		c.encode(a)
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
		c.encode(a)
		return a
	}
	broken := refuse(http.StatusInternalServerError, "The mock's reply would break the contract: %s", strings.Join(where, "; "))
	c.encode(broken)
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
	if a.encoded != nil { // a list that was found right before
		return nil
	}
	var faults []Finding
	for _, rec := range a.records {
		faults = append(faults, rec.forbidden(a.view)...)
	}
	switch len(a.envelope) {
	case 0:
		return faults
	case 1:
		return append(faults, c.op.collection.bareFaults...)
	}
	return append(faults, c.contract.faults(c.op.collection.list, a.envelope)...)
}

func (c *call) refusalFaults(a *reply, schema *openapi3.Schema) []Finding {
	if a.body == nil || schema == nil { // OPTIONS and redirects, which the contract doesn't describe
		return nil
	}
	return c.contract.faults(schema, a.body)
}

// encode joins what was validated: nothing is rendered anew but the envelope. A long list is left to be
// written record by record.
func (c *call) encode(a *reply) {
	switch {
	case a.encoded != nil:
	case a.body != nil:
		a.encoded = appendJSON(nil, a.body)
	case a.envelope == nil && a.records == nil:
	case a.envelope == nil:
		a.encoded = a.records[0].views[a.view]
	default:
		if a.head, a.tail = c.op.collection.head, c.op.collection.tail; len(a.envelope) > 1 {
			a.head, a.tail = frame(a.envelope, a.slot)
		}
		size := len(a.head) + length(a.records, a.view) + len(a.tail)
		if size > maxWhole && c.liberty == nil && c.fault == nil {
			a.streamed = size
			return
		}
		a.encoded = append(appendRows(append(make([]byte, 0, size), a.head...), a.records, a.view), a.tail...)
	}
}

// frame is the envelope of a list in JSON, cut where its records come.
func frame(envelope map[string]any, slot string) (head, tail []byte) {
	head = []byte{'{'}
	part := &head
	for i, name := range sortedKeys(envelope) {
		if i > 0 {
			*part = append(*part, ',')
		}
		*part = append(appendJSON(*part, name), ':')
		if name == slot {
			*part = append(*part, '[')
			part, tail = &tail, []byte{']'}
			continue
		}
		*part = appendJSON(*part, envelope[name])
	}
	*part = append(*part, '}')
	return head, tail
}

// length is how many bytes the records take in a list.
func length(list []*record, view int) int {
	sum := max(0, len(list)-1)
	for _, rec := range list {
		sum += len(rec.views[view])
	}
	return sum
}

func appendRows(dst []byte, list []*record, view int) []byte {
	for i, rec := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, rec.views[view]...)
	}
	return dst
}

// chunk is how much of a long list is written at once.
const chunk = 64 << 10

// stream writes a long list.
func (a *reply) stream(w io.Writer) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	text := append(s.text[:0], a.head...)
	for i := range a.records {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendRows(text, a.records[i:i+1], a.view)
		if len(text) >= chunk {
			if _, err := w.Write(text); err != nil {
				return // a client that is gone needs no answer
			}
			text = text[:0]
		}
	}
	text = append(text, a.tail...)
	_, _ = w.Write(text)
	s.text = text
}

// explanationHeader carries what the mock has to say to people; clients can ignore it.
const explanationHeader = "Contract-Explanation"

// maxExplanations keeps the header of a reply below what common clients accept.
const maxExplanations = 10

// jsonContent is the Content-Type of what the contract doesn't describe. Values of headers are never
// changed in place, so replies can share them.
var jsonContent = []string{"application/json"}

// label gives the reply the headers that the contract documents for its status.
func (c *call) label(a *reply) {
	header, contentType := c.w.Header(), jsonContent
	maps.Copy(header, a.header)
	a.header = header
	if c.op != nil {
		documented := c.op.responses[a.status]
		if documented.mediaType != "" {
			contentType = documented.contentType
		}
		for name, value := range documented.header {
			header.Set(name, value)
		}
	}
	if a.size() > 0 {
		header["Content-Type"] = contentType
	}
}

// write sends the reply.
func (c *call) write(a *reply) {
	if a.status == 0 { // a fault keeps the reply back
		return
	}
	header := a.header
	if !a.chunked {
		header["Content-Length"] = []string{strconv.Itoa(a.size())}
	}
	for _, text := range explanations(c.findings) {
		header.Add(explanationHeader, text)
	}
	c.w.WriteHeader(a.status)
	if a.chunked {
		_ = http.NewResponseController(c.w).Flush() // before the body, so that nobody can tell its length
	}
	switch {
	case c.r.Method == http.MethodHead:
	case a.streamed > 0:
		a.stream(c.w)
	default:
		c.writeBody(a.encoded)
	}
}

// explanations are the values of the header that explains a reply.
func explanations(findings []Finding) []string {
	var texts []string
	for i, f := range findings {
		if i == maxExplanations {
			return append(texts, fmt.Sprintf("and %d more; the log has them", len(findings)-i))
		}
		texts = append(texts, headerText(f.String()))
	}
	return texts
}

// headerText makes a text fit for a header: ASCII, one line, of bounded length.
func headerText(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }) {
		return clip(s)
	}
	quoted := strconv.QuoteToASCII(s)
	return clip(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
}
