package conformance_test

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/explore/model"
	"github.com/sdecontract/sdecontract/mock"
)

// unexplored are mutants that exploring can't find, each with the latitude that makes it legal.
var unexplored = map[string]mock.Latitude{
	"filters-ored":        mock.FiltersUnited,
	"same-alias-refused":  mock.AliasesUnique,
	"params-lose-unknown": mock.ParamsUnknownDropped,
	"basic-coerced":       mock.PlanCoerced,
	"no-challenge":        mock.ChallengeAbsent,
	"html-errors":         mock.ErrorBodiesHTML,
	"empty-errors":        mock.ErrorBodiesEmpty,
}

// TestExplorationFindsMutants: exploring alone, which knows none of the checks, finds nearly all of the
// defects that they are proven on.
func TestExplorationFindsMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("it explores each mutant")
	}
	all := mutants()
	rows := make([]string, len(all))
	found := make([]bool, len(all))
	t.Run("mutants", func(t *testing.T) {
		for i, m := range all {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				rows[i], found[i] = m.explored(t)
			})
		}
	})
	total := 0
	for i, m := range all {
		if found[i] {
			total++
		}
		assert.Check(t, !found[i] || unexplored[m.name] == "", "%s is found, although it is legal", m.name)
	}
	golden.Assert(t, fmt.Sprintf(exploredHead, total, len(all))+strings.Join(rows, ""), "../../docs/explore-mutants.md")
	assert.Assert(t, total*10 >= len(all)*9, "%d of %d", total, len(all))
}

const exploredHead = `# What exploring finds

The suite is proven on broken servers: see conformance/mutants_test.go. Exploring knows nothing of its checks. Within
2000 requests with the seed 1, of which none comes after the first finding but those that examine it, it found %d of %d.
make explore writes this table anew, and fails if it has changed.

| mutant | what is wrong | found after | by |
|---|---|---|---|
`

// explored explores a mutant until something is found, and returns its row of the table.
func (m mutant) explored(t *testing.T) (row string, found bool) {
	var options []mock.Option
	if m.mock != nil {
		options = m.mock()
	}
	kinds := m.kinds
	if kinds == nil {
		kinds = []conformance.Kind{conformance.ALM, conformance.Analysis}
	}
	server := &mutated{mock: mock.New(options...), bend: m.bend, kinds: kinds, memory: map[string]any{}}
	target := mockTarget(server)
	target.Writes.MaxCreates = 100
	report, err := explore.Run(t.Context(), target, model.Of, explore.Options{Seed: 1, MaxFindings: 1, Prefix: "sdecontract-00000000-"})
	assert.NilError(t, err)
	assert.Equal(t, report.Incomplete, "")
	if len(report.Findings) == 0 {
		reason := "not within 2000 requests: chance"
		if l := unexplored[m.name]; l != "" {
			reason = fmt.Sprintf("legal: the latitude `%s`", l)
		}
		return fmt.Sprintf("| %s | %s | - | %s |\n", m.name, m.says, reason), false
	}
	f := report.Findings[0]
	place := strings.NewReplacer("|", `\|`, "\n", " ").Replace(strings.TrimSpace(f.Operation + " " + f.Place))
	return fmt.Sprintf("| %s | %s | %d | %s: %s |\n", m.name, m.says, f.After, f.Oracle, place), true
}
