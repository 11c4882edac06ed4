package mock

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What the journal keeps of an exchange is bounded too, in bytes.
const (
	maxKeptBody   = 64 << 10 // of a body; of a longer one, so little that copying it costs no time
	maxCutBody    = 16 << 10
	maxKeptHeader = 16 << 10 // of all headers of a message
)

// logged is an exchange as the journal keeps it, because most are never read: it refers to the bodies, and has the
// headers in two pieces of memory, which the garbage collector needn't look through.
type logged struct {
	Exchange                        // without headers, bodies and behaviours
	headers                []byte   // names and values by turns: of the request, then of the reply
	ends                   []uint32 // where each of those ends
	ofRequest              int      // how many of them are the request's
	requestBody, replyBody []byte
	seen                   []item
	size                   int64 // in bytes, about
	redactor               *redactor

	// The journal guards these.
	users int  // the lists that have it, and the observer while it is told
	shown bool // somebody else has it, so it isn't used again
}

// forgotten are exchanges that no journal keeps any more and nobody has: their memory is used again.
var forgotten = sync.Pool{New: func() any { return new(logged) }}

// maxReused is the most memory for headers that waits for another exchange.
const maxReused = 4 << 10

// reuse makes an empty exchange of one that was forgotten.
func (e *logged) reuse() *logged {
	*e = logged{headers: e.headers[:0], ends: e.ends[:0], seen: e.seen[:0]}
	if cap(e.headers) > maxReused {
		e.headers, e.ends = nil, nil
	}
	return e
}

// journaled puts the exchange into the journal and counts what it covers. That is done before the reply is
// sent, so that a client that has its reply finds both.
//
// It returns the exchange if there is an observer, to be released when that was told.
func (c *call) journaled(r *http.Request, started time.Time, a *reply) *logged {
	if c.silent {
		return nil
	}
	c.observe(a)
	e := forgotten.Get().(*logged)
	e.redactor = c.world.redactor()
	e.Exchange = Exchange{
		Time: started, Method: r.Method, Host: clip(r.Host), TLS: r.TLS != nil, Proto: r.Proto,
		Target: clip(r.URL.RequestURI()), Status: a.status, Bytes: a.size(), Findings: c.findings, Step: stepNames[c.reached],
	}
	e.seen = append(e.seen, c.seen...)
	if c.op != nil {
		e.Operation = c.op.id
	}
	if c.user != nil {
		e.User = c.user.Name
	}
	if c.fault != nil {
		e.Fault = c.fault.label()
	}
	if len(r.RequestURI) > maxText || len(r.URL.RawQuery) > maxText {
		e.detach()
	}
	e.size = int64(512 + len(e.Method) + len(e.Host) + len(e.Target) + len(e.Fault) + 8*cap(e.seen))
	for _, f := range e.Findings {
		e.size += int64(112 + len(f.Pointer) + len(f.Message) + len(f.Location) + len(f.Source))
	}
	e.keepHeader(r.Header, "request header")
	e.ofRequest = len(e.ends)
	e.keepHeader(a.header, "reply header")
	if !a.chunked && a.status != 0 {
		e.keepTexts("Content-Length", strconv.Itoa(e.Bytes))
	}
	e.size += int64(cap(e.headers) + 4*cap(e.ends))
	e.requestBody = e.keepBody(c.body, "request body")
	if c.unread {
		e.cut("request body")
	}
	if r.Method != http.MethodHead {
		e.replyBody = e.keepBody(a.beginning(), "reply body")
	}
	e.Duration = time.Since(started)
	observed := c.journal.observer != nil
	c.number = c.journal.add(e, observed) // from here on it may be forgotten, and used again, unless it is held
	c.meet(c.scene, c.seen, c.number)
	if !observed {
		return nil
	}
	return e
}

// detach copies what is a part of a long text, so that the text isn't kept.
func (e *logged) detach() {
	e.Method, e.Proto, e.Target = strings.Clone(clip(e.Method)), strings.Clone(e.Proto), strings.Clone(e.Target)
	for i := range e.Findings {
		f := &e.Findings[i]
		f.Pointer, f.Message = strings.Clone(f.Pointer), strings.Clone(f.Message)
	}
}

// keepHeader notes a header as far as there is room for it.
func (e *logged) keepHeader(h http.Header, what string) {
	room := maxKeptHeader
	for name, values := range h {
		for _, value := range values {
			short := clip(value)
			if room -= len(name) + len(short) + 32; room < 0 || len(short) < len(value) {
				e.cut(what)
			}
			if room >= 0 {
				e.keepTexts(name, short)
			}
		}
	}
}

func (e *logged) keepTexts(list ...string) {
	for _, text := range list {
		e.headers = append(e.headers, text...)
		e.ends = append(e.ends, uint32(len(e.headers))) //nolint:gosec // there is less than maxKeptHeader of each message
	}
}

func (e *logged) keepBody(body []byte, what string) []byte {
	if len(body) > maxKeptBody {
		e.cut(what)
		body = bytes.Clone(body[:maxCutBody])
	}
	e.size += int64(cap(body))
	return body
}

// beginning is the body, or of one that is streamed a beginning that is too long to be kept whole.
func (a *reply) beginning() []byte {
	if a.streamed == 0 {
		return a.encoded
	}
	text := append([]byte(nil), a.head...)
	for i := range a.records {
		if len(text) > maxKeptBody {
			return text
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = appendRows(text, a.records[i:i+1], a.view)
	}
	return append(text, a.tail...)
}

func (e *logged) cut(what string) {
	if !slices.Contains(e.Cut, what) {
		e.Cut = append(e.Cut, what)
	}
}

// open returns the whole exchange.
func (s *Server) open(kept *logged) Exchange {
	e := kept.Exchange
	e.Findings, e.Cut = slices.Clone(e.Findings), slices.Clone(e.Cut)
	e.Behaviours = s.behaviours(kept.seen)
	e.RequestHeader, e.ReplyHeader = kept.header(0, kept.ofRequest), kept.header(kept.ofRequest, len(kept.ends))
	if !s.unexplained {
		for _, text := range explanations(e.Findings) {
			e.ReplyHeader.Add(explanationHeader, text)
		}
	}
	e.RequestBody, e.ReplyBody = string(kept.requestBody), string(kept.replyBody)
	if e.ReplyHeader.Get("Content-Encoding") == "gzip" {
		e.ReplyBody = decompressed(kept.replyBody)
	}
	return e
}

// header returns the header whose names and values are those from one place to another.
func (e *logged) header(from, to int) http.Header {
	h, start := http.Header{}, uint32(0)
	if from > 0 {
		start = e.ends[from-1]
	}
	for i := from; i < to; i += 2 {
		name, value := string(e.headers[start:e.ends[i]]), string(e.headers[e.ends[i]:e.ends[i+1]])
		h[name], start = append(h[name], value), e.ends[i+1]
	}
	return h
}

// decompressed is as much of a body as can be had.
func decompressed(data []byte) string {
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(zip, maxKeptBody)) // a body that was cut ends early
	return string(text)
}
