package mock

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
)

// gauge tells how far the reading of a world is. Its parts take about the shares of the time that they are
// given; within each, so many things are to be done.
type gauge struct {
	tell     func(share float64) // or nil
	from, to float64
	things   int64
	done     atomic.Int64
	mu       sync.Mutex
	told     float64
}

// next begins a part.
func (g *gauge) next(from, to float64, things int) {
	g.from, g.to, g.things = from, to, int64(things)
	g.done.Store(0)
}

// add notes things done. It tells of each hundredth of a part.
func (g *gauge) add(things int) {
	if g.tell == nil || g.things == 0 {
		return
	}
	now := g.done.Add(int64(things))
	if now*100/g.things == (now-int64(things))*100/g.things {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	share := g.from + (g.to-g.from)*min(1, float64(g.done.Load())/float64(g.things))
	if share > g.told { // a file that can't be read in pieces is read anew
		g.told = share
		g.tell(share)
	}
}

// reading is the first part: data, as it is read.
func (g *gauge) reading(data []byte, share float64) io.Reader {
	g.next(0, share, len(data))
	return io.TeeReader(bytes.NewReader(data), gaugeWriter{g})
}

// gaugeWriter counts bytes.
type gaugeWriter struct{ *gauge }

func (w gaugeWriter) Write(data []byte) (int, error) {
	w.add(len(data))
	return len(data), nil
}
