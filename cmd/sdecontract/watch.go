package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sdecontract/sdecontract/mock"
)

// What --watch may be.
const (
	watchKeep  = "keep"
	watchReset = "reset"
)

// watchInterval is how often the file is looked at. It is polled, because that sees every way of saving it, also
// through mounts that tell of no changes.
const watchInterval = 200 * time.Millisecond

// watcher puts the world in place anew when its file has changed.
type watcher struct {
	file string
	mock *mock.Server
	mode string

	read, seen os.FileInfo // of the file when it was read last, and at the last look; nil if it isn't there
	stopped    chan struct{}
	ended      sync.WaitGroup
}

// watchWorld prepares to watch the file, if the flags ask for it.
func (flags mockFlags) watchWorld(s *service) error {
	switch {
	case flags.watch == "":
		return nil
	case flags.world == "":
		return usageError{errors.New("--watch needs --world")}
	case flags.watch != watchKeep && flags.watch != watchReset:
		return usageError{fmt.Errorf("--watch: %q is neither keep nor reset", flags.watch)}
	}
	s.watcher = newWatcher(flags.world, flags.watch, s.Server)
	return nil
}

func newWatcher(file, mode string, srv *mock.Server) *watcher {
	w := &watcher{file: file, mock: srv, mode: mode, stopped: make(chan struct{})}
	w.read, _ = os.Stat(file)
	w.seen = w.read
	return w
}

// start watches until stop is called.
func (w *watcher) start(errOut io.Writer) {
	w.ended.Go(func() {
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		for {
			select {
			case <-w.stopped:
				return
			case <-ticker.C:
			}
			for line := range strings.Lines(w.look()) {
				_, _ = fmt.Fprintf(errOut, "sdecontract: %s\n", strings.TrimSuffix(line, "\n"))
			}
		}
	})
}

func (w *watcher) stop() {
	close(w.stopped)
	w.ended.Wait()
}

// look reads the file if it has changed, but not since the last look: it might be half written else. It says what
// came of it, in a line or several.
func (w *watcher) look() string {
	now, err := os.Stat(w.file)
	settled := same(now, w.seen)
	w.seen = now
	if !settled || same(now, w.read) {
		return ""
	}
	w.read = now
	var world *mock.World
	data := []byte(nil)
	if err == nil {
		data, err = os.ReadFile(w.file)
	}
	if err == nil {
		world, err = mock.ReadWorld(w.file, data)
	}
	if err != nil {
		return err.Error() + "\n" + w.file + " can't be used; the mock keeps the world that it has"
	}
	if w.mode == watchReset {
		w.mock.Restore(world)
		return w.file + " was read again; the connections are what it says"
	}
	kept, dropped := w.mock.Reload(world)
	lines := []string{fmt.Sprintf("%s was read again; connections of clients: %d kept, %d dropped", w.file, kept, len(dropped))}
	for _, d := range dropped {
		lines = append(lines, fmt.Sprintf("  dropped %s connection %d of %s: %s", d.Kind, d.ID, d.Organization, d.Reason))
	}
	return strings.Join(lines, "\n")
}

// same tells whether a file is as it was.
func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == b
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
