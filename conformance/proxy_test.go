package conformance_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/mock"
)

// known is what the target file of the mock says, for a proxy.
func known() mock.Known {
	target := mockTarget(nil)
	k := mock.Known{Organizations: map[string]mock.KnownOrganization{}}
	for name, u := range target.Users {
		k.Users = append(k.Users, mock.User{Name: name, Token: string(u.Token), Organization: u.Organization, Permissions: u.Permissions})
	}
	for name, o := range target.Organizations {
		to := mock.KnownOrganization{Connectors: map[string][]mock.KnownConnector{}}
		if o.AdvancedALM {
			to.Features = []string{"advanced-alm"}
		}
		for _, kind := range []conformance.Kind{conformance.ALM, conformance.Analysis} {
			for _, c := range o.Connectors.Of(kind) {
				to.Connectors[string(kind)] = append(to.Connectors[string(kind)], mock.KnownConnector{ID: c.ID, Name: c.Name, System: c.System, Remote: c.Remote})
			}
		}
		for _, p := range o.Projects {
			to.Projects = append(to.Projects, mock.KnownProject(p))
		}
		k.Organizations[name] = to
	}
	return k
}

// breaches collects what a proxy says of a server.
type breaches struct {
	mu    sync.Mutex
	found map[string]bool
}

func (b *breaches) observe(e mock.Exchange) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range e.Findings {
		if f.Severity == mock.Breach || f.Severity == mock.Outage || f.Severity == mock.Fault {
			b.found[fmt.Sprintf("%s %s: %s", e.Method, e.Target, f)] = true
		}
	}
}

func (b *breaches) String() string {
	var all []string
	for text := range b.found {
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// through is a target behind a proxy.
func through(t *testing.T, server *mock.Server) (*conformance.Target, *breaches) {
	t.Helper()
	found := &breaches{found: map[string]bool{}}
	proxy, err := mock.NewProxy(mock.ProxyConfig{
		Upstream: &url.URL{Scheme: "http", Host: "upstream.invalid"}, Transport: server.Client().Transport, Known: known(),
		KeepHost: true, // else next leads past the proxy
	}, mock.WithObserver(found.observe))
	assert.NilError(t, err)
	return mockTarget(proxy), found
}

// TestVerdictsThroughProxy: the suite comes to the same through a proxy as without one, and the proxy has
// nothing to say against the server.
func TestVerdictsThroughProxy(t *testing.T) {
	direct := verdicts(run(t, mockTarget(mock.New()), conformance.WithPrefix("same-")))
	target, found := through(t, mock.New())
	proxied := verdicts(run(t, target, conformance.WithPrefix("same-")))
	assert.Equal(t, len(proxied), len(direct))
	for id, want := range direct {
		got := proxied[id]
		assert.Equal(t, got.Verdict, want.Verdict, id)
		assert.DeepEqual(t, got.Failures, want.Failures)
		assert.Equal(t, cmp.Diff(got.Notes, want.Notes), "", id)
	}
	assert.Equal(t, found.String(), "")
}

// TestLatitudesAreNoBreach: whatever the suite asks, a proxy finds no breach at a server that is unusual where
// the documentation leaves it open.
func TestLatitudesAreNoBreach(t *testing.T) {
	try := func(t *testing.T, latitudes ...mock.Latitude) {
		target, found := through(t, mock.New(mock.WithLatitude(latitudes...)))
		target.Writes.AllowDelete = slices.Contains(latitudes, mock.DeleteAllowed)
		_ = run(t, target)
		assert.Equal(t, found.String(), "", "%v", latitudes)
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("together, seed ", seed), func(t *testing.T) { try(t, mock.ChooseLatitudes(seed)...) })
	}
	if testing.Short() {
		return // one run of the suite for each latitude
	}
	for _, l := range mock.Latitudes() {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			try(t, l)
		})
	}
}
