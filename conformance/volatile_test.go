package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// ofParams changes params, where they are shown. reads counts the GET requests.
func ofParams(change func(reads int, params object)) wrapper {
	reads := 0
	return changing(func(r asked, a *answered) {
		if r.Method == http.MethodGet {
			reads++
		}
		for _, item := range a.objects() {
			if params, shown := item["params"].(object); shown {
				change(reads, params)
			}
		}
	})
}

// volatileServers add a member to params that no page shows, and that changes by itself.
var volatileServers = map[string]func() wrapper{
	"another value in each reply": func() wrapper {
		n := 0
		return ofParams(func(_ int, params object) { n++; params["server_time"] = fmt.Sprint("at ", n) })
	},
	"another value now and then": func() wrapper {
		return ofParams(func(reads int, params object) { params["last_sync_token"] = reads / 7 })
	},
	"there or not": func() wrapper {
		return ofParams(func(reads int, params object) {
			for i := range reads % 12 {
				params[fmt.Sprint("last_error_", i)] = nil
			}
		})
	},
	"deep inside": func() wrapper {
		return ofParams(func(reads int, params object) {
			params["status"] = object{"log": slices.Repeat([]any{reads}, reads%4), "since": object{"reads": reads}}
		})
	},
}

// TestVolatileParamsAreFair: what changes by itself in params, and isn't documented, breaks no promise and hinders no
// check. The report says what wasn't compared.
func TestVolatileParamsAreFair(t *testing.T) {
	for name, server := range volatileServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := run(t, mockTarget(server()(mock.New())))
			assert.Equal(t, unfair(report, nil), "")
			_, warned := noticed(report)
			assert.Equal(t, strings.Join(warned, " "), "")
			told := map[string]int{}
			for _, result := range report.Results {
				for _, note := range result.Notes {
					if _, names, found := strings.Cut(note, "that no check compares: "); found {
						for name := range strings.SplitSeq(names, ", ") {
							told[name]++
						}
					}
				}
			}
			assert.Assert(t, len(told) > 0)
			for name, times := range told {
				assert.Equal(t, times, 1, name)
			}
		})
	}
}

// TestVolatileParamsOfOneCheck: a check that is run alone finds out for itself.
func TestVolatileParamsOfOneCheck(t *testing.T) {
	for _, id := range []string{"create/readback", "create/params-inherited", "update/readback", "update/idempotent", "get/same-as-list", "params/no-side-effect"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			server := volatileServers["another value now and then"]()
			report := run(t, mockTarget(server(mock.New())), conformance.WithSelection("*/"+id))
			assert.Equal(t, unfair(report, nil), "")
		})
	}
}

// documentedParams are the members of params in the samples of the documentation.
func documentedParams(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../fixtures/docs/*.json")
	assert.NilError(t, err)
	names := map[string]bool{}
	var take func(value any)
	take = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, item := range value {
				take(item)
			}
		case object:
			params, _ := value["params"].(object)
			for name := range params {
				names[name] = true
			}
			take(value["results"])
		}
	}
	for _, file := range files {
		data, err := os.ReadFile(file) //nolint:gosec // of the repository
		assert.NilError(t, err)
		var value any
		assert.NilError(t, json.Unmarshal(data, &value), file)
		take(value)
	}
	return slices.Sorted(maps.Keys(names))
}

// TestDocumentedParamsAreCompared: a member that the documentation shows may not change by itself.
func TestDocumentedParamsAreCompared(t *testing.T) {
	names := documentedParams(t)
	assert.Assert(t, len(names) > 20, "%q", names)
	for _, name := range names {
		server := ofParams(func(reads int, params object) { params[name] = fmt.Sprint(reads) })
		report := run(t, mockTarget(server(mock.New())), conformance.WithSelection("*/get/safe"))
		for _, result := range report.Results {
			assert.Check(t, result.Verdict != conformance.Pass && result.Verdict != conformance.Noted, "%s: %s", name, result.ID)
		}
	}
}

// TestNextOfAnotherHost: a server that doesn't know by which host and path others reach it gets a warning for its
// links, and is judged as ever.
func TestNextOfAnotherHost(t *testing.T) {
	paging := mock.WithLatitude(mock.PaginatedByDefault)
	_, usual := noticed(run(t, mockTarget(mock.New(paging))))
	for _, base := range []string{"http://internal:8000", "http://internal:8000/app", "https://sdelements.example.com", "//10.0.0.1"} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			server := changing(func(_ asked, a *answered) {
				o, _ := a.value.(object)
				if next, ok := o["next"].(string); ok {
					o["next"] = base + next[strings.Index(next, "/api/"):]
				}
			})
			report := run(t, mockTarget(server(mock.New(paging))))
			assert.Equal(t, unfair(report, nil), "")
			_, warned := noticed(report)
			assert.DeepEqual(t, warned, append([]string{"alm/list/pages", "analysis/list/pages"}, usual...))
		})
	}
}

// TestNextOfAnotherList: a link to another host, and there not to the list, isn't followed.
func TestNextOfAnotherList(t *testing.T) {
	server := changing(func(r asked, a *answered) {
		if o, _ := a.value.(object); r.list() {
			o["next"] = "http://internal:8000/login/?next=1"
		}
	})
	report := run(t, mockTarget(server(mock.New())), conformance.WithSelection("*/get/status"))
	assert.Equal(t, report.Count(conformance.Blocked), 2)
	for _, e := range report.Exchanges {
		assert.Assert(t, !strings.Contains(e.URL, "login"), e.URL)
	}
}
