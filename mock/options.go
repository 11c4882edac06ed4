package mock

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Option changes a mock that [New] makes.
type Option func(*Server)

// WithWorld starts the mock with these users, connectors, projects and connections: see [ReadWorld].
func WithWorld(w *World) Option { return func(s *Server) { s.first.world = w } }

// WithContract serves another contract: see [LoadContract].
func WithContract(c *Contract) Option { return func(s *Server) { s.contract = c } }

// WithoutFeature takes a plan feature, such as advanced-alm, from every organization. Connections that
// the world already has stay as they are. A name that the contract doesn't know changes nothing.
func WithoutFeature(name string) Option {
	return func(s *Server) { s.first.withheld = append(slices.Clip(s.first.withheld), name) }
}

// WithBasePath serves the API below a path: with /sde, clients find it at /sde/api/v2/. Links in replies have
// it too. Any other path is answered 404.
func WithBasePath(path string) Option {
	return func(s *Server) {
		s.basePath = ""
		if path = strings.Trim(path, "/"); path != "" {
			s.basePath = (&url.URL{Path: "/" + path}).EscapedPath()
		}
	}
}

// WithMaxBody sets how many bytes a request body may have; a larger one is answered 413. The default
// is 1 MiB.
func WithMaxBody(bytes int64) Option { return func(s *Server) { s.maxBody = bytes } }

// WithJournal sets what the mock remembers of exchanges at most: the last ones, and apart from them the last on
// which the contract was broken, up to so many of either. bytes bounds about what both take of memory
// together. The default is 1,000 exchanges and 16 MiB; fewer than 1, or less than 1 MiB, is taken for that.
func WithJournal(entries int, bytes int64) Option {
	return func(s *Server) { s.journal.bound(entries, bytes) }
}

// WithObserver calls f after each exchange, from the goroutine that served it. The exchange has neither headers
// nor bodies, and is redacted like those of [Server.Exchanges]; f must not change what it holds.
func WithObserver(f func(Exchange)) Option { return func(s *Server) { s.journal.observer = f } }

// WithLooseReplies sends replies that break the contract, in place of a 500. They are faults in the journal
// all the same. It is for mocks that are wrong on purpose, so that a test can show that somebody notices.
func WithLooseReplies() Option { return func(s *Server) { s.loose = true } }

// WithDate gives every reply this Date, to the second, in place of the current one, so that what one run receives
// can be compared with what another did.
func WithDate(t time.Time) Option {
	return func(s *Server) { s.date = t.UTC().Format(http.TimeFormat) }
}
