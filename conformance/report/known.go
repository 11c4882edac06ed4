package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sdecontract/sdecontract/conformance"
)

// known lists the known deviations: first those that ask for action.
func (t *text) known() {
	if len(t.Known) == 0 {
		return
	}
	t.line("%s", t.bold("Known deviations"))
	outside := 0
	for _, k := range byStanding(t.Known) {
		if k.Standing == conformance.KnownNotLooked && !t.Verbose {
			outside++
			continue
		}
		code := conformance.Warn
		if k.Standing == conformance.KnownHolds || k.Standing == conformance.KnownNotLooked {
			code = conformance.NA
		}
		t.line("  %s %-5s %s", t.verdict(code, fmt.Sprintf("%-13s", k.Standing)), k.Verdict, Clean(k.ID))
		t.line("        %s", Clean(KnownDetail(k)))
	}
	if outside > 0 {
		t.line("  %-13s %s", conformance.KnownNotLooked, fmt.Sprintf("%d more", outside))
	}
	t.line("")
}

// byStanding sorts known deviations by how they stand, what asks for action first.
func byStanding(known []conformance.Known) []conformance.Known {
	return slices.SortedStableFunc(slices.Values(known), func(a, b conformance.Known) int {
		return cmp.Compare(slices.Index(conformance.Standings, a.Standing), slices.Index(conformance.Standings, b.Standing))
	})
}

// KnownDetail says of a known deviation what a run made of it, and the operator's reason.
func KnownDetail(k conformance.Known) string {
	until := ""
	if k.Until != "" {
		until = "known until " + k.Until + ": "
	}
	switch k.Standing {
	case conformance.KnownStale:
		return k.Stale + ". It was accepted because: " + k.Reason
	case conformance.KnownExpired:
		return "it counts again, because it was " + until + k.Reason
	case conformance.KnownWorse:
		return "it counts, because only " + string(k.Verdict) + " is " + cmp.Or(until, "known: ") + k.Reason
	}
	return until + k.Reason
}
