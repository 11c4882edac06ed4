package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// answer is a reply of the mock that a test may amend before the suite sees it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// exchange is what an amended mock works on.
type exchange struct {
	mock http.Handler
	r    *http.Request
	sent []byte
}

// serve is the mock's answer to the request, as it is now.
func (x *exchange) serve() *answer {
	r := x.r.Clone(x.r.Context())
	r.Body = io.NopCloser(bytes.NewReader(x.sent))
	w := httptest.NewRecorder()
	x.mock.ServeHTTP(w, r)
	return &answer{w.Code, w.Header(), w.Body.Bytes()}
}

// as makes the request that of the user with that token.
func (x *exchange) as(token string) *exchange {
	changed := *x
	changed.r = x.r.Clone(x.r.Context())
	changed.r.Header.Set("Authorization", "Token "+token)
	return &changed
}

// amended is the mock, but for what answers does differently.
func amended(answers func(*exchange) *answer) http.Handler {
	m := mock.New()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		a := answers(&exchange{m, r, sent})
		maps.Copy(w.Header(), a.header)
		w.Header().Del("Content-Length")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	})
}

// plain is an answer without a body.
func plain(status int) *answer { return &answer{status: status, header: http.Header{}} }

// object decodes the body, lets f change it, and encodes it again. A body that is no object stays.
func (a *answer) object(f func(map[string]any)) *answer {
	var o map[string]any
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	if d.Decode(&o) == nil && o != nil {
		f(o)
		a.body, _ = json.Marshal(o)
	}
	return a
}

// connections lets f change each connection that the answer shows.
func (a *answer) connections(f func(map[string]any)) *answer {
	if a.status/100 != 2 {
		return a
	}
	return a.object(func(o map[string]any) {
		list, isList := o["results"].([]any)
		if !isList {
			f(o)
		}
		for _, item := range list {
			f(item.(map[string]any))
		}
	})
}

// isItem tells whether the request is about one connection.
func (x *exchange) isItem() bool {
	return strings.Count(strings.Trim(x.r.URL.Path, "/"), "/") > 3
}

// complaints are the verdicts that aren't good, one a line: "fail alm/get/id".
func complaints(r *conformance.Report) string {
	var b strings.Builder
	for _, result := range r.Results {
		switch result.Verdict {
		case conformance.Pass, conformance.Noted, conformance.NA:
		default:
			b.WriteString(string(result.Verdict) + " " + result.ID + "\n")
		}
	}
	return strings.TrimSpace(b.String())
}
