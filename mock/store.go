package mock

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// store holds the connections. It renders and validates a connection once, when it changes; what
// goes out are exactly the bytes that were validated.
type store struct {
	contract *Contract
	world    *World
	liberty  liberty
	loose    bool // keeps connections that the contract forbids
	mu       sync.RWMutex
	kinds    map[string]*connections
}

// connections are those of one kind. Ids are unique in it and never used again.
type connections struct {
	lastID         int64
	byID           map[int64]*record
	byOrganization map[string][]*record // by id, ascending
}

// record is a connection. It doesn't change: an update puts another in its place.
type record struct {
	id           int64
	organization string
	values       map[string]any // the value of each property of a reply
	views        []rendering    // indexed as collection.hiddenFrom says
}

// rendering is a connection as some users see it.
type rendering struct {
	body   []byte
	faults []Finding // what the contract forbids in it: nothing but on a defect of mock or contract
}

// newStore fills a store with the world's connections.
func newStore(c *Contract, w *World, l liberty, loose bool) *store {
	s := &store{contract: c, world: w, liberty: l, loose: loose, kinds: map[string]*connections{}}
	for name := range c.collections {
		s.kinds[name] = &connections{byID: map[int64]*record{}, byOrganization: map[string][]*record{}}
	}
	for _, seed := range w.seeds {
		col := c.collections[seed.collection]
		if col == nil {
			continue // a contract with fewer collections than the world
		}
		refs := w.references(col.create, seed.organization, seed.sent)
		s.insert(col, s.render(col, seed.id, seed.organization, fill(col.create, seed.sent, refs), refs))
	}
	return s
}

// fill completes what a client sent with what the contract says of the rest.
func fill(op *operation, sent map[string]any, refs map[string]*entity) map[string]any {
	values := map[string]any{}
	for _, f := range op.fields {
		value, ok := sent[f.name]
		switch {
		case ok && f.inherits != nil:
			value = f.inherits.complete(value, refs)
		case ok && f.refersTo != nil && refs[f.name] != nil:
			value = refs[f.name].attributes["id"] // 1.0 is the same id as 1
		case !ok && f.from != "":
			value = f.from.value(refs)
		case !ok:
			value = f.schema.Default
		}
		if value != nil || ok {
			values[f.name] = value
		}
	}
	return values
}

// complete adds the members that weren't sent: those of "*" first, then the named ones.
func (r inheritsRule) complete(sent any, refs map[string]*entity) any {
	members := map[string]any{}
	if all, ok := r["*"].value(refs).(map[string]any); ok {
		maps.Copy(members, all)
	}
	for name, from := range r {
		if value := from.value(refs); name != "*" && value != nil {
			members[name] = value
		}
	}
	if own, ok := sent.(map[string]any); ok {
		maps.Copy(members, own)
	}
	return members
}

// render makes a record of the values, with each view of it in JSON, validated.
func (s *store) render(col *collection, id int64, org string, values map[string]any, refs map[string]*entity) *record {
	rec := &record{id: id, organization: org, values: values, views: make([]rendering, col.views())}
	values[col.id] = id
	for _, p := range col.properties {
		if p.from != "" {
			values[p.name] = p.from.value(refs)
		}
	}
	for view := range rec.views {
		body := []byte{'{'}
		for _, p := range col.properties {
			value, ok := values[p.name]
			if !ok || !col.shows(p, view) {
				continue
			}
			if len(body) > 1 {
				body = append(body, ',')
			}
			body = append(appendJSON(body, p.name), ':')
			body = appendJSON(body, value)
		}
		rec.views[view] = rendering{body: append(body, '}')}
		rec.views[view].faults = s.judge(col, rec.views[view].body)
	}
	return rec
}

// judge reads the bytes back and holds them to every schema that a reply with them must fit.
func (s *store) judge(col *collection, body []byte) []Finding {
	value, err := decodeJSON(body)
	if err != nil {
		return []Finding{{Severity: Fault, In: "reply", Message: err.Error()}}
	}
	var faults []Finding
	for _, schema := range col.schemas {
		faults = append(faults, s.contract.faults(schema, value)...)
	}
	return faults
}

// create stores a new connection. It returns the record, stored unless a view of it has faults.
func (s *store) create(col *collection, org string, values map[string]any, refs map[string]*entity) *record {
	s.mu.Lock()
	kind := s.kinds[col.name]
	kind.lastID = s.nextID(kind)
	id := kind.lastID
	s.mu.Unlock()

	return s.keep(col, s.render(col, id, org, values, refs))
}

// update puts a record with the new values in the place of old, unless a view of it has faults.
func (s *store) update(col *collection, old *record, values map[string]any, refs map[string]*entity) *record {
	return s.keep(col, s.render(col, old.id, old.organization, values, refs))
}

// keep stores the record, unless the contract forbids it.
func (s *store) keep(col *collection, rec *record) *record {
	if s.loose || !rec.faulty() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.insert(col, rec)
	}
	return rec
}

// remove takes a record out. Its id is not used again.
func (s *store) remove(col *collection, rec *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := s.kinds[col.name]
	delete(kind.byID, rec.id)
	list := kind.byOrganization[rec.organization]
	kind.byOrganization[rec.organization] = slices.DeleteFunc(list, func(r *record) bool { return r.id == rec.id })
}

func (rec *record) faulty() bool {
	return slices.ContainsFunc(rec.views, func(r rendering) bool { return r.faults != nil })
}

// insert puts the record in its place: instead of the one with its id, if there is one.
func (s *store) insert(col *collection, rec *record) {
	kind := s.kinds[col.name]
	kind.lastID = max(kind.lastID, rec.id)
	kind.byID[rec.id] = rec
	list := kind.byOrganization[rec.organization]
	i, found := slices.BinarySearchFunc(list, rec.id, func(r *record, id int64) int { return cmp.Compare(r.id, id) })
	if found {
		list[i] = rec
	} else {
		list = slices.Insert(list, i, rec)
	}
	kind.byOrganization[rec.organization] = list
}

// get returns the organization's connection with that id, or nil.
func (s *store) get(col *collection, org string, id int64) *record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if rec := s.kinds[col.name].byID[id]; rec != nil && rec.organization == org {
		return rec
	}
	return nil
}

// list returns the organization's connections that the filter accepts, by id.
func (s *store) list(col *collection, org string, accepts func(*record) bool) []*record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []*record
	for _, rec := range s.kinds[col.name].byOrganization[org] {
		if accepts(rec) {
			found = append(found, rec)
		}
	}
	return found
}
