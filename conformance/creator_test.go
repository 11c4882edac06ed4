package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

type members = map[string]any

// creator is the mock with something changed in front of it: request spoils the JSON object that is sent
// by POST or PUT, or refuses it by a status; reply spoils the objects that come back.
type creator struct {
	mock    http.Handler
	raw     func(body []byte) []byte
	request func(r *http.Request, sent members) (status int)
	reply   func(r *http.Request, sent, got members, w http.ResponseWriter, status int) int
}

func (c creator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	writes := r.Method == http.MethodPost || r.Method == http.MethodPut
	if c.raw != nil && writes {
		body = c.raw(body)
	}
	sent, isObject := decode(body).(members)
	original, _ := decode(body).(members)
	if c.request != nil && writes && isObject {
		if status := c.request(r, sent); status != 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"detail": "no"}`))
			return
		}
		body, _ = json.Marshal(sent)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	recorded := httptest.NewRecorder()
	c.mock.ServeHTTP(recorded, r)
	maps.Copy(w.Header(), recorded.Header())
	w.Header().Del("Content-Length")
	status, out := recorded.Code, recorded.Body.Bytes()
	if got, ok := decode(out).(members); ok && c.reply != nil {
		if list, isList := got["results"].([]any); isList {
			for _, item := range list {
				c.reply(r, nil, item.(members), w, status)
			}
		} else {
			status = c.reply(r, original, got, w, status)
		}
		out, _ = json.Marshal(got)
	}
	w.WriteHeader(status)
	_, _ = w.Write(out)
}

func decode(body []byte) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}

// sends is a creator that spoils what is sent.
func sends(spoil func(sent members)) creator {
	return creator{request: func(_ *http.Request, sent members) int { spoil(sent); return 0 }}
}

// answers is a creator that spoils the reply to a create.
func answers(spoil func(sent, got members)) creator {
	return creator{reply: func(r *http.Request, sent, got members, _ http.ResponseWriter, status int) int {
		if r.Method == http.MethodPost && status/100 == 2 {
			spoil(sent, got)
		}
		return status
	}}
}

// refusingCreates is a creator that refuses some creates.
func refusingCreates(when func(r *http.Request, sent members) bool) creator {
	return creator{request: func(r *http.Request, sent members) int {
		if r.Method == http.MethodPost && when(r, sent) {
			return http.StatusBadRequest
		}
		return 0
	}}
}

// missing fills in a member that isn't sent.
func missing(name string, value any) creator {
	return sends(func(sent members) {
		if _, there := sent[name]; !there {
			sent[name] = value
		}
	})
}

// instead is a creator that takes one value for another.
func instead(name string, when func(v any) bool, value any) creator {
	return sends(func(sent members) {
		if v, there := sent[name]; there && when(v) {
			sent[name] = value
		}
	})
}

func is(values ...any) func(any) bool {
	return func(v any) bool {
		return slices.ContainsFunc(values, func(w any) bool { return fmt.Sprint(w) == fmt.Sprint(v) })
	}
}

func isNot(values ...any) func(any) bool { return func(v any) bool { return !is(values...)(v) } }

func params(o members) members { p, _ := o["params"].(members); return p }

func honour(sent, got members, name string) {
	if v, there := sent[name]; there {
		got[name] = v
	}
}

func asBasic(r *http.Request) bool {
	return strings.HasSuffix(r.Header.Get("Authorization"), " basic-token")
}

// coercing takes every frequency for manually, of who has no advanced ALM.
func (c creator) coercing() creator {
	c.request = func(r *http.Request, sent members) int {
		if is("hourly", "daily", "weekly", "monthly")(sent["frequency"]) && asBasic(r) {
			sent["frequency"] = "manually"
		}
		return 0
	}
	return c
}

// mending takes some body for a good one: nil stands for any that isn't JSON.
func mending(when func(body []byte) bool) creator {
	return creator{raw: func(body []byte) []byte {
		if when == nil && json.Valid(body) || when != nil && !when(body) {
			return body
		}
		return []byte(`{"alias": "mended", "connector": 1, "project": 1, "params": {}}`)
	}}
}
