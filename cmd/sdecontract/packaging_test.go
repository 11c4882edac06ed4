package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// TestGitLabVerify runs the script of the job as GitLab does, against a mock.
func TestGitLabVerify(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell here: ", err)
	}
	data, err := os.ReadFile("../../ci/gitlab.yml")
	assert.NilError(t, err)
	var jobs map[string]struct {
		Before []string `yaml:"before_script"`
		Script []string
	}
	assert.NilError(t, yaml.Load(data, &jobs))
	server := httptest.NewServer(mock.New())
	defer server.Close()
	dir := t.TempDir()
	target := strings.Replace(string(fixtures.TargetMock()), "http://127.0.0.1:8080", server.URL, 1)
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "target.yaml"), []byte(target), 0o600))

	script := append(jobs[".sdecontract"].Before, jobs[".sdecontract-verify"].Script...)
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", strings.Join(script, "\n"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CI_PROJECT_DIR="+dir, "SDE_TOKEN_EDITOR=editor-token",
		"SDECONTRACT_TARGET=target.yaml", "SDECONTRACT_MODE=read-only", "SDECONTRACT_CHECK=alm/list/status")
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	for _, file := range []string{"junit.xml", "report.json", "report.html"} {
		report, err := os.ReadFile(filepath.Join(dir, ".sdecontract", "reports", file))
		assert.NilError(t, err)
		assert.Assert(t, strings.Contains(string(report), "alm/list/status"), file)
	}
}

// TestActionBuilds builds the command as a runner of GitHub does, in a copy without a history. The copy has only what
// .dockerignore lets into an image.
func TestActionBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the program: make cross does it")
	}
	dir, temp := t.TempDir(), t.TempDir()
	shell(t, "../..", nil, `tar cf - --exclude=testdata --exclude='*_test.go' $(sed -n 's/^!//p' .dockerignore) | tar xf - -C `+dir)
	shell(t, "../..", nil, `cp -r ci `+dir)
	for _, row := range []struct{ ref, version, revision string }{
		{"", "(devel)", "unknown"},
		{"v1.2.3", "v1.2.3", "unknown"},
		{strings.Repeat("0a1b", 10), "(devel)", strings.Repeat("0a1b", 10)},
	} {
		env := []string{"ACTION_PATH=" + dir, "ACTION_REF=" + row.ref, "RUNNER_TEMP=" + temp}
		shell(t, dir, env, `bash ci/action build`)
		var suite conformance.Suite
		out := shell(t, dir, env, `"$RUNNER_TEMP/sdecontract/bin/sdecontract" version --json`)
		assert.NilError(t, json.Unmarshal(out, &suite))
		assert.Equal(t, suite.Version, row.version)
		assert.Equal(t, suite.Revision, row.revision)
	}
}

func shell(t *testing.T, dir string, env []string, script string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	return out
}
