package mock

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// maxSaved is how many snapshots a mock keeps by name.
const maxSaved = 100

// saved are the snapshots that a server keeps, oldest first.
type saved struct {
	mu   sync.Mutex
	list []SavedSnapshot
	made int // names
}

// SavedSnapshot is a [Server.Snapshot] that the mock keeps by name.
type SavedSnapshot struct {
	Name  string    `json:"name"`
	Time  time.Time `json:"time"`
	World *World    `json:"-"`
}

// ErrTooMany tells that there are as many snapshots or sandboxes as there may be.
var ErrTooMany = errors.New("there are too many already")

// SaveSnapshot keeps a [Server.Snapshot] by name, in the place of the one that has the name. An empty name is
// replaced by one of its own. A mock keeps up to 100; one more is [ErrTooMany].
func (s *Server) SaveSnapshot(name string) (SavedSnapshot, error) {
	kept := &s.saved
	kept.mu.Lock()
	defer kept.mu.Unlock()
	for name == "" {
		kept.made++
		if made := fmt.Sprintf("snapshot-%d", kept.made); kept.find(made) < 0 {
			name = made
		}
	}
	if i := kept.find(name); i >= 0 {
		kept.list = slices.Delete(kept.list, i, i+1)
	}
	if len(kept.list) >= maxSaved {
		return SavedSnapshot{}, fmt.Errorf("%d snapshots: %w", maxSaved, ErrTooMany)
	}
	one := SavedSnapshot{name, time.Now(), s.Snapshot()}
	kept.list = append(kept.list, one)
	return one, nil
}

// SavedSnapshots returns the snapshots that are kept, oldest first.
func (s *Server) SavedSnapshots() []SavedSnapshot {
	s.saved.mu.Lock()
	defer s.saved.mu.Unlock()
	return slices.Clone(s.saved.list)
}

// RemoveSnapshot forgets a snapshot, and tells whether there was one.
func (s *Server) RemoveSnapshot(name string) bool {
	s.saved.mu.Lock()
	defer s.saved.mu.Unlock()
	i := s.saved.find(name)
	if i >= 0 {
		s.saved.list = slices.Delete(s.saved.list, i, i+1)
	}
	return i >= 0
}

func (k *saved) find(name string) int {
	return slices.IndexFunc(k.list, func(one SavedSnapshot) bool { return one.Name == name })
}
