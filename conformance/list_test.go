package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

func TestListChecksFindBrokenServers(t *testing.T) {
	member := func(name string, value any) wrapper {
		return changingItems(func(_ asked, item object) { item[name] = value })
	}
	without := func(name string) wrapper {
		return changingItems(func(_ asked, item object) { delete(item, name) })
	}
	testBroken(t, []broken{
		{name: "cut off at the end", checks: []string{"list/complete"}, serve: changingLists(func(_ asked, items []any) any {
			return items[:min(4, len(items))]
		})},
		{name: "cut off at the beginning", checks: []string{"list/complete"}, serve: changingLists(func(_ asked, items []any) any {
			return items[max(0, len(items)-5):]
		})},
		{name: "creates twice", checks: []string{"list/complete"}, serve: func(h http.Handler) http.Handler { return createsTwice{h} }},
		{name: "another status", checks: []string{"list/status"}, serve: changing(func(r asked, a *answered) {
			if r.list() {
				a.Code = http.StatusAccepted
			}
		})},
		{name: "a bare array", checks: []string{"list/envelope"}, serve: changing(func(r asked, a *answered) {
			if r.list() {
				a.value = a.results()
			}
		})},
		{name: "no command", checks: []string{"list/fields"}, serve: without("command")},
		{name: "no inaccessible", checks: []string{"list/fields"}, serve: without("inaccessible")},
		{name: "no params for anybody", checks: []string{"list/fields", "params/visible/list", "params/visible/detail"}, serve: without("params")},
		{name: "id in quotes", checks: []string{"list/types"}, serve: changingItems(func(_ asked, item object) {
			item["connector"] = fmt.Sprint(item["connector"])
		})},
		{name: "null for false", checks: []string{"list/types"}, serve: member("inaccessible", nil)},
		{name: "system as an object", checks: []string{"list/types"}, serve: changingItems(func(_ asked, item object) {
			item["system"] = object{"name": item["system"]}
		})},
		{name: "one project only", checks: []string{"list/all-projects", "list/complete"}, serve: changingLists(func(_ asked, items []any) any {
			return slices.DeleteFunc(items, func(item any) bool { return fmt.Sprint(item.(object)["project"]) != "1" })
		})},
		{name: "both kinds in each list", checks: []string{"list/kind"}, serve: func(h http.Handler) http.Handler { return bothKinds{h} }},
		{name: "each connection twice", checks: []string{"list/id-unique"}, serve: changingLists(func(_ asked, items []any) any {
			return append(items, items...)
		})},
		{name: "another spelling of a frequency", checks: []string{"list/frequency-domain"}, serve: changingItems(func(_ asked, item object) {
			item["frequency"] = strings.ToUpper(item["frequency"].(string))
		})},
		{name: "no list without the permission", checks: []string{"list/readable-without-permission"}, serve: changing(func(r asked, a *answered) {
			if r.list() && r.user() == "reader" {
				a.Code, a.value = http.StatusForbidden, object{"detail": "no"}
			}
		})},
		{name: "nothing in the list without the permission", checks: []string{"list/readable-without-permission"}, serve: changingLists(func(r asked, items []any) any {
			if r.user() == "reader" {
				return []any{}
			}
			return items
		})},
	})
}

// createsTwice creates two connections at a time, and tells of one.
type createsTwice struct{ http.Handler }

func (s createsTwice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body := readAll(r)
		serve(s.Handler, withBody(r, body))
		r = withBody(r, body)
	}
	s.Handler.ServeHTTP(w, r)
}

// bothKinds lists the connections of both kinds under both paths.
type bothKinds struct{ http.Handler }

func (s bothKinds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := serve(s.Handler, r)
	if (asked{r}).list() && a.Code == http.StatusOK {
		other := r.Clone(r.Context())
		other.URL.Path = strings.NewReplacer("alm", "analysis", "analysis", "alm").Replace(r.URL.Path)
		a.value.(object)["results"] = append(a.results(), serve(s.Handler, other).results()...)
	}
	a.send(w)
}

// byDefault cuts lists into pages of two.
var byDefault = asking(func(r asked) {
	if r.list() && !r.URL.Query().Has("page_size") {
		query := r.URL.Query()
		query.Set("page_size", "2")
		r.URL.RawQuery = query.Encode()
	}
})

// linking changes the links from page to page.
func linking(change func(*url.URL)) wrapper {
	return changing(func(_ asked, a *answered) {
		envelope, _ := a.value.(object)
		for _, name := range []string{"next", "previous"} {
			link, _ := envelope[name].(string)
			if to, err := url.Parse(link); link != "" && err == nil {
				change(to)
				envelope[name] = to.String()
			}
		}
	})
}

// fairServers differ from the mock in what the documentation leaves open.
var fairServers = map[string]wrapper{
	"as it is":         func(h http.Handler) http.Handler { return h },
	"pages by default": byDefault,
	"pages by default, with links that aren't whole URLs": func(h http.Handler) http.Handler {
		return linking(func(link *url.URL) { link.Scheme, link.Host = "", "" })(byDefault(h))
	},
	"links that are but a query":                   linking(func(link *url.URL) { link.Scheme, link.Host, link.Path = "", "", "" }),
	"links with the port that goes without saying": linking(func(link *url.URL) { link.Host += ":80" }),
	"reversed lists": changingLists(func(_ asked, items []any) any {
		slices.Reverse(items)
		return items
	}),
	"extra members that depend on who asks": changingItems(func(r asked, item object) {
		item["can_edit"] = r.user() == "editor"
		item["last_job"] = object{"status": "done", "method": "https"}
	}),
	"extra members that change": changingItems(func(_ asked, item object) { item["served"] = time.Now().String() }),
	"params null": changingItems(func(_ asked, item object) {
		if _, shown := item["params"]; !shown {
			item["params"] = nil
		}
	}),
	"params empty": changingItems(func(_ asked, item object) {
		if _, shown := item["params"]; !shown {
			item["params"] = object{}
		}
	}),
	"charset": changing(func(_ asked, a *answered) { a.Header().Set("Content-Type", "application/json; charset=utf-8") }),
	"case doesn't matter to filters": filtering([]string{"alias", "frequency", "system"}, func(r asked, item object) bool {
		for name := range r.URL.Query() {
			if _, isFilter := item[name].(string); isFilter && !strings.EqualFold(item[name].(string), r.URL.Query().Get(name)) {
				return false
			}
		}
		return true
	}),
	"passwords blanked for everybody": changingItems(func(_ asked, item object) {
		params, _ := item["params"].(object)
		for name := range params {
			if strings.Contains(name, "pass") {
				params[name] = "********"
			}
		}
	}),
	"a role in the project lets readers write": func(h http.Handler) http.Handler {
		masked := changingItems(func(r asked, item object) {
			if r.user() == "reader" {
				delete(item, "params")
			}
		})
		return masked(asUnmasked(h, "reader"))
	},
	"refuses filter values that it doesn't know": changing(func(r asked, a *answered) {
		if r.filtered("frequency", "system", "alias") && len(a.results()) == 0 {
			a.Code, a.value = http.StatusBadRequest, object{"detail": "no such value"}
		}
	}),
	"refuses odd aliases": func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body := readAll(r)
			if strings.Contains(string(body), "odd:") {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			h.ServeHTTP(w, withBody(r, body))
		})
	},
}

// asUnmasked serves the writes of that user as the editor's.
func asUnmasked(h http.Handler, name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (asked{r}).user() == name && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
			r.Header.Set("Authorization", "Token editor-token")
			a := serve(h, r)
			r.Header.Set("Authorization", "Token "+name+"-token")
			a.send(w)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func TestListsFiltersAndMaskingAreFair(t *testing.T) {
	for name, server := range fairServers {
		t.Run(name, func(t *testing.T) {
			wantFair(t, mockTarget(server(mock.New())))
			report := run(t, mockTarget(server(mock.New())), conformance.ReadOnly(), listsFiltersMasking)
			assert.Equal(t, report.Count(conformance.Fail)+report.Count(conformance.Error)+report.Count(conformance.Inconclusive), 0, failures(report))
		})
	}
}

func TestListChecksNoteWhatIsOpen(t *testing.T) {
	server := changing(func(r asked, a *answered) {
		for _, item := range a.objects() {
			item["debug_mode"] = false
		}
		if r.list() {
			a.value.(object)["count"] = len(a.results())
		}
	})
	found := verdicts(wantFair(t, mockTarget(server(mock.New())), conformance.ReadOnly()))
	assert.DeepEqual(t, found["alm/list/envelope-extra"].Notes, []string{"beside results, the list has count"})
	assert.DeepEqual(t, found["alm/list/extra-fields"].Notes, []string{"connections also have debug_mode"})
	assert.DeepEqual(t, found["alm/list/stable-order"].Notes, []string{"two reads show the same order"})
}

// TestListOfReaderWithoutAllProjects: whose projects aren't known, theirs can't be told from masking.
func TestListOfReaderWithoutAllProjects(t *testing.T) {
	server := changingLists(func(r asked, items []any) any {
		if r.user() == "reader" {
			return items[:1]
		}
		return items
	})
	target := mockTarget(server(mock.New()))
	reader := target.Users["reader"]
	reader.SeesAllProjects = false
	target.Users["reader"] = reader
	report := run(t, target, conformance.ReadOnly(), listsFiltersMasking)
	assert.Equal(t, verdicts(report)["alm/list/readable-without-permission"].Verdict, conformance.Inconclusive)
	assert.Equal(t, report.Count(conformance.Fail), 0, failures(report))
}

// emptyMock is a server at which nobody has created anything.
func emptyMock(t *testing.T) *mock.Server {
	t.Helper()
	var kept []string
	inside := false
	for line := range strings.Lines(string(fixtures.World())) {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		inside = strings.TrimSpace(line) == "connections:" || inside && indent > 4
		if !inside {
			kept = append(kept, line)
		}
	}
	world, err := mock.ReadWorld("empty.yaml", []byte(strings.Join(kept, "")))
	assert.NilError(t, err)
	return mock.New(mock.WithWorld(world))
}

func TestEmptyTarget(t *testing.T) {
	report := run(t, mockTarget(emptyMock(t)), conformance.ReadOnly(), listsFiltersMasking)
	for _, id := range []string{"list/fields", "list/kind", "filter/alias", "filter/frequency/daily", "filter/partition", "params/hidden/list"} {
		assert.Equal(t, verdicts(report)["alm/"+id].Verdict, conformance.Blocked, id)
	}
	assert.Equal(t, report.Count(conformance.Fail), 0, failures(report))
	assert.Equal(t, report.Count(conformance.Error), 0, failures(report))
	wantFair(t, mockTarget(emptyMock(t)))
}

// TestOddListsAreJudged: nothing that a server answers makes a check panic.
func TestOddListsAreJudged(t *testing.T) {
	for _, body := range []string{
		`null`, `[]`, `"x"`, `{}`, `{"results": null}`, `{"results": [null]}`, `{"results": [{}, {}]}`,
		`{"results": [{"id": "1", "alias": 1, "system": {"a": []}, "frequency": null, "params": "x"}]}`,
		`{"results": [{"id": 1, "alias": "", "system": "", "frequency": [], "params": {"pass": ["abcd"], "token": "éééé"}}]}`,
		`{"id": 1, "params": [1], "results": [{"id": 1, "alias": "a", "system": "s", "frequency": "daily", "params": {"a_pass": "{\"a\": 1}"}}]}`,
	} {
		odd := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.WriteHeader(http.StatusCreated)
			}
			_, _ = w.Write([]byte(body))
		})
		report := run(t, mockTarget(odd), listsFiltersMasking)
		assert.Equal(t, report.Count(conformance.Error), 0, "%s\n%s", body, failures(report))
		assert.Assert(t, report.Count(conformance.Fail) > 0, body)
	}
}
