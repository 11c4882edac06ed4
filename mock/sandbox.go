package mock

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Sandbox returns another mock that shares nothing with s that a client could change. It has the contract, the
// world as [Server.World] says, and the settings of s, but neither its base path nor its faults; options change
// that. What its clients meet counts for the coverage of s as well. Its journal is small: 200 exchanges and 1 MiB, unless [WithJournal] says otherwise. What observes s
// observes it too. It takes microseconds, and some hundred bytes until it is used, so that each test can have
// its own. It panics as [New] does.
func (s *Server) Sandbox(options ...Option) *Server {
	sandbox, err := s.sandbox(options)
	if err != nil {
		panic(fmt.Sprintf("mock.WithFault: %v", err))
	}
	return sandbox
}

func (s *Server) sandbox(options []Option) (*Server, error) {
	n := s.now.Load()
	sandbox := &Server{
		parent: s, contract: s.contract, maxBody: s.maxBody, loose: s.loose, date: s.date, silent: s.silent,
		first: scene{world: n.world, withheld: n.withheld, liberty: n.liberty},
	}
	sandbox.chaos.deaf, sandbox.chaos.seed = s.chaos.deaf, s.chaos.seed
	sandbox.journal.observer = s.journal.observer
	sandbox.journal.bound(200, leastBytes)
	return sandbox, sandbox.begin(options)
}

// SandboxPath is where a [Host] serves its sandboxes.
const SandboxPath = "/_sandbox/"

// HostLimits bound what a [Host] holds. What is zero has its default.
type HostLimits struct {
	Sandboxes int              // how many there may be at a time; default 1,000
	Idle      time.Duration    // after which an unused sandbox is removed; default 10 minutes
	Clock     func() time.Time // default time.Now
}

// Host serves a mock, and beside it any number of sandboxes of it: the sandbox with the id a at /_sandbox/a/.
// A sandbox that isn't used for a while is removed, by one of the next requests to the host. It is an
// [http.Handler], safe for concurrent use.
type Host struct {
	main   *Server
	limits HostLimits

	mu        sync.RWMutex
	sandboxes map[string]*Sandbox
	sweep     atomic.Int64 // when to look for idle ones, in nanoseconds
}

// Sandbox is a mock of its own on a [Host].
type Sandbox struct {
	*Server
	ID      string
	Created time.Time
	used    atomic.Int64 // the end of the last use, in nanoseconds
	busy    atomic.Int64 // requests under way
}

// Errors of [Host.Create], besides [ErrTooMany].
var (
	ErrSandboxID    = errors.New("an id is made of 1 to 64 letters, digits, - and _")
	ErrSandboxTaken = errors.New("the id is taken")
)

// NewHost returns a host of the mock, without sandboxes.
func NewHost(main *Server, limits HostLimits) *Host {
	if limits.Sandboxes <= 0 {
		limits.Sandboxes = 1000
	}
	if limits.Idle <= 0 {
		limits.Idle = 10 * time.Minute
	}
	if limits.Clock == nil {
		limits.Clock = time.Now
	}
	return &Host{main: main, limits: limits, sandboxes: map[string]*Sandbox{}}
}

// Main returns the mock that isn't a sandbox.
func (h *Host) Main() *Server { return h.main }

// Limits returns what bounds the host, with the defaults filled in.
func (h *Host) Limits() HostLimits { return h.limits }

var sandboxID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Create makes a [Server.Sandbox] with that id; an empty one is replaced by one that nobody can guess. A fault
// that can't be set is an error.
func (h *Host) Create(id string, options ...Option) (*Sandbox, error) {
	if id == "" {
		id = strings.ToLower(rand.Text())
	}
	if !sandboxID.MatchString(id) {
		return nil, ErrSandboxID
	}
	made, err := h.main.sandbox(append(slices.Clip(options), WithBasePath(SandboxPath+id)))
	if err != nil {
		return nil, err
	}
	now := h.limits.Clock()
	box := &Sandbox{Server: made, ID: id, Created: now}
	box.used.Store(now.UnixNano())
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.sandboxes) >= h.limits.Sandboxes {
		h.expire(now)
	}
	switch old := h.sandboxes[id]; {
	case old != nil && !h.idle(old, now):
		return nil, ErrSandboxTaken
	case old == nil && len(h.sandboxes) >= h.limits.Sandboxes:
		return nil, fmt.Errorf("%d sandboxes: %w", len(h.sandboxes), ErrTooMany)
	}
	h.sandboxes[id] = box
	return box, nil
}

// Use returns the sandbox with that id and keeps it from being removed until done is called; nil if there is
// none.
func (h *Host) Use(id string) (box *Sandbox, done func()) {
	now := h.limits.Clock()
	h.mu.RLock()
	defer h.mu.RUnlock()
	box = h.sandboxes[id]
	if box == nil || h.idle(box, now) {
		return nil, func() {}
	}
	box.busy.Add(1)
	return box, func() {
		box.used.Store(h.limits.Clock().UnixNano())
		box.busy.Add(-1)
	}
}

// Remove forgets the sandbox, and tells whether there was one. Requests that it has begun to answer, it answers;
// what its faults hold back goes on at once.
func (h *Host) Remove(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	box := h.sandboxes[id]
	if box == nil || h.idle(box, h.limits.Clock()) {
		return false
	}
	delete(h.sandboxes, id)
	box.ClearFaults()
	return true
}

// Sandboxes returns those that there are, oldest first.
func (h *Host) Sandboxes() []*Sandbox {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expire(h.limits.Clock())
	list := make([]*Sandbox, 0, len(h.sandboxes))
	for _, box := range h.sandboxes {
		list = append(list, box)
	}
	slices.SortFunc(list, func(a, b *Sandbox) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// LastUsed is when the sandbox was made, or answered its last request.
func (b *Sandbox) LastUsed() time.Time { return time.Unix(0, b.used.Load()) }

// ClearFaults ends what faults hold back, in the mock and in its sandboxes: see [Server.ClearFaults].
func (h *Host) ClearFaults() {
	h.main.ClearFaults()
	for _, box := range h.Sandboxes() {
		box.ClearFaults()
	}
}

func (h *Host) idle(box *Sandbox, now time.Time) bool {
	return box.busy.Load() == 0 && now.Sub(box.LastUsed()) > h.limits.Idle
}

// expire removes the idle ones.
func (h *Host) expire(now time.Time) {
	for id, box := range h.sandboxes {
		if h.idle(box, now) {
			delete(h.sandboxes, id)
		}
	}
	h.sweep.Store(now.Add(h.limits.Idle / 4).UnixNano())
}

// ServeHTTP answers a request to the mock or to a sandbox.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if now := h.limits.Clock(); now.UnixNano() > h.sweep.Load() {
		h.mu.Lock()
		h.expire(now)
		h.mu.Unlock()
	}
	id, ok := SandboxOf(r.URL.EscapedPath())
	if !ok {
		h.main.ServeHTTP(w, r)
		return
	}
	box, done := h.Use(id)
	defer done()
	if box == nil {
		body := appendJSON(nil, map[string]any{"detail": fmt.Sprintf("There is no sandbox %q: it was never made, or removed because nobody used it for %s.", clip(id), h.limits.Idle)})
		w.Header()["Content-Type"] = jsonContent
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(append(body, '\n'))
		return
	}
	box.ServeHTTP(w, r)
}

// SandboxOf returns the id of the sandbox that an escaped path is below; ok tells whether it is below one.
func SandboxOf(path string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(path, SandboxPath)
	id, _, _ = strings.Cut(rest, "/")
	return id, ok
}
