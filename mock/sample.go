package mock

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// sample is what is kept of a body that passes. It has a lock, because a transport may read a request's body
// while the reply is judged.
type sample struct {
	mu    sync.Mutex
	data  []byte // a beginning only, if over
	size  int64
	limit int64
	over  bool
	ahead []byte // all that was read before it was forwarded, if over
	whole bool   // it came to its end
	err   error  // why it broke off
}

// newSample makes room for a body of that length; -1 if it isn't known.
func newSample(limit, length int64) *sample {
	s := &sample{limit: limit}
	if 0 < length && length <= limit && length <= 1<<20 { // nobody has sent it yet
		s.data = make([]byte, 0, length)
	}
	return s
}

func (s *sample) add(part []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size += int64(len(part))
	switch {
	case s.over:
	case s.size > s.limit:
		s.over = true
		beginning := append(s.data, part[:min(len(part), maxKeptBody+1)]...)
		s.data = bytes.Clone(beginning[:min(len(beginning), maxKeptBody+1)])
	default:
		s.data = append(s.data, part...)
	}
}

func (s *sample) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole = true
}

// ended tells whether the body came to its end.
func (s *sample) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.whole
}

func (s *sample) broke(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// complete returns the body. why says, if it can't be judged, what is missing.
func (s *sample) complete() (data []byte, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return nil, fmt.Sprintf("is larger than %d bytes, and wasn't validated", s.limit)
	case !s.whole:
		return nil, "was not read to its end, and wasn't validated"
	}
	return s.data, ""
}

// kept returns what there is of the body, and how long it was if that isn't all.
func (s *sample) kept() (data []byte, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size > int64(len(s.data)) {
		size = int(s.size)
	}
	return s.data, size
}

// fill reads as much as the sample keeps, before anybody asks for it.
func (s *sample) fill(body io.Reader) error {
	part := make([]byte, 16<<10)
	for !s.over && !s.whole {
		n, err := body.Read(part)
		if s.size+int64(n) > s.limit {
			s.ahead = append(slices.Clip(s.data), part[:n]...)
		}
		s.add(part[:n])
		switch {
		case errors.Is(err, io.EOF):
			s.end()
		case err != nil:
			s.broke(err)
			return err
		}
	}
	return nil
}

// resume is the body with what was read of it before what is left to read, which is sampled. ended is called as
// [passing] does.
func (s *sample) resume(rest io.ReadCloser, length int64, ended func()) io.ReadCloser {
	read := s.data
	if s.over {
		read = s.ahead
	}
	return &rejoined{bytes.NewReader(read), &passing{ReadCloser: rest, sample: s, length: length, ended: ended}}
}

// rejoined is a body of which the beginning was read ahead.
type rejoined struct {
	ahead *bytes.Reader
	*passing
}

func (b *rejoined) Read(part []byte) (int, error) {
	if b.ahead.Len() > 0 {
		return b.ahead.Read(part)
	}
	return b.passing.Read(part)
}

// passing is a body on its way, of which a sample is kept. ended is called before who reads it is told the
// last of it: what was found is there when the client has its reply.
type passing struct {
	io.ReadCloser
	*sample
	length int64 // -1 if it isn't known
	ended  func()
}

func (p *passing) Read(part []byte) (int, error) {
	n, err := p.ReadCloser.Read(part)
	if n > 0 {
		p.add(part[:n])
	}
	switch {
	case errors.Is(err, io.EOF) || err == nil && p.length > 0 && p.size == p.length:
		p.end()
	case err != nil:
		p.broke(err)
	default:
		return n, err
	}
	if p.ended != nil {
		p.ended()
	}
	return n, err
}

// buffers are for copying bodies.
type buffers struct{ pool sync.Pool }

// Get returns a buffer.
func (b *buffers) Get() []byte {
	if buffer, ok := b.pool.Get().(*[]byte); ok {
		return *buffer
	}
	return make([]byte, 32<<10)
}

// Put takes it back.
func (b *buffers) Put(buffer []byte) { b.pool.Put(&buffer) }

// plain is the body without its content encoding. why says why it can't be had.
func plain(data []byte, header http.Header, limit int64) (text []byte, why string) {
	switch encoding := strings.ToLower(header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return data, ""
	case "gzip", "x-gzip":
		zip, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, "is not gzip, as Content-Encoding says: " + err.Error()
		}
		text, err = io.ReadAll(io.LimitReader(zip, limit+1))
		switch {
		case err != nil:
			return nil, "is not gzip, as Content-Encoding says: " + err.Error()
		case int64(len(text)) > limit:
			return nil, fmt.Sprintf("is larger than %d bytes, and wasn't validated", limit)
		}
		return text, ""
	default:
		return nil, fmt.Sprintf("has the Content-Encoding %q, which isn't read here, and wasn't validated", clip(encoding))
	}
}
