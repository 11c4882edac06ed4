package mock_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

func TestStepThatAnswered(t *testing.T) {
	s := mock.New()
	for _, row := range []struct{ token, method, target, step string }{
		{"editor-token", http.MethodGet, "/api/v2/connections/alm/", "act"},
		{"wrong-token", http.MethodGet, "/api/v2/connections/alm/", "authenticate"},
		{"reader-token", http.MethodPost, "/api/v2/connections/alm/", "checkPermission"},
		{"editor-token", http.MethodGet, "/api/v2/connections/alm/99/", "findConnection"},
		{"editor-token", http.MethodPost, "/api/v2/connections/alm/", "refuseInvalid"},
		{"editor-token", http.MethodGet, "/nothing", "matchOperation"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), row.method, "http://mock"+row.target, nil)
		assert.NilError(t, err)
		req.Header.Set("Authorization", "Token "+row.token)
		resp, err := s.Client().Do(req)
		assert.NilError(t, err)
		assert.NilError(t, resp.Body.Close())
		exchanges := s.Exchanges()
		step := exchanges[len(exchanges)-1].Step
		assert.Equal(t, step, row.step)
		assert.Assert(t, slices.Contains(mock.Steps(), step))
	}
}

// TestContractAsJSON: it is the same document, its members in the same order.
func TestContractAsJSON(t *testing.T) {
	text, err := mock.New().Contract().JSON()
	assert.NilError(t, err)
	assert.Assert(t, json.Valid(text))
	again, err := mock.LoadContract("openapi.json", text) // JSON is YAML
	assert.NilError(t, err)
	repeated, err := again.JSON()
	assert.NilError(t, err)
	assert.Equal(t, string(repeated), string(text))
}
