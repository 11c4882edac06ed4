package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

func TestErrorBodies(t *testing.T) {
	refusal := func(body string) func(*exchange) *answer {
		return func(x *exchange) *answer {
			a := x.serve()
			if a.status == http.StatusUnauthorized {
				a.body = []byte(body)
			}
			return a
		}
	}
	const warned = "warn alm/http/error-body"
	tryEach(t, []unlike{
		{"refuses without a word", refusal(""), warned},
		{"refuses in HTML", refusal("<html>no</html>"), warned},
		{"shows a stack trace of Python", refusal(`{"detail": "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3"}`), warned},
		{"shows a stack trace of Java", refusal(`{"detail": "\tat com.example.Api.get(Api.java:42)"}`), warned},
		{"shows another's token", refusal(`{"detail": "only security-editor-token may"}`), warned},
		{"shows a password", refusal(`{"detail": "rally_password"}`), warned},
		{"refuses in its own words", refusal(`["who are you? (at line 3)"]`), ""},
	})
}

func TestSchema(t *testing.T) {
	tryEach(t, []unlike{
		{"lacks a member", func(x *exchange) *answer {
			return x.serve().connections(func(o map[string]any) { delete(o, "inaccessible") })
		}, "warn alm/schema/replies"},
		{"has another type", func(x *exchange) *answer {
			return x.serve().connections(func(o map[string]any) { o["inaccessible"] = "no" })
		}, "warn alm/schema/replies"},
		{"has a frequency that isn't documented", func(x *exchange) *answer {
			return x.serve().connections(func(o map[string]any) { o["frequency"] = strings.ToUpper(o["frequency"].(string)) })
		}, "warn alm/schema/replies"},
		{"adds members", func(x *exchange) *answer {
			return x.serve().connections(func(o map[string]any) { o["debug_mode"] = nil })
		}, ""},
		{"hides params as null", func(x *exchange) *answer {
			return x.serve().connections(func(o map[string]any) { o["params"] = nil })
		}, ""},
		{"numbers its pages", func(x *exchange) *answer {
			return x.serve().object(func(o map[string]any) {
				if o["results"] != nil {
					o["count"], o["next"], o["previous"] = 3, nil, nil
				}
			})
		}, ""},
	})
}

// TestLookingBackNeedsSomethingToLookAt: without other checks there is no evidence, and so no verdict.
func TestLookingBackNeedsSomethingToLookAt(t *testing.T) {
	h := amended(func(x *exchange) *answer { return x.serve() })
	for _, id := range []string{
		"alm/http/json", "alm/http/valid-json", "alm/http/error-body", "alm/http/no-5xx", "alm/schema/replies",
		"alm/auth/no-effect", "alm/create/no-trace",
	} {
		report := run(t, mockTarget(h), conformance.WithSelection(id))
		assert.Equal(t, complaints(report), "blocked "+id)
		assert.Equal(t, report.ExitStatus(), conformance.ExitIncomplete)
	}
}

// TestLookingBackShowsWhatItMeans: the evidence is what is complained about, once.
func TestLookingBackShowsWhatItMeans(t *testing.T) {
	report := run(t, mockTarget(amended(func(x *exchange) *answer {
		a := x.serve()
		if x.isItem() && a.status == http.StatusOK && x.r.Method == http.MethodGet {
			a.header.Set("Content-Type", "text/plain")
		}
		return a
	})), conformance.WithSelection("alm/get/*", "alm/http/json", "alm/http/valid-json"))
	assert.Equal(t, complaints(report), "fail alm/http/json")
	for _, result := range report.Results {
		if strings.HasPrefix(result.ID, "alm/http/") {
			assert.Equal(t, len(result.Exchanges), 1, result.ID)
		}
	}
}

// TestEarlierRunsAreNotTraces: with the same prefix, the connections of an earlier run are older than this one.
func TestEarlierRunsAreNotTraces(t *testing.T) {
	h := amended(func(x *exchange) *answer { return x.serve() })
	for range 2 {
		report := run(t, mockTarget(h), conformance.WithPrefix("sdecontract-again-"), conformance.WithSelection("*/auth/*", "*/create/no-trace"))
		assert.Equal(t, complaints(report), "", failures(report))
	}
}

// TestUnavailableIsNotAFailure: 503 is the target's trouble.
func TestUnavailableIsNotAFailure(t *testing.T) {
	report := run(t, mockTarget(amended(status(http.StatusServiceUnavailable, method(http.MethodHead)))),
		conformance.WithSelection("alm/http/head-options", "alm/http/no-5xx"))
	assert.Equal(t, complaints(report), "error alm/http/head-options\nerror alm/http/no-5xx")
}

// TestFair: what the documentation allows is never complained about, in either mode and for either kind.
func TestFair(t *testing.T) {
	for name, answers := range map[string]func(*exchange) *answer{
		"the mock": func(x *exchange) *answer { return x.serve() },
		"reverses lists": func(x *exchange) *answer {
			return x.serve().object(func(o map[string]any) {
				if list, ok := o["results"].([]any); ok {
					slices.Reverse(list)
				}
			})
		},
		"answers 422 for 400": restatus(http.StatusBadRequest, http.StatusUnprocessableEntity),
		"paginates always": func(x *exchange) *answer {
			if query := x.r.URL.Query(); !x.isItem() && !query.Has("page_size") {
				query.Set("page_size", "2")
				x.r.URL.RawQuery = query.Encode()
			}
			return x.serve()
		},
		"adds members that change": func(x *exchange) *answer {
			return x.serve().connections(func(o map[string]any) { o["served"] = time.Now().String() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			selection := conformance.WithSelection("*/http/*", "*/auth/*", "*/get/*", "*/schema/*", "*/create/no-trace")
			report := run(t, mockTarget(amended(answers)), selection)
			assert.Equal(t, complaints(report), "", failures(report))
			report = run(t, mockTarget(amended(answers)), selection, conformance.ReadOnly())
			assert.Equal(t, complaints(report), "", failures(report))
			assert.Equal(t, len(report.Created), 0)
		})
	}
}

// TestAbsurd: no reply makes a check panic, and a server that makes no sense passes nothing of weight.
func TestAbsurd(t *testing.T) {
	for _, body := range []string{
		"", "null", "7", "[]", "{", `{"results":null}`, `{"results":[null]}`, `{"results":[{}]}`, `{"results":[{"id":"1","params":7}]}`,
		`{"results":[{"id":1,"params":null,"alias":[]}],"next":"%"}`,
	} {
		for _, code := range []int{http.StatusOK, http.StatusFound, http.StatusUnauthorized, http.StatusNotFound, http.StatusInternalServerError} {
			report := run(t, mockTarget(amended(func(*exchange) *answer {
				return &answer{code, http.Header{"Content-Type": {"application/json"}}, []byte(body)}
			})), conformance.WithSelection(transportChecks...))
			assert.Equal(t, report.ExitStatus(), conformance.ExitNotConformant, body)
			for _, result := range report.Results {
				assert.Assert(t, !strings.Contains(result.Error, "panicked"), "%s: %s", result.ID, result.Error)
				assert.Assert(t, code != http.StatusInternalServerError || result.Verdict != conformance.Pass, result.ID)
			}
		}
	}
}
