package conformance

import (
	"fmt"
	"strings"
)

// DidYouMean is a question after the id of a check that doesn't exist, such as `; did you mean
// "alm/list/status"?`. It is empty if no id is near.
func DidYouMean(id string) string {
	best, least := "", max(2, len(id)/3)+1
	for _, c := range Checks() {
		if d := distance(id, c.ID); d < least {
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

// distance is how many bytes have to be inserted, deleted or replaced to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
