package conformance_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
)

// TestCatalogue: a check's id, level, mode and citation change only on purpose.
func TestCatalogue(t *testing.T) {
	var text strings.Builder
	for _, c := range conformance.Checks() {
		fmt.Fprintf(&text, "%-48s %-6s %-9s %-9s %s\n", c.ID, c.Level, c.Mode, c.Cite.Evidence, c.Cite)
	}
	golden.Assert(t, text.String(), "catalogue.golden")
}

var (
	slug     = regexp.MustCompile(`^(alm|analysis)(/[a-z0-9]+(-[a-z0-9]+)*){2,3}$`)
	sentence = regexp.MustCompile(`[.!?] +[A-Z]`) // where another one begins
)

// silentMusts are checks of what must be although the page doesn't say so, by id without the kind, and why.
var silentMusts = map[string]string{
	"get/safe":                "a GET that changes things breaks every client",
	"create/no-trace":         "a refusal that creates something is no refusal",
	"update/atomic/frequency": "a refusal that changes something is no refusal",
	"update/atomic/connector": "the same",
	"update/atomic/project":   "the same",
	"cross/org/list":          "the operator declares that organizations don't see each other's things",
	"cross/org/get":           "the same",
	"cross/org/update":        "the same",
	"cross/org/connector":     "the same",
	"cross/org/project":       "the same",
}

// TestChecksAreWellFormed: what holds for each row of the catalogue.
func TestChecksAreWellFormed(t *testing.T) {
	ids := map[string]bool{}
	for _, c := range conformance.Checks() {
		assert.Check(t, slug.MatchString(c.ID), c.ID)
		assert.Check(t, strings.HasPrefix(c.ID, string(c.Kind)+"/"), c.ID)
		assert.Check(t, !ids[c.ID], "%s is there twice", c.ID)
		ids[c.ID] = true
		for _, text := range []string{c.Says, c.Fails} {
			assert.Check(t, strings.HasSuffix(text, "."), "%s: %q is no sentence", c.ID, text)
		}
		assert.Check(t, !sentence.MatchString(c.Says), "%s says more than a sentence: %s", c.ID, c.Says)
		assert.Check(t, slices.Contains([]conformance.Level{conformance.Must, conformance.Should, conformance.Probe}, c.Level), c.ID)
		assert.Check(t, c.Mode == conformance.Read || c.Mode == conformance.Write, c.ID)
		assert.Check(t, c.Run != nil, c.ID)
		assert.Check(t, c.Mode == conformance.Read || len(c.Needs) > 0, "%s writes and needs nobody", c.ID)
		assertEvidence(t, c)
	}
}

// assertEvidence: only what the documentation says can be a must, and what it says has a place.
func assertEvidence(t *testing.T, c conformance.Check) {
	t.Helper()
	_, name, _ := strings.Cut(c.ID, "/")
	silent := c.Cite.Evidence == conformance.Silent
	assert.Check(t, !silent || c.Level != conformance.Must || silentMusts[name] != "", "%s: a must that nobody says", c.ID)
	assert.Check(t, silent || c.Cite.Lines != "", "%s cites no line", c.ID)
	assert.Check(t, c.Cite.Lines == "" || c.Cite.Heading != "", "%s cites no heading", c.ID)
	assert.Check(t, (c.Cite.Page == "Connections") == (c.Cite.Evidence != conformance.Companion), "%s: %s", c.ID, c.Cite)
	_, err := c.Cite.Spans()
	assert.Check(t, err == nil, "%s: %v", c.ID, err)
}

// TestReasonsAreNeeded: no reason stands for a check that isn't such a must.
func TestReasonsAreNeeded(t *testing.T) {
	for name := range silentMusts {
		needed := slices.ContainsFunc(conformance.Checks(), func(c conformance.Check) bool {
			return strings.HasSuffix(c.ID, "/"+name) && c.Level == conformance.Must && c.Cite.Evidence == conformance.Silent
		})
		assert.Check(t, needed, name)
	}
}
