package conformance_test

import (
	"maps"
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// filterMutants get the filters wrong.
var filterMutants = []mutant{
	{
		name: "filters-ored", says: "of two filters one is enough", kills: "filter/combined",
		bend: twoFilters(func(_ *call, one, other []conformance.Object) []conformance.Object {
			byID := map[int64]conformance.Object{}
			for _, item := range append(one, other...) {
				byID[number(item["id"])] = item
			}
			union := []conformance.Object{}
			for id := range maps.Keys(byID) {
				union = append(union, byID[id])
			}
			return union
		}),
	},
	{
		name: "first-filter-wins", says: "of two filters only the first counts", kills: "filter/combined",
		bend: twoFilters(func(_ *call, one, _ []conformance.Object) []conformance.Object { return one }),
	},
	{
		name: "last-filter-wins", says: "of two filters only the last counts", kills: "filter/combined",
		bend: twoFilters(func(_ *call, _, other []conformance.Object) []conformance.Object { return other }),
	},
	{
		name: "alias-filter-takes-substrings", says: "the filter alias matches parts of an alias", kills: "filter/alias-exact", also: "filter/*",
		bend: aliasFilter(strings.Contains),
	},
	{
		name: "alias-filter-takes-prefixes", says: "the filter alias matches the beginning of an alias", kills: "filter/alias-exact", also: "filter/*",
		bend: aliasFilter(strings.HasPrefix),
	},
	{
		name: "alias-filter-ignores-blanks", says: "the filter alias compares without blanks", kills: "filter/encoding", also: "filter/*",
		bend: aliasFilter(func(alias, wanted string) bool { return alias == strings.ReplaceAll(wanted, " ", "") }),
	},
	{
		name: "alias-filter-finds-one", says: "the filter alias finds the first connection only", kills: "filter/alias-all", also: "filter/*",
		bend: onFilter("alias", func(c *call) { c.show(c.items()[:min(1, len(c.items()))]); c.hit() }),
	},
	{
		name: "alias-filter-finds-one-project", says: "the filter alias finds connections of the first project only",
		kills: "filter/alias-all", also: "filter/*",
		bend: onFilter("alias", func(c *call) { c.keep(func(o conformance.Object) bool { return number(o["project"]) == 1 }) }),
	},
	{
		name: "alias-filter-not-decoded", says: "the filter alias is compared as it stands in the URL", kills: "filter/encoding", also: "filter/*",
		bend: func(c *call) {
			if c.listing() && c.query.Has("alias") {
				_, raw, _ := strings.Cut(c.r.URL.RawQuery, "alias=")
				raw, _, _ = strings.Cut(raw, "&")
				c.query.Set("alias", raw)
				c.hit()
			}
			c.serve()
		},
	},
	{
		name: "alias-filter-only-ascii", says: "the filter alias loses what isn't ASCII", kills: "filter/encoding", also: "filter/*",
		bend: func(c *call) {
			if wanted := c.query.Get("alias"); c.listing() && asciiOnly(wanted) != wanted {
				c.query.Set("alias", asciiOnly(wanted))
				c.hit()
			}
			c.serve()
		},
	},
	{
		name: "frequency-filter-ignores-monthly", says: "the filter frequency=monthly is ignored",
		kills: "filter/frequency/monthly filter/partition", also: "filter/*",
		bend: func(c *call) {
			if c.listing() && c.query.Get("frequency") == "monthly" {
				c.query.Del("frequency")
				c.hit()
			}
			c.serve()
		},
	},
	{
		name: "frequency-filter-loses-manually", says: "the filter frequency=manually finds nothing",
		kills: "filter/frequency/manually filter/partition", also: "filter/*",
		bend: onFilter("frequency", func(c *call) { c.keep(func(o conformance.Object) bool { return o["frequency"] != "manually" }) }),
	},
	{
		name: "frequency-filter-takes-prefixes", says: "the filter frequency=m finds monthly and manually", kills: "filter/frequency/monthly filter/frequency/manually", also: "filter/*",
		bend: func(c *call) {
			if wanted := c.query.Get("frequency"); c.listing() && c.query.Has("frequency") {
				c.query.Del("frequency")
				c.serve()
				c.keep(func(o conformance.Object) bool {
					return strings.HasPrefix(o["frequency"].(string), wanted[:min(1, len(wanted))])
				})
				return
			}
			c.serve()
		},
	},
	{
		name: "system-filter-by-connector", says: "the filter system finds connections of the first connector only of several systems",
		kills: "filter/system", also: "filter/*",
		bend: onFilter("system", func(c *call) { c.keep(func(o conformance.Object) bool { return number(o["connector"]) == 1 }) }),
	},
	{
		name: "no-match-is-404", says: "a filter that nothing fits is answered 404", kills: "filter/no-match", also: "filter/*",
		bend: onEmpty(func(c *call) { c.refuse(http.StatusNotFound, "nothing found") }),
	},
	{
		name: "no-match-is-everything", says: "a filter that nothing fits finds everything", kills: "filter/no-match", also: "filter/*",
		bend: onEmpty(func(c *call) { clear(c.query); c.serve(); c.hit() }),
	},
	{
		name: "filter-shortens-items", says: "filtered lists leave out the member inaccessible", kills: "filter/alias filter/system", also: "filter/*",
		bend: onList(func(c *call) {
			if len(c.query) > 0 {
				c.each(dropMember("inaccessible"))
			}
		}),
	},
	{
		name: "filter-changes-what-is-listed-later", says: "after a filtered list the whole list is filtered as well", kills: "filter/*",
		also: "*", bend: stickyFilter,
	},
}

func twoFilters(join func(c *call, one, other []conformance.Object) []conformance.Object) func(*call) {
	return onList(func(c *call) {
		names := []string{}
		for part := range strings.SplitSeq(c.r.URL.RawQuery, "&") {
			if name, _, _ := strings.Cut(part, "="); name == "alias" || name == "frequency" || name == "system" {
				names = append(names, name)
			}
		}
		if len(names) != 2 || names[0] == names[1] {
			return
		}
		var found [2][]conformance.Object
		values := maps.Clone(c.query)
		for i, name := range names {
			clear(c.query)
			c.query[name] = values[name]
			c.serve()
			found[i] = c.items()
		}
		c.show(join(c, found[0], found[1]))
		c.hit()
	})
}

func aliasFilter(fits func(alias, wanted string) bool) func(*call) {
	return func(c *call) {
		wanted := c.query.Get("alias")
		if !c.listing() || !c.query.Has("alias") {
			c.serve()
			return
		}
		exact := c.ask(c.user, c.method, c.path, nil)
		c.query.Del("alias")
		if c.serve(); c.ok() {
			c.keep(func(o conformance.Object) bool { return fits(o["alias"].(string), wanted) })
			if len(c.items()) != len(exact.items()) {
				c.hit()
			}
		}
	}
}

func onFilter(parameter string, change func(*call)) func(*call) {
	return onList(func(c *call) {
		if c.query.Has(parameter) {
			change(c)
		}
	})
}

func onEmpty(change func(*call)) func(*call) {
	return onList(func(c *call) {
		if len(c.query) > 0 && len(c.items()) == 0 {
			change(c)
		}
	})
}

func stickyFilter(c *call) {
	if c.listing() && len(c.query) == 0 && c.memory[c.user] != nil {
		c.query.Set("frequency", c.memory[c.user].(string))
		delete(c.memory, c.user)
		c.hit()
	}
	if c.query.Has("frequency") {
		c.memory[c.user] = c.query.Get("frequency")
	}
	c.serve()
}

func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 126 {
			return -1
		}
		return r
	}, s)
}
