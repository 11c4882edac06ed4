package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

type jsonObject = map[string]any

// twisted is the mock with something changed: a broken server, or an unusual one.
type twisted struct {
	http.Handler
	// put answers an update in place of the mock, if not nil.
	put func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject)
	// show changes each connection that a reply shows, if not nil.
	show func(s *twisted, r *http.Request, o jsonObject)
	// answer changes whole replies, if not nil.
	answer func(s *twisted, r *http.Request, status int, o jsonObject) (int, jsonObject)
	// kept is what a twist remembers, by connection or other key.
	kept map[string]any
}

func (s *twisted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var sent jsonObject
	_ = json.Unmarshal(body, &sent)
	var status int
	var reply jsonObject
	if r.Method == http.MethodPut && s.put != nil {
		status, reply = s.put(s, r, sent)
	} else {
		status, reply = s.forward(r, r.Method, r.URL.RequestURI(), sent)
	}
	if s.show != nil && status < 300 {
		if items, ok := reply["results"].([]any); ok {
			for _, item := range items {
				s.show(s, r, item.(jsonObject))
			}
		} else {
			s.show(s, r, reply)
		}
	}
	if s.answer != nil {
		status, reply = s.answer(s, r, status, reply)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(reply)
}

// forward has the mock answer a request of the same user.
func (s *twisted) forward(r *http.Request, method, path string, body jsonObject) (int, jsonObject) {
	var content io.Reader = http.NoBody
	if body != nil {
		data, _ := json.Marshal(body)
		content = bytes.NewReader(data)
	}
	q := httptest.NewRequestWithContext(r.Context(), method, path, content)
	q.Header.Set("Authorization", r.Header.Get("Authorization"))
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, q)
	var reply jsonObject
	_ = json.Unmarshal(w.Body.Bytes(), &reply)
	return w.Code, reply
}

// pass has the mock answer the request with another body.
func (s *twisted) pass(r *http.Request, sent jsonObject) (int, jsonObject) {
	return s.forward(r, r.Method, r.URL.Path, sent)
}

// stored is the connection that the request names.
func (s *twisted) stored(r *http.Request) jsonObject {
	_, o := s.forward(r, http.MethodGet, r.URL.Path, nil)
	return o
}

// changed is a copy with members set, as name, value, ...
func changed(o jsonObject, members ...any) jsonObject {
	c := maps.Clone(o)
	for i := 0; i+1 < len(members); i += 2 {
		c[members[i].(string)] = members[i+1]
	}
	return c
}

// judged runs the selected checks against the server and returns their verdicts by id.
func judged(t *testing.T, s *twisted, patterns ...string) (map[string]conformance.Verdict, *conformance.Report) {
	t.Helper()
	if s.Handler == nil {
		s.Handler = mock.New()
	}
	s.kept = map[string]any{}
	report := run(t, mockTarget(s), conformance.WithSelection(patterns...))
	found := map[string]conformance.Verdict{}
	for _, result := range report.Results {
		found[result.ID] = result.Verdict
	}
	return found, report
}

// brokenServer is a server of which some checks must say so.
type brokenServer struct {
	name    string
	checks  string // a pattern
	verdict conformance.Verdict
	server  twisted
}

// assertNoticed runs each server, and demands the verdict of each of its checks.
func assertNoticed(t *testing.T, servers []brokenServer) {
	t.Helper()
	for _, b := range servers {
		t.Run(b.name, func(t *testing.T) {
			found, report := judged(t, &b.server, b.checks)
			for id, verdict := range found {
				assert.Equal(t, verdict, b.verdict, "%s\n%s", id, failures(report))
			}
		})
	}
}
