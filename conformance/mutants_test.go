package conformance_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// mutant is a defect that a contract can't express. The checks that must notice it are told as ids without
// the kind, in which * stands for anything.
type mutant struct {
	name  string
	says  string               // what is wrong
	kinds []conformance.Kind   // that have the defect; both if empty
	kills string               // checks that must notice, each for each kind
	also  string               // checks that may notice as well
	bend  func(*call)          // answers instead of the mock
	mock  func() []mock.Option // changes the mock; may be nil
}

var (
	onlyALM      = []conformance.Kind{conformance.ALM}
	onlyAnalysis = []conformance.Kind{conformance.Analysis}
)

// mutants returns those of all the files.
func mutants() []mutant {
	return slices.Concat(maskingMutants, listMutants, filterMutants, pageMutants, getMutants, createMutants, bodyMutants, refusalMutants,
		updateMutants, isolationMutants, authMutants, transportMutants)
}

// survivors are defects that no check notices, each with the reason. Contract mutants bear their names.
var survivors = map[string]string{
	"#/paths/~1api~1v2~1connections~1alm~1/post/x-requires dropped":                      mayWrite,
	"#/paths/~1api~1v2~1connections~1alm~1{connection_id}~1/put/x-requires dropped":      mayWrite,
	"#/paths/~1api~1v2~1connections~1analysis~1/post/x-requires dropped":                 mayWrite,
	"#/paths/~1api~1v2~1connections~1analysis~1{connection_id}~1/put/x-requires dropped": mayWrite,
	"#/components/parameters/PageSize/x-paginates dropped":                               pages,
	"#/components/schemas/AlmConnectionInput/properties/connector/type dropped":          idsOnly,
	"#/components/schemas/AlmConnectionInput/properties/project/type dropped":            idsOnly,
	"#/components/schemas/AnalysisConnectionCreate/properties/connector/type dropped":    idsOnly,
	"#/components/schemas/AnalysisConnectionCreate/properties/project/type dropped":      idsOnly,
	"#/components/schemas/AnalysisConnectionUpdate/properties/connector/type dropped":    idsOnly,
	"#/components/schemas/AnalysisConnectionUpdate/properties/project/type dropped":      idsOnly,
	"#/components/schemas/AlmConnectionInput/properties/alias/type dropped":              aliasType,
	"#/components/schemas/AnalysisConnectionCreate/properties/alias/type dropped":        aliasType,
	"#/components/schemas/AnalysisConnectionUpdate/properties/alias/type dropped":        aliasType,
	"#/components/schemas/AnalysisConnectionCreate/properties/alias/minLength dropped":   "whether an alias may be empty is left open: create/alias-blank notes it",
	"#/components/schemas/AnalysisConnectionUpdate/properties/alias/minLength dropped":   "whether an alias may be empty is left open, the more so in updates",
	"#/components/schemas/AnalysisConnectionUpdate/required/params dropped":              "what an update may leave out is left open: update/missing-field notes it",
	"#/components/schemas/Frequency/type dropped":                                        "the enum refuses what is no text",
}

// Reasons that several survivors share.
const (
	mayWrite  = "who may write is left open: perm/write notes it"
	pages     = "whether lists come in pages is left open: list/pages notes it"
	idsOnly   = "what isn't an id refers to nothing, and is refused for that"
	aliasType = "what becomes of an alias that isn't a text is left open, and no check sends one"
)

// noticed are the ids of the checks that a report shows to have failed, and of those that warn.
func noticed(r *conformance.Report) (failed, warned []string) {
	for _, result := range r.Results {
		switch result.Verdict {
		case conformance.Fail:
			failed = append(failed, result.ID)
		case conformance.Warn:
			warned = append(warned, result.ID)
		}
	}
	return failed, warned
}

// healthy asserts that the suite itself got along with a broken server.
func healthy(t *testing.T, r *conformance.Report) {
	t.Helper()
	for _, result := range r.Results {
		assert.Equal(t, result.Error, "", result.ID)
	}
	assert.Assert(t, r.Complete)
}

// line is the mutant's line in the golden file: what failed, and after a ~ what only warns.
func line(name string, failed, warned []string) string {
	text := name + ":"
	for _, id := range shortened(failed) {
		text += " " + id
	}
	for _, id := range shortened(warned) {
		text += " ~" + id
	}
	return text + "\n"
}

// shortened writes * where the check of either kind is meant.
func shortened(ids []string) []string {
	short := map[string]bool{}
	for _, id := range ids {
		kind, rest, _ := strings.Cut(id, "/")
		if slices.Contains(ids, string(conformance.Kind(kind).Other())+"/"+rest) {
			kind = "*"
		}
		short[kind+"/"+rest] = true
	}
	return slices.Sorted(maps.Keys(short))
}

// matches tells whether one of the blank-separated patterns matches the id without its kind.
func matches(patterns, id string) bool {
	_, id, _ = strings.Cut(id, "/")
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool { return glob(p, id) })
}

func glob(pattern, id string) bool {
	first, rest, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == id
	}
	tail, ok := strings.CutPrefix(id, first)
	for i := 0; ok && i <= len(tail); i++ {
		if glob(rest, tail[i:]) {
			return true
		}
	}
	return false
}

// TestMutantsAreNoticed: each defect is noticed by the checks that are there for it, and by no other that
// would lead astray.
func TestMutantsAreNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the suite once for each mutant")
	}
	all := mutants()
	lines := make([]string, len(all))
	t.Run("mutants", func(t *testing.T) {
		for i, m := range all {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				lines[i] = m.try(t)
			})
		}
	})
	names := map[string]bool{}
	for _, m := range all {
		assert.Assert(t, !names[m.name], "two mutants are called %s", m.name)
		names[m.name] = true
	}
	golden.Assert(t, strings.Join(lines, ""), "mutants.golden")
}

// try runs the suite against the mutant, and returns its line.
func (m mutant) try(t *testing.T) string {
	var options []mock.Option
	if m.mock != nil {
		options = m.mock()
	}
	kinds := m.kinds
	if kinds == nil {
		kinds = []conformance.Kind{conformance.ALM, conformance.Analysis}
	}
	server := &mutated{mock: mock.New(options...), bend: m.bend, kinds: kinds, memory: map[string]any{}}
	report := run(t, mockTarget(server), conformance.WithPrefix("mutant-"))
	healthy(t, report)
	assert.Assert(t, server.bent > 0, "the suite never came near the defect")
	failed, warned := noticed(report)
	reason, survives := survivors[m.name]
	if survives {
		assert.Assert(t, !m.killed(failed, warned, kinds, nil), "it is noticed, although: %s", reason)
	} else {
		var missed []string
		m.killed(failed, warned, kinds, &missed)
		assert.Equal(t, strings.Join(missed, " "), "", "%s\nnoticed by: %s", m.says, line(m.name, failed, warned))
	}
	astray := slices.DeleteFunc(slices.Clone(failed), func(id string) bool { return matches(m.kills+" "+m.also, id) })
	assert.Equal(t, strings.Join(shortened(astray), " "), "", "checks that fail for another reason than theirs: %s", m.says)
	return line(m.name, failed, warned)
}

// killed tells whether the checks that must notice did, for each kind, and which did not.
func (m mutant) killed(failed, warned []string, kinds []conformance.Kind, missed *[]string) bool {
	all := true
	for _, kind := range kinds {
		for pattern := range strings.FieldsSeq(m.kills) {
			if !slices.ContainsFunc(slices.Concat(failed, warned), func(id string) bool { return glob(string(kind)+"/"+pattern, id) }) {
				all = false
				if missed != nil {
					*missed = append(*missed, string(kind)+"/"+pattern)
				}
			}
		}
	}
	return all
}

// TestContractMutantsAreNoticed: no promise of the contract can be broken without a check that fails.
func TestContractMutantsAreNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the suite once for each promise")
	}
	promises := mock.DefaultContract().Promises()
	lines := make([]string, len(promises))
	t.Run("promises", func(t *testing.T) {
		for i, p := range promises {
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				lines[i] = tryWithout(t, p)
			})
		}
	})
	golden.Assert(t, strings.Join(lines, ""), "promises.golden")
}

func tryWithout(t *testing.T, p mock.Promise) string {
	contract, err := mock.DefaultContract().Without(p)
	assert.NilError(t, err)
	report := run(t, mockTarget(mock.New(mock.WithContract(contract), mock.WithLooseReplies())), conformance.WithPrefix("mutant-"))
	healthy(t, report)
	failed, warned := noticed(report)
	reason, survives := survivors[p.Name]
	if survives {
		assert.Equal(t, len(failed)+len(warned), 0, "it is noticed, although: %s", reason)
	} else {
		assert.Assert(t, len(failed)+len(warned) > 0, "nobody notices: openapi.yaml:%d: %s", p.Line, p.Name)
	}
	return line(p.Name, failed, warned)
}

// TestSurvivorsAreMutants: each reason is about a defect that there is.
func TestSurvivorsAreMutants(t *testing.T) {
	names := map[string]bool{}
	for _, m := range mutants() {
		names[m.name] = true
	}
	for _, p := range mock.DefaultContract().Promises() {
		names[p.Name] = true
	}
	for name, reason := range survivors {
		assert.Assert(t, names[name], "there is no mutant %s", name)
		assert.Assert(t, reason != "", name)
	}
}
