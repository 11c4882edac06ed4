package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"

	"github.com/sdecontract/sdecontract/mock"
)

const watchedWorld = `users:
  ann: {organization: acme, token: ann-token, permissions: [Edit ALM connections]}
organizations:
  acme:
    projects: [{id: 1, name: P}]
    connectors: {alm: [{id: 1, name: C, system: JIRA, command: sync}]}
    connections: {alm: [{id: 1, connector: 1, project: 1, alias: first, params: {}}]}
`

// watched is a mock whose world's file is looked at by hand.
type watched struct {
	*testing.T
	*watcher
	file string
}

func watch(t *testing.T, mode string) watched {
	t.Helper()
	file := filepath.Join(t.TempDir(), "world.yaml")
	assert.NilError(t, os.WriteFile(file, []byte(watchedWorld), 0o600))
	world, err := mock.ReadWorld(file, []byte(watchedWorld))
	assert.NilError(t, err)
	return watched{t, newWatcher(file, mode, mock.New(mock.WithWorld(world))), file}
}

// save saves the file anew, with replacements, as editors do that rename.
func (w watched) save(pairs ...string) {
	w.Helper()
	text := strings.NewReplacer(pairs...).Replace(watchedWorld)
	assert.NilError(w, os.WriteFile(w.file+".new", []byte(text), 0o600))
	assert.NilError(w, os.Rename(w.file+".new", w.file))
}

// settle looks until the file has been the same twice.
func (w watched) settle() string {
	assert.Equal(w, w.look(), "") // it has just changed
	return w.look()
}

func (w watched) aliases() string {
	req, err := http.NewRequestWithContext(w.Context(), http.MethodGet, "http://mock.test/api/v2/connections/alm/", http.NoBody)
	assert.NilError(w, err)
	req.Header.Set("Authorization", "Token ann-token")
	resp, err := w.mock.Client().Do(req)
	assert.NilError(w, err)
	defer resp.Body.Close()
	body := make([]byte, 10_000)
	n, _ := resp.Body.Read(body)
	var found []string
	for _, part := range strings.Split(string(body[:n]), `"alias":"`)[1:] {
		alias, _, _ := strings.Cut(part, `"`)
		found = append(found, alias)
	}
	return strings.Join(found, " ")
}

func (w watched) create(alias string) {
	req, err := http.NewRequestWithContext(w.Context(), http.MethodPost, "http://mock.test/api/v2/connections/alm/",
		strings.NewReader(`{"alias":"`+alias+`","connector":1,"project":1,"params":{}}`))
	assert.NilError(w, err)
	req.Header.Set("Authorization", "Token ann-token")
	resp, err := w.mock.Client().Do(req)
	assert.NilError(w, err)
	assert.NilError(w, resp.Body.Close())
	assert.Equal(w, resp.StatusCode, http.StatusCreated)
}

func TestSavedWorldIsReadAgain(t *testing.T) {
	w := watch(t, watchKeep)
	w.create("mine")
	assert.Equal(t, w.look(), "")
	w.save("first", "renamed")
	assert.Equal(t, w.settle(), w.file+" was read again; connections of clients: 1 kept, 0 dropped")
	assert.Equal(t, w.aliases(), "renamed mine")
	assert.Equal(t, w.look(), "")

	w.save("{id: 1, connector: 1, project: 1, alias: first", "{id: 2, connector: 1, project: 1, alias: second")
	assert.Equal(t, w.settle(), w.file+" was read again; connections of clients: 0 kept, 1 dropped\n"+
		"  dropped alm connection 2 of acme: the new world has a connection of its own with this id")
	assert.Equal(t, w.aliases(), "second")
}

func TestSavedWorldForgetsClients(t *testing.T) {
	w := watch(t, watchReset)
	w.create("mine")
	w.save("first", "renamed")
	assert.Equal(t, w.settle(), w.file+" was read again; the connections are what it says")
	assert.Equal(t, w.aliases(), "renamed")
}

func TestBrokenWorldChangesNothing(t *testing.T) {
	w := watch(t, watchKeep)
	w.save("alias: first", "alias: [first")
	told := w.settle()
	assert.Assert(t, cmp.Contains(told, w.file+":7:"))
	assert.Assert(t, cmp.Contains(told, "\n"+w.file+" can't be used; the mock keeps the world that it has"))
	assert.Equal(t, w.aliases(), "first")

	assert.NilError(t, os.Remove(w.file))
	assert.Assert(t, cmp.Contains(w.settle(), "no such file"))
	assert.Equal(t, w.look(), "") // once is enough
	w.save("first", "mended")
	assert.Assert(t, cmp.Contains(w.settle(), "was read again"))
	assert.Equal(t, w.aliases(), "mended")
}

// TestHalfWrittenWorldIsNotRead looks at the file while an editor writes into it.
func TestHalfWrittenWorldIsNotRead(t *testing.T) {
	w := watch(t, watchKeep)
	text := strings.Replace(watchedWorld, "first", "written in place", 1)
	for size := 50; size < len(text); size += 50 {
		assert.NilError(t, os.WriteFile(w.file, []byte(text[:size]), 0o600))
		assert.Equal(t, w.look(), "")
	}
	assert.NilError(t, os.WriteFile(w.file, []byte(text), 0o600))
	assert.Assert(t, cmp.Contains(w.settle(), "was read again"))
	assert.Equal(t, w.aliases(), "written in place")
}

func TestWatcherLooksByItself(t *testing.T) {
	w := watch(t, watchKeep)
	lines := make(chan string, 10)
	w.start(writerFunc(func(p []byte) (int, error) { lines <- string(p); return len(p), nil }))
	w.save("first", "renamed")
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		select {
		case line := <-lines:
			assert.Equal(t, line, "sdecontract: "+w.file+" was read again; connections of clients: 0 kept, 0 dropped\n")
			return poll.Success()
		default:
			return poll.Continue("not read yet")
		}
	}, poll.WithDelay(10*time.Millisecond))
	w.stop()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
