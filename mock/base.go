package mock

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// base is what a world's connections, and what is shown beside them, look like under a contract: rendered,
// validated and indexed once, and shared by all servers of the two. It doesn't change.
type base struct {
	contract *Contract
	rows     map[owner]*rows
	lastID   map[string]int64 // the highest id of each kind
}

// copied returns the owner's rows to be changed, or nil if it has none.
func (b *base) copied(of owner) *rows {
	if r := b.rows[of]; r != nil {
		r.copying.Lock()
		defer r.copying.Unlock()
		return r.copied()
	}
	return nil
}

// base returns what the world looks like under the contract. The last one is remembered: most worlds are
// served under one contract only.
func (w *World) base(c *Contract) *base {
	if w.taken != nil && w.taken.contract == c {
		return w.taken
	}
	if b := w.lastBase.Load(); b != nil && b.contract == c {
		return b
	}
	seeds := w.allSeeds()
	records := make([]*record, len(seeds))
	inParallel(len(seeds), func(i int) { records[i] = seeds[i].render(c, w) })
	b := w.baseOf(c, seeds, records)
	w.lastBase.Store(b)
	return b
}

// baseOf indexes the records of the seeds.
func (w *World) baseOf(c *Contract, seeds []seed, records []*record) *base {
	b := &base{contract: c, rows: w.entityRows(c), lastID: map[string]int64{}}
	maps.Copy(b.lastID, w.lastID)
	sorted := map[owner][]*record{}
	for i, rec := range records {
		if rec != nil {
			kind := seeds[i].collection
			of := owner{kind, rec.organization}
			sorted[of] = append(sorted[of], rec)
			b.lastID[kind] = max(b.lastID[kind], rec.id)
		}
	}
	for of, list := range sorted {
		b.rows[of] = loadRows(c.collections[of.kind], list)
	}
	return b
}

// render makes a record of the seed; nil under a contract without its collection.
func (s *seed) render(c *Contract, w *World) *record {
	col := c.collections[s.collection]
	if col == nil {
		return nil
	}
	value, err := decodeJSON(s.sent)
	if err != nil {
		panic(err) // the world's reader wrote it
	}
	sent := value.(map[string]any)
	refs := w.references(col.create, s.organization, sent)
	return c.render(col, s.id, s.organization, fill(col.create, sent, refs), refs)
}

// loadRows indexes records: each index in its order, which is faster than one record after the other.
func loadRows(col *collection, list []*record) *rows {
	r := newRows(col)
	for _, rec := range list {
		if rec.faults != nil {
			r.faulty++
		}
	}
	inParallel(1+len(col.filters), func(i int) {
		entries, x := make([]entry, 0, len(list)), r.byID
		for _, rec := range list {
			if i == 0 {
				entries = append(entries, entry{id: rec.id, rec: rec})
			} else if text, ok := rec.keys[i-1].(string); ok {
				entries = append(entries, entry{text, rec.id, rec})
			}
		}
		if i > 0 {
			x = r.byText[i-1]
		}
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.id, b.id)) })
		for _, e := range entries {
			x.Load(e)
		}
	})
	return r
}

// inParallel calls f with each number below n, on all processors.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
