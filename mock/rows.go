package mock

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// rows are the connections of one kind that an organization has, by id, with an index for each property
// that lists can be filtered by. A copy shares the trees until one of the two is changed.
type rows struct {
	byID   *index
	byText []*index // in the order of collection.filters
	faulty int      // how many the contract forbids
	whole  []atomic.Pointer[[]byte]

	copying sync.Mutex // held by who copies rows that others may copy too
}

// index is a tree of records. It is walked in the order of its entries, and knows the n-th.
type index = btree.BTreeG[entry]

// entry is where a record stands in an index. It is compared without a look at the record, which is likely
// not in the processor's cache.
type entry struct {
	text string // what the index is by; empty in the one by id
	id   int64
	rec  *record
}

func (e entry) less(other entry) bool {
	return e.text < other.text || e.text == other.text && e.id < other.id
}

func newIndex() *index {
	return btree.NewBTreeGOptions(entry.less, btree.Options{NoLocks: true})
}

func newRows(col *collection) *rows {
	r := &rows{byID: newIndex(), whole: make([]atomic.Pointer[[]byte], col.views())}
	for range col.filters {
		r.byText = append(r.byText, newIndex())
	}
	return r
}

// copied returns rows that can be changed without r. Only one goroutine may copy r at a time.
func (r *rows) copied() *rows {
	c := &rows{byID: r.byID.Copy(), faulty: r.faulty, whole: make([]atomic.Pointer[[]byte], len(r.whole))}
	for _, x := range r.byText {
		c.byText = append(c.byText, x.Copy())
	}
	return c
}

// get returns the record with that id, or nil.
func (r *rows) get(id int64) *record {
	if r == nil {
		return nil
	}
	found, _ := r.byID.Get(entry{id: id})
	return found.rec
}

// all returns the records by id.
func (r *rows) all() []*record {
	if r == nil {
		return nil
	}
	return between(r.byID, 0, r.byID.Len())
}

// put adds the record, in the place of the one with its id.
func (r *rows) put(rec *record) {
	old, replaced := r.byID.Set(entry{id: rec.id, rec: rec})
	if replaced {
		r.forget(old.rec, rec)
	}
	for i, x := range r.byText {
		if text, ok := rec.keys[i].(string); ok {
			x.Set(entry{text, rec.id, rec})
		}
	}
	if rec.faults != nil {
		r.faulty++
	}
	clear(r.whole)
}

// remove takes the record out.
func (r *rows) remove(rec *record) {
	if old, found := r.byID.Delete(entry{id: rec.id}); found {
		r.forget(old.rec, &record{keys: make([]any, len(r.byText))})
		clear(r.whole)
	}
}

// forget takes out of the indexes what the record that follows doesn't replace there.
func (r *rows) forget(old, next *record) {
	for i, x := range r.byText {
		if text, ok := old.keys[i].(string); ok && next.keys[i] != old.keys[i] {
			x.Delete(entry{text: text, id: old.id})
		}
	}
	if old.faults != nil {
		r.faulty--
	}
}

// condition is what a record must have: a property with that value.
type condition struct {
	property string
	value    any
}

// page is a part of a list: of so many items, counted from 1. The zero page is all of it.
type page struct{ size, number int64 }

// last is the number of the last page of a list.
func (p page) last(count int) int64 {
	if p.size <= 0 {
		return 1
	}
	return max(1, (int64(count)-1)/p.size+1)
}

// span is the part of a list of so many items that the page shows; nothing if there is no such page.
func (p page) span(count int) (from, to int) {
	switch {
	case p.size <= 0:
		return 0, count
	case p.number < 1 || p.number > p.last(count):
		return 0, 0
	}
	start := (p.number - 1) * p.size
	return int(start), int(start + min(p.size, int64(count)-start))
}

// find returns the page of the records that meet all conditions, by id, and how many meet them. It gives
// up if it had to look at more than limit records.
func (r *rows) find(col *collection, where []condition, p page, limit int) (found []*record, count int, ok bool) {
	x, text, rest := r.narrowest(col, where)
	if len(rest) == 0 && (x == r.byID || p.size > 0) {
		start, end := 0, x.Len()
		if x != r.byID {
			start, end = rank(x, entry{text: text, id: math.MinInt64}), rank(x, entry{text: text, id: math.MaxInt64})
		}
		from, to := p.span(end - start)
		if to-from > limit {
			return nil, 0, false
		}
		return between(x, start+from, start+to), end - start, true
	}
	ok = true
	x.Ascend(entry{text: text, id: math.MinInt64}, func(e entry) bool {
		if e.text != text {
			return false
		}
		if limit--; limit < 0 {
			ok = false
			return false
		}
		if e.rec.meets(col, rest) {
			found = append(found, e.rec)
		}
		return true
	})
	from, to := p.span(len(found))
	return found[from:to], len(found), ok
}

// narrowest is the index that has the fewest records to look at, and where to begin. The rest of the
// conditions is for the records.
func (r *rows) narrowest(col *collection, where []condition) (best *index, text string, rest []condition) {
	best, fewest, chosen := r.byID, math.MaxInt, -1
	for i, w := range where {
		of := slices.Index(col.filters, w.property)
		value, isText := w.value.(string)
		if of < 0 || !isText {
			continue
		}
		x, size := r.byText[of], 0
		if len(where) > 1 {
			size = rank(x, entry{text: value, id: math.MaxInt64}) - rank(x, entry{text: value, id: math.MinInt64})
		}
		if size < fewest {
			best, text, fewest, chosen = x, value, size, i
		}
	}
	if chosen < 0 {
		return best, "", where
	}
	return best, text, slices.Delete(slices.Clone(where), chosen, chosen+1)
}

// rank is how many entries of the index are less than e.
func rank(x *index, e entry) int {
	low, high := 0, x.Len()
	for low < high {
		middle := int(uint(low+high) >> 1) //nolint:gosec // both are positive
		if at, _ := x.GetAt(middle); at.less(e) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// between returns the records from one place of the index to another.
func between(x *index, from, to int) []*record {
	if from >= to {
		return nil
	}
	list := make([]*record, 0, to-from)
	first, _ := x.GetAt(from)
	x.Ascend(first, func(e entry) bool {
		list = append(list, e.rec)
		return len(list) < cap(list)
	})
	return list
}
