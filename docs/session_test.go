//go:build linux

package docs_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// session is a reader's shell: one for each page.
type session struct {
	page     string
	dir      string // for the files of the session itself: what is typed, and what is printed
	shell    *exec.Cmd
	stdin    io.Writer
	said     chan string // what the shell tells of each command: its status, or the process of a server
	ports    *ports
	problems []string
	broken   bool // the shell has ended, or hangs: there is no use in going on
	count    int
	servers  []*server // the one started last is the last
}

// begin starts a shell in a clone of the project.
func begin(t *testing.T, source, page string) *session {
	t.Helper()
	for _, tool := range []string{"bash", "curl"} { // in CI, they are there
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("what pages show isn't run, because %s is not installed", tool)
		}
	}
	dir := t.TempDir()
	clone := filepath.Join(dir, "sdecontract")
	out, err := exec.CommandContext(t.Context(), "git", "clone", "--quiet", source, clone).CombinedOutput()
	assert.NilError(t, err, string(out))
	s := &session{page: page, dir: dir, said: make(chan string, 1), ports: &ports{real: map[string]string{}}}
	target := filepath.Join(clone, "fixtures", "target-mock.yaml") // the one file of the project that names an address
	data, err := os.ReadFile(target)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(target, []byte(s.ports.in(string(data))), 0o600))

	status, statusEnd, err := os.Pipe()
	assert.NilError(t, err)
	s.shell = exec.CommandContext(t.Context(), "bash", "--norc", "--noprofile")
	s.shell.Dir, s.shell.ExtraFiles = clone, []*os.File{statusEnd}
	s.shell.Env = environment(t, dir, source, "127.0.0.1:"+s.ports.of("8080"))
	s.shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.stdin, err = s.shell.StdinPipe()
	assert.NilError(t, err)
	assert.NilError(t, s.shell.Start())
	assert.NilError(t, statusEnd.Close())
	go func() {
		for lines := bufio.NewScanner(status); lines.Scan(); {
			s.said <- lines.Text()
		}
		close(s.said)
	}()
	t.Cleanup(func() {
		s.kill()
		_ = s.shell.Wait()
		_ = status.Close()
	})
	return s
}

// kill ends all that the page started, whatever state it is in.
func (s *session) kill() {
	for _, server := range s.servers {
		_ = syscall.Kill(-server.process, syscall.SIGKILL)
	}
	_ = syscall.Kill(-s.shell.Process.Pid, syscall.SIGKILL)
}

func (s *session) errorf(line int, format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf("%s:%d: ", s.page, line)+fmt.Sprintf(format, args...))
}

func (s *session) do(st step) {
	st.typed = s.ports.in(tokens(st.text))
	switch {
	case st.does == file:
		s.write(st)
	case st.does == look:
		s.look(st)
	case st.does == interrupt:
		s.interrupt(st)
	case serves(st.typed):
		s.serve(st)
	default:
		s.run(st)
	}
}

// placeholder is a token that the reader has to fill in.
var placeholder = regexp.MustCompile(`\bSDE(?:CONTRACT)?_TOKEN_([A-Z_]+)=\.\.\.`)

// tokens fills in the tokens of users by their names, as those of the world that comes with the mock are.
func tokens(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(set string) string {
		name := placeholder.FindStringSubmatch(set)[1]
		return strings.TrimSuffix(set, "...") + strings.ToLower(strings.ReplaceAll(name, "_", "-")) + "-token"
	})
}

// keep writes a file of the session itself, and returns its name.
func (s *session) keep(kind, content string) string {
	name := filepath.Join(s.dir, fmt.Sprintf("%d.%s", s.count, kind))
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		panic(err) // the test's own directory
	}
	return name
}

// tell has the shell do something, and returns what it says when that is done.
func (s *session) tell(script string) (string, error) {
	if _, err := io.WriteString(s.stdin, script+"\n"); err != nil {
		return "", fmt.Errorf("the shell has ended: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	select {
	case said, ok := <-s.said:
		if !ok {
			return "", fmt.Errorf("this ended the shell")
		}
		return said, nil
	case <-ctx.Done():
		return "", fmt.Errorf("still running after %v; if it serves, serves() in docs/server_test.go must know", commandTimeout)
	}
}

// write makes a file in the directory that the reader is in.
func (s *session) write(st step) {
	s.count++
	content := s.keep("file", st.typed)
	said, err := s.tell(fmt.Sprintf(`mkdir -p "$(dirname '%s')" && cp '%s' '%s'; echo "$?" >&3`, st.file, content, st.file))
	if err != nil || said != "0" {
		s.errorf(st.line, "the file %s can't be made: status %s, %v", st.file, said, err)
	}
}

// run runs a command in the shell itself, so that what it exports lasts, and compares.
func (s *session) run(st step) {
	s.count++
	script, output := s.keep("command", st.typed), s.keep("output", "")
	curl := "export CURL_HOME=" + s.dir // a refusal that the page doesn't show would go unseen
	if !strings.HasPrefix(st.typed, "curl ") || st.shown != nil || st.status != 0 {
		curl = "unset CURL_HOME"
	}
	said, err := s.tell(fmt.Sprintf(`%s; %s; . '%s' >'%s' 2>&1 </dev/null 3>&-; echo "$?" >&3`, s.listen(st), curl, script, output))
	printed := s.printed(output)
	switch {
	case err != nil:
		s.broken = true
		s.errorf(st.line, "%s\n  %v\n%s", st.text, err, excerpt(printed))
	case said != strconv.Itoa(st.status):
		s.errorf(st.line, "%s\n  exit status %s, not %d\n%s", st.text, said, st.status, excerpt(printed))
	case st.shown != nil:
		if difference := differ(s.page, st.from, st.shown, printed, true); difference != "" {
			s.errorf(st.line, "%s\n  %s", st.text, difference)
		}
	}
}

// listen is what puts another port in the place of the usual one. A mock with a command has an address of its own,
// unless it is told one.
func (s *session) listen(st step) string {
	if strings.Contains(st.typed, " -- ") {
		return "unset SDECONTRACT_LISTEN"
	}
	return "export SDECONTRACT_LISTEN=127.0.0.1:" + s.ports.of("8080")
}

// printed are the lines of an output, as the page would show them.
func (s *session) printed(output string) []string {
	data, err := os.ReadFile(output)
	if err != nil {
		return []string{err.Error()}
	}
	return split(strings.ReplaceAll(s.ports.out(string(data)), s.dir, "/home/you"))
}

// excerpt is the end of an output, for a message.
func excerpt(printed []string) string {
	return "    " + strings.Join(printed[max(0, len(printed)-20):], "\n    ")
}

// end stops the servers that still run, as the reader does at the end.
func (s *session) end() {
	for len(s.servers) > 0 && !s.broken {
		last := s.servers[len(s.servers)-1]
		s.stop(last, last.line)
	}
}
