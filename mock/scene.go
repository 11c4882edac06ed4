package mock

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// scene is what a request sees of the server, from its beginning to its end. It is replaced as a whole.
type scene struct {
	world    *World
	withheld []string // features that no organization has, whatever the world says
	liberty  liberty  // what the mock does other than by default
	covered  *counters
	store    *store
}

// change puts another scene in the place of the present one. Requests under way finish on theirs.
func (s *Server) change(f func(*scene)) {
	s.turn.Lock()
	defer s.turn.Unlock()
	next := *s.now.Load()
	f(&next)
	s.now.Store(&next)
}

// Reset brings the connections back to what the world says. It keeps the journal and the coverage. Requests
// under way finish on the old ones.
func (s *Server) Reset() {
	s.change(func(n *scene) { n.store = newStore(n.world.base(s.contract), s.loose) })
}

// World returns what [Server.Reset] goes back to: what the mock started with, unless [Server.Reload] or
// [Server.Restore] replaced it.
func (s *Server) World() *World { return s.now.Load().world }

// Features returns the plan features that an organization has, such as advanced-alm.
func (s *Server) Features(organization string) []string {
	n := s.now.Load()
	return slices.DeleteFunc(n.world.Features(organization), func(f string) bool { return slices.Contains(n.withheld, f) })
}

// BasePath is the path below which the API is served, such as /sde; empty if there is none. See [WithBasePath].
func (s *Server) BasePath() string { return s.basePath }

// PlanFeatures returns the features that the contract knows, such as advanced-alm.
func (s *Server) PlanFeatures() []string { return slices.Clone(s.contract.features) }

// Latitudes returns those that the mock takes, sorted by name.
func (s *Server) Latitudes() []Latitude { return slices.Clone(s.now.Load().liberty) }

// SetLatitudes makes the mock take these latitudes and no others from the next request on. It treats names as
// [WithLatitude] does.
func (s *Server) SetLatitudes(list ...Latitude) {
	sorted := inOrder(list)
	s.change(func(n *scene) { n.liberty = sorted })
}

// has tells whether an organization's plan includes the feature.
func (n *scene) has(organization, feature string) bool {
	o := n.world.organizations[organization]
	return o != nil && !slices.Contains(n.withheld, feature) && slices.Contains(o.features, feature)
}

// enter takes the base path off the request's.
func enter(c *call) *reply {
	if c.basePath == "" {
		return nil
	}
	below := *c.r
	below.URL = &url.URL{}
	*below.URL = *c.r.URL
	asked := c.r.URL.EscapedPath()
	c.r = &below
	rest, ok := strings.CutPrefix(asked, c.basePath)
	if path, err := url.PathUnescape(rest); ok && err == nil && strings.HasPrefix(rest, "/") {
		if below.URL.Path, below.URL.RawPath = path, rest; rest == path {
			below.URL.RawPath = "" // as the URL's parser has it
		}
		return nil
	}
	below.URL.Path, below.URL.RawPath = "/", ""
	c.find(Finding{Severity: Violation, In: "path", Message: fmt.Sprintf("%s is not below %s, where this mock serves the API", asked, c.basePath)})
	return refuse(http.StatusNotFound, "Not found. This mock serves the API below %s.", c.basePath)
}
