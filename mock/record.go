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

// logged is an exchange as the journal keeps it: it refers to what the exchange was made of, and copies as
// little as possible, because most are never read.
type logged struct {
	Exchange                        // without headers, bodies and behaviours
	headers                []string // name and value by turns: of the request, then of the reply
	ofRequest              int      // how many of headers are the request's
	requestBody, replyBody []byte
	seen                   []item
	room                   [8]item // for seen: most exchanges see few
	size                   int64   // in bytes, about
	redactor               *redactor
}

// journaled puts the exchange into the journal and counts what it covers. That is done before the reply is
// sent, so that a client that has its reply finds both.
func (c *call) journaled(r *http.Request, started time.Time, a *reply) *logged {
	if c.silent {
		return nil
	}
	c.observe(a)
	e := &logged{redactor: c.world.redactor(), Exchange: Exchange{
		Time: started, Method: r.Method, Host: clip(r.Host), TLS: r.TLS != nil, Proto: r.Proto,
		Target: clip(r.URL.RequestURI()), Status: a.status, Bytes: a.size(), Findings: c.findings, Step: stepNames[c.reached],
	}}
	e.seen = append(e.room[:0], c.seen...)
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
	e.size = int64(512 + len(e.Method) + len(e.Host) + len(e.Target) + len(e.Fault) + 8*len(e.seen))
	for _, f := range e.Findings {
		e.size += int64(112 + len(f.Pointer) + len(f.Message) + len(f.Location) + len(f.Source))
	}
	e.headers = make([]string, 0, 2*min(len(r.Header)+len(a.header)+1, 200))
	e.keepHeader(r.Header, "request header")
	e.ofRequest = len(e.headers)
	e.keepHeader(a.header, "reply header")
	if !a.chunked && a.status != 0 {
		e.headers = append(e.headers, "Content-Length", strconv.Itoa(e.Bytes))
	}
	e.requestBody = e.keepBody(c.body, "request body")
	if r.Method != http.MethodHead {
		e.replyBody = e.keepBody(a.beginning(), "reply body")
	}
	e.Duration = time.Since(started)
	c.journal.add(e)
	c.meet(c.scene, e.seen, e.Number)
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
				e.headers = append(e.headers, name, short)
			}
		}
	}
	e.size += int64(maxKeptHeader - max(room, 0))
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
	e.RequestHeader, e.ReplyHeader = header(kept.headers[:kept.ofRequest]), header(kept.headers[kept.ofRequest:])
	for _, text := range explanations(e.Findings) {
		e.ReplyHeader.Add(explanationHeader, text)
	}
	e.RequestBody, e.ReplyBody = string(kept.requestBody), string(kept.replyBody)
	if e.ReplyHeader.Get("Content-Encoding") == "gzip" {
		e.ReplyBody = decompressed(kept.replyBody)
	}
	return e
}

func header(pairs []string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
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

// What a journal keeps unless told otherwise, and the least that it can be told to.
const (
	defaultEntries, leastEntries = 1000, 1
	defaultBytes, leastBytes     = 16 << 20, 1 << 20 // the least holds any one exchange
)

// journal remembers the last exchanges. Those on which the client or the mock broke the contract are
// kept apart, so that a flood of good ones doesn't push them out.
type journal struct {
	mu           sync.Mutex
	count        int64
	last, broken ring
	followers    map[chan struct{}]bool
	observer     func(Exchange)
}

// bound sets what is kept at most: so many exchanges in each list, and half of the bytes.
func (j *journal) bound(entries int, size int64) {
	entries, size = max(entries, leastEntries), max(size, leastBytes)
	j.last, j.broken = ring{most: entries, limit: size / 2}, ring{most: entries, limit: size / 2}
}

// add numbers the exchange and keeps it.
func (j *journal) add(e *logged) {
	broken := e.has(Violation, Fault)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count++
	e.Number = j.count
	j.last.push(e)
	if broken {
		j.broken.push(e)
	}
	for wake := range j.followers {
		select {
		case wake <- struct{}{}:
		default: // it will look anyway
		}
	}
}

func (j *journal) all(broken bool) []*logged {
	j.mu.Lock()
	defer j.mu.Unlock()
	if broken {
		return slices.Clone(j.broken.kept())
	}
	return slices.Clone(j.last.kept())
}

// find returns the exchange with that number, or nil.
func (j *journal) find(number int64) *logged {
	for _, broken := range []bool{false, true} {
		list := j.all(broken)
		if i := slices.IndexFunc(list, func(e *logged) bool { return e.Number == number }); i >= 0 {
			return list[i]
		}
	}
	return nil
}

// after returns the first exchange that is kept with a greater number, or nil.
func (j *journal) after(number int64) *logged {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.last.kept()
	if len(kept) == 0 {
		return nil
	}
	i := max(0, number+1-kept[0].Number) // they are numbered without gaps
	if i >= int64(len(kept)) {
		return nil
	}
	return kept[i]
}

func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last, j.broken = ring{most: j.last.most, limit: j.last.limit}, ring{most: j.broken.most, limit: j.broken.limit}
}

// follow returns what is sent to after each exchange, and the number of the last one.
func (j *journal) follow() (wake chan struct{}, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wake = make(chan struct{}, 1)
	if j.followers == nil {
		j.followers = map[chan struct{}]bool{}
	}
	j.followers[wake] = true
	return wake, j.count
}

func (j *journal) unfollow(wake chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.followers, wake)
}

// ring holds the last entries: at most so many, and so many bytes.
type ring struct {
	list  []*logged // from first on; what is before was forgotten
	first int
	most  int
	bytes int64
	limit int64
}

func (r *ring) kept() []*logged { return r.list[r.first:] }

func (r *ring) push(e *logged) {
	r.list, r.bytes = append(r.list, e), r.bytes+e.size
	for len(r.kept()) > r.most || r.bytes > r.limit {
		r.bytes -= r.list[r.first].size
		r.list[r.first] = nil
		r.first++
	}
	if r.first > len(r.kept()) { // now and then, so that forgetting stays cheap
		r.list, r.first = slices.Clone(r.kept()), 0
	}
}
