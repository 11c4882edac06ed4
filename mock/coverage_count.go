package mock

import (
	"slices"
	"sync"
	"sync/atomic"
)

// counters count what was covered, as scene.planned lists it. They take memory once there is something to count.
type counters struct {
	world *World
	made  sync.Once
	items []count  // of the contract
	users []*count // of the world
}

// count is of one item.
type count struct{ times, first atomic.Int64 }

func (k *counters) make(c *Contract) {
	k.made.Do(func() {
		if k.items != nil { // carried over
			return
		}
		k.items = make([]count, len(c.plan))
		for range k.world.users {
			k.users = append(k.users, new(count))
		}
	})
}

func (k *counters) at(i item) *count {
	if of := int(i) - len(k.items); of >= 0 {
		return k.users[of]
	}
	return &k.items[i]
}

// carried returns counters for another world that go on counting where these are, also what requests under
// way still add to these.
func (k *counters) carried(c *Contract, w *World) *counters {
	k.make(c)
	next := &counters{world: w, items: k.items}
	known := map[string]*count{}
	for i, u := range k.world.users {
		known[u.Name] = k.users[i]
	}
	for _, u := range w.users {
		if known[u.Name] == nil {
			known[u.Name] = new(count)
		}
		next.users = append(next.users, known[u.Name])
	}
	return next
}

// meet counts what a client met: for this mock, and for the one that it is a sandbox of, whose own exchanges the
// sandbox's numbers don't tell.
func (s *Server) meet(n *scene, seen []item, number int64) {
	n.covered.add(s.contract, seen, number)
	if s.parent == nil || s.parent.contract != s.contract {
		return
	}
	main := s.parent.now.Load()
	for i, of := range seen {
		user := int(of) - len(s.contract.plan)
		if user < 0 {
			continue
		}
		seen = append(slices.Clone(seen[:i]), seen[i+1:]...)
		name := n.world.users[user].Name
		if at := slices.IndexFunc(main.world.users, func(u *User) bool { return u.Name == name }); at >= 0 {
			seen = append(seen, item(len(s.contract.plan)+at))
		}
		break // a call has one user
	}
	main.covered.add(s.contract, seen, 0)
}

func (k *counters) add(c *Contract, seen []item, number int64) {
	k.make(c)
	for _, i := range seen {
		counted := k.at(i)
		counted.times.Add(1)
		if number == 0 {
			continue
		}
		for first := counted.first.Load(); first == 0 || number < first; first = counted.first.Load() {
			if counted.first.CompareAndSwap(first, number) {
				break
			}
		}
	}
}
