package conformance_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// leaking shows params to that user wherever the condition holds.
func leaking(user string, where func(asked) bool) wrapper {
	return mistaking(func(r asked) string {
		if r.user() == user && where(r) {
			return "editor"
		}
		return ""
	})
}

// peeking shows the handler's reply to the editor beside the one to the reader, both as they are.
func peeking(change func(r asked, seen, full object)) wrapper {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := serve(h, r)
			if r.Method == http.MethodGet && (asked{r}).user() == "reader" && a.Code == http.StatusOK {
				other := r.Clone(r.Context())
				other.Header.Set("Authorization", "Token editor-token")
				full := serve(h, other).objects()
				for i, item := range a.objects() {
					change(asked{r}, item, full[i])
				}
			}
			a.send(w)
		})
	}
}

// ownKindOnly is true for the user who may edit the kind of the request only.
func ownKindOnly(r asked) bool {
	alm := strings.HasPrefix(r.URL.Path, conformance.ALM.Path())
	return alm && r.user() == "alm-editor" || !alm && r.user() == "security-editor"
}

// otherKindOnly is true for the user who may edit the other kind only.
func otherKindOnly(r asked) bool { return strings.HasSuffix(r.user(), "-editor") && !ownKindOnly(r) }

func TestMaskingChecksFindBrokenServers(t *testing.T) {
	readOnly := []conformance.Option{conformance.ReadOnly()}
	as := func(name string, when func(asked) bool) wrapper {
		return mistaking(func(r asked) string {
			if when(r) {
				return name
			}
			return ""
		})
	}
	testBroken(t, []broken{
		{name: "wants both permissions", checks: []string{"params/visible/list", "params/visible/detail"}, serve: as("reader", ownKindOnly)},
		{
			name: "hides params in lists", checks: []string{"params/visible/list"}, options: readOnly,
			serve: as("reader", func(r asked) bool { return ownKindOnly(r) && r.list() }),
		},
		{
			name: "hides params of one connection", checks: []string{"params/visible/detail"}, options: readOnly,
			serve: as("reader", func(r asked) bool { return ownKindOnly(r) && r.item() }),
		},
		{name: "blanks params", checks: []string{"params/visible/list"}, serve: changingItems(func(r asked, item object) {
			if ownKindOnly(r) {
				item["params"] = object{}
			}
		})},
		{
			name: "shows params in lists", checks: []string{"params/hidden/list", "params/secret-nowhere", "params/per-request"}, options: readOnly,
			serve: leaking("reader", asked.list),
		},
		{
			name: "shows params in pages", checks: []string{"params/hidden/list"}, options: readOnly,
			serve: leaking("reader", func(r asked) bool { return r.filtered("page_size") }),
		},
		{
			name: "shows params of one connection", checks: []string{"params/hidden/detail", "params/secret-nowhere", "params/per-request"}, options: readOnly,
			serve: leaking("reader", asked.item),
		},
		{name: "any permission shows params", checks: []string{"params/other-permission"}, serve: as("editor", otherKindOnly)},
		{
			name: "any permission shows params of one connection", checks: []string{"params/other-permission"}, options: readOnly,
			serve: as("editor", func(r asked) bool { return otherKindOnly(r) && r.item() }),
		},
		{name: "blanks values only", checks: []string{"params/hidden/list", "params/hidden/detail"}, serve: peeking(func(_ asked, seen, full object) {
			params := object{}
			for name := range full["params"].(object) {
				params[name] = ""
			}
			seen["params"] = params
		})},
		{name: "params as a text", checks: []string{"params/hidden/list", "params/hidden/detail", "params/secret-nowhere"}, serve: peeking(func(_ asked, seen, full object) {
			text, _ := json.Marshal(full["params"])
			seen["params"] = string(text)
		})},
		{name: "params beside the rest", checks: []string{"params/hidden/list", "params/hidden/detail"}, serve: peeking(func(_ asked, seen, full object) {
			maps.Copy(seen, full["params"].(object))
		})},
		{name: "params under another name", checks: []string{"params/hidden/list", "params/hidden/detail"}, serve: peeking(func(_ asked, seen, full object) {
			seen["options"] = object{"values": []any{full["params"]}}
		})},
		{name: "another alias without the permission", checks: []string{"params/rest-unchanged"}, serve: changingItems(func(r asked, item object) {
			if r.user() == "reader" {
				item["alias"] = "hidden"
			}
		})},
		{name: "a member less without the permission", checks: []string{"params/rest-unchanged"}, serve: changingItems(func(r asked, item object) {
			if r.user() == "reader" && r.item() {
				delete(item, "connector")
			}
		})},
		{name: "keeps replies by URL", checks: []string{"params/per-request"}, options: readOnly, serve: keepsReplies},
		{name: "reading takes params away", checks: []string{"params/no-side-effect"}, serve: takesParams("params", nil)},
		{name: "reading takes params away, only read", checks: []string{"params/no-side-effect"}, options: readOnly, serve: takesParams("params", object{})},
		{
			name: "shows params in replies to writes", verdict: conformance.Warn, checks: []string{"params/write-response"},
			serve: func(h http.Handler) http.Handler { return asUnmasked(h, "reader") },
		},
		{name: "refuses and writes", checks: []string{"perm/write"}, serve: refusesAndWrites(http.MethodPut)},
		{name: "refuses and creates", checks: []string{"perm/write"}, serve: refusesAndWrites(http.MethodPost)},
	})
}

// keepsReplies answers each URL once, whoever asks.
func keepsReplies(h http.Handler) http.Handler {
	kept := map[string]*answered{}
	var lock sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		if kept[r.URL.String()] == nil {
			kept[r.URL.String()] = serve(h, r)
		}
		kept[r.URL.String()].send(w)
	})
}

// takesParams takes params from a connection, for everybody, as soon as the reader has read it.
func takesParams(name string, left any) wrapper {
	read := map[string]bool{}
	return changingItems(func(r asked, item object) {
		key := r.URL.Path[:len("/api/v2/connections/al")] + string(item["id"].(json.Number))
		switch {
		case r.user() == "reader":
			read[key] = true
		case read[key] && left == nil:
			delete(item, name)
		case read[key]:
			item[name] = left
		}
	})
}

// refusesAndWrites refuses what users without the permission write, and does it all the same.
func refusesAndWrites(method string) wrapper {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != method || (asked{r}).user() != "reader" {
				h.ServeHTTP(w, r)
				return
			}
			r.Header.Set("Authorization", "Token editor-token")
			a := serve(h, r)
			a.Code, a.value = http.StatusForbidden, object{"detail": "no"}
			a.send(w)
		})
	}
}

// TestSecretsInUnlikelyPlaces: a password can leak by a header or a refusal as well.
func TestSecretsInUnlikelyPlaces(t *testing.T) {
	for name, server := range map[string]wrapper{
		"header": changing(func(r asked, a *answered) {
			if r.user() == "reader" {
				a.Header().Set("X-Debug", "user=rally_user; pass=rally_password")
			}
		}),
		"refusal": changing(func(r asked, a *answered) {
			if r.user() == "reader" && a.Code == http.StatusNotFound {
				a.value = object{"detail": "no such thing", "context": []any{"rally_password"}}
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			report := run(t, mockTarget(server(mock.New())), conformance.ReadOnly(), conformance.WithSelection("alm/params/secret-nowhere"))
			assert.Equal(t, report.Results[0].Verdict, conformance.Fail, failures(report))
		})
	}
}

// TestNoSecretToLookFor: a run that only reads needn't end as incomplete where nobody is shown a password.
func TestNoSecretToLookFor(t *testing.T) {
	masked := fairServers["passwords blanked for everybody"](mock.New())
	report := run(t, mockTarget(masked), conformance.ReadOnly(), conformance.WithSelection("*/params/secret-nowhere"))
	assert.Equal(t, report.Count(conformance.Noted), 2, failures(report))
	assert.Equal(t, report.ExitStatus(), conformance.ExitConformant)
	report = run(t, mockTarget(emptyMock(t)), conformance.ReadOnly(), conformance.WithSelection("*/params/secret-nowhere"))
	assert.Equal(t, report.Count(conformance.Blocked), 2, failures(report))
}

// TestLeaksAreNotRepeated: a report of a leak doesn't leak.
func TestLeaksAreNotRepeated(t *testing.T) {
	report := run(t, mockTarget(leaking("reader", func(asked) bool { return true })(mock.New())), listsFiltersMasking)
	assert.Assert(t, report.Count(conformance.Fail) > 0)
	text, err := json.Marshal(report.Results)
	assert.NilError(t, err)
	for _, hidden := range []string{"rally_password", "tfs-secret", "rally_user", "Rally Workspace", "kept-from-readers"} {
		assert.Assert(t, !strings.Contains(string(text), hidden), hidden)
	}
}

func TestMaskingChecksNoteWhatIsOpen(t *testing.T) {
	found := verdicts(wantFair(t, mockTarget(mock.New())))
	assert.DeepEqual(t, found["alm/params/hidden-form"].Notes, []string{"for user reader, params is absent"})
	assert.DeepEqual(t, found["alm/params/write-response"].Notes, []string{"POST by user reader: status 403", "PUT by user reader: status 403"})
	found = verdicts(wantFair(t, mockTarget(fairServers["params empty"](mock.New()))))
	assert.DeepEqual(t, found["alm/params/hidden-form"].Notes, []string{"for user reader, params is {}"})
}

// TestRefusedDetailsAreTold: a reader who gets no details blocks the check of their params, which says what came.
func TestRefusedDetailsAreTold(t *testing.T) {
	server := mock.New()
	target := mockTarget(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (asked{r}).user() == "reader" && r.URL.Path == conformance.ALM.Path()+"1/" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if (asked{r}).user() == "reader" && r.URL.Path != conformance.ALM.Path() {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		server.ServeHTTP(w, r)
	}))
	report := run(t, target, conformance.ReadOnly(), conformance.WithSelection("alm/params/hidden/*"))
	found := map[string]string{}
	for _, result := range report.Results {
		found[result.ID] = result.Blocked
	}
	assert.DeepEqual(t, found, map[string]string{
		"alm/params/hidden/list":   "",
		"alm/params/hidden/detail": "user reader sees no alm connection that has params to hide; connection 1 is answered with status 403",
	})
}
