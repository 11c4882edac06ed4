package report

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/sdecontract/sdecontract/conformance"
)

// group is what came of the checks under one heading of the documentation, or for one reason.
type group struct {
	name    string
	results []conformance.Result
}

// count is how many results of the group have the verdict.
func (g group) count(v conformance.Verdict) int {
	n := 0
	for _, r := range g.results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

// groupBy groups the results, in the order in which the names come up.
func groupBy(results []conformance.Result, name func(conformance.Result) string) []group {
	var groups []group
	at := map[string]int{}
	for _, r := range results {
		key := name(r)
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, group{name: key})
		}
		groups[i].results = append(groups[i].results, r)
	}
	return groups
}

// byHeading groups the results by heading of the documentation, in the order in which they ran.
func byHeading(results []conformance.Result) []group {
	return groupBy(results, func(r conformance.Result) string { return heading(r.Cite) })
}

// byReason groups the results that have the verdict by why, the most frequent reason first.
func byReason(results []conformance.Result, v conformance.Verdict, reason func(conformance.Result) string) []group {
	var chosen []conformance.Result
	for _, r := range results {
		if r.Verdict == v {
			chosen = append(chosen, r)
		}
	}
	groups := groupBy(chosen, reason)
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(len(b.results), len(a.results)) })
	return groups
}

// notRun are the checks that weren't run, as results without a verdict.
func notRun(r *conformance.Report) []conformance.Result {
	var results []conformance.Result
	for _, n := range r.NotRun {
		results = append(results, conformance.Result{ID: n.ID, Kind: n.Kind, Says: n.Says, Cite: n.Cite, Level: n.Level, Reason: n.Reason})
	}
	return results
}

// known are the checks whose verdict is a known deviation.
func known(r *conformance.Report) []conformance.Result {
	var results []conformance.Result
	for _, result := range r.Results {
		if result.Known != "" {
			results = append(results, result)
		}
	}
	return results
}

// evidence is the exchanges of a report by their numbers.
type evidence map[int]*conformance.Exchange

func evidenceOf(r *conformance.Report) evidence {
	e := evidence{}
	for i := range r.Exchanges {
		e[r.Exchanges[i].Number] = &r.Exchanges[i]
	}
	return e
}

// of returns the exchanges that the check looked at, in the order of sending.
func (e evidence) of(r conformance.Result) []*conformance.Exchange {
	var all []*conformance.Exchange
	for _, number := range slices.Compact(slices.Sorted(slices.Values(r.Exchanges))) {
		if found := e[number]; found != nil {
			all = append(all, found)
		}
	}
	return all
}

// telling returns those that tell most: the one that decided, else the last, and the last before it that could
// change something.
func (e evidence) telling(r conformance.Result) []*conformance.Exchange {
	all := e.of(r)
	if i := slices.IndexFunc(all, func(x *conformance.Exchange) bool { return x.Number == r.Decisive }); i >= 0 {
		all = all[:i+1]
	}
	var few []*conformance.Exchange
	for i := len(all) - 2; i >= 0 && len(few) == 0; i-- {
		if changes(all[i]) && !changes(all[len(all)-1]) {
			few = append(few, all[i])
		}
	}
	if len(all) > 0 {
		few = append(few, all[len(all)-1])
	}
	return few
}

// changes tells whether the request could change something.
func changes(e *conformance.Exchange) bool {
	return e.Method != http.MethodGet && e.Method != http.MethodHead && e.Method != http.MethodOptions
}
