package conformance

// Known is a deviation that the operator knows of, so that it doesn't make a run fail.
type Known struct {
	ID      string  `json:"id" yaml:"id"`
	Verdict Verdict `json:"verdict" yaml:"verdict"` // that is expected: fail, warn or error
	Reason  string  `json:"reason" yaml:"reason"`
	Until   string  `json:"until,omitempty" yaml:"until,omitempty"` // the last day on which it counts, as 2026-12-31; empty: for ever
	// Stale says, after a run, why the entry must be removed; empty while it holds.
	Stale string `json:"stale,omitempty" yaml:"-"`
}
