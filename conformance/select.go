package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Select returns the checks whose id matches one of the patterns, in which * stands for anything, and
// which have one of the levels. No pattern means any id, no level any level. It is an error if a pattern
// matches no check, or if nothing is left.
func Select(patterns []string, levels []Level) ([]Check, error) {
	var selected []Check
	unmatched := slices.Clone(patterns)
	for _, c := range Checks() {
		matches := func(pattern string) bool { return matchID(pattern, c.ID) }
		unmatched = slices.DeleteFunc(unmatched, matches)
		if (len(patterns) == 0 || slices.ContainsFunc(patterns, matches)) && (len(levels) == 0 || slices.Contains(levels, c.Level)) {
			selected = append(selected, c)
		}
	}
	if len(unmatched) > 0 {
		return nil, fmt.Errorf("no check is called %q%s", unmatched[0], DidYouMean(unmatched[0]))
	}
	if len(selected) == 0 {
		return nil, errors.New("nothing is selected")
	}
	return selected, nil
}

// DidYouMean is a question after the id of a check that doesn't exist, such as `; did you mean
// "alm/list/status"?`. It is empty if no id is near.
func DidYouMean(id string) string {
	best, least := "", max(2, len(id)/3)+1
	for _, c := range Checks() {
		if d := levenshtein.ComputeDistance(id, c.ID); d < least {
			best, least = c.ID, d
		}
		if strings.HasSuffix(c.ID, "/"+id) { // the kind was forgotten
			best, least = c.ID, 0
		}
	}
	if best == "" || strings.Contains(id, "*") {
		return "; 'sdecontract list' tells them all"
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
