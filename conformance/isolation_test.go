package conformance_test

import (
	"net/http"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// asOther is the same request by a user of the other organization.
func asOther(r *http.Request) *http.Request {
	token := "editor-token"
	if r.Header.Get("Authorization") == "Token editor-token" {
		token = "basic-token"
	}
	other := r.Clone(r.Context())
	other.Header.Set("Authorization", "Token "+token)
	return other
}

// crossing does for the other organization what the mock refuses to a stranger.
func crossing(method string) twisted {
	return twisted{
		put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			code, o := s.pass(r, sent)
			if code == http.StatusNotFound && method == http.MethodPut {
				owner := asOther(r)
				return s.pass(owner, changed(s.stored(owner), "alias", sent["alias"]))
			}
			return code, o
		},
		answer: func(s *twisted, r *http.Request, code int, o jsonObject) (int, jsonObject) {
			if r.Method == method && method == http.MethodGet && code == http.StatusNotFound {
				return s.forward(asOther(r), r.Method, r.URL.Path, nil)
			}
			return code, o
		},
	}
}

// sharing lets connections use what belongs to the other organization.
func sharing(member string) twisted {
	return twisted{
		put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			code, o := s.pass(r, sent)
			delete(s.kept, r.URL.Path)
			if code == http.StatusBadRequest {
				s.kept[r.URL.Path] = sent[member]
				return s.pass(r, changed(sent, member, s.stored(r)[member]))
			}
			return code, o
		},
		show: func(s *twisted, r *http.Request, o jsonObject) {
			// Both organizations' first connectors are of one system.
			if id := s.kept[r.URL.Path]; id != nil {
				o[member] = id
				if member == "project" {
					delete(o["params"].(jsonObject), "sde_project")
				}
			}
		},
	}
}

func TestCrossingOrganizations(t *testing.T) {
	leaking := twisted{answer: func(s *twisted, r *http.Request, code int, o jsonObject) (int, jsonObject) {
		if items, ok := o["results"].([]any); ok && r.Method == http.MethodGet {
			_, others := s.forward(asOther(r), r.Method, r.URL.Path, nil)
			o["results"] = append(items, others["results"].([]any)...)
		}
		return code, o
	}}
	ignored := twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		code, o := s.pass(r, sent)
		if code == http.StatusBadRequest {
			return s.pass(r, changed(sent, "connector", s.stored(r)["connector"], "project", s.stored(r)["project"]))
		}
		return code, o
	}}
	told := twisted{answer: func(s *twisted, r *http.Request, code int, o jsonObject) (int, jsonObject) {
		if code == http.StatusNotFound {
			return code, jsonObject{"detail": s.stored(asOther(r))["alias"]}
		}
		return code, o
	}}
	assertNoticed(t, []brokenServer{
		{"lists hold all", "*/cross/org/list", conformance.Fail, leaking},
		{"anybody reads", "*/cross/org/get", conformance.Fail, crossing(http.MethodGet)},
		{"refusals tell", "*/cross/org/get", conformance.Fail, told},
		{"anybody updates", "*/cross/org/update", conformance.Fail, crossing(http.MethodPut)},
		{"connectors shared", "*/cross/org/connector", conformance.Fail, sharing("connector")},
		{"projects shared", "*/cross/org/project", conformance.Fail, sharing("project")},
		{"connector ignored", "*/cross/org/connector", conformance.Warn, ignored},
		{"project ignored", "*/cross/org/project", conformance.Warn, ignored},
	})
}

// TestNotIsolated: without the operator's word, nobody is blamed.
func TestNotIsolated(t *testing.T) {
	target := mockTarget(mock.New())
	target.Isolated = false
	report := run(t, target, conformance.WithSelection("*/cross/org/*"))
	assert.Equal(t, report.Count(conformance.Blocked), len(report.Results))
	assert.Equal(t, len(report.Exchanges), 0)
}

// TestNumberedApart: where each organization counts for itself, the id of another's connector can be that
// of one which the target file doesn't name. That is no failure.
func TestNumberedApart(t *testing.T) {
	s := sharing("connector")
	show := s.show
	s.show = func(s *twisted, r *http.Request, o jsonObject) {
		show(s, r, o)
		if s.kept[r.URL.Path] != nil {
			o["system"] = "Another"
		}
	}
	found, report := judged(t, &s, "*/cross/org/connector")
	for id, verdict := range found {
		assert.Equal(t, verdict, conformance.Inconclusive, "%s\n%s", id, failures(report))
	}
}
