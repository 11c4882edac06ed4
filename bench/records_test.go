package bench_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/sdecontract/sdecontract/mock"
)

// BenchmarkRecords measures what a request costs the handler, without a network, as the number of connections grows
// from a thousand to a million. The creates of a size come last, and add to it: "records" tells how many there were.
func BenchmarkRecords(b *testing.B) {
	var g *grower
	for _, size := range []int64{1e3, 1e4, 1e5, 1e6} {
		if testing.Short() && size > 1e4 {
			return
		}
		if g == nil || g.records > size { // those that are created while it is measured may be more
			g = newGrower(b)
		}
		g.growTo(size)
		perRecord := float64(heap()-g.empty) / float64(g.records)
		id := fmt.Sprintf("%s%d/", collectionPath, size/2)
		middle := fmt.Sprintf("%s?page_size=100&page=%d", collectionPath, size/200)
		for _, s := range []shape{
			{"get", "GET", id, "", http.StatusOK},
			{"filtered-list-of-10", "GET", collectionPath + "?alias=Wanted", "", http.StatusOK},
			{"page-of-100", "GET", middle, "", http.StatusOK},
			{"update", "PUT", id, input, http.StatusOK},
			{"create", "POST", collectionPath, input, http.StatusCreated},
		} {
			b.Run(fmt.Sprintf("shape=%s/size=%.0e", s.name, float64(size)), func(b *testing.B) {
				b.ReportAllocs()
				ask := g.asker(s)
				for b.Loop() {
					ask()
				}
				b.ReportMetric(float64(g.records), "records")
				b.ReportMetric(perRecord, "heap-B/record")
			})
		}
	}
}

// grower creates connections, the first ten of them under an alias of their own.
type grower struct {
	b       *testing.B
	mock    *mock.Server
	records int64
	empty   uint64 // the heap without any
}

func newGrower(b *testing.B) *grower {
	b.Helper()
	m, err := newMock(0)
	if err != nil {
		b.Fatal(err)
	}
	return &grower{b: b, mock: m, empty: heap()}
}

func (g *grower) growTo(size int64) {
	post := shape{"create", "POST", collectionPath, strings.Replace(input, "Web Shop", "Wanted", 1), http.StatusCreated}
	for ask := g.asker(post); g.records < 10; {
		ask()
	}
	post.body = input
	for ask := g.asker(post); g.records < size; {
		ask()
	}
}

// asker returns what sends the shape to the handler. It fails unless the reply has the status. The request is the
// same each time, because to make one costs as much as to answer it.
func (g *grower) asker(s shape) func() {
	r, body, w := s.request(), strings.NewReader(""), sink{header: http.Header{}}
	return func() {
		body.Reset(s.body)
		r.Body = io.NopCloser(body)
		clear(w.header)
		g.mock.ServeHTTP(&w, r)
		if w.status != s.status {
			g.b.Fatalf("%s: want status %d, got %d", s.name, s.status, w.status)
		}
		if s.method == http.MethodPost {
			g.records++
		}
	}
}

// sink is a client that keeps the status only.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

// heap is what is reachable, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
