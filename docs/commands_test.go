//go:build linux

package docs_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// How long a command may take, and a server until it serves or has ended. It is generous: the machine may be busy.
const (
	commandTimeout = 3 * time.Minute
	serverTimeout  = time.Minute
)

// enough mistakes of a page are told: most of what follows comes of the first.
const enough = 5

// TestCommands runs every command that a page shows, as its reader would: the blocks of the language console, in one
// shell, in a clone of the project. What they print must be what the page shows.
func TestCommands(t *testing.T) {
	source := checkout(t)
	var run, spared atomic.Int64
	t.Cleanup(func() { t.Logf("%d steps taken, %d blocks not run", run.Load(), spared.Load()) })
	for _, p := range pages(t) {
		t.Run(p.path, func(t *testing.T) {
			t.Parallel()
			todo, notRun := plan(p)
			for _, reason := range notRun {
				t.Log(reason)
			}
			for _, problem := range follow(t, source, p, todo) {
				t.Error(problem)
			}
			run.Add(int64(len(todo)))
			spared.Add(int64(len(notRun)))
		})
	}
}

// plan is what the reader of a page does, and where and why not.
func plan(p *page) (todo []step, notRun []string) {
	for _, b := range p.blocks {
		if b.notRun != "" {
			notRun = append(notRun, fmt.Sprintf("%s:%d: not run: %s", p.path, b.line, b.notRun))
			continue
		}
		todo = append(todo, steps(p, b)...)
	}
	return todo, notRun
}

// follow does what a page says, and tells what is wrong with the page.
func follow(t *testing.T, source string, p *page, todo []step) []string {
	t.Helper()
	if len(todo) == 0 {
		return p.errors
	}
	s := begin(t, source, p.path)
	for _, st := range todo {
		if s.broken || len(s.problems) == enough {
			break
		}
		if tool := missing(st.text); st.does == command && tool != "" {
			t.Logf("%s:%d: not run: %s is not installed", p.path, st.line, tool)
			continue
		}
		s.do(st)
	}
	s.end()
	return append(p.errors, s.problems...)
}

// missing is a tool that a command begins with, and that only some machines have.
func missing(text string) string {
	for _, tool := range []string{"python3", "node", "npm"} {
		if regexp.MustCompile(`(?m)(^|&& |; |\| |-- )` + tool + `\b`).MatchString(text) {
			if _, err := exec.LookPath(tool); err != nil {
				return tool
			}
		}
	}
	return ""
}

// A step is one thing that the reader does, or looks at.
type step struct {
	does   string
	line   int
	text   string   // what the page says is typed, or the content of the file
	typed  string   // the same with real ports and tokens
	file   string   // the file to make
	shown  []string // the output below
	from   int      // the line on which that begins
	status int      // of the command
}

const (
	command   = "command"
	file      = "file"
	interrupt = "interrupt" // ^C in the terminal of the server that was started last
	look      = "look"      // at what that server has printed meanwhile: a block that doesn't begin with a command
)

// steps are what the reader does with a block.
func steps(p *page, b block) []step {
	if b.file != "" {
		return []step{{does: file, line: b.line, file: b.file, text: strings.Join(b.lines, "\n") + "\n"}}
	}
	if b.language != "console" {
		return nil
	}
	var list []step
	for i := 0; i < len(b.lines); i++ {
		st := step{line: b.line + 1 + i}
		switch typed, isCommand := strings.CutPrefix(b.lines[i], "$ "); {
		case isCommand:
			st.does = command
			for unfinished(typed) && i+1 < len(b.lines) {
				i++
				typed += "\n" + b.lines[i]
			}
			st.text = typed
		case b.lines[i] == "^C":
			st.does = interrupt
		case len(list) == 0:
			st.does = look
			i--
		default:
			last := &list[len(list)-1]
			last.shown = append(last.shown, b.lines[i])
			continue
		}
		st.from = b.line + 2 + i
		list = append(list, st)
	}
	if b.status != 0 && len(list) > 0 {
		if last := &list[len(list)-1]; last.does == command {
			last.status = b.status
		} else {
			p.errorf(b.line, "no command ends with the status %d", b.status)
		}
	}
	for i := range list {
		list[i].shown = split(strings.Join(list[i].shown, "\n"))
	}
	return list
}

// unfinished is true of what a shell would ask more lines of: after a backslash, in a quote, in a here-document.
func unfinished(typed string) bool {
	if strings.HasSuffix(typed, `\`) {
		return true
	}
	out, _ := exec.Command("bash", "-n", "-c", typed).CombinedOutput()
	return regexp.MustCompile(`unexpected (EOF|end of file)|here-document .* delimited by end-of-file`).Match(out)
}

// checkout is a repository with the files of this one, uncommitted changes included.
func checkout(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sdecontract")
	for _, name := range files(t) {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // it was removed, and that isn't committed yet
		}
		assert.NilError(t, err)
		info, err := os.Stat(filepath.Join(root, name))
		assert.NilError(t, err)
		assert.NilError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		assert.NilError(t, os.WriteFile(filepath.Join(dir, name), data, info.Mode()))
	}
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch=main"}, {"add", "--all"}, {"commit", "--quiet", "--message=As it is"}} {
		c := exec.CommandContext(t.Context(), "git", args...)
		c.Dir, c.Env = dir, append(gitEnv, "PATH="+os.Getenv("PATH"), "HOME="+dir)
		out, err := c.CombinedOutput()
		assert.NilError(t, err, string(out))
	}
	return dir
}

// gitEnv makes commits that are the same whoever makes them, and whenever: what is built of them can be cached.
var gitEnv = []string{
	"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=docs", "GIT_AUTHOR_EMAIL=docs@example.com", "GIT_COMMITTER_NAME=docs",
	"GIT_COMMITTER_EMAIL=docs@example.com", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z",
}

// files are those that git knows, and new ones that it doesn't ignore.
func files(t *testing.T) []string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	c.Dir = root
	out, err := c.Output()
	assert.NilError(t, err, "the commands of the pages need a clone, and git")
	return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
}

// until asks every few milliseconds until something holds. What it asks about are other processes, which tell nobody.
func until(ctx context.Context, holds func() bool) error {
	for tick := time.NewTicker(5 * time.Millisecond); !holds(); {
		select {
		case <-ctx.Done():
			tick.Stop()
			return fmt.Errorf("not within %v", serverTimeout)
		case <-tick.C:
		}
	}
	return nil
}
