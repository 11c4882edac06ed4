package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

type put = func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject)

// replied changes the reply to updates, and nothing else.
func replied(change func(o jsonObject)) put {
	return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		status, o := s.pass(r, sent)
		if status == http.StatusOK {
			change(o)
		}
		return status, o
	}
}

// notStoring leaves a member of connections as it is.
func notStoring(member string) put {
	return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		return s.pass(r, changed(sent, member, s.stored(r)[member]))
	}
}

// echoing answers an update as if a member were stored.
func echoing(member string) put {
	return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		status, o := notStoring(member)(s, r, sent)
		if status == http.StatusOK {
			o[member] = sent[member]
		}
		return status, o
	}
}

// another does something else after an update.
func another(do func(s *twisted, r *http.Request, sent jsonObject)) put {
	return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		status, o := s.pass(r, sent)
		if status == http.StatusOK {
			do(s, r, sent)
		}
		return status, o
	}
}

// refusedButDone refuses what the mock refuses, but keeps the alias that came with it.
func refusedButDone(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
	status, o := s.pass(r, sent)
	if stored := s.stored(r); status == http.StatusBadRequest && sent["alias"] != nil {
		s.pass(r, changed(stored, "alias", sent["alias"].(string)+" half done"))
	}
	return status, o
}

func TestBrokenUpdates(t *testing.T) {
	changesAll := another(func(s *twisted, r *http.Request, _ jsonObject) {
		collection := r.URL.Path[:strings.LastIndex(strings.TrimSuffix(r.URL.Path, "/"), "/")+1]
		_, list := s.forward(r, http.MethodGet, collection, nil)
		for _, item := range list["results"].([]any) {
			o := item.(jsonObject)
			if path := fmt.Sprintf("%s%v/", collection, o["id"]); path != r.URL.Path {
				s.forward(r, http.MethodPut, path, changed(o, "frequency", "daily"))
			}
		}
	})
	createsToo := another(func(s *twisted, r *http.Request, sent jsonObject) {
		s.forward(r, http.MethodPost, r.URL.Path[:strings.LastIndex(strings.TrimSuffix(r.URL.Path, "/"), "/")+1], sent)
	})
	servers := []brokenServer{
		{"status 202", "*/update/status", conformance.Fail, twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			_, o := s.pass(r, sent)
			return http.StatusAccepted, o
		}}},
		{"enveloped", "*/update/status", conformance.Fail, twisted{answer: func(_ *twisted, r *http.Request, status int, o jsonObject) (int, jsonObject) {
			if r.Method == http.MethodPut {
				o = jsonObject{"results": []any{o}}
			}
			return status, o
		}}},
		{"a member less", "*/update/status", conformance.Fail, twisted{put: replied(func(o jsonObject) { delete(o, "command") })}},
		{"id as a string", "*/update/status", conformance.Fail, twisted{put: replied(func(o jsonObject) { o["id"] = fmt.Sprint(o["id"]) })}},
		{"another id", "*/update/id-stable", conformance.Fail, twisted{put: replied(func(o jsonObject) { o["id"] = 5000 })}},
		{"a second connection", "*/update/id-stable", conformance.Fail, twisted{put: createsToo}},
		{"changes all", "*/update/only-target", conformance.Fail, twisted{put: changesAll}},
		{"params dropped", "*/update/params-sent", conformance.Fail, twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			return s.pass(r, changed(sent, "params", jsonObject{}))
		}}},
		{"params echoed only", "*/update/params-sent", conformance.Fail, twisted{put: echoing("params")}},
		{"params of the connector lost", "*/update/params-inherited", conformance.Warn, twisted{
			put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
				s.kept[r.URL.Path] = sent["params"]
				return s.pass(r, sent)
			},
			show: func(s *twisted, r *http.Request, o jsonObject) {
				if params := s.kept[r.URL.Path]; params != nil {
					o["params"] = params
				}
			},
		}},
		{"params merged", "*/update/params-replaced", conformance.Warn, twisted{put: merging}},
		{"another reply than state", "*/update/readback", conformance.Fail, twisted{put: replied(func(o jsonObject) { o["inaccessible"] = o["inaccessible"] != true })}},
		{"not twice", "*/update/idempotent", conformance.Warn, twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			if s.stored(r)["alias"] == sent["alias"] {
				return http.StatusConflict, jsonObject{"detail": "No change."}
			}
			return s.pass(r, sent)
		}}},
		{"system stays", "*/update/system-follows", conformance.Warn, twisted{show: func(s *twisted, r *http.Request, o jsonObject) {
			key := fmt.Sprint(strings.Contains(r.URL.Path, "alm"), o["id"])
			if s.kept[key] == nil {
				s.kept[key] = o["system"]
			}
			o["system"] = s.kept[key]
		}}},
	}
	for _, member := range []string{"alias", "frequency", "connector", "project"} {
		servers = append(servers,
			brokenServer{member + " ignored", "*/update/applied/" + member, conformance.Fail, twisted{put: notStoring(member)}},
			brokenServer{member + " echoed only", "*/update/applied/" + member, conformance.Fail, twisted{put: echoing(member)}})
	}
	assertNoticed(t, servers)
}

// merging keeps the members of params that aren't sent.
func merging(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
	params, ok := sent["params"].(jsonObject)
	if !ok {
		return s.pass(r, sent)
	}
	merged := jsonObject{}
	if stored, ok := s.stored(r)["params"].(jsonObject); ok {
		merged = stored
	}
	maps.Copy(merged, params)
	return s.pass(r, changed(sent, "params", merged))
}

// keeping keeps the members that aren't sent.
func keeping(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
	stored := s.stored(r)
	kept := changed(sent)
	for _, member := range []string{"alias", "connector", "project", "frequency", "params"} {
		if _, there := sent[member]; !there {
			kept[member] = stored[member]
		}
	}
	return s.pass(r, kept)
}

// withStatuses answers one status for another.
func withStatuses(of map[int]int) func(*twisted, *http.Request, int, jsonObject) (int, jsonObject) {
	return func(_ *twisted, _ *http.Request, status int, o jsonObject) (int, jsonObject) {
		if other, ok := of[status]; ok {
			status = other
		}
		return status, o
	}
}

// TestFairUpdates: what the documentation allows fails no check.
func TestFairUpdates(t *testing.T) {
	revision := 0
	for _, c := range []struct {
		name   string
		server twisted
		warned int
	}{
		{"as it is", twisted{}, 0},
		{"params merged", twisted{put: merging}, 4}, // and so the names of the project before, too
		{"omitted members kept", twisted{put: keeping}, 0},
		{"422 for 400", twisted{answer: withStatuses(map[int]int{400: 422})}, 0},
		{"404 without a body", twisted{answer: func(_ *twisted, _ *http.Request, status int, o jsonObject) (int, jsonObject) {
			if status == http.StatusNotFound {
				o = nil
			}
			return status, o
		}}, 0},
		{"403 for 404", twisted{answer: withStatuses(map[int]int{404: 403})}, 4},
		{"members beyond the documented ones", twisted{
			show: func(_ *twisted, _ *http.Request, o jsonObject) {
				revision++
				o["debug_mode"], o["shown"] = false, revision
			},
		}, 0},
		{"lists reversed, with a null next", twisted{answer: func(_ *twisted, _ *http.Request, status int, o jsonObject) (int, jsonObject) {
			if items, ok := o["results"].([]any); ok {
				for i := range len(items) / 2 {
					items[i], items[len(items)-1-i] = items[len(items)-1-i], items[i]
				}
				o["next"] = nil
			}
			return status, o
		}}, 0},
		{"server fields refused", twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			if sent["system"] != nil {
				return http.StatusBadRequest, jsonObject{"system": []any{"This field is read-only."}}
			}
			return s.pass(r, sent)
		}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, report := judged(t, &c.server, "*/update/*", "*/cross/org/*")
			assert.Equal(t, report.ExitStatus(), conformance.ExitConformant, failures(report))
			assert.Equal(t, report.Count(conformance.Warn), c.warned, failures(report))
			for _, created := range report.Created {
				assert.Equal(t, created.Frequency, "manually")
			}
		})
	}
}
