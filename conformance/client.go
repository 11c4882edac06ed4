package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object. Numbers are json.Number, so that none is rounded.
type Object = map[string]any

// request is what a check asks. The zero value of a field means: as usual.
type request struct {
	user    *User // nil: nobody, without the header Authorization
	method  string
	path    string // below the target's URL, escaped; may have a query
	body    any    // sent as JSON; a string or []byte is sent as it is
	headers map[string]string
	// without names headers that are not sent, such as Content-Type.
	without []string
}

// Reply is what the target answered.
type Reply struct {
	Status   int
	Header   http.Header
	Body     []byte
	Value    any   // the body, if it is JSON; else nil
	Invalid  error // why the body isn't strict JSON: duplicate names, bad UTF-8, something behind it
	exchange int
	url      string
}

// Object is the body, if it is a JSON object; else nil.
func (r *Reply) Object() Object {
	o, _ := r.Value.(Object)
	return o
}

// OK tells whether the status is 2xx.
func (r *Reply) OK() bool { return r.Status/100 == 2 }

// Refused tells whether the status is 4xx.
func (r *Reply) Refused() bool { return r.Status/100 == 4 }

// statusOf is the status of a reply in words.
func statusOf(r *Reply) string { return "status " + strconv.Itoa(r.Status) }

// maxBody bounds what is read of a reply, unless an option says less.
const maxBody = 16 << 20

// tooLong is the error of a reply that is longer than these bytes.
type tooLong int64

func (t tooLong) Error() string { return fmt.Sprintf("the reply is longer than %d bytes", int64(t)) }

// maxUnreachable is how many requests in a row go without a reply before the suite asks no more.
const maxUnreachable = 5

// errUnreachable ends a run: the target answers nothing any more.
var errUnreachable = errors.New("five requests in a row got no reply")

// send sends the request and keeps the exchange. err says why there is no reply.
func (r *runner) send(ctx context.Context, q request) (*Reply, error) {
	if r.unreachable >= maxUnreachable {
		return nil, errUnreachable
	}
	if err := r.mayWrite(q); err != nil {
		return nil, err
	}
	req, body, err := r.build(ctx, q)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	reply, err := r.roundTrip(req)
	e := r.evidence(q, req, body, started, reply, err)
	r.exchanges = append(r.exchanges, e)
	if err != nil {
		if ctx.Err() == nil { // it is not the target's fault if the caller gave up
			r.unreachable++
		}
		return nil, errors.New(e.Error)
	}
	r.unreachable = 0
	reply.exchange, reply.url = e.Number, req.URL.String()
	s := seenReply(q, reply)
	r.watch(q, s)
	r.remember(s)
	return reply, nil
}

// maxRemembered is how many bytes of replies are remembered for the checks that look back on the run.
// Beyond, only replies that are small are.
const maxRemembered, small = 16 << 20, 16 << 10

func (r *runner) remember(s seen) {
	size := len(s.reply.Body)
	for name, values := range s.reply.Header {
		size += len(name) + len(strings.Join(values, ""))
	}
	if r.remembered > maxRemembered && size > small {
		return
	}
	r.remembered += size
	r.replies = append(r.replies, s)
}

func (r *runner) build(ctx context.Context, q request) (*http.Request, []byte, error) {
	var body []byte
	switch b := q.body.(type) {
	case nil:
	case string:
		body = []byte(b)
	case []byte:
		body = b
	default:
		var buffer bytes.Buffer
		e := json.NewEncoder(&buffer)
		e.SetEscapeHTML(false)
		if err := e.Encode(b); err != nil {
			return nil, nil, err
		}
		body = bytes.TrimSpace(buffer.Bytes())
	}
	req, err := http.NewRequestWithContext(ctx, q.method, strings.TrimSuffix(r.target.URL, "/")+q.path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "sdecontract")
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if q.user != nil {
		req.Header.Set("Authorization", "Token "+string(q.user.Token))
	}
	for name, value := range q.headers {
		req.Header.Set(name, value)
	}
	for _, name := range q.without {
		req.Header.Del(name)
	}
	return req, body, nil
}

// roundTrip sends the request, and again if the target is busy and asks for it. A POST is never sent
// again. Nor does the suite wait for a target that was still busy after that, until it has answered.
func (r *runner) roundTrip(req *http.Request) (*Reply, error) {
	for attempt := 0; ; attempt++ {
		if r.limiter != nil {
			if err := r.limiter.Wait(req.Context()); err != nil {
				return nil, err
			}
		}
		reply, err := r.once(req)
		if err != nil {
			return nil, err
		}
		wait, asked := retryAfter(reply)
		if !asked || r.busy || attempt == 3 {
			r.busy = asked
			return reply, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-req.Context().Done():
			timer.Stop()
			return nil, req.Context().Err()
		case <-timer.C:
		}
		if req.Method == http.MethodPost {
			return reply, nil
		}
		if req.GetBody != nil {
			req.Body, _ = req.GetBody()
		}
	}
}

// once sends the request and reads a bounded reply.
func (r *runner) once(req *http.Request) (*Reply, error) {
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, unanswered(err, req.URL)
	}
	limit := r.options.maxBody
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	_ = resp.Body.Close()
	switch {
	case err != nil:
		return nil, fmt.Errorf("the reply broke off: %w", unanswered(err, req.URL))
	case int64(len(body)) > limit:
		return nil, tooLong(limit)
	}
	reply := &Reply{Status: resp.StatusCode, Header: resp.Header, Body: body}
	reply.Value, reply.Invalid = parse(body)
	return reply, wrongPort(reply, req.URL)
}

// maxWait is the longest that the suite waits because a target asks it to.
const maxWait = 30 * time.Second

// retryAfter is how long a busy target asks to wait, and whether it asks at all.
func retryAfter(r *Reply) (wait time.Duration, asked bool) {
	if r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
		return 0, false
	}
	value := r.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxWait), true
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(date), 0), maxWait), true
	}
	return 0, false
}

// parse reads strict JSON. A body that lenient parsers accept gives a value and an error.
func parse(body []byte) (any, error) {
	strict := jsontext.NewDecoder(bytes.NewReader(body))
	_, invalid := strict.ReadValue()
	if _, end := strict.ReadToken(); invalid == nil && !errors.Is(end, io.EOF) {
		invalid = errors.New("there is something behind the JSON value")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	return value, invalid
}

// newClient never follows a redirect, so that tokens stay with the target. It bounds each request.
func newClient(target *Target, timeout time.Duration) *http.Client {
	transport := target.Transport
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxResponseHeaderBytes = 1 << 20
		transport = t
	}
	return &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
