package conformance_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

func TestReadKnown(t *testing.T) {
	known, err := conformance.ReadKnown("k.yaml", []byte("- id: alm/list/status\n  verdict: fail\n  reason: the gateway\n  until: 2026-12-31\n"))
	assert.NilError(t, err)
	assert.DeepEqual(t, known, []conformance.Known{
		{ID: "alm/list/status", Verdict: conformance.Fail, Reason: "the gateway", Until: "2026-12-31"},
	})
	known, err = conformance.ReadKnown("k.yaml", []byte("[]\n"))
	assert.NilError(t, err)
	assert.Equal(t, len(known), 0)
}

// TestReadKnownMistakes: each mistake has its place and its words, and all are told at once.
func TestReadKnownMistakes(t *testing.T) {
	const good = "- {id: alm/list/status, verdict: fail, reason: old}\n"
	tests := map[string]struct{ file, want string }{
		"empty":         {"", "k.yaml:1:1: no documents in stream"},
		"a mapping":     {"a: b\n", "k.yaml:1:1: must be a list, not a mapping"},
		"a text":        {"- alm/list/status\n", "k.yaml:1:3: must be a mapping, not a text"},
		"empty item":    {"-\n" + good, "k.yaml:1:2: this item is empty"},
		"unknown field": {"- {id: alm/list/status, verdict: fail, reason: old, standing: holds}\n", `k.yaml:1:53: unknown field "standing"`},
		"wrong type":    {"- {id: alm/list/status, verdict: [fail], reason: old}\n", "k.yaml:1:34: must be a text, not a list"},
		"misspelt": {
			"- {id: alm/list/statsu, verdict: fail, reason: old}\n",
			`k.yaml:1:8: no check is called "alm/list/statsu"; did you mean "alm/list/status"?`,
		},
		"pattern": {
			"- {id: alm/list/*, verdict: fail, reason: old}\n",
			`k.yaml:1:8: "alm/list/*": an entry is about one check, so that each has its reason`,
		},
		"all missing": {
			"- {until: }\n",
			"k.yaml:1:3: id is missing: which check deviates\nk.yaml:1:3: verdict is missing: fail, warn or error\n" +
				"k.yaml:1:3: reason is missing: say why the deviation is accepted",
		},
		"blank reason":  {"- id: alm/list/status\n  verdict: fail\n  reason: \" \"\n", "k.yaml:3:11: reason is missing: say why the deviation is accepted"},
		"draft":         {"- {id: alm/list/status, verdict: fail, reason: 'TODO: x'}\n", "k.yaml:1:48: say why the deviation is accepted, in place of TODO"},
		"other verdict": {"- {id: alm/list/status, verdict: pass, reason: old}\n", `k.yaml:1:34: verdict "pass" is not fail, warn or error`},
		"no day":        {"- {id: alm/list/status, verdict: fail, reason: old, until: 2026-02-30}\n", `k.yaml:1:60: until: "2026-02-30" is not a day such as 2026-12-31`},
		"twice":         {good + good, "k.yaml:2:8: alm/list/status is there twice"},
		"all at once": {
			"- {id: nothing like it, verdict: warn, reason: x}\n- {id: alm/list/status, verdict: 7, reason: old}\n",
			"k.yaml:1:8: no check is called \"nothing like it\"; 'sdecontract list' tells them all\nk.yaml:2:34: verdict \"7\" is not fail, warn or error",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := conformance.ReadKnown("k.yaml", []byte(test.file))
			assert.Error(t, err, test.want)
		})
	}
}

// TestKnownStanding: an entry excuses exactly the verdict that it names, until its last day.
func TestKnownStanding(t *testing.T) {
	const lastDay = "2026-10-01"
	tests := map[string]struct {
		entry, result conformance.Verdict
		until         string
		want          conformance.Standing
		status        int
	}{
		"fails as said":         {"fail", "fail", "", conformance.KnownHolds, 0},
		"on the last day":       {"fail", "fail", lastDay, conformance.KnownHolds, 0},
		"a day later":           {"fail", "fail", "2026-09-30", conformance.KnownExpired, 1},
		"warns as said":         {"warn", "warn", "", conformance.KnownHolds, 0},
		"warning expired":       {"warn", "warn", "2026-09-30", conformance.KnownExpired, 0},
		"errs as said":          {"error", "error", "", conformance.KnownHolds, 0},
		"mended":                {"fail", "pass", "", conformance.KnownStale, 1},
		"mended after its day":  {"fail", "pass", "2026-09-30", conformance.KnownStale, 1},
		"mended a little":       {"fail", "warn", "", conformance.KnownStale, 1},
		"not applicable":        {"fail", "na", "", conformance.KnownStale, 1},
		"fails instead of errs": {"error", "fail", "", conformance.KnownWorse, 1},
		"fails, expected less":  {"warn", "fail", lastDay, conformance.KnownWorse, 1},
		"errs":                  {"fail", "error", "", conformance.KnownWorse, 4},
		"blocked":               {"fail", "blocked", "", conformance.KnownUnjudged, 3},
		"inconclusive":          {"fail", "inconclusive", "2026-09-30", conformance.KnownUnjudged, 3},
		"not run":               {"fail", "", "", conformance.KnownNotLooked, 0},
	}
	now := time.Date(2026, 10, 1, 23, 59, 0, 0, time.UTC)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := conformance.Report{Complete: true, Results: []conformance.Result{{ID: "other", Verdict: conformance.Pass}}}
			if test.result != "" {
				r.Results = append(r.Results, conformance.Result{ID: "it", Verdict: test.result})
			}
			r.ApplyKnown([]conformance.Known{{ID: "it", Verdict: test.entry, Reason: "old", Until: test.until}}, now)
			k := r.Known[0]
			assert.Equal(t, k.Standing, test.want)
			assert.Equal(t, k.Stale != "", test.want == conformance.KnownStale)
			assert.Equal(t, r.Results[len(r.Results)-1].Known == "old", test.want == conformance.KnownHolds)
			assert.Equal(t, r.ExitStatus(), test.status)
		})
	}
}

// TestKnownRun: what is known doesn't fail a run, and what can't be meant is refused before anything is asked.
func TestKnownRun(t *testing.T) {
	target := mockTarget(http.NotFoundHandler())
	runWith := func(known ...conformance.Known) (*conformance.Report, error) {
		return conformance.Run(t.Context(), target, conformance.WithSelection("alm/list/status", "analysis/list/status"), conformance.WithKnown(known))
	}
	accept := func(id string) conformance.Known {
		return conformance.Known{ID: id, Verdict: conformance.Fail, Reason: "it is elsewhere"}
	}
	r, err := runWith()
	assert.NilError(t, err)
	assert.Equal(t, r.ExitStatus(), conformance.ExitNotConformant)
	assert.Equal(t, r.Unexpected(conformance.Fail), 2)

	r, err = runWith(accept("alm/list/status"), accept("analysis/list/status"), accept("alm/get/status"))
	assert.NilError(t, err)
	assert.Equal(t, r.ExitStatus(), conformance.ExitConformant)
	assert.Equal(t, r.Count(conformance.Fail), 2)
	assert.Equal(t, r.KnownFailures(), 2)

	_, err = runWith(accept("alm/list/statsu"), accept("alm/list/status"), accept("alm/list/status"))
	assert.Assert(t, errors.Is(err, conformance.ErrUsage))
	assert.Error(t, err, "can't run: known deviation 1: no check is called \"alm/list/statsu\"; did you mean \"alm/list/status\"?\n"+
		"known deviation 3: alm/list/status is there twice")
}

// TestDeviations: a new list keeps what people wrote and what the run can't judge, and drops what holds no more.
func TestDeviations(t *testing.T) {
	result := func(id string, v conformance.Verdict) conformance.Result {
		return conformance.Result{ID: "alm/" + id, Verdict: v}
	}
	entry := func(id string, v conformance.Verdict, reason string) conformance.Known {
		return conformance.Known{ID: "alm/" + id, Verdict: v, Reason: reason}
	}
	r := conformance.Report{Results: []conformance.Result{
		result("list/status", "fail"), result("list/envelope", "fail"), result("list/order", "warn"), result("get/status", "pass"),
		result("get/unknown", "blocked"), result("create/alias", "error"), result("create/status", "error"),
	}}
	kept := entry("list/envelope", "fail", "old: \"quoted\" # and so on")
	kept.Until = "2026-10-01"
	got := r.Deviations([]conformance.Known{
		kept, entry("list/order", "fail", "worse once"), entry("get/status", "fail", "mended"), entry("get/unknown", "fail", "not judged"),
		entry("update/status", "fail", "not run"), entry("create/alias", "error", "crashes"),
	})
	want := []conformance.Known{
		entry("create/alias", "error", "crashes"), entry("get/unknown", "fail", "not judged"), kept,
		entry("list/order", "warn", "TODO: the verdict was fail: worse once"),
		entry("list/status", "fail", "TODO: say why this is accepted"), entry("update/status", "fail", "not run"),
	}
	assert.DeepEqual(t, got, want)

	var b strings.Builder
	assert.NilError(t, conformance.WriteKnown(&b, nil))
	assert.Assert(t, strings.HasSuffix(b.String(), "\n[]\n"), b.String())
	b.Reset()
	assert.NilError(t, conformance.WriteKnown(&b, []conformance.Known{{ID: "alm/list/status", Verdict: "fail", Reason: kept.Reason, Until: kept.Until}}))
	known, err := conformance.ReadKnown("k.yaml", []byte(b.String()))
	assert.NilError(t, err)
	assert.DeepEqual(t, known, []conformance.Known{{ID: "alm/list/status", Verdict: "fail", Reason: kept.Reason, Until: kept.Until}})
	draft := []byte("- {id: alm/list/status, verdict: fail, reason: 'TODO: x'}\n")
	known, err = conformance.ReadKnownDraft("k.yaml", draft)
	assert.NilError(t, err)
	assert.Equal(t, known[0].Reason, "TODO: x")
}
