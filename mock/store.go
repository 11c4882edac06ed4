package mock

import (
	"cmp"
	"math"
	"sync"
)

// store holds the connections. What the world says is shared with other stores, in the base; what clients
// changed is laid over it: the first change in an organization copies its indexes, which share their
// nodes with the base until they are changed.
type store struct {
	*base
	loose bool // keeps connections that the contract forbids

	mu     sync.RWMutex
	own    map[owner]*rows
	lastID map[string]int64 // by kind; those of the base if there is none
}

// owner is an organization, as the owner of its connections of one kind.
type owner struct{ kind, organization string }

func (o owner) compare(other owner) int {
	return cmp.Or(cmp.Compare(o.kind, other.kind), cmp.Compare(o.organization, other.organization))
}

// newStore starts with the world's connections.
func newStore(b *base, loose bool) *store { return &store{base: b, loose: loose} }

// rows returns those of the owner, which may be the base's; nil if it has none.
func (s *store) rows(of owner) *rows {
	if r := s.own[of]; r != nil {
		return r
	}
	return s.base.rows[of]
}

// writable returns the owner's rows, to be changed.
func (s *store) writable(col *collection, organization string) *rows {
	of := owner{col.name, organization}
	r := s.own[of]
	if r == nil {
		if r = s.copied(of); r == nil {
			r = newRows(col)
		}
		if s.own == nil {
			s.own = map[owner]*rows{}
		}
		s.own[of] = r
	}
	return r
}

// create stores a new connection. It returns the record, stored unless a view of it has faults.
func (s *store) create(l liberty, col *collection, org string, values map[string]any, refs map[string]*entity) *record {
	s.mu.Lock()
	id := s.nextID(col.name, l)
	if s.lastID == nil {
		s.lastID = map[string]int64{}
	}
	s.lastID[col.name] = id
	s.mu.Unlock()

	return s.keep(col, s.contract.render(col, id, org, values, refs))
}

// last is the highest id of the kind that was ever given.
func (s *store) last(kind string) int64 { return max(s.lastID[kind], s.base.lastID[kind]) }

// update puts a record with the new values in the place of old, unless a view of it has faults.
func (s *store) update(col *collection, old *record, values map[string]any, refs map[string]*entity) *record {
	return s.keep(col, s.contract.render(col, old.id, old.organization, values, refs))
}

// keep stores the record, unless the contract forbids it.
func (s *store) keep(col *collection, rec *record) *record {
	if s.loose || rec.faults == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.writable(col, rec.organization).put(rec)
	}
	return rec
}

// remove takes a record out. Its id is not used again.
func (s *store) remove(col *collection, rec *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writable(col, rec.organization).remove(rec)
}

// get returns the organization's connection with that id, or nil.
func (s *store) get(col *collection, org string, id int64) *record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.rows(owner{col.name, org}).get(id)
}

// manyRows is how many records a reader looks at before it lets go of writers: it goes on with a copy.
const manyRows = 1000

// list returns the page of the organization's connections that meet all conditions, by id, and how many
// meet them.
func (s *store) list(col *collection, org string, where []condition, p page) ([]*record, int) {
	of := owner{col.name, org}
	s.mu.RLock()
	r := s.rows(of)
	if r == nil {
		s.mu.RUnlock()
		return nil, 0
	}
	found, count, ok := r.find(col, where, p, manyRows)
	s.mu.RUnlock()
	if !ok {
		found, count, _ = s.snapshot(of).find(col, where, p, math.MaxInt)
	}
	return found, count
}

// snapshot returns the owner's rows as they are now, to be read only.
func (s *store) snapshot(of owner) *rows {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.own[of]; r != nil {
		return r.copied()
	}
	return s.base.rows[of]
}

// maxWhole is the size of a list that is kept ready-made. Of a longer one, the copying is little beside
// the sending.
const maxWhole = 256 << 10

// whole returns the list of all connections of the organization in JSON, if it is short and fits the
// contract; else nil.
func (s *store) whole(col *collection, org string, view int) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.rows(owner{col.name, org})
	if r == nil || r.faulty > 0 || r.byID.Len() > manyRows {
		return nil
	}
	if ready := r.whole[view].Load(); ready != nil {
		return *ready
	}
	found, _, _ := r.find(col, nil, page{}, manyRows)
	size := len(col.head) + length(found, view) + len(col.tail)
	if size > maxWhole {
		return nil
	}
	ready := append(appendRows(append(make([]byte, 0, size), col.head...), found, view), col.tail...)
	r.whole[view].Store(&ready) // still under the lock: nothing has changed since
	return ready
}
