package mock_test

import (
	"net/http"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// TestPromisesCanBeTakenOut: each has a name of its own and a line, and the contract can do without it.
func TestPromisesCanBeTakenOut(t *testing.T) {
	names := map[string]bool{}
	for _, p := range mock.DefaultContract().Promises() {
		assert.Assert(t, !names[p.Name], p.Name)
		names[p.Name] = true
		assert.Assert(t, p.Line > 0, p.Name)
		_, err := mock.DefaultContract().Without(p)
		assert.NilError(t, err)
	}
	assert.Assert(t, len(names) > 60, len(names))
	_, err := mock.DefaultContract().Without(mock.Promise{Name: "#/nothing dropped"})
	assert.ErrorContains(t, err, `no promise "#/nothing dropped"`)
}

// TestLooseReplies: what the contract forbids is sent all the same, and noted.
func TestLooseReplies(t *testing.T) {
	broken, err := mock.DefaultContract().Without(mock.Promise{
		Name: "#/components/schemas/AlmConnection/properties/inaccessible/x-default-from dropped",
	})
	assert.NilError(t, err)
	strict := newAPI(mock.WithContract(broken))
	assert.Equal(t, strict.do("GET", alm+"1/", "").status, http.StatusInternalServerError)
	loose := newAPI(mock.WithContract(broken), mock.WithLooseReplies())
	assert.Equal(t, loose.do("GET", alm+"1/", "").object(t)["inaccessible"], nil)
	created := loose.do("POST", alm, `{"alias": "a", "connector": 1, "project": 1, "params": {}}`)
	assert.Equal(t, created.status, http.StatusCreated, created.body)
	assert.Equal(t, loose.do("GET", alm+"5/", "").object(t)["alias"], "a")
	assert.Equal(t, len(loose.Broken()), 3)
}
