package mock

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

func readBody(c *call) *reply {
	if c.op.input == nil {
		return nil
	}
	if answer := c.checkContentType(); answer != nil {
		return answer
	}
	data, err := readAll(http.MaxBytesReader(c.w, c.r.Body, c.maxBody), min(c.r.ContentLength, c.maxBody, 64<<10))
	c.body = data
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		c.find(Finding{Severity: Refusal, In: "body", Message: fmt.Sprintf("is larger than this mock reads: %d bytes", c.maxBody)})
		return refuse(http.StatusRequestEntityTooLarge, "The request body is larger than %d bytes.", c.maxBody)
	}
	if err != nil {
		c.find(Finding{Severity: Violation, In: "body", Message: "broke off: " + err.Error()})
		return refuse(http.StatusBadRequest, "The request body broke off.")
	}
	var body any = map[string]any{}
	if len(data) == 0 {
		c.find(Finding{Severity: Violation, In: "body", Message: "is empty; " + c.op.id + " needs one", Source: c.op.cited})
	} else if body, err = decodeJSON(data); err != nil {
		c.find(Finding{Severity: Violation, In: "body", Message: "is not JSON: " + err.Error()})
		return refuse(http.StatusBadRequest, "JSON parse error - %v", err)
	}
	object, ok := body.(map[string]any)
	if !ok {
		findings, messages := c.contract.validateInput(c.op, body)
		c.find(findings...)
		return refuseFields(messages)
	}
	c.sent = object
	c.sawBody()
	return nil
}

// readAll reads to the end of what is probably this long, or longer. The journal keeps the buffer, so it is no larger
// than it must be.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length <= 0 {
		return io.ReadAll(r)
	}
	data := make([]byte, 0, length+1) // one more, to find the end
	for len(data) < cap(data) {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return data, err
		}
	}
	rest, err := io.ReadAll(r)
	return append(data, rest...), err
}

// unknownFields are the members of a body that the operation has no field for.
func (op *operation) unknownFields(sent map[string]any) []string {
	var names []string
	for name := range sent {
		if op.field(name) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (c *call) checkContentType() *reply {
	if encoding := c.r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		c.find(Finding{
			Severity: Violation, In: "header", Pointer: "Content-Encoding",
			Message: fmt.Sprintf("%q: send the body as it is", encoding),
		})
		return refuse(http.StatusUnsupportedMediaType, "Unsupported content encoding %q in request.", encoding)
	}
	contentType := c.r.Header.Get("Content-Type")
	if contentType == "" || c.unvalidated || slices.Contains(c.op.consumes, contentType) {
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter)) && slices.Contains(c.op.consumes, mediaType) {
		return nil
	}
	c.find(Finding{
		Severity: Violation, In: "header", Pointer: "Content-Type",
		Message: fmt.Sprintf("%q is not %s", contentType, strings.Join(c.op.consumes, " or ")),
	})
	return refuse(http.StatusUnsupportedMediaType, "Unsupported media type %q in request.", contentType)
}

func validateBody(c *call) *reply {
	if c.op.input == nil {
		return nil
	}
	findings, messages := c.contract.validateInput(c.op, c.sent)
	c.find(findings...)
	for name, list := range messages {
		c.reject(name, list...)
	}
	for _, name := range c.op.unknownFields(c.sent) {
		message := "is not a field of " + c.op.id + nearest.DidYouMean(name, sortedKeys(c.op.input.Properties))
		if c.op.collection.has(name) {
			message = "is the server's to set"
		}
		c.find(Finding{Severity: Note, In: "body", Pointer: pointerTo(name), Message: message + "; it was ignored"})
	}
	return nil
}
