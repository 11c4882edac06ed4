package mock_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// clock is a time that tests move on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)} }

const aliased = `{"alias":%q,"connector":1,"project":1,"params":{}}`

// TestSandboxesLeakNoState lets many clients, each with a sandbox, do the same at the same time.
func TestSandboxesLeakNoState(t *testing.T) {
	count := 1000
	if testing.Short() {
		count = 100
	}
	host := mock.NewHost(mock.New(), mock.HostLimits{})
	before := state(t, host.Main())
	client := &http.Client{Transport: mock.InMemory(host)}
	var wg sync.WaitGroup
	for i := range count {
		wg.Go(func() {
			box, err := host.Create(fmt.Sprintf("test-%d", i))
			assert.Check(t, err)
			root, alias := "http://mock.test/_sandbox/"+box.ID+"/api/v2/connections/alm/", fmt.Sprintf("alias %d", i)
			for n := range 3 {
				status, reply := askAny(t, client, root, "editor-token", http.MethodPost, fmt.Sprintf(aliased, alias))
				assert.Check(t, cmp.Equal(status, http.StatusCreated))
				assert.Check(t, cmp.Contains(reply, fmt.Sprintf(`"id":%d,`, 5+n)))
			}
			_, list := askAny(t, client, root, "editor-token", http.MethodGet, "")
			assert.Check(t, cmp.Equal(strings.Count(list, `"alias":"alias `), 3))
			assert.Check(t, cmp.Equal(strings.Count(list, `"alias":"`+alias+`"`), 3))
			assert.Check(t, cmp.Len(box.Exchanges(), 4))
			assert.Check(t, cmp.Len(box.Violations(), 0))
		})
	}
	wg.Wait()
	assert.Assert(t, cmp.Len(host.Sandboxes(), count))
	assert.Equal(t, state(t, host.Main()), before)
}

func TestSandboxHasItsOwnSettings(t *testing.T) {
	main := mock.New(mock.WithLatitude("lists-reversed"), mock.WithBasePath("/sde"))
	host := mock.NewHost(main, mock.HostLimits{})
	client := &http.Client{Transport: mock.InMemory(host)}
	world, err := mock.ReadWorld("w", []byte("users: {ann: {organization: o, token: ann-token}}\norganizations: {o: {}}"))
	assert.NilError(t, err)
	box, err := host.Create("", mock.WithWorld(world), mock.WithFault(mock.FaultRule{Times: 1, Status: 503}))
	assert.NilError(t, err)
	assert.Assert(t, cmp.Regexp("^[a-z2-7]{26}$", box.ID))
	assert.DeepEqual(t, box.Latitudes(), []mock.Latitude{"lists-reversed"})
	box.SetLatitudes()
	assert.DeepEqual(t, main.Latitudes(), []mock.Latitude{"lists-reversed"})

	root := "http://mock.test/_sandbox/" + box.ID + "/api/v2/connections/alm/"
	status, _ := askAny(t, client, root, "ann-token", http.MethodGet, "")
	assert.Equal(t, status, http.StatusServiceUnavailable)
	status, reply := askAny(t, client, root, "ann-token", http.MethodGet, "")
	assert.Equal(t, status, http.StatusOK)
	assert.Equal(t, reply, `{"results":[]}`)
	status, _ = askAny(t, client, "http://mock.test/sde/api/v2/connections/alm/", "ann-token", http.MethodGet, "")
	assert.Equal(t, status, http.StatusUnauthorized)

	_, err = host.Create("", mock.WithFault(mock.FaultRule{Status: 299}))
	assert.ErrorContains(t, err, "/status: must be one of")
}

func TestIdleSandboxesAreRemoved(t *testing.T) {
	time := newClock()
	host := mock.NewHost(mock.New(), mock.HostLimits{Sandboxes: 2, Idle: 60e9, Clock: time.Now})
	client := &http.Client{Transport: mock.InMemory(host)}
	get := func(id string) int {
		status, _ := askAny(t, client, "http://mock.test/_sandbox/"+id+"/api/v2/connections/alm/", "editor-token", http.MethodGet, "")
		return status
	}
	for _, id := range []string{"a", "b"} {
		_, err := host.Create(id)
		assert.NilError(t, err)
	}
	_, err := host.Create("c")
	assert.ErrorIs(t, err, mock.ErrTooMany)
	_, err = host.Create("a")
	assert.ErrorIs(t, err, mock.ErrSandboxTaken)
	for _, id := range []string{"a/b", "..", "%2e", strings.Repeat("x", 65), "é"} {
		_, err = host.Create(id)
		assert.ErrorIs(t, err, mock.ErrSandboxID, id)
	}

	time.pass(40e9)
	assert.Equal(t, get("a"), http.StatusOK)
	time.pass(40e9)
	assert.Equal(t, get("b"), http.StatusNotFound)
	_, err = host.Create("c")
	assert.NilError(t, err)

	_, done := host.Use("a")
	time.pass(600e9)
	assert.Equal(t, get("c"), http.StatusNotFound)
	assert.Equal(t, get("a"), http.StatusOK) // still in use
	done()
	assert.Assert(t, host.Remove("a"))
	assert.Assert(t, !host.Remove("a"))
	assert.Equal(t, get("a"), http.StatusNotFound)
	assert.Assert(t, cmp.Len(host.Sandboxes(), 0))
}

// TestSandboxPaths holds the host to sandboxes that are named plainly: no spelling of a path reaches another.
func TestSandboxPaths(t *testing.T) {
	host := mock.NewHost(mock.New(), mock.HostLimits{})
	client := &http.Client{Transport: mock.InMemory(host)}
	_, err := host.Create("a")
	assert.NilError(t, err)
	for path, want := range map[string]int{
		"/_sandbox/a/api/v2/connections/alm/":            http.StatusOK,
		"/_sandbox/a/../a/api/v2/connections/alm/":       http.StatusNotFound,
		"/_sandbox/%61/api/v2/connections/alm/":          http.StatusNotFound,
		"/_sandbox/a%2fapi/v2/connections/alm/":          http.StatusNotFound,
		"/_sandbox/a//api/v2/connections/alm/":           http.StatusNotFound,
		"/_sandbox//api/v2/connections/alm/":             http.StatusNotFound,
		"/_sandbox/":                                     http.StatusNotFound,
		"/_sandbox/a":                                    http.StatusNotFound,
		"/api/v2/../_sandbox/a/api/v2/connections/alm/":  http.StatusNotFound,
		"/_sandbox/a/_sandbox/a/api/v2/connections/alm/": http.StatusNotFound,
		"/_sandbox/a/..%2f..%2fapi/v2/connections/alm/":  http.StatusNotFound,
		"/_sandbox/A/api/v2/connections/alm/":            http.StatusNotFound,
		"/_sandbox/a/api/v2/connections/alm/%31/":        http.StatusOK,
	} {
		status, reply := askAny(t, client, "http://mock.test"+path, "editor-token", http.MethodGet, "")
		assert.Check(t, cmp.Equal(status, want), "%s: %s", path, reply)
	}
}

func TestSandboxTakesLittleMemory(t *testing.T) {
	main := mock.New()
	boxes := make([]*mock.Server, 1000)
	before := heap()
	for i := range boxes {
		boxes[i] = main.Sandbox()
	}
	each := (heap() - before) / int64(len(boxes))
	runtime.KeepAlive(boxes)
	t.Logf("%d bytes for each sandbox", each)
	assert.Assert(t, each < 4096)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkSandbox(b *testing.B) {
	host := mock.NewHost(mock.New(), mock.HostLimits{})
	b.ReportAllocs()
	for b.Loop() {
		box, err := host.Create("")
		if err != nil {
			b.Fatal(err)
		}
		host.Remove(box.ID)
	}
}

func ExampleHost() {
	host := mock.NewHost(mock.New(), mock.HostLimits{})
	box, err := host.Create("checkout") // served at /_sandbox/checkout/api/v2/
	if err != nil {
		fmt.Println(err)
		return
	}
	box.SetLatitudes("lists-reversed")
	fmt.Println(box.BasePath(), box.Latitudes(), host.Main().Latitudes())
	// Output: /_sandbox/checkout [lists-reversed] []
}

// TestSandboxCoverage: what clients meet in sandboxes counts for the mock that they belong to.
func TestSandboxCoverage(t *testing.T) {
	main := mock.New()
	world, err := mock.ReadWorld("world.yaml", []byte(strings.Replace(string(fixtures.World()), "\n  editor:\n", "\n  stranger:\n", 1)))
	assert.NilError(t, err)
	for _, sandbox := range []*mock.Server{main.Sandbox(), main.Sandbox(mock.WithWorld(world))} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mock/api/v2/connections/alm/?frequency=daily", nil)
		assert.NilError(t, err)
		req.Header.Set("Authorization", "Token editor-token")
		resp, err := sandbox.Client().Do(req)
		assert.NilError(t, err)
		assert.NilError(t, resp.Body.Close())
		assert.Equal(t, resp.StatusCode, http.StatusOK)
	}
	for id, want := range map[string]int64{"listAlmConnections": 2, "user/editor": 1, "user/reader": 0} {
		item, ok := main.Coverage().Item(id)
		assert.Assert(t, ok, id)
		assert.Equal(t, item.Count, want, id)
		assert.Equal(t, item.First, int64(0), id)
	}
}
