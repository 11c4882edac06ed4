package conformance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

const runAlias = "sdecontract-0123abcd-base"

// leftBehind creates a connection as an interrupted run would leave it.
func leftBehind(t *testing.T, s *twisted, alias, frequency string) conformance.Created {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, conformance.ALM.Path(), nil)
	assert.NilError(t, err)
	r.Header.Set("Authorization", "Token editor-token")
	status, o := s.forward(r, http.MethodPost, conformance.ALM.Path(), jsonObject{
		"alias": alias, "connector": 1, "project": 1, "frequency": frequency, "params": jsonObject{"alm_project": "Kept"},
	})
	assert.Equal(t, status, http.StatusCreated)
	return conformance.Created{
		Kind: conformance.ALM, ID: int64(o["id"].(float64)), Alias: alias, User: "editor",
		Connector: json.Number("1"), Project: json.Number("1"), Frequency: frequency,
	}
}

// inspect reads a connection of the mock as the editor.
func inspect(t *testing.T, s *twisted, c conformance.Created) jsonObject {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	assert.NilError(t, err)
	r.Header.Set("Authorization", "Token editor-token")
	_, o := s.forward(r, http.MethodGet, fmt.Sprintf("%s%d/", c.Kind.Path(), c.ID), nil)
	return o
}

func TestRetire(t *testing.T) {
	for _, test := range []struct {
		name                     string
		alias, frequency         string
		ledger                   func(c *conformance.Created) // what the ledger says otherwise
		outcome                  conformance.Outcome
		leftFrequency, leftAlias string
	}{
		{"running", runAlias, "hourly", nil, conformance.Retired, "manually", runAlias},
		{"at rest", runAlias, "manually", nil, conformance.AlreadyManually, "manually", runAlias},
		{
			"updated since", runAlias, "daily", func(c *conformance.Created) { c.Alias, c.Frequency = "sdecontract-0123abcd-updated", "manually" },
			conformance.Retired, "manually", runAlias,
		},
		{"renamed by somebody", "Production", "daily", func(c *conformance.Created) { c.Alias = runAlias }, conformance.NotOurs, "daily", "Production"},
		{
			"of another run", "sdecontract-99999999-base", "daily", func(c *conformance.Created) { c.Alias = runAlias },
			conformance.NotOurs, "daily", "sdecontract-99999999-base",
		},
		{"without an alias of the run", "JIRA Cloud", "weekly", nil, conformance.Retired, "manually", "JIRA Cloud"},
		{
			"without an alias, on another connector", "JIRA Cloud", "weekly", func(c *conformance.Created) { c.Connector = json.Number("2") },
			conformance.NotOurs, "weekly", "JIRA Cloud",
		},
		{"gone", runAlias, "hourly", func(c *conformance.Created) { c.ID = 9999 }, conformance.Gone, "", ""},
		{"id not known", runAlias, "hourly", func(c *conformance.Created) { c.ID = 0 }, conformance.NotRetired, "", ""},
		{"user not known", runAlias, "hourly", func(c *conformance.Created) { c.User = "nobody" }, conformance.NotRetired, "hourly", runAlias},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &twisted{Handler: mock.New()}
			c := leftBehind(t, s, test.alias, test.frequency)
			before := inspect(t, s, c)
			actual := c
			if test.ledger != nil {
				test.ledger(&c)
			}
			retired, err := conformance.Retire(t.Context(), mockTarget(s), []conformance.Created{c})
			assert.Equal(t, err != nil, test.outcome == conformance.NotRetired, "%v", err)
			assert.Equal(t, len(retired), 1)
			assert.Equal(t, retired[0].Outcome, test.outcome)
			if test.leftFrequency != "" {
				after := inspect(t, s, actual)
				assert.DeepEqual(t, after, changed(before, "frequency", test.leftFrequency, "alias", test.leftAlias))
			}
		})
	}
}

// TestRetireGoesOn: one connection that can't be retired doesn't keep others from it.
func TestRetireGoesOn(t *testing.T) {
	s := &twisted{Handler: mock.New()}
	bad, good := leftBehind(t, s, runAlias, "hourly"), leftBehind(t, s, runAlias, "hourly")
	s.put = func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		if r.URL.Path == fmt.Sprintf("%s%d/", conformance.ALM.Path(), bad.ID) {
			return http.StatusForbidden, jsonObject{}
		}
		return s.pass(r, sent)
	}
	retired, err := conformance.Retire(t.Context(), mockTarget(s), []conformance.Created{bad, good})
	assert.ErrorContains(t, err, fmt.Sprintf("alm connection %d: the update was answered with status 403", bad.ID))
	assert.Equal(t, retired[0].Outcome, conformance.NotRetired)
	assert.Equal(t, retired[1].Outcome, conformance.Retired)
	assert.Equal(t, retired[1].Frequency, "manually")
}

// TestRetireDoesNotBelieve: an update that is answered with 200 and does nothing isn't enough.
func TestRetireDoesNotBelieve(t *testing.T) {
	s := &twisted{Handler: mock.New(), put: echoing("frequency")}
	retired, err := conformance.Retire(t.Context(), mockTarget(s), []conformance.Created{leftBehind(t, s, runAlias, "hourly")})
	assert.ErrorContains(t, err, `its frequency is "hourly" after the update`)
	assert.Equal(t, retired[0].Outcome, conformance.NotRetired)
}

func TestRetireNeedsPermission(t *testing.T) {
	target := mockTarget(mock.New())
	target.URL = "https://sde.example.com"
	_, err := conformance.Retire(t.Context(), target, nil)
	assert.ErrorIs(t, err, conformance.ErrUsage)
	target.Writes.Allow = new(true)
	_, err = conformance.Retire(t.Context(), target, nil)
	assert.NilError(t, err)
}

// TestRetireAfterCrash: what an interrupted run leaves can be retired with its ledger.
func TestRetireAfterCrash(t *testing.T) {
	name := t.TempDir() + "/ledger.jsonl"
	down, monthly := false, false
	target := mockTarget(&twisted{Handler: mock.New(), put: func(s *twisted, r *http.Request, sent jsonObject) (int, jsonObject) {
		if down = down || monthly; down {
			return http.StatusServiceUnavailable, jsonObject{}
		}
		monthly = sent["frequency"] == "monthly"
		return s.pass(r, sent)
	}})
	run(t, target, conformance.WithSelection("alm/update/applied/frequency"),
		conformance.WithLedger(func(c conformance.Created) error { return conformance.AppendLedger(name, c) }))
	down, monthly = false, false
	created, torn, err := conformance.ReadLedger(name)
	assert.NilError(t, err)
	assert.Equal(t, len(torn), 0)
	assert.Equal(t, len(created), 1)
	assert.Equal(t, created[0].Frequency, "monthly")
	for _, outcome := range []conformance.Outcome{conformance.Retired, conformance.AlreadyManually} {
		created, err = conformance.Retire(t.Context(), target, created)
		assert.NilError(t, err)
		assert.Equal(t, created[0].Outcome, outcome)
	}
}
