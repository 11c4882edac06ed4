package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// problem is a refusal, as RFC 9457 has it.
type problem struct {
	Type   string    `json:"type"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail"`
	Errors []mistake `json:"errors,omitempty"`
}

// mistake is one of several things that are wrong with a request.
type mistake struct {
	Detail    string `json:"detail"`
	Pointer   string `json:"pointer,omitempty"`   // into the body
	Parameter string `json:"parameter,omitempty"` // of the query, the path or a header
}

func (p *problem) Error() string { return p.Detail }

func notFound(format string, args ...any) error {
	return &problem{Status: http.StatusNotFound, Detail: clip(fmt.Sprintf(format, args...))}
}

// invalid is a refusal of the request's contents. The first mistake is told in its detail too.
func invalid(mistakes ...mistake) error {
	first := mistakes[0]
	detail := strings.TrimSpace(strings.TrimPrefix(first.Parameter+first.Pointer+": ", ": ") + first.Detail)
	if len(mistakes) > 1 {
		detail += fmt.Sprintf(" (and %d more)", len(mistakes)-1)
	}
	return &problem{Status: http.StatusBadRequest, Detail: clip(detail), Errors: mistakes[:min(len(mistakes), maxMistakes)]}
}

// What a refusal tells is bounded.
const (
	maxMistakes = 100
	maxText     = 1000
)

func clip(text string) string {
	if len(text) > maxText {
		return strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return text
}

// refuse answers with the error.
func (c *call) refuse(err error) {
	p, ok := err.(*problem) //nolint:errorlint // errors of this package are never wrapped
	if !ok {
		p = &problem{Status: http.StatusInternalServerError, Detail: err.Error()}
	}
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	c.send(p.Status, "application/problem+json", p)
}

// reply answers with JSON.
func (c *call) reply(status int, value any) error {
	c.send(status, "application/json", value)
	return nil
}

func (c *call) send(status int, contentType string, value any) {
	text, err := json.Marshal(value)
	if err != nil { // of types of this package
		status, text = http.StatusInternalServerError, []byte(`{}`)
	}
	c.write(status, contentType, append(text, '\n'))
}

// write answers with a body.
func (c *call) write(status int, contentType string, body []byte) {
	header := c.w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", fmt.Sprint(len(body)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // of HEAD, net/http sends none; a client that is gone needs none
}

// done answers without a body.
func (c *call) done() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
