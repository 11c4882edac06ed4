package conformance

import (
	"fmt"
	"strings"
)

// didYouMean ends a message about an unknown id with the nearest known one, if one is near.
func (r *runner) didYouMean(pattern string) string {
	best, distance := "", max(2, len(pattern)/3)+1
	for _, c := range r.options.catalogue {
		_, name, _ := strings.Cut(c.ID, "/")
		for _, candidate := range []string{c.ID, name} {
			if d := editDistance(strings.Trim(pattern, "*/"), candidate); d < distance {
				best, distance = c.ID, d
			}
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// editDistance counts the bytes to insert, delete or replace to get from a to b. What is very long is
// near nothing.
func editDistance(a, b string) int {
	if len(a) > 200 || len(b) > 200 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
