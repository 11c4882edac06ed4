package mock

import (
	"fmt"
	"maps"
	"slices"
)

// Snapshot returns the world as it is now: the users, connectors and projects, and the connections as clients
// left them. It costs little, however many there are, and doesn't change afterwards: give it to
// [Server.Restore], to [WithWorld], or write it down with [World.WriteYAML].
func (s *Server) Snapshot() *World {
	n := s.now.Load()
	w := n.world
	return &World{
		users: w.users, byToken: w.byToken, organizations: w.organizations, entities: w.entities, order: w.order,
		origin: w, taken: n.store.freeze(),
	}
}

// freeze returns the connections as they are now, to begin others with.
func (s *store) freeze() *base {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &base{contract: s.contract, rows: maps.Clone(s.base.rows), lastID: maps.Clone(s.base.lastID)}
	for of, r := range s.own {
		b.rows[of] = r.copied()
	}
	maps.Copy(b.lastID, s.lastID)
	return b
}

// Restore makes the mock serve that world. Of a [Server.Snapshot] it brings back the connections as they were
// then, and the ids that were given by then; [Server.Reset] still goes back to what there was before any
// client. Requests under way finish on the old world. Faults, latitudes, journal and coverage stay.
func (s *Server) Restore(w *World) {
	b, home := w.base(s.contract), w
	if w.origin != nil {
		home = w.origin
	}
	s.change(func(n *scene) {
		n.move(s.contract, home)
		n.store = newStore(b, s.loose)
	})
}

// move makes the scene one of another world, but for its connections.
func (n *scene) move(c *Contract, w *World) {
	if w != n.world {
		n.world, n.covered = w, n.covered.carried(c, w)
	}
}

// Dropped is a connection that [Server.Reload] could not keep.
type Dropped struct {
	Kind         string `json:"kind"` // such as alm
	Organization string `json:"organization"`
	ID           int64  `json:"id"`
	Reason       string `json:"reason"`
}

// Reload puts another world in the place of the mock's, and keeps what clients did: a connection that they
// created or changed stays as they left it, one that they deleted stays away, and no id is given twice. Members
// of params that come from the connector come from the new one. It returns how many connections it kept, and
// those that it couldn't: the new world lacks what they refer to, or has a connection of its own with that id.
func (s *Server) Reload(w *World) (kept int, dropped []Dropped) {
	b := w.base(s.contract)
	s.change(func(n *scene) {
		m := moving{c: s.contract, from: n.world, to: w, old: n.store.freeze(), before: n.world.base(s.contract), store: newStore(b, s.loose)}
		kept, dropped = m.all()
		n.move(s.contract, w)
		n.store = m.store
	})
	return kept, dropped
}

// moving takes connections from one world to another.
type moving struct {
	c           *Contract
	from, to    *World
	old, before *base // what there is, and what there was before any client
	store       *store
	kept        int
	dropped     []Dropped
}

func (m *moving) all() (kept int, dropped []Dropped) {
	m.store.lastID = maps.Clone(m.old.lastID)
	owners := slices.SortedFunc(maps.Keys(m.old.rows), owner.compare)
	for _, of := range owners {
		col := m.c.collections[of.kind]
		if col.fixed() { // no client changed those
			continue
		}
		seeds := m.before.rows[of]
		for _, rec := range m.old.rows[of].all() {
			if seed := seeds.get(rec.id); seed != rec {
				m.take(col, rec, seed != nil)
			}
		}
		for _, seed := range seeds.all() {
			if own := m.store.get(col, of.organization, seed.id); own != nil && m.old.rows[of].get(seed.id) == nil {
				m.store.remove(col, own)
			}
		}
	}
	return m.kept, m.dropped
}

// take stores a connection in the new world, if it can be there. changed tells that it replaces one of the world's.
func (m *moving) take(col *collection, rec *record, changed bool) {
	sent := m.from.sent(col, rec)
	drop := func(format string, args ...any) {
		m.dropped = append(m.dropped, Dropped{col.name, rec.organization, rec.id, fmt.Sprintf(format, args...)})
	}
	if m.to.organizations[rec.organization] == nil {
		drop("there is no organization %s any more", rec.organization)
		return
	}
	if !changed && m.store.get(col, rec.organization, rec.id) != nil || m.taken(col, rec) {
		drop("the new world has a connection of its own with this id")
		return
	}
	refs := m.to.references(col.create, rec.organization, sent)
	for i := range col.create.fields {
		if f := &col.create.fields[i]; f.refersTo != nil && refs[f.name] == nil {
			drop("there is no %s %v any more", f.name, sent[f.name])
			return
		}
	}
	next := m.c.render(col, rec.id, rec.organization, fill(col.create, sent, refs), refs)
	if next.faults != nil && !m.store.loose {
		drop("it would break the contract now")
		return
	}
	m.store.keep(col, next)
	m.kept++
}

// taken tells whether another organization of the new world has a connection with that id.
func (m *moving) taken(col *collection, rec *record) bool {
	for _, organization := range m.to.order {
		if organization != rec.organization && m.store.get(col, organization, rec.id) != nil {
			return true
		}
	}
	return false
}

// sent is what a client could have sent to make the record.
func (w *World) sent(col *collection, rec *record) map[string]any {
	values := rec.full()
	refs := w.references(col.create, rec.organization, values)
	sent := make(map[string]any, len(col.create.fields))
	for i := range col.create.fields {
		f := &col.create.fields[i]
		value, ok := values[f.name]
		if ok && f.inherits != nil {
			value = f.ownMembers(values, refs)
		}
		if ok {
			sent[f.name] = value
		}
	}
	return sent
}

// allSeeds are the world's connections as clients would have sent them, sorted but for those of a file.
func (w *World) allSeeds() []seed {
	if w.taken == nil {
		return w.seeds
	}
	known := map[*record]*seed{} // spares what nobody changed a new spelling
	before := w.origin.base(w.taken.contract)
	for i, list := 0, w.origin.allSeeds(); i < len(list); i++ {
		s := &list[i]
		if rec := before.rows[owner{s.collection, s.organization}].get(s.id); rec != nil {
			known[rec] = s
		}
	}
	var seeds []seed
	for _, of := range slices.SortedFunc(maps.Keys(w.taken.rows), owner.compare) {
		if w.taken.contract.collections[of.kind].fixed() {
			continue
		}
		for _, rec := range w.taken.rows[of].all() {
			if s := known[rec]; s != nil {
				seeds = append(seeds, *s)
				continue
			}
			sent := appendJSON(nil, w.sent(w.taken.contract.collections[of.kind], rec))
			seeds = append(seeds, seed{of.kind, of.organization, rec.id, sent})
		}
	}
	return seeds
}

// lastIDs are the highest ids that were given, by kind, where they are beyond those of the connections.
func (w *World) lastIDs() map[string]int64 {
	last := w.lastID
	if w.taken != nil {
		last = w.taken.lastID
	}
	last = maps.Clone(last)
	highest := map[string]int64{}
	for _, s := range w.allSeeds() {
		highest[s.collection] = max(highest[s.collection], s.id)
	}
	maps.DeleteFunc(last, func(kind string, id int64) bool { return id <= highest[kind] })
	return last
}
