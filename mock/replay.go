package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

var errUnrecorded = errors.New("nothing recorded answers")

// Recording is what [Recorder.Save] wrote. As the transport of a [ProxyConfig] it answers in place of the upstream:
// the same request of the same user gets the recorded reply, the second time the second, and the last one from
// then on.
type Recording struct {
	known   Known
	mu      sync.Mutex
	replies map[recordedKey][]replyFile
	all     []recordedKey
}

// recordedKey is what makes two requests the same. Secrets in them make no difference.
type recordedKey struct{ method, target, user, body string }

func (k recordedKey) String() string {
	if k.user == "" {
		return k.method + " " + k.target + " without a token"
	}
	return k.method + " " + k.target + " as " + k.user
}

// ReadRecording reads a directory that [Recorder.Save] wrote.
func ReadRecording(dir fs.FS) (*Recording, error) {
	data, err := fs.ReadFile(dir, recordedWorld)
	if err != nil {
		return nil, err
	}
	world, err := ReadWorld(recordedWorld, data)
	if err != nil {
		return nil, err
	}
	r := &Recording{known: Known{Users: world.Users(), Organizations: map[string]KnownOrganization{}}, replies: map[recordedKey][]replyFile{}}
	for name := range world.organizations {
		r.known.Organizations[name] = KnownOrganization{Features: world.Features(name)}
	}
	names, err := fs.Glob(dir, recordedExchanges+"/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := r.read(dir, name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(r.all) == 0 {
		return nil, fmt.Errorf("%s: there is no recorded exchange", recordedExchanges)
	}
	return r, nil
}

func (r *Recording) read(dir fs.FS, name string) error {
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	var f exchangeFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return err
	}
	if f.Request.Method == "" || !strings.HasPrefix(f.Request.Target, "/") || f.Reply.Status < 200 || f.Reply.Status > 999 {
		return errors.New("it isn't a recorded exchange: a method, a target and a status are needed")
	}
	key := recordedKey{f.Request.Method, anyOrder(f.Request.Target), f.Request.User, f.Request.key()}
	if r.replies[key] == nil {
		r.all = append(r.all, key)
	}
	r.replies[key] = append(r.replies[key], f.Reply)
	return nil
}

// Known is what the recording knows of its users: their tokens are those in its world.yaml.
func (r *Recording) Known() Known { return r.known }

// RoundTrip answers with what was recorded.
func (r *Recording) RoundTrip(req *http.Request) (*http.Response, error) {
	x, proxied := req.Context().Value(passageKey{}).(*passage)
	if !proxied {
		return nil, errors.New("a recording answers through a proxy only")
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	key := recordedKey{req.Method, anyOrder(x.r.URL.RequestURI()), "", bodyFile{Text: string(body)}.key()}
	switch {
	case x.user != nil:
		key.user = x.user.Name
	case x.r.Header.Get("Authorization") != "":
		key.user = "somebody whose token isn't in the recording's " + recordedWorld
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.replies[key]
	if list == nil {
		return nil, fmt.Errorf("%w %s; %s", errUnrecorded, key, r.nearest(key))
	}
	if len(list) > 1 {
		r.replies[key] = list[1:]
	}
	return list[0].response(req), nil
}

// nearest tells what was recorded that comes near.
func (r *Recording) nearest(key recordedKey) string {
	var names []string
	for _, other := range r.all {
		if other.method == key.method && other.target == key.target && other.user == key.user {
			return "it was recorded with another body"
		}
		names = append(names, other.String())
	}
	best, _ := nearest.To(key.String(), names)
	return "the nearest is " + best
}

func (f replyFile) response(req *http.Request) *http.Response {
	header := f.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	body := []byte(f.Text)
	if f.Body != nil {
		var compact bytes.Buffer
		_ = json.Compact(&compact, f.Body) // it was read as JSON
		body = compact.Bytes()
	}
	resp := &http.Response{
		StatusCode: f.Status, Header: header, Request: req, ContentLength: int64(len(body)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(bytes.NewReader(body)),
	}
	if req.Method == http.MethodHead {
		resp.Body = http.NoBody
	}
	return resp
}

// key is the body as it is compared: without the order of members, and without secrets.
func (f bodyFile) key() string {
	text := f.Text
	if f.Body != nil {
		text = string(f.Body)
	}
	value, err := decodeJSON([]byte(text))
	if err != nil {
		return text
	}
	return string(appendJSON(nil, maskSecrets(value)))
}

func maskSecrets(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = maskSecrets(v[i])
		}
	case map[string]any:
		for name, value := range v {
			if v[name] = maskSecrets(value); value != nil && secretWord(name) {
				v[name] = redacted
			}
		}
	}
	return v
}

// anyOrder is the target with its parameters in the order of their names, and without secrets.
func anyOrder(target string) string {
	path, query, found := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	if !found || err != nil {
		return target
	}
	for name := range values {
		if secretWord(name) {
			values[name] = []string{redacted}
		}
	}
	return path + "?" + values.Encode()
}
