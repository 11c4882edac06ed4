package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sdecontract/sdecontract/conformance"
)

// call is one exchange of the suite with a mock that has a defect. The defect changes the request before
// it calls serve, or the answer after that.
type call struct {
	*mutated
	r      *http.Request
	kind   conformance.Kind
	id     int64  // of the connection; 0 if the path names none
	user   string // whose token it is; empty if nobody's
	method string
	path   string // escaped
	query  url.Values
	sent   conformance.Object // the body, if it is a JSON object
	was    []byte             // sent, as it came
	raw    []byte             // the body, if it isn't
	mockReply
}

// mockReply is what goes back.
type mockReply struct {
	status int
	header http.Header
	got    any    // the body, if it is JSON
	text   []byte // the body as it is sent, in place of got
}

// mutated is a mock behind a defect.
type mutated struct {
	mock   http.Handler
	bend   func(*call)
	kinds  []conformance.Kind
	mu     sync.Mutex
	memory map[string]any // what the defect remembers
	bent   int            // how often it has changed something
}

func (b *mutated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &call{mutated: b, r: r, method: r.Method, path: r.URL.EscapedPath(), query: r.URL.Query()}
	c.user = strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Authorization"), "Token "), "-token")
	c.raw, _ = io.ReadAll(r.Body)
	if c.sent, _ = fromJSON(c.raw).(conformance.Object); c.sent != nil {
		c.was = toJSON(c.sent)
	}
	for _, kind := range b.kinds {
		if rest, ok := strings.CutPrefix(c.path, kind.Path()); ok {
			c.kind = kind
			c.id, _ = strconv.ParseInt(strings.TrimSuffix(rest, "/"), 10, 64)
		}
	}
	if c.kind == "" {
		c.serve()
	} else {
		b.bend(c)
	}
	c.write(w)
}

func (c *call) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), c.header)
	body := c.text
	if body == nil && c.got != nil {
		body = toJSON(c.got)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(c.status)
	_, _ = w.Write(body)
}

// serve has the mock answer the request as it is now.
func (c *call) serve() {
	c.mockReply = c.ask(c.user, c.method, c.path, c.body())
}

// body is what the client sent, byte for byte, unless the defect has changed it.
func (c *call) body() any {
	if c.sent != nil && !bytes.Equal(toJSON(c.sent), c.was) {
		return c.sent
	}
	return c.raw
}

// ask has the mock answer a request of the defect's own. The user "" has no token.
func (c *call) ask(user, method, path string, body any) mockReply {
	r := c.r.Clone(c.r.Context())
	r.Method, r.URL.RawQuery = method, c.query.Encode()
	if path != c.path || method != c.method {
		r.URL.RawQuery = ""
	}
	r.URL.RawPath = path
	r.URL.Path, _ = url.PathUnescape(path)
	if user != c.user {
		r.Header.Set("Authorization", "Token "+user+"-token")
	}
	raw, isRaw := body.([]byte)
	if !isRaw && body != nil {
		raw = toJSON(body)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	r.RequestURI = r.URL.RequestURI()
	resp, err := conformance.InProcess(c.mock).RoundTrip(r)
	if err != nil {
		panic(err)
	}
	text, _ := io.ReadAll(resp.Body)
	a := mockReply{status: resp.StatusCode, header: resp.Header, got: fromJSON(text)}
	if a.got == nil {
		a.text = text
	}
	return a
}

// fromJSON returns nil for what is not one JSON value.
func fromJSON(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil || d.Decode(new(any)) != io.EOF {
		return nil
	}
	return value
}

func toJSON(value any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// number returns an integer of a decoded body.
func number(v any) int64 {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return i
}

func numberOf(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }

// hit notes that the defect did something.
func (c *call) hit() { c.bent++ }

func (c *call) listing() bool  { return c.method == http.MethodGet && c.path == c.kind.Path() }
func (c *call) detail() bool   { return c.method == http.MethodGet && c.id != 0 }
func (c *call) creating() bool { return c.method == http.MethodPost && c.path == c.kind.Path() }
func (c *call) updating() bool { return c.method == http.MethodPut && c.id != 0 }
func (c *call) ok() bool       { return c.status/100 == 2 }

// permitted tells whether the user may see and edit that kind.
func (c *call) permitted() bool {
	return slices.Contains([]string{"editor", "basic", map[conformance.Kind]string{
		conformance.ALM: "alm-editor", conformance.Analysis: "security-editor",
	}[c.kind]}, c.user)
}

// one is the connection of the answer; nil if it is a list, or a refusal.
func (a *mockReply) one() conformance.Object {
	o, _ := a.got.(conformance.Object)
	if _, list := o["results"]; list || a.status/100 != 2 {
		return nil
	}
	return o
}

// items are the connections of the answer.
func (a *mockReply) items() []conformance.Object {
	o, _ := a.got.(conformance.Object)
	list, ok := o["results"].([]any)
	if !ok && a.one() != nil {
		return []conformance.Object{a.one()}
	}
	items := []conformance.Object{}
	for _, item := range list {
		if item, ok := item.(conformance.Object); ok {
			items = append(items, item)
		}
	}
	return items
}

// show makes these the items of a list.
func (c *call) show(items []conformance.Object) {
	list := []any{}
	for _, item := range items {
		list = append(list, item)
	}
	c.got.(conformance.Object)["results"] = list
}

// each changes the connections of the answer; change tells whether it did.
func (c *call) each(change func(conformance.Object) bool) {
	for _, item := range c.items() {
		if change(item) {
			c.hit()
		}
	}
}

// keep leaves those items of a list that keep wants.
func (c *call) keep(keep func(conformance.Object) bool) {
	items := c.items()
	kept := slices.DeleteFunc(slices.Clone(items), func(o conformance.Object) bool { return !keep(o) })
	if len(kept) != len(items) {
		c.hit()
	}
	c.show(kept)
}

// refuse answers with a refusal.
func (c *call) refuse(status int, detail string) {
	c.mockReply = mockReply{status: status, header: http.Header{"Content-Type": {"application/json"}}, got: conformance.Object{"detail": detail}}
	c.hit()
}

func (c *call) itemPath(id int64) string { return c.kind.Path() + strconv.FormatInt(id, 10) + "/" }

// stored is a connection as its editor sees it; nil if there is none.
func (c *call) stored(id int64) conformance.Object {
	for _, user := range []string{"editor", "basic"} {
		if a := c.ask(user, http.MethodGet, c.itemPath(id), nil); a.status == http.StatusOK {
			return a.one()
		}
	}
	return nil
}

// store changes members of a stored connection. The params of its connector are then its own.
func (c *call) store(id int64, members conformance.Object) {
	body := c.stored(id)
	maps.Copy(body, members)
	for _, user := range []string{"editor", "basic"} {
		if c.ask(user, http.MethodPut, c.itemPath(id), body).status == http.StatusOK {
			c.hit()
		}
	}
}
