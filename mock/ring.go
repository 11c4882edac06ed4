package mock

import (
	"slices"
	"sync"
)

// What a journal keeps unless told otherwise, and the least that it can be told to.
const (
	defaultEntries, leastEntries = 1000, 1
	defaultBytes, leastBytes     = 16 << 20, 1 << 20 // the least holds any one exchange
)

// journal remembers the last exchanges. Those on which the client or the mock broke the contract are
// kept apart, so that a flood of good ones doesn't push them out.
type journal struct {
	mu           sync.Mutex
	count        int64
	last, broken ring
	followers    map[chan struct{}]bool
	observer     func(Exchange)
}

// bound sets what is kept at most: so many exchanges in each list, and half of the bytes.
func (j *journal) bound(entries int, size int64) {
	entries, size = max(entries, leastEntries), max(size, leastBytes)
	j.last, j.broken = ring{most: entries, limit: size / 2}, ring{most: entries, limit: size / 2}
}

// add keeps the exchange, and returns the number that it gives it. One that is held isn't used again before it is
// released.
func (j *journal) add(e *logged, held bool) int64 {
	broken := e.Has(Violation, Fault, Breach)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count++
	e.Number = j.count
	if held {
		e.users++
	}
	j.last.push(e)
	if broken {
		j.broken.push(e)
	}
	for wake := range j.followers {
		select {
		case wake <- struct{}{}:
		default: // it will look anyway
		}
	}
	return j.count
}

// all returns what is kept. It doesn't change any more.
func (j *journal) all(broken bool) []*logged {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := slices.Clone(j.last.kept())
	if broken {
		list = slices.Clone(j.broken.kept())
	}
	for _, e := range list {
		e.shown = true
	}
	return list
}

// find returns the exchange with that number, or nil.
func (j *journal) find(number int64) *logged {
	for _, broken := range []bool{false, true} {
		list := j.all(broken)
		if i := slices.IndexFunc(list, func(e *logged) bool { return e.Number == number }); i >= 0 {
			return list[i]
		}
	}
	return nil
}

// after returns the first exchange that is kept with a greater number, or nil.
func (j *journal) after(number int64) *logged {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.last.kept()
	if len(kept) == 0 {
		return nil
	}
	i := max(0, number+1-kept[0].Number) // they are numbered without gaps
	if i >= int64(len(kept)) {
		return nil
	}
	kept[i].shown = true
	return kept[i]
}

func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last, j.broken = ring{most: j.last.most, limit: j.last.limit}, ring{most: j.broken.most, limit: j.broken.limit}
}

// follow returns what is sent to after each exchange, and the number of the last one.
func (j *journal) follow() (wake chan struct{}, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wake = make(chan struct{}, 1)
	if j.followers == nil {
		j.followers = map[chan struct{}]bool{}
	}
	j.followers[wake] = true
	return wake, j.count
}

func (j *journal) unfollow(wake chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.followers, wake)
}

// release lets go of an exchange that was held.
func (j *journal) release(e *logged) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.left()
}

// left notes that one has it less.
func (e *logged) left() {
	if e.users--; e.users == 0 && !e.shown {
		forgotten.Put(e.reuse())
	}
}

// ring holds the last entries: at most so many, and so many bytes.
type ring struct {
	list  []*logged // from first on; what is before was forgotten
	first int
	most  int
	bytes int64
	limit int64
}

func (r *ring) kept() []*logged { return r.list[r.first:] }

func (r *ring) push(e *logged) {
	r.list, r.bytes = append(r.list, e), r.bytes+e.size
	e.users++
	for len(r.kept()) > r.most || r.bytes > r.limit {
		old := r.list[r.first]
		r.bytes -= old.size
		r.list[r.first] = nil
		r.first++
		old.left()
	}
	if r.first > len(r.kept()) { // now and then, so that forgetting stays cheap
		r.list, r.first = slices.Clone(r.kept()), 0
	}
}
