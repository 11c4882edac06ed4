package mock

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// WithFault starts the mock with faults, as [Server.SetFault] would set them. [New] panics if it would refuse
// one: this is for faults that are written in Go, in a test. Give those that were read from elsewhere to SetFault, which
// returns what is wrong with them for the contract and the world that the mock has.
func WithFault(faults ...FaultRule) Option {
	return func(s *Server) { s.chaos.first = append(s.chaos.first, faults...) }
}

// WithSeed makes faults with a probability or a distribution decide otherwise. With the same seed, faults and
// sequence of requests they decide the same. The default is 0.
func WithSeed(seed uint64) Option { return func(s *Server) { s.chaos.seed = seed } }

// FaultState is a fault that is set, and what came of it so far.
type FaultState struct {
	Rule    FaultRule `json:"rule"`
	Matched int64     `json:"matched"` // requests that had its operation and user
	Acted   int64     `json:"acted"`   // of those, the ones that it acted on
}

// SetFault makes the mock act on the fault from the next request on, and returns its id. A fault with the id
// of another takes its place, and counts anew. The error names what is wrong by its JSON pointer, and lists
// what the contract and the world have.
func (s *Server) SetFault(f FaultRule) (id string, err error) {
	if err := s.check(f).err(); err != nil {
		return "", err
	}
	s.chaos.mu.Lock()
	defer s.chaos.mu.Unlock()
	for f.ID == "" {
		s.chaos.made++
		if id := fmt.Sprintf("fault-%d", s.chaos.made); s.chaos.find(id) < 0 {
			f.ID = id
		}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(f.ID))
	set := &setFault{FaultState: FaultState{Rule: f}, random: rand.New(rand.NewPCG(s.chaos.seed, h.Sum64()))} //nolint:gosec // chance that can be repeated
	if i := s.chaos.find(f.ID); i >= 0 {
		s.chaos.list[i] = set
	} else {
		s.chaos.list = append(s.chaos.list, set)
	}
	s.chaos.some.Store(true)
	return f.ID, nil
}

// RemoveFault makes the mock forget a fault, and tells whether there was one. It goes on acting on the
// requests that it acts on already.
func (s *Server) RemoveFault(id string) bool {
	s.chaos.mu.Lock()
	defer s.chaos.mu.Unlock()
	i := s.chaos.find(id)
	if i < 0 {
		return false
	}
	s.chaos.list = slices.Delete(s.chaos.list, i, i+1)
	s.chaos.some.Store(len(s.chaos.list) > 0)
	return true
}

// ClearFaults makes the mock forget all faults. Requests that one holds back go on at once, also those whose
// header asked for it: call it before you wait for a server to shut down, as with
// [net/http.Server.RegisterOnShutdown].
func (s *Server) ClearFaults() {
	s.chaos.mu.Lock()
	defer s.chaos.mu.Unlock()
	s.chaos.list = nil
	s.chaos.some.Store(false)
	close(s.chaos.cleared)
	s.chaos.cleared = make(chan struct{})
}

// Faults returns the faults in the order in which they were set. [Server.Reset] leaves them as they are.
func (s *Server) Faults() []FaultState {
	s.chaos.mu.Lock()
	defer s.chaos.mu.Unlock()
	states := make([]FaultState, len(s.chaos.list))
	for i, set := range s.chaos.list {
		states[i] = set.FaultState
	}
	return states
}

// chaos is the faults of a server.
type chaos struct {
	first []FaultRule // set by New
	seed  uint64
	deaf  bool // to the header Prefer

	some    atomic.Bool // whether the list has any: spares requests the lock
	mu      sync.Mutex
	list    []*setFault
	made    int           // ids
	cleared chan struct{} // closed by ClearFaults, which makes another
}

type setFault struct {
	FaultState
	random *rand.Rand
}

// begin sets the faults that the mock starts with.
func (x *chaos) begin(s *Server) error {
	x.cleared = make(chan struct{})
	for _, f := range x.first {
		if _, err := s.SetFault(f); err != nil {
			return err
		}
	}
	return nil
}

func (x *chaos) find(id string) int {
	return slices.IndexFunc(x.list, func(set *setFault) bool { return set.Rule.ID == id })
}

// choose returns the fault that acts on the call, or nil. Every fault that matches counts the call.
func (x *chaos) choose(c *call) *actingFault {
	x.mu.Lock()
	defer x.mu.Unlock()
	var chosen *actingFault
	for _, set := range x.list {
		if !set.Rule.matches(c) {
			continue
		}
		set.Matched++
		// Chance is asked in any case, so that what it says of this fault doesn't depend on other faults.
		wants, delay := set.wants(), set.Rule.Delay.draw(set.random)
		if wants && chosen == nil {
			set.Acted++
			chosen = &actingFault{FaultRule: set.Rule, delay: delay, cleared: x.cleared}
		}
	}
	return chosen
}

// matches tells whether the fault is about such a call, whose operation and user are known.
func (f FaultRule) matches(c *call) bool {
	switch {
	case f.Operation != "" && (c.op == nil || c.op.id != f.Operation):
		return false
	case f.User != "" && (c.user == nil || c.user.Name != f.User):
		return false
	case f.Status != 0 && !c.op.documents(f.Status):
		return false
	}
	onBody := f.Effect != "" && f.Effect.replies()
	return !onBody || c.op != nil && c.r.Method == c.op.method // of HEAD there is no body
}

// wants tells whether the fault acts on the matching request that was counted last.
func (set *setFault) wants() bool {
	f, n := set.Rule, set.Matched
	lucky := f.Probability == 0 || set.random.Float64() < f.Probability
	return lucky &&
		(f.Nth == 0 || n == int64(f.Nth)) &&
		(f.Times == 0 || n <= int64(f.Times)) &&
		(f.Every == 0 || n%int64(f.Every) == 0)
}

// documents tells whether the operation, if there is one, has a reply with the status.
func (op *operation) documents(status int) bool {
	if op == nil {
		return false
	}
	_, ok := op.responses[status]
	return ok
}

// actingFault is a fault that acts on a call.
type actingFault struct {
	FaultRule
	delay   time.Duration // drawn for this call
	cleared <-chan struct{}
}
