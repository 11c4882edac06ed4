package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// BenchmarkManySecrets reads a target whose connections show many passwords: each of them is a secret that no report
// may hold.
func BenchmarkManySecrets(b *testing.B) {
	server := mock.New()
	for i := range 400 {
		body := fmt.Sprintf(`{"alias": "connection %d", "connector": %d, "project": 1, "params": {"alm_pass": "pw-%06d-%d", "api_token": "tk%08x"}}`,
			i, i%2+1, i*7919, i, i*104729)
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, conformance.ALM.Path(), strings.NewReader(body))
		r.Header.Set("Authorization", "Token editor-token")
		a := serve(server, r)
		assert.Equal(b, a.Code, http.StatusCreated, a.Body)
	}
	for b.Loop() {
		report, err := conformance.Run(b.Context(), mockTarget(server), conformance.ReadOnly())
		assert.NilError(b, err)
		assert.Equal(b, report.Count(conformance.Fail), 0)
	}
}
