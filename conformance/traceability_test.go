package conformance_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
)

// claim is what a line, or some, of the vendor's page Connections says.
type claim struct {
	Lines    string `yaml:"lines"`
	Claim    string `yaml:"claim"`
	Excluded string `yaml:"excluded"` // why no check is about it
}

func (c claim) span(t *testing.T) conformance.Span {
	t.Helper()
	spans, err := conformance.Cite{Lines: c.Lines}.Spans()
	assert.NilError(t, err)
	assert.Equal(t, len(spans), 1, c.Lines)
	return spans[0]
}

func readClaims(t *testing.T) []claim {
	t.Helper()
	data, err := os.ReadFile("../fixtures/docs/claims.yaml")
	assert.NilError(t, err)
	var claims []claim
	assert.NilError(t, yaml.Load(data, &claims, yaml.WithKnownFields()))
	assert.Assert(t, len(claims) > 0)
	return claims
}

// cited are the spans of the page Connections that a check cites.
func cited(t *testing.T, c conformance.Check) []conformance.Span {
	t.Helper()
	if c.Cite.Page != "Connections" {
		return nil
	}
	spans, err := c.Cite.Spans()
	assert.NilError(t, err, c.ID)
	return spans
}

func overlap(a, b conformance.Span) bool { return a.First <= b.Last && b.First <= a.Last }

// TestEveryClaimHasACheck: each claim of the page maps to the checks that cite it, or to a reason why none
// does.
func TestEveryClaimHasACheck(t *testing.T) {
	var text strings.Builder
	for _, c := range readClaims(t) {
		fmt.Fprintf(&text, "%s: %s\n", c.Lines, c.Claim)
		checks := 0
		for _, check := range conformance.Checks() {
			for _, span := range cited(t, check) {
				if overlap(span, c.span(t)) {
					fmt.Fprintf(&text, "    %s\n", check.ID)
					checks++
					break
				}
			}
		}
		if c.Excluded != "" {
			fmt.Fprintf(&text, "    excluded: %s\n", c.Excluded)
		}
		assert.Check(t, checks > 0 || c.Excluded != "", "nothing checks line %s: %s", c.Lines, c.Claim)
		assert.Check(t, checks == 0 || c.Excluded == "", "line %s is excluded, but there are checks", c.Lines)
	}
	golden.Assert(t, text.String(), "traceability.golden")
}

// TestClaimsAreInOrder: no line is claimed twice.
func TestClaimsAreInOrder(t *testing.T) {
	last := 0
	for _, c := range readClaims(t) {
		span := c.span(t)
		assert.Check(t, span.First > last, "line %s", c.Lines)
		assert.Check(t, c.Claim != "", "line %s", c.Lines)
		last = span.Last
	}
}

// TestEveryCitedLineClaimsSomething: no check appeals to a line that says nothing, nor to another kind's.
func TestEveryCitedLineClaimsSomething(t *testing.T) {
	claims := readClaims(t)
	const analysisBegins = 276
	for _, check := range conformance.Checks() {
		for _, span := range cited(t, check) {
			for _, line := range []int{span.First, span.Last} { // between them may be empty ones
				found := false
				for _, c := range claims {
					found = found || overlap(conformance.Span{First: line, Last: line}, c.span(t))
				}
				assert.Check(t, found, "%s cites line %d, which claims nothing", check.ID, line)
			}
			assert.Check(t, (span.First >= analysisBegins) == (check.Kind == conformance.Analysis) || sharedLines[check.ID] != "",
				"%s cites line %d of the other kind", check.ID, span.First)
		}
	}
}

// sharedLines are checks that cite a line of the other kind, and why.
var sharedLines = map[string]string{}

// TestSpans: what can be cited, and what can't.
func TestSpans(t *testing.T) {
	spans, err := conformance.Cite{Lines: "6,48,15-43"}.Spans()
	assert.NilError(t, err)
	assert.DeepEqual(t, spans, []conformance.Span{{First: 6, Last: 6}, {First: 48, Last: 48}, {First: 15, Last: 43}})
	spans, err = conformance.Cite{}.Spans()
	assert.NilError(t, err)
	assert.Equal(t, len(spans), 0)
	for _, lines := range []string{"x", "1,", "4-2", "0", "1-x", "1 2"} {
		_, err := conformance.Cite{Lines: lines}.Spans()
		assert.ErrorContains(t, err, lines)
	}
}
