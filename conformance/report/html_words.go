package report

import (
	"fmt"

	"github.com/sdecontract/sdecontract/conformance"
)

// meanings tell a reader of the page what a verdict says.
var meanings = map[conformance.Verdict]string{
	conformance.Fail:         "A promise of the documentation is broken.",
	conformance.Error:        "The target could not be reached, or the suite failed.",
	conformance.Inconclusive: "Something else changed the target while the check looked at it.",
	conformance.Blocked:      "Something that the check needs is missing.",
	conformance.Warn:         "Unusual, and allowed.",
	conformance.Noted:        "The documentation leaves it open; what the target does is noted.",
	conformance.NA:           "The operator declares that the target doesn't offer it.",
	conformance.Pass:         "The target does what is promised.",
	unrun:                    "Not asked: outside of the scope, or the run ended before.",
}

func meaning(v conformance.Verdict) string { return meanings[v] }

// word is a verdict as the page spells it.
func word(v conformance.Verdict) string {
	switch v {
	case unrun:
		return "not run"
	case conformance.NA:
		return "n/a"
	}
	return Clean(string(v))
}

// bytesText is a number of bytes, in a unit that leaves it whole.
func bytesText(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB"}
	unit := 0
	for n >= 1024 && n%1024 == 0 && unit < len(units)-1 {
		n, unit = n/1024, unit+1
	}
	return fmt.Sprintf("%d %s", n, units[unit])
}

// share is the bar that shows the counts.
type share struct {
	Width int
	Parts []part
}

type part struct {
	tally
	From int
}

// Bar is the counts as lengths.
func (p *page) Bar() share {
	s := share{}
	for _, t := range p.Counts {
		if t.Count > 0 {
			s.Parts = append(s.Parts, part{t, s.Width})
		}
		s.Width += t.Count
	}
	return s
}
