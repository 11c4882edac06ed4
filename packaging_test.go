package sdecontract_test

import (
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// What only runs elsewhere, on GitHub, on GitLab and in Docker, is held to its rules here.

func text(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	assert.NilError(t, err)
	return string(data)
}

func parsed[T any](t *testing.T, file string) (value T) {
	t.Helper()
	assert.NilError(t, yaml.Load([]byte(text(t, file)), &value), file)
	return value
}

type action struct {
	Inputs  map[string]struct{ Description, Default string }
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []struct {
			Name, Shell, Run, Uses, If string
			Env, With                  map[string]string
		}
	}
}

// TestActionRunsNoInput: an expression in a script would let an input, such as a branch's name, run as code. Each input
// reaches the script as a variable, which it reads.
func TestActionRunsNoInput(t *testing.T) {
	a, script := parsed[action](t, "action.yml"), text(t, "ci/action")
	assert.Equal(t, a.Runs.Using, "composite")
	variables := map[string]string{}
	elsewhere := ""
	for _, step := range a.Runs.Steps {
		assert.Assert(t, !strings.Contains(step.Run, "${{"), step.Name)
		assert.Assert(t, (step.Run == "") != (step.Uses == ""), step.Name)
		assert.Equal(t, step.Run != "", step.Shell == "bash", step.Name)
		maps.Copy(variables, step.Env)
		elsewhere += step.If + step.With["name"]
		if step.Uses != "" {
			assert.Assert(t, regexp.MustCompile(`^actions/[a-z-]+@(v\d+|[0-9a-f]{40})$`).MatchString(step.Uses), step.Uses)
		}
	}
	for name, input := range a.Inputs {
		assert.Assert(t, input.Description != "", name)
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		switch name {
		case "artifact", "working-directory": // for the runner, not for the script
			continue
		}
		assert.Equal(t, variables[variable], "${{ inputs."+name+" }}")
		assert.Assert(t, strings.Contains(script, "${"+variable+":") || strings.Contains(script, "$"+variable), "ci/action doesn't read %s", variable)
	}
	for _, used := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(text(t, "action.yml"), -1) {
		_, declared := a.Inputs[used[1]]
		assert.Assert(t, declared, "no input %s", used[1])
	}
	for _, used := range regexp.MustCompile(`(?:INPUT|ACTION)_[A-Z_]+`).FindAllString(script, -1) {
		_, isSet := variables[used]
		assert.Assert(t, isSet || used == "GITHUB_ACTION_PATH", "action.yml doesn't set %s", used)
	}
	for name, output := range a.Outputs {
		assert.Equal(t, output.Value, "${{ steps.run.outputs."+name+" }}")
		assert.Assert(t, strings.Contains(script, `echo "`+name+`=`), "ci/action doesn't write %s", name)
	}
	assert.Assert(t, strings.Contains(elsewhere, "inputs.artifact"))
}

// TestActionIsDocumented: each input and output has a row.
func TestActionIsDocumented(t *testing.T) {
	a, page := parsed[action](t, "action.yml"), text(t, "docs/ci.md")
	for name := range a.Inputs {
		assert.Assert(t, strings.Contains(page, "\n| `"+name+"` | "), "input %s", name)
	}
	for name := range a.Outputs {
		assert.Assert(t, strings.Contains(page, "\n| `"+name+"` | "), "output %s", name)
	}
}

// TestOneGo: all that is packaged is built with the same version of Go, which is one that go.mod allows.
func TestOneGo(t *testing.T) {
	versions := map[string]bool{}
	for file, pattern := range map[string]string{
		"action.yml":    `GOTOOLCHAIN: go(\d+\.\d+\.\d+)\b`,
		"Dockerfile":    `golang:(\d+\.\d+\.\d+)-alpine\b`,
		"ci/gitlab.yml": `golang:(\d+\.\d+\.\d+)-alpine\b`,
	} {
		found := regexp.MustCompile(pattern).FindStringSubmatch(text(t, file))
		assert.Assert(t, found != nil, file)
		versions[found[1]] = true
	}
	assert.Equal(t, len(versions), 1, "%v", versions)
	for version := range versions {
		minimum := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(text(t, "go.mod"))
		assert.Assert(t, strings.HasPrefix(version, minimum[1]+"."), version)
	}
}

// TestImage holds the Dockerfile to what is usual for images that are meant to be trusted.
func TestImage(t *testing.T) {
	file := regexp.MustCompile(`\\\n\s*`).ReplaceAllString(text(t, "Dockerfile"), "")
	last := map[string]string{}
	stages := 0
	for line := range strings.Lines(file) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch instruction {
		case "FROM":
			stages++
			clear(last)
			image := regexp.MustCompile(`^(--platform=\S+ )?`).ReplaceAllString(rest, "")
			image, _, _ = strings.Cut(image, " ")
			assert.Assert(t, image == "scratch" || regexp.MustCompile(`^[a-z]+:\d+\.\d+\.\d+(-[a-z]+)?$`).MatchString(image), "not pinned: %s", image)
		case "ADD":
			t.Error("COPY does what is needed, and fetches nothing")
		case "RUN":
			assert.Assert(t, !strings.Contains(rest, "apk ") && !strings.Contains(rest, "curl") && !strings.Contains(rest, "wget"), "fetches what isn't pinned: %s", rest)
		}
		last[instruction] = rest
	}
	assert.Equal(t, stages, 2)
	assert.Equal(t, last["USER"], "65532:65532")
	assert.Equal(t, last["ENTRYPOINT"], `["/sdecontract"]`)
	assert.Equal(t, last["CMD"], `["mock"]`)
	assert.Assert(t, strings.HasSuffix(last["HEALTHCHECK"], ` CMD ["/sdecontract", "health"]`), last["HEALTHCHECK"])
	assert.Equal(t, last["ENV"], "SDECONTRACT_LISTEN=0.0.0.0:8080")
	for _, label := range []string{"title", "description", "source", "licenses", "version", "revision"} {
		assert.Assert(t, strings.Contains(last["LABEL"], "org.opencontainers.image."+label+`="`), label)
	}
}

func TestCompose(t *testing.T) {
	type service struct {
		Ports    []string
		ReadOnly bool     `yaml:"read_only"`
		CapDrop  []string `yaml:"cap_drop"`
		Pull     string   `yaml:"pull_policy"`
	}
	services := parsed[struct{ Services map[string]service }](t, "compose.yaml").Services
	assert.Equal(t, len(services), 1)
	for name, s := range services {
		assert.DeepEqual(t, s, service{[]string{"127.0.0.1:8080:8080"}, true, []string{"ALL"}, "build"})
		assert.Equal(t, name, "sdecontract")
	}
}

// TestWorkflow: jobs end, use nothing but GitHub's own actions, and hold neither a secret nor a right to write; actionlint
// knows the rest.
func TestWorkflow(t *testing.T) {
	const file = ".github/workflows/ci.yaml"
	workflow := parsed[struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Permissions map[string]string
			Timeout     int `yaml:"timeout-minutes"`
			Steps       []struct {
				Uses string
				With map[string]string
			}
		}
	}](t, file)
	assert.DeepEqual(t, workflow.Permissions, map[string]string{"contents": "read"})
	assert.Assert(t, !strings.Contains(text(t, file), "secrets."))
	for name, job := range workflow.Jobs {
		assert.Assert(t, job.Permissions == nil, name)
		assert.Assert(t, job.Timeout > 0, "%s may hang for hours", name)
		for _, step := range job.Steps {
			assert.Assert(t, cmp.Regexp(`^(\./|actions/[a-z-]+@(v\d+|[0-9a-f]{40})|)$`, step.Uses))
			if strings.HasPrefix(step.Uses, "actions/checkout@") {
				assert.Equal(t, step.With["persist-credentials"], "false", name)
			}
		}
	}
}

// TestRelease: a release is what `make cross` compiles, built like the rest.
func TestRelease(t *testing.T) {
	release := parsed[struct {
		Version int
		Builds  []struct {
			Goos, Goarch, Env, Flags []string
			Mod                      string `yaml:"mod_timestamp"`
		}
		Archives []struct{ Files []struct{ Src string } }
		Sboms    []struct{ Artifacts string }
		Checksum struct{ Algorithm string }
	}](t, ".goreleaser.yaml")
	assert.Equal(t, release.Version, 2)
	assert.Equal(t, len(release.Builds), 1)
	build := release.Builds[0]
	var platforms []string
	for _, goos := range build.Goos {
		for _, goarch := range build.Goarch {
			platforms = append(platforms, goos+"/"+goarch)
		}
	}
	compiled := regexp.MustCompile(`(?m)^PLATFORMS *= *(.*)$`).FindStringSubmatch(text(t, "Makefile"))
	assert.DeepEqual(t, platforms, strings.Fields(compiled[1]))
	assert.DeepEqual(t, build.Env, []string{"CGO_ENABLED=0"})
	assert.DeepEqual(t, build.Flags, []string{"-trimpath", "-buildvcs=true"})
	assert.Equal(t, build.Mod, "{{ .CommitTimestamp }}")
	assert.Equal(t, release.Checksum.Algorithm, "sha256")
	assert.Equal(t, release.Sboms[0].Artifacts, "archive")
	for _, file := range release.Archives[0].Files {
		if !strings.HasPrefix(file.Src, "build/") {
			text(t, file.Src)
		}
	}
}

// TestGitLabJobs: each job that is extended is there, and each report that GitLab reads is written.
func TestGitLabJobs(t *testing.T) {
	type job struct {
		Image, Extends   string
		Variables        map[string]string
		Script, Needs    []string
		Artifacts        struct{ Reports map[string]string }
		AllowFailureSaid any `yaml:"allow_failure"`
	}
	jobs := parsed[map[string]job](t, "ci/gitlab.yml")
	for name, j := range jobs {
		for _, other := range slices.Concat(j.Needs, strings.Fields(j.Extends)) {
			_, there := jobs[other]
			assert.Assert(t, there, "%s: no job %s", name, other)
		}
		if j.Image != "" {
			assert.Assert(t, regexp.MustCompile(`^[a-z]+:\d`).MatchString(j.Image), j.Image)
		}
		for form, file := range j.Artifacts.Reports {
			assert.Equal(t, j.Variables["SDECONTRACT_REPORT"], form+"="+file, name) // the flag --report, unless a script gives it
		}
		assert.Assert(t, j.AllowFailureSaid == nil, "%s: what is incomplete must not pass unseen", name)
	}
	verify := jobs[".sdecontract-verify"]
	assert.Equal(t, path.Base(verify.Extends), ".sdecontract")
	for form, file := range jobs[".sdecontract"].Artifacts.Reports {
		assert.Assert(t, strings.Contains(strings.Join(verify.Script, "\n"), "--report "+form+"="+file), file)
	}
}
