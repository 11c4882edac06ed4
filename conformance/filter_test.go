package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

var filterNames = []string{"alias", "frequency", "system"}

// member is a member of a connection as a text.
func member(item object, name string) string {
	text, _ := item[name].(string)
	return text
}

// aliasBy filters by alias in its own way.
func aliasBy(matches func(alias, asked string) bool) wrapper {
	return filtering([]string{"alias"}, func(r asked, item object) bool {
		return matches(member(item, "alias"), r.URL.Query().Get("alias"))
	})
}

// ignoring leaves parameters out of the query.
func ignoring(names ...string) wrapper {
	return asking(func(r asked) {
		query := r.URL.Query()
		for _, name := range names {
			query.Del(name)
		}
		r.URL.RawQuery = query.Encode()
	})
}

// count tells how many of the filters pass, and how many there are.
func count(r asked, item object) (passed, filters int) {
	for _, name := range filterNames {
		if r.filtered(name) {
			filters++
			if member(item, name) == r.URL.Query().Get(name) {
				passed++
			}
		}
	}
	return passed, filters
}

func TestFilterChecksFindBrokenServers(t *testing.T) {
	readOnly := []conformance.Option{conformance.ReadOnly()}
	firstOnly := func(name string) wrapper {
		return changingLists(func(r asked, items []any) any {
			if r.filtered(name) {
				return items[:min(1, len(items))]
			}
			return items
		})
	}
	all := []string{
		"filter/alias", "filter/system", "filter/partition", "filter/frequency/hourly", "filter/frequency/daily",
		"filter/frequency/weekly", "filter/frequency/monthly", "filter/frequency/manually",
	}
	testBroken(t, []broken{
		{name: "ignores filters", serve: ignoring(filterNames...), checks: all},
		{name: "ignores filters, only read", serve: ignoring(filterNames...), checks: all, options: readOnly},
		{name: "ignores alias", serve: ignoring("alias"), checks: []string{"filter/alias", "filter/alias-all", "filter/alias-exact", "filter/encoding"}},
		{name: "ignores frequency", serve: ignoring("frequency"), checks: []string{"filter/frequency/hourly", "filter/partition", "filter/combined"}},
		{name: "ignores system", serve: ignoring("system"), checks: []string{"filter/system"}},
		{
			name: "finds nothing", checks: append([]string{"filter/alias-all", "filter/encoding"}, "filter/alias", "filter/system", "filter/partition"),
			serve: filtering(filterNames, func(asked, object) bool { return false }),
		},
		{name: "alias by part", checks: []string{"filter/alias-exact", "filter/alias"}, serve: aliasBy(strings.Contains)},
		{name: "alias by beginning", checks: []string{"filter/alias-exact"}, serve: aliasBy(strings.HasPrefix)},
		{name: "alias by end", checks: []string{"filter/alias-exact"}, serve: aliasBy(strings.HasSuffix)},
		{name: "alias by wildcard", checks: []string{"filter/alias-exact"}, serve: aliasBy(func(alias, asked string) bool {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(asked), "%", ".*")
			return regexp.MustCompile("^" + pattern + "$").MatchString(alias)
		})},
		{name: "first match only", checks: []string{"filter/alias-all", "filter/alias"}, serve: firstOnly("alias")},
		{name: "first frequency only", checks: []string{"filter/partition", "filter/frequency/daily"}, serve: firstOnly("frequency")},
		{name: "decoded twice", checks: []string{"filter/encoding"}, serve: aliasBy(func(alias, asked string) bool {
			twice, err := url.QueryUnescape(asked)
			return err == nil && alias == twice
		})},
		{name: "only ASCII", checks: []string{"filter/encoding"}, serve: aliasBy(func(alias, asked string) bool {
			return alias == strings.Map(func(r rune) rune {
				if r > 126 {
					return '?'
				}
				return r
			}, asked)
		})},
		{
			name: "either filter", verdict: conformance.Warn, checks: []string{"filter/combined"},
			serve: filtering(filterNames, func(r asked, item object) bool { passed, _ := count(r, item); return passed > 0 }),
		},
		{name: "the first filter wins", checks: []string{"filter/combined"}, serve: asking(func(r asked) {
			first, _, _ := strings.Cut(r.URL.RawQuery, "&")
			r.URL.RawQuery = first
		})},
		{name: "404 if nothing matches", verdict: conformance.Warn, checks: []string{"filter/no-match"}, serve: changing(func(r asked, a *answered) {
			if r.filtered("alias") && len(a.results()) == 0 {
				a.Code, a.value = http.StatusNotFound, object{"detail": "none"}
			}
		})},
		{name: "null if nothing matches", verdict: conformance.Warn, checks: []string{"filter/no-match"}, serve: changingLists(func(_ asked, items []any) any {
			if len(items) == 0 {
				return nil
			}
			return items
		})},
		{name: "an unknown frequency is none", verdict: conformance.Warn, checks: []string{"filter/bad-frequency"}, serve: asking(func(r asked) {
			if r.URL.Query().Get("frequency") == "yearly" {
				r.URL.RawQuery = ""
			}
		})},
		{name: "filtered lists show params", checks: []string{"filter/masked", "params/secret-nowhere"}, serve: mistaking(func(r asked) string {
			if r.filtered(filterNames...) && r.user() == "reader" {
				return "editor"
			}
			return ""
		})},
		{name: "lists filtered by system show params", checks: []string{"filter/masked"}, options: readOnly, serve: mistaking(func(r asked) string {
			if r.filtered("system") && r.user() == "reader" {
				return "editor"
			}
			return ""
		})},
	})
}

func TestFilterChecksNoteWhatIsOpen(t *testing.T) {
	found := verdicts(wantFair(t, mockTarget(mock.New()), conformance.ReadOnly()))
	assert.DeepEqual(t, found["alm/filter/alias-case"].Notes, []string{"the alias in upper case finds nothing"})
	assert.DeepEqual(t, found["alm/filter/bad-frequency"].Notes, []string{"a frequency that doesn't exist: status 200, 0 connections"})
	found = verdicts(wantFair(t, mockTarget(fairServers["case doesn't matter to filters"](mock.New())), conformance.ReadOnly()))
	assert.DeepEqual(t, found["alm/filter/alias-case"].Notes, []string{"the alias in upper case finds the same connections"})
	assert.DeepEqual(t, found["alm/filter/system-form"].Notes, []string{"the system in lower case finds the same connections"})
}

// TestAliasesThatDifferInCase: a filter that takes them for one is not one that is ignored.
func TestAliasesThatDifferInCase(t *testing.T) {
	server := emptyMock(t)
	for _, body := range []string{
		`{"alias": "Twice", "connector": 1, "project": 1, "frequency": "daily", "params": {}}`,
		`{"alias": "twice", "connector": 2, "project": 2, "frequency": "weekly", "params": {}}`,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, conformance.ALM.Path(), strings.NewReader(body))
		r.Header.Set("Authorization", "Token editor-token")
		assert.Equal(t, serve(server, r).Code, http.StatusCreated)
	}
	target := mockTarget(fairServers["case doesn't matter to filters"](server))
	report := run(t, target, conformance.ReadOnly(), conformance.WithSelection("alm/filter/*"))
	assert.Equal(t, report.Count(conformance.Fail)+report.Count(conformance.Warn), 0, failures(report))
}
