package reference_test

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// TestReference: what is written down is what the program says of itself. make reference writes it anew.
func TestReference(t *testing.T) {
	for file, schema := range schemas(t) {
		compare(t, filepath.Join("../..", file), text(t, schema))
	}
}

// compare holds a file to what it should be, or makes it so.
func compare(t *testing.T, file, want string) {
	t.Helper()
	if golden.FlagUpdate() {
		assert.NilError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	got, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.Check(t, string(got) == want, "%s is not what the program says: run 'make reference', and read the difference", file)
}
