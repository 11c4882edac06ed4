package bench_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"
)

// TestServersDoTheSame: the comparison is fair. Each server answers each shape with its status, and reads with the
// same JSON value; what a write stores can be read back, but on the bare server, which stores nothing.
func TestServersDoTheSame(t *testing.T) {
	want := map[string]any{}
	for _, server := range serverNames {
		t.Run(server, func(t *testing.T) {
			p := startServer(t, server)
			t.Cleanup(p.stop)
			for _, s := range shapes {
				status, body := s.ask(t, p.url)
				assert.Equal(t, status, s.status, "%s: %s", s.name, body)
				if s.name == "post-refused" {
					continue // each has its own words
				}
				var got any
				assert.NilError(t, json.Unmarshal(body, &got), "%s: %s", s.name, body)
				if want[s.name] == nil {
					want[s.name] = got
				}
				assert.DeepEqual(t, got, want[s.name])
			}
			if server == "bare" {
				return
			}
			for _, id := range []string{"50/", "101/"} {
				status, body := shape{method: "GET", path: collectionPath + id}.ask(t, p.url)
				assert.Equal(t, status, http.StatusOK)
				var got connection
				assert.NilError(t, json.Unmarshal(body, &got))
				assert.Equal(t, got.Alias, "Web Shop")
				assert.Equal(t, got.Params["alm_project"], "SHOP")
				assert.Equal(t, got.Params["alm_user"], "rally_user")
			}
		})
	}
}

// TestHarness: a small load is answered, and costs the server something.
func TestHarness(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			p := startServer(t, "mock")
			t.Cleanup(p.stop)
			before := p.spent()
			result := run(t, s.load(p.url, 4), 40, s.status)
			after := p.spent()
			assert.Equal(t, result.Requests, int64(40))
			assert.Assert(t, result.Bytes > 0)
			assert.Assert(t, after.Allocations > before.Allocations)
		})
	}
}
