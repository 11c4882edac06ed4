package conformance_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

func TestLedger(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	one := conformance.Created{Kind: conformance.ALM, ID: 9, Alias: "a", Connector: json.Number("1"), Project: json.Number("2"), User: "editor", Frequency: "hourly"}
	same, other, unknown := one, one, one
	same.Frequency = "manually"
	other.Kind = conformance.Analysis // an id counts within its kind
	unknown.ID = 0
	for _, c := range []conformance.Created{one, unknown, other, unknown, same} {
		assert.NilError(t, conformance.AppendLedger(name, c))
	}
	created, torn, err := conformance.ReadLedger(name)
	assert.NilError(t, err)
	assert.Equal(t, len(torn), 0)
	assert.DeepEqual(t, created, []conformance.Created{same, unknown, other, unknown})
	info, err := os.Stat(name)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
}

// TestLedgerAfterCrash: at whatever byte the last line breaks off, the others can be read, and new ones
// added.
func TestLedgerAfterCrash(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	first := conformance.Created{Kind: conformance.ALM, ID: 1, Alias: "é", User: "editor"}
	assert.NilError(t, conformance.AppendLedger(name, first))
	assert.NilError(t, conformance.AppendLedger(name, conformance.Created{Kind: conformance.Analysis, ID: 2, Alias: `"接続" 🚀`}))
	whole, err := os.ReadFile(name)
	assert.NilError(t, err)
	length := 0 // of the first line
	for whole[length] != '\n' {
		length++
	}
	last := len(whole) - 1 // its newline
	for cut := length + 2; cut < last; cut++ {
		assert.NilError(t, os.WriteFile(name, whole[:cut], 0o600))
		created, torn, err := conformance.ReadLedger(name)
		assert.NilError(t, err, "cut at %d", cut)
		assert.DeepEqual(t, torn, []int{2})
		assert.DeepEqual(t, created, []conformance.Created{first})

		assert.NilError(t, conformance.AppendLedger(name, conformance.Created{Kind: conformance.ALM, ID: 3}))
		created, torn, err = conformance.ReadLedger(name)
		assert.NilError(t, err, "cut at %d", cut)
		assert.DeepEqual(t, torn, []int{2})
		assert.Equal(t, len(created), 2)
	}
	assert.NilError(t, os.WriteFile(name, whole[:last], 0o600)) // only the newline is missing
	created, torn, err := conformance.ReadLedger(name)
	assert.NilError(t, err)
	assert.Equal(t, len(torn)+len(created), 2)
}

func TestNotALedger(t *testing.T) {
	for _, content := range []string{"url: http://127.0.0.1\n", "[]\n", `{"kind":"ldap","id":1}` + "\n", `{"kind":"alm","id":1}{}` + "\n", `{"surprise":1}` + "\n"} {
		name := filepath.Join(t.TempDir(), "ledger.jsonl")
		assert.NilError(t, os.WriteFile(name, []byte(content), 0o600))
		_, _, err := conformance.ReadLedger(name)
		assert.ErrorContains(t, err, "ledger.jsonl:1: not a line of a ledger", "%s", content)
	}
	_, _, err := conformance.ReadLedger(filepath.Join(t.TempDir(), "none"))
	assert.Assert(t, os.IsNotExist(err))
}
