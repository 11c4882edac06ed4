package conformance_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const module = "github.com/sdecontract/sdecontract"

// imports calls f for each import of the package's files that aren't tests, and of those below it.
func imports(t *testing.T, dir string, f func(file, path string)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f(file, path)
		}
		return nil
	})
	assert.NilError(t, err)
	assert.Assert(t, files > 0, "there is no package in %s", dir)
}

// within tells whether the import path is the package or below it.
func within(path, pkg string) bool { return path == pkg || strings.HasPrefix(path, pkg+"/") }

// TestSuiteCannotSeeTheContract: the suite knows the documentation only. What it said of the mock would
// be worth nothing, if both had it from one source.
func TestSuiteCannotSeeTheContract(t *testing.T) {
	imports(t, ".", func(file, path string) {
		assert.Check(t, !within(path, module+"/mock"), "%s imports %s", file, path)
		assert.Check(t, !within(path, module+"/fixtures"), "%s imports %s", file, path)
		assert.Check(t, !within(path, module+"/cmd"), "%s imports %s", file, path)
		assert.Check(t, !within(path, "gotest.tools"), "%s imports %s", file, path)
		if file != "schema.go" {
			assert.Check(t, path != module, "%s imports %s", file, path)
			assert.Check(t, !within(path, "github.com/getkin/kin-openapi"), "%s imports %s", file, path)
		}
		if !strings.HasPrefix(file, "conformancetest"+string(os.PathSeparator)) {
			assert.Check(t, !within(path, "testing"), "%s imports %s", file, path)
		}
	})
}

// TestExplorationTakesAnyModel: only the package that makes a model of the mock knows it.
func TestExplorationTakesAnyModel(t *testing.T) {
	imports(t, "../explore", func(file, path string) {
		assert.Check(t, strings.Contains(file, "model") || !within(path, module+"/mock"), "%s imports %s", file, path)
		assert.Check(t, !within(path, "testing") && !within(path, "gotest.tools"), "%s imports %s", file, path)
	})
}

// TestMockCannotSeeTheSuite: nor does the mock know what will be asked.
func TestMockCannotSeeTheSuite(t *testing.T) {
	imports(t, "../mock", func(file, path string) {
		assert.Check(t, !within(path, module+"/conformance"), "%s imports %s", file, path)
	})
}
