package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// neverFiltered is for people who test a live server and wonder.
const neverFiltered = " Live servers of this release are said to have ignored the filters."

// filters are the promises under the headings "Query Parameters" of the lists.
var filters = slices.Concat([]promise{
	{
		id: "filter/alias", alm: "56", ana: "321", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "The filter alias returns the connections that the whole list shows with that alias, and no others.",
		fails: "A connection with the alias that is missing, or one with another alias." + neverFiltered,
		run:   filterAlias,
	},
	{
		id: "filter/alias-all", alm: "56", ana: "321", evidence: Stated, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "The filter alias returns every connection with that alias, on whichever project it is.",
		fails: "Only one of two connections that share an alias.",
		run:   filterAliasAll,
	},
	{
		id: "filter/alias-exact", alm: "56", ana: "321", evidence: Stated, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "The filter alias returns no connection whose alias merely begins with or contains what is asked for.",
		fails: "Matching by prefix, by part or by wildcard." + neverFiltered,
		run:   filterAliasExact,
	},
	{
		id: "filter/alias-case", alm: "56", ana: "321", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "The filter alias may or may not tell upper from lower case.",
		fails: "Nothing: which of the two it does is noted.",
		run:   func(t *T) { filterForm(t, "alias", strings.ToUpper, "in upper case") },
	},
}, frequencyFilters(), []promise{
	{
		id: "filter/system", alm: "58", ana: "323", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "The filter system returns the connections that the whole list shows with that system, and no others.",
		fails: "A connection of the system that is missing, or one of another system." + neverFiltered,
		run:   filterSystem,
	},
	{
		id: "filter/system-form", alm: "58", ana: "323", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "The filter system may also take other spellings of a system than the list shows.",
		fails: "Nothing: whether it takes lower case is noted.",
		run:   func(t *T) { filterForm(t, "system", strings.ToLower, "in lower case") },
	},
	{
		id: "filter/partition", alm: "57,181", ana: "322,443", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "The filters for the five frequencies share the whole list out: each connection is in exactly one of them.",
		fails: "A connection that no frequency finds, or that two find." + neverFiltered,
		run:   filterPartition,
	},
	{
		id: "filter/combined", alm: "52", ana: "317", evidence: Stated, level: Should, needs: []Need{editor},
		says:  "Two filters together return the connections that pass both.",
		fails: "Ignoring one of the two is a failure; connections that pass only one of them are a warning.",
		run:   filterCombined,
	},
	{
		id: "filter/no-match", alm: "52", ana: "317", evidence: Stated, level: Should, needs: []Need{editor},
		says:  "A filter that nothing passes is answered with status 200 and an empty array.",
		fails: "Status 404, results that is null, or any connection.",
		run:   filterNoMatch,
	},
	{
		id: "filter/encoding", alm: "21,56", ana: "294,321", evidence: Stated, level: Must, mode: Write, needs: []Need{editor, connector, project},
		says:  "An alias with spaces, reserved characters or letters beyond ASCII is found when it is percent-encoded.",
		fails: "A filter whose value is decoded twice, not at all, or in another character set.",
		run:   filterEncoding,
	},
	{
		id: "filter/masked", alm: "46,52", ana: "311,317", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "A filtered list withholds params from whoever the whole list withholds them from.",
		fails: "A name or a value of params in a filtered list for a user without the permission.",
		run:   func(t *T) { t.hiddenFrom(reader, inFilters) },
	},
	{
		id: "filter/bad-frequency", alm: "57", ana: "322", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "Asking for a frequency that doesn't exist may be refused, or answered with an empty list.",
		fails: "Nothing; the whole list is a warning.",
		run:   filterBadFrequency,
	},
	{
		id: "filter/unknown", alm: "52", ana: "317", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "A query parameter that isn't documented may be ignored or refused.",
		fails: "Nothing: what comes is noted.",
		run:   func(t *T) { noteFilter(t, "an unknown parameter", "sdecontract", "1") },
	},
	{
		id: "filter/empty-repeated", alm: "52", ana: "317", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "A filter without a value, or given twice, may be taken in several ways.",
		fails: "Nothing but a status 5xx: what comes is noted.",
		run: func(t *T) {
			noteFilter(t, "an empty alias", "alias", "")
			noteFilter(t, "an empty frequency", "frequency", "")
			noteFilter(t, "two frequencies", "frequency", "daily", "frequency", "hourly")
		},
	},
})

// frequencyFilters are one promise for each frequency.
func frequencyFilters() []promise {
	var rows []promise
	for _, f := range documentedFrequencies {
		rows = append(rows, promise{
			id: "filter/frequency/" + f, alm: "57", ana: "322", evidence: Stated, level: Must, needs: []Need{editor},
			says:  "The filter frequency=" + f + " returns the connections that the whole list shows with it, and no others.",
			fails: "A connection with the frequency that is missing, or one with another frequency." + neverFiltered,
			run: func(t *T) {
				t.Steady(func(list []Object) {
					t.needSome(list)
					t.wantSelection(list, "frequency", f)
				})
			},
		})
	}
	return rows
}

// filterAlias asks for aliases that there are, and for one that nobody has: a server that ignores the
// filter is found out even if all connections have the same alias.
func filterAlias(t *T) {
	t.Steady(func(list []Object) {
		aliases := valuesOf(list, "alias", 6)
		if len(aliases) == 0 {
			t.Block("no %s connection at the target has an alias to ask for", t.Kind)
		}
		for _, alias := range aliases {
			t.wantSelection(list, "alias", alias)
		}
		t.wantSelection(list, "alias", t.Alias("nobody"))
	})
}

func filterAliasAll(t *T) {
	one, two := t.Made(base), t.Made(twin)
	t.Steady(func(list []Object) {
		all := byID(list)
		alias, _ := all[one.ID]["alias"].(string)
		if alias == "" || all[two.ID]["alias"] != alias {
			t.Block("the list doesn't show connections %d and %d with the same alias", one.ID, two.ID)
		}
		t.wantSelection(list, "alias", alias)
	})
}

// filterAliasExact asks for an alias that another one begins with, and for parts and patterns of both.
func filterAliasExact(t *T) {
	short, long := t.Made(base), t.Made(longer)
	t.Steady(func(list []Object) {
		all := byID(list)
		alias, _ := all[short.ID]["alias"].(string)
		more, _ := all[long.ID]["alias"].(string)
		runes := []rune(alias)
		if len(runes) < 3 || !strings.HasPrefix(more, alias) {
			t.Block("the list doesn't show the alias of connection %d as the beginning of that of %d", short.ID, long.ID)
		}
		beginning := string(runes[:len(runes)-1])
		for _, asked := range []string{alias, more, beginning, string(runes[1:]), beginning + "%", beginning + "*", beginning + ".*"} {
			t.wantSelection(list, "alias", asked)
		}
	})
}

func filterSystem(t *T) {
	t.Steady(func(list []Object) {
		systems := valuesOf(list, "system", 20)
		if len(systems) == 0 {
			t.Block("no %s connection at the target shows its system as a text", t.Kind)
		}
		for _, system := range systems {
			t.wantSelection(list, "system", system)
		}
		if len(systems) == 1 { // nothing else tells a filter from none
			r := t.Filter(t.As(editor), "system", "sdecontract")
			t.Should(resultCount(r) == 0, "no connection of a system that doesn't exist", fmt.Sprintf("%d connections", resultCount(r)))
		}
	})
}

// filterForm notes whether a filter takes another spelling of a value.
func filterForm(t *T, member string, form func(string) string, words string) {
	u := t.As(editor)
	list := t.List(u)
	for _, value := range valuesOf(list, member, len(list)) {
		asked := form(value)
		if asked == value || len(selectBy(list, member, asked)) > 0 {
			continue
		}
		r := t.Filter(u, member, asked)
		results, _ := r.Object()["results"].([]any)
		found := slices.ContainsFunc(results, func(item any) bool {
			o, _ := item.(Object)
			return o[member] == value
		})
		switch {
		case r.Status != http.StatusOK:
			t.Note("the %s %s is answered with status %d", member, words, r.Status)
		case found:
			t.Note("the %s %s finds the same connections", member, words)
		default:
			t.Note("the %s %s finds nothing", member, words)
		}
		return
	}
	t.Note("no %s at the target can be spelled %s", member, words)
}

func filterPartition(t *T) {
	u := t.As(editor)
	t.Steady(func(list []Object) {
		t.needSome(list)
		var union []Object
		for _, f := range documentedFrequencies {
			r := t.Filter(u, "frequency", f)
			if r.Refused() && len(selectBy(list, "frequency", f)) == 0 {
				continue // filter/no-match asks whether that is right
			}
			if !t.wantList(r) {
				return
			}
			union = append(union, t.Items(u, r)...)
		}
		t.WantSameItems(list, union)
	})
}

func filterCombined(t *T) {
	t.Steady(func(list []Object) {
		pairs := tellingPairs(list)
		if len(pairs) == 0 {
			t.Block("the %s connections at the target don't differ in what filters ask for", t.Kind)
		}
		for _, p := range pairs {
			t.wantBoth(p)
		}
	})
}

func filterNoMatch(t *T) {
	r := t.Filter(t.As(editor), "alias", t.Alias("nobody"))
	if !t.WantStatus(r, http.StatusOK) {
		return
	}
	results, ok := r.Object()["results"].([]any)
	if t.Want(ok, "an empty array results", shapeOf(r.Object()["results"])) {
		t.Want(len(results) == 0, "no connection", fmt.Sprintf("%d connections", len(results)))
	}
}

// filterEncoding asks for the aliases as the list shows them: whether they were stored as sent is another
// question. An odd alias may be refused; a blank in one is shown by the samples.
func filterEncoding(t *T) {
	made := []*Made{t.Made(longer), t.Tried(odd)}
	t.Steady(func(list []Object) {
		all := byID(list)
		asked := 0
		for _, m := range made {
			alias, _ := all[m.ID]["alias"].(string)
			if !m.Reply.OK() || !strings.Contains(strings.TrimSpace(alias), " ") {
				continue
			}
			asked++
			t.wantSelection(list, "alias", alias)
		}
		if asked == 0 {
			t.Block("the list shows no alias with a blank for connections %d and %d", made[0].ID, made[1].ID)
		}
		alias, _ := all[made[0].ID]["alias"].(string)
		r := t.Listing(t.As(editor), "alias", alias)
		if results, _ := r.Object()["results"].([]any); len(results) == 0 {
			t.Note("a blank that is sent as + isn't understood")
		}
	})
}

func filterBadFrequency(t *T) {
	r := t.Filter(t.As(editor), "frequency", "yearly")
	t.Should(!r.OK() || resultCount(r) == 0, "no connection of a frequency that doesn't exist", fmt.Sprintf("%d connections", resultCount(r)))
	t.Note("a frequency that doesn't exist: status %d, %d connections", r.Status, resultCount(r))
}

func noteFilter(t *T, words string, query ...string) {
	r := t.Filter(t.As(editor), query...)
	t.Note("%s: status %d, %d connections", words, r.Status, resultCount(r))
}
