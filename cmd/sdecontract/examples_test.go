package main

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// parsedOnly are examples that are not run, by a part of them, and why.
var parsedOnly = map[string]string{
	"curl ":             "it is another program's, to a mock that runs",
	"--replay findings": "there is no finding to repeat",
	"--duration 1h":     "it takes an hour",
}

// otherStatus is how examples end that end with another status than 0 here, by a part of them.
var otherStatus = map[string]int{
	"--min-coverage 50": exitBroken, // the stand-in for the client's tests covers less
}

// TestExamples: what the help texts show can be typed. Each example is run, in the order of the help and in one
// directory, with stand-ins for the server and for other programs; what serves until it is interrupted is
// interrupted.
func TestExamples(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no shell here: ", err)
	}
	server := httptest.NewServer(mock.New())
	defer server.Close()
	standIns(t, server.URL)
	unused := map[string]bool{}
	for part := range parsedOnly {
		unused[part] = true
	}
	for part := range otherStatus {
		unused[part] = true
	}
	for _, c := range commands() {
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			for part := range unused {
				if strings.Contains(line, part) {
					delete(unused, part)
				}
			}
			runExample(t, line, server.URL)
		}
	}
	assert.Equal(t, len(unused), 0, "no example has %v", unused)
}

// runExample runs a line, at the stand-in for the servers that it names.
func runExample(t *testing.T, line, server string) {
	t.Helper()
	port := server[strings.LastIndex(server, ":"):]
	real := strings.NewReplacer("https://sde.example.com", server, "http://mock.example.com:8080", server,
		"--listen :9090", "--listen 127.0.0.1"+port, "127.0.0.1:8080 --", "127.0.0.1:0 --").Replace(line)
	args, out := words(t, real)
	for part := range parsedOnly {
		if strings.Contains(line, part) {
			if args != nil {
				parse(t, args)
			}
			return
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stdout io.Writer = out
	if (args[0] == "mock" || args[0] == "proxy") && !strings.Contains(line, " -- ") {
		stdout = untilOutput{out, cancel} // it serves until it is interrupted
	}
	listen := "127.0.0.1:0"
	if args[0] == "health" {
		listen = "127.0.0.1" + port
	}
	t.Setenv("SDECONTRACT_LISTEN", listen)
	var errOut bytes.Buffer
	status := run(ctx, args, stdout, &errOut)
	want := exitOK
	for part, other := range otherStatus {
		if strings.Contains(line, part) {
			want = other
		}
	}
	assert.Check(t, status == want, "%s\nexit status %d\n%s", line, status, errOut.String())
}

// untilOutput interrupts a program once it has printed something.
type untilOutput struct {
	io.Writer
	interrupt func()
}

func (u untilOutput) Write(data []byte) (int, error) {
	u.interrupt()
	return u.Writer.Write(data)
}

// parse finds the command and reads its flags.
func parse(t *testing.T, args []string) {
	t.Helper()
	c, rest, err := rootCommand().Find(args)
	assert.NilError(t, err)
	assert.NilError(t, c.ParseFlags(rest))
	assert.NilError(t, c.ValidateArgs(c.Flags().Args()))
}

// words are the arguments of sdecontract on a line, and the file that its output goes to. The shell splits it; there are
// none if the line is another program's.
func words(t *testing.T, line string) ([]string, *os.File) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "args")
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `sdecontract() { printf '%s\0' "$@" >"$ARGS"; readlink /proc/$BASHPID/fd/1 >>"$ARGS" || :; }; curl() { :; }; `+line)
	cmd.Env = append(os.Environ(), "ARGS="+file)
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "%s: %s", line, out)
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	assert.NilError(t, err)
	all := strings.Split(string(data), "\x00")
	target := os.DevNull
	if name := strings.TrimSpace(all[len(all)-1]); filepath.IsAbs(name) && !strings.HasPrefix(name, "/dev") {
		target = name
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return all[:len(all)-1], f
}

// standIns prepares the directory and the environment that the examples take for granted.
func standIns(t *testing.T, server string) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(dir, "summary.md"))
	t.Setenv("SDECONTRACT_CHECK", "*/status") // of all checks, some that read and some that write
	t.Setenv("SDECONTRACT_OUTPUT", "-")       // where no example says otherwise
	t.Setenv("SDECONTRACT_REQUESTS", "20")
	for _, user := range []string{"editor", "alm-editor", "security-editor", "reader", "basic"} {
		t.Setenv("SDE_TOKEN_"+strings.ToUpper(strings.ReplaceAll(user, "-", "_")), user+"-token")
	}
	write := func(name, text string, mode os.FileMode) {
		assert.NilError(t, os.WriteFile(name, []byte(text), mode))
	}
	assert.NilError(t, os.Mkdir("bin", 0o755))
	t.Setenv("PATH", filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, program := range []string{"pytest", "npm", "go", "newman"} {
		write(filepath.Join("bin", program), "#!/bin/sh\nexec client -H \"Authorization:Token ${SDECONTRACT_TOKEN_EDITOR:-$SDE_TOKEN_EDITOR}\" GET /api/v2/connections/alm/\n", 0o755)
	}
	write("world.yaml", string(fixtures.World()), 0o600)
	write("target.yaml", strings.Replace(string(fixtures.TargetMock()), "http://127.0.0.1:8080", server, 1), 0o600)
	for _, args := range [][]string{
		{"verify", "--target", "target.yaml", "--report", "json=result.json"},
		{"verify", "--target", "target.yaml", "--report", "json=reads.json", "--check", "alm/list/*"},
		{"verify", "--target", "target.yaml", "--report", "json=writes.json", "--check", "alm/create/status"},
	} {
		var out bytes.Buffer
		assert.Equal(t, run(t.Context(), args, &out, &out), exitOK, "%s", &out)
	}
	for _, name := range []string{"old.json", "new.json"} {
		assert.NilError(t, os.Link("result.json", name))
	}
}
