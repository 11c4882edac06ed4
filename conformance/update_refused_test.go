package conformance_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// upsert creates what it doesn't find.
func upsert(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
	code, o := s.pass(r, sent)
	if code != http.StatusNotFound {
		return code, o
	}
	collection := conformance.ALM.Path()
	if !strings.HasPrefix(r.URL.Path, collection) {
		collection = conformance.Analysis.Path()
	}
	code, o = s.forward(r, http.MethodPost, collection, sent)
	return min(code, http.StatusOK), o
}

// anyKind looks for the id under both kinds.
func anyKind(answer int) put {
	return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		code, o := s.pass(r, sent)
		if code != http.StatusNotFound {
			return code, o
		}
		path := strings.Replace(r.URL.Path, "/alm/", "/analysis/", 1)
		if path == r.URL.Path {
			path = strings.Replace(path, "/analysis/", "/alm/", 1)
		}
		_, o = s.forward(r, http.MethodPut, path, sent)
		return answer, o
	}
}

// coerced sets a frequency that is refused to manually instead.
func coerced(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
	code, o := s.pass(r, sent)
	if code == http.StatusBadRequest {
		return s.pass(r, changed(sent, "frequency", "manually"))
	}
	return code, o
}

// advanced is a mock on which every organization has advanced ALM.
func advanced(t *testing.T) http.Handler {
	world, err := mock.ReadWorld("world.yaml", bytes.ReplaceAll(fixtures.World(), []byte("features: []"), []byte("features: [advanced-alm]")))
	assert.NilError(t, err)
	return mock.New(mock.WithWorld(world))
}

func TestUpdatesNotRefused(t *testing.T) {
	const fail, warn, noted = conformance.Fail, conformance.Warn, conformance.Noted
	answering := func(code int, body jsonObject, when func(sent jsonObject) bool) put {
		return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			if when(sent) {
				return code, body
			}
			return s.pass(r, sent)
		}
	}
	withoutAlias := func(sent jsonObject) bool { return sent["alias"] == nil }
	accepting := func(member string) put {
		return func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			code, o := s.pass(r, sent)
			if code == http.StatusBadRequest {
				return s.pass(r, changed(sent, member, s.stored(r)[member]))
			}
			return code, o
		}
	}
	assertNoticed(t, []brokenServer{
		{"upsert", "*/update/unknown-id", fail, twisted{put: upsert}},
		{"200 for unknown ids", "*/update/unknown-id", fail, twisted{answer: withStatuses(map[int]int{404: 200})}},
		{"403 for unknown ids", "*/update/unknown-id", warn, twisted{answer: withStatuses(map[int]int{404: 403})}},
		{"one id space", "*/update/other-kind", fail, twisted{put: anyKind(http.StatusOK)}},
		{"one id space, not found", "*/update/other-kind", fail, twisted{put: anyKind(http.StatusNotFound)}},
		{"frequency coerced", "*/update/frequency-invalid", fail, twisted{put: coerced}},
		{"frequency refused, but done", "*/update/frequency-invalid", fail, twisted{put: refusedButDone}},
		{"plan not checked", "*/update/frequency-basic/*", fail, twisted{Handler: advanced(t)}},
		{"plan coerced", "*/update/frequency-basic/*", warn, twisted{put: coerced}},
		{"plan refused, but done", "*/update/frequency-basic/*", fail, twisted{put: refusedButDone}},
		{"half done", "*/update/atomic/*", fail, twisted{put: refusedButDone}},
		{"any connector", "*/update/atomic/connector", fail, twisted{put: accepting("connector")}},
		{"any project", "*/update/atomic/project", fail, twisted{put: accepting("project")}},
		{"500 without alias", "*/update/missing-field/alias", fail, twisted{put: answering(500, jsonObject{}, withoutAlias)}},
		{"refused without connector, but done", "*/update/missing-field/connector", fail, twisted{put: refusedButDone}},
		{"omitted members kept", "*/update/missing-field/*", noted, twisted{put: keeping}},
		{"members of the server taken over", "*/update/server-fields", warn, twisted{
			put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
				if command, ok := sent["command"]; ok {
					s.kept[r.URL.Path] = command
				}
				return s.pass(r, sent)
			},
			show: func(s *twisted, r *http.Request, o jsonObject) {
				if command := s.kept[r.URL.Path]; command != nil {
					o["command"] = command
				}
			},
		}},
		{"non-remote refused, but done", "analysis/update/to-non-remote", fail, twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			code, o := s.pass(r, sent)
			if sent["connector"] == 3.0 {
				return http.StatusBadRequest, jsonObject{}
			}
			return code, o
		}}},
		{"non-remote refused", "analysis/update/to-non-remote", noted, twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
			if sent["connector"] == 3.0 {
				return http.StatusBadRequest, jsonObject{}
			}
			return s.pass(r, sent)
		}}},
	})
}

// TestUpsertIsAccountedFor: what an update creates is listed, as all that a run leaves behind.
func TestUpsertIsAccountedFor(t *testing.T) {
	// The mock numbers on, so the connection isn't under the id that was sent. A later read of that id is
	// answered with it.
	s := &twisted{put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		code, o := upsert(s, r, sent)
		s.kept[r.URL.Path] = o
		return code, o
	}}
	s.answer = func(s *twisted, r *http.Request, code int, o jsonObject) (int, jsonObject) {
		if created, ok := s.kept[r.URL.Path].(jsonObject); ok && code == http.StatusNotFound {
			return http.StatusOK, created
		}
		return code, o
	}
	_, report := judged(t, s, "alm/update/unknown-id")
	assert.Equal(t, len(report.Created), 1)
	assert.Assert(t, report.Created[0].ID > 1_000_000)
}

// TestUpdatesAreAccountedFor: the report tells what updates made of the connections.
func TestUpdatesAreAccountedFor(t *testing.T) {
	var lines []conformance.Created
	target := mockTarget(mock.New())
	report := run(t, target, conformance.WithSelection("alm/update/applied/*"),
		conformance.WithLedger(func(c conformance.Created) error { lines = append(lines, c); return nil }))
	assert.Equal(t, len(report.Created), 1)
	assert.Equal(t, report.Created[0].Frequency, "manually")
	seen := map[string]bool{}
	for _, c := range lines {
		seen[c.Frequency] = true
	}
	assert.DeepEqual(t, seen, map[string]bool{"hourly": true, "daily": true, "weekly": true, "monthly": true, "manually": true})
}
