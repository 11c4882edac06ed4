package explore_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/explore/model"
	"github.com/sdecontract/sdecontract/mock"
)

// mustFindNothing explores a mock that takes the latitudes.
func mustFindNothing(t *testing.T, seed uint64, requests int, latitudes ...mock.Latitude) {
	t.Helper()
	target := mockTarget(mock.New(mock.WithLatitude(latitudes...)))
	target.Writes.AllowDelete = slices.Contains(latitudes, mock.DeleteAllowed)
	report, err := explore.Run(t.Context(), target, model.Of, explore.Options{Seed: seed, Requests: requests})
	assert.NilError(t, err)
	assert.Equal(t, told(report), "", "%v", latitudes)
	assert.Equal(t, report.Requests, requests)
	assert.Equal(t, report.Incomplete+report.Unreachable+report.Stopped, "")
}

// TestLatitudesHaveNoFinding: nobody is blamed for what the documentation leaves open.
func TestLatitudesHaveNoFinding(t *testing.T) {
	requests := 300
	if testing.Short() {
		requests = 60
	}
	for _, l := range mock.Latitudes() {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			mustFindNothing(t, 1, requests, l)
		})
	}
}

// TestLatitudesTogetherHaveNoFinding: nor for several such things at once. These are ten thousand requests.
func TestLatitudesTogetherHaveNoFinding(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand requests")
	}
	for seed := range uint64(10) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			mustFindNothing(t, seed, 1000, compatible(random, []int{10, len(mock.Latitudes())}[seed%2])...)
		})
	}
}

// compatible picks up to that many latitudes, none of which excludes another.
func compatible(random *rand.Rand, most int) []mock.Latitude {
	all := mock.Latitudes()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var picked []mock.Latitude
	for _, l := range all {
		if len(picked) < most && !slices.ContainsFunc(picked, l.Excludes) {
			picked = append(picked, l)
		}
	}
	slices.Sort(picked)
	return picked
}

// TestSparseTargets: what the target file doesn't tell is no finding either.
func TestSparseTargets(t *testing.T) {
	for name, change := range map[string]func(*conformance.Target){
		"nothing by name": func(target *conformance.Target) {
			for name, o := range target.Organizations {
				for _, list := range [][]conformance.Connector{o.Connectors.ALM, o.Connectors.Analysis} {
					for i := range list {
						list[i].Name, list[i].System = "", ""
					}
				}
				for i := range o.Projects {
					o.Projects[i] = conformance.Project{ID: o.Projects[i].ID}
				}
				target.Organizations[name] = o
			}
		},
		"not isolated": func(target *conformance.Target) { target.Isolated = false },
		"a reader only": func(target *conformance.Target) {
			target.Users = map[string]conformance.User{"reader": target.Users["reader"]}
		},
		"one kind": func(target *conformance.Target) {
			target.Users = map[string]conformance.User{"alm-editor": target.Users["alm-editor"], "reader": target.Users["reader"]}
		},
		"no plan told": func(target *conformance.Target) {
			o := target.Organizations["main"]
			o.AdvancedALM = false
			target.Organizations["main"] = o
			delete(target.Users, "editor")
			delete(target.Users, "alm-editor")
			delete(target.Users, "security-editor")
		},
		"nobody sees all": func(target *conformance.Target) {
			for name, u := range target.Users {
				u.SeesAllProjects = false
				target.Users[name] = u
			}
		},
		"no connectors": func(target *conformance.Target) {
			for name, o := range target.Organizations {
				o.Connectors = conformance.Connectors{}
				target.Organizations[name] = o
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := mockTarget(mock.New())
			change(target)
			report, err := explore.Run(t.Context(), target, model.Of, explore.Options{Seed: 1, Requests: 400})
			assert.NilError(t, err)
			assert.Equal(t, told(report), "")
			assert.Equal(t, report.Requests, 400)
		})
	}
}

// TestProjectWinsIsDoubtful: a server may let the names of the project win over what is sent for them.
func TestProjectWinsIsDoubtful(t *testing.T) {
	report := run(t, planted{mock: mock.New(), before: func(_ *http.Request, body map[string]any) {
		if params, _ := body["params"].(map[string]any); params != nil {
			delete(params, "sde_application")
			delete(params, "sde_businessunit")
		}
	}}, explore.Options{Seed: 5, Requests: 1500})
	assert.Assert(t, len(report.Findings) > 0)
	for _, f := range report.Findings {
		assert.Assert(t, f.Doubtful, told(report))
	}
}
