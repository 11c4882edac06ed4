package conformance

import (
	"fmt"
	"strconv"
	"strings"
)

// Span is some lines of a page, from the first to the last.
type Span struct{ First, Last int }

// Spans reads the lines that are cited: none if the page says nothing.
func (c Cite) Spans() ([]Span, error) {
	if c.Lines == "" {
		return nil, nil
	}
	var spans []Span
	for part := range strings.SplitSeq(c.Lines, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.Atoi(from)
		if err != nil {
			return nil, fmt.Errorf("lines %q: %w", c.Lines, err)
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(to); err != nil {
				return nil, fmt.Errorf("lines %q: %w", c.Lines, err)
			}
		}
		if first < 1 || last < first {
			return nil, fmt.Errorf("lines %q: %s is no range", c.Lines, part)
		}
		spans = append(spans, Span{first, last})
	}
	return spans, nil
}
