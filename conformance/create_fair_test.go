package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// fairCreators are servers that do what the documentation allows.
var fairCreators = map[string]func() creator{
	"422 for 400": func() creator {
		return creator{reply: func(_ *http.Request, _, _ members, _ http.ResponseWriter, status int) int {
			if status == http.StatusBadRequest {
				return http.StatusUnprocessableEntity
			}
			return status
		}}
	},
	"ids from 1000": func() creator {
		return creator{reply: func(_ *http.Request, _, got members, _ http.ResponseWriter, status int) int {
			if id, ok := got["id"].(json.Number); ok {
				n, _ := id.Int64()
				got["id"] = n + 1000
			}
			return status
		}}
	},
	"more in replies, and Location": func() creator {
		n := 0
		return creator{reply: func(r *http.Request, _, got members, w http.ResponseWriter, status int) int {
			if got["id"] != nil {
				n++
				got["reads"], got["last_job"] = n, nil
			}
			if status == http.StatusCreated {
				got["created_now"] = true
				w.Header().Set("Location", fmt.Sprintf("%s%v/", r.URL.Path, got["id"]))
			}
			return status
		}}
	},
	"more params than are sent": func() creator {
		return creator{reply: func(_ *http.Request, _, got members, _ http.ResponseWriter, status int) int {
			if p := params(got); p != nil {
				p["added_by_server"] = []any{1, nil}
			}
			return status
		}}
	},
	"basic organization coerced": func() creator { return creator{}.coercing() },
	"refuses what is odd": func() creator {
		seen := map[string]bool{}
		return refusingCreates(func(r *http.Request, sent members) bool {
			alias := r.URL.Path + fmt.Sprint(sent["alias"])
			_, hasID := sent["id"]
			odd := seen[alias] || hasID || len(params(sent)) == 0 || strings.ContainsRune(alias, '🚀')
			seen[alias] = seen[alias] || sent["alias"] != nil
			return odd
		})
	},
	"accepts what is odd": lenient,
}

// lenient takes all that the documentation doesn't forbid: references as digits, blank aliases, null
// frequencies in any spelling, JSON that is nearly right.
func lenient() creator {
	c := creator{}.coercing()
	coerce := c.request
	c.raw = func(body []byte) []byte {
		body = bytes.ReplaceAll(bytes.ToValidUTF8(body, []byte("?")), []byte{0}, nil)
		body = bytes.Replace(body, []byte(",}"), []byte("}"), 1)
		if o, ok := decode(body).(members); ok {
			body, _ = json.Marshal(o) // of members that stand twice, the last counts
		}
		return body
	}
	c.request = func(r *http.Request, sent members) int {
		for _, name := range []string{"connector", "project"} {
			switch v := sent[name].(type) {
			case string:
				sent[name], _ = strconv.Atoi(v)
			case bool:
				sent[name] = 1
			case json.Number:
				sent[name] = json.Number(strings.TrimSuffix(string(v), ".5"))
			}
		}
		if alias, there := sent["alias"]; there {
			s, _ := alias.(string)
			sent["alias"] = strings.TrimSpace(s)
			if sent["alias"] == "" {
				sent["alias"] = "untitled"
			}
		}
		if f, there := sent["frequency"]; f == nil || f == "" {
			delete(sent, "frequency")
		} else if s, ok := f.(string); ok && there {
			sent["frequency"] = strings.ToLower(strings.TrimSpace(s))
		}
		if p, there := sent["params"]; there && p == nil {
			sent["params"] = members{}
		}
		return coerce(r, sent)
	}
	return c
}

// fromThousand takes 1000 off the id in a path.
var fromThousand = regexp.MustCompile(`/1(\d{3})/$`)

// TestFairCreatesDoNotFail: no check is stricter than the documentation, and none is left without budget.
func TestFairCreatesDoNotFail(t *testing.T) {
	for name, fair := range fairCreators {
		t.Run(name, func(t *testing.T) {
			server, c := mock.New(), fair()
			c.mock = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if m := fromThousand.FindStringSubmatch(r.URL.Path); m != nil && name == "ids from 1000" {
					n, _ := strconv.Atoi(m[1])
					r.URL.Path = fromThousand.ReplaceAllString(r.URL.Path, fmt.Sprintf("/%d/", n))
				}
				server.ServeHTTP(w, r)
			})
			report := run(t, mockTarget(c), conformance.WithSelection("*/create/*"))
			for _, v := range []conformance.Verdict{conformance.Fail, conformance.Error, conformance.Blocked, conformance.Inconclusive} {
				assert.Equal(t, report.Count(v), 0, failures(report))
			}
			creates := map[conformance.Kind]int{}
			for _, made := range report.Created {
				creates[made.Kind]++
			}
			assert.Assert(t, creates[conformance.ALM] <= 11 && creates[conformance.Analysis] <= 11, creates)
		})
	}
}

// TestOthersCreateMeanwhile: a refusal isn't blamed for what somebody else creates at that moment, nor is it proven
// to leave no trace.
func TestOthersCreateMeanwhile(t *testing.T) {
	server := mock.New()
	c := creator{mock: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r)
		if r.Method == http.MethodPost {
			other := httptest.NewRequestWithContext(r.Context(), http.MethodPost, r.URL.Path,
				strings.NewReader(`{"alias": "from a colleague", "connector": 1, "project": 1, "params": {}}`))
			other.Header.Set("Authorization", "Token editor-token")
			server.ServeHTTP(httptest.NewRecorder(), other)
		}
	})}
	report := run(t, mockTarget(c), conformance.WithSelection("*/create/malformed/empty", "*/create/malformed/array", "*/create/project-required"))
	assert.Equal(t, report.Count(conformance.Inconclusive), 6, failures(report))
}
