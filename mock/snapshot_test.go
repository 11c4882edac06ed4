package mock_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

func createAlias(t *testing.T, srv *mock.Server, alias string) (reply string) {
	t.Helper()
	status, reply := ask(t, srv, "editor-token", http.MethodPost, srv.BasePath()+"/api/v2/connections/alm/", fmt.Sprintf(aliased, alias))
	assert.Equal(t, status, http.StatusCreated, reply)
	return reply
}

func TestRestoreBringsBackTheSnapshot(t *testing.T) {
	srv := mock.New()
	seed := state(t, srv)
	createAlias(t, srv, "one")
	one, oneState := srv.Snapshot(), state(t, srv)
	createAlias(t, srv, "two")
	two, twoState := srv.Snapshot(), state(t, srv)

	srv.Restore(one)
	assert.Equal(t, firstDifference(state(t, srv), oneState), "")
	assert.Assert(t, cmp.Contains(createAlias(t, srv, "three"), `"id":6,`)) // the snapshot has the ids of its time
	srv.Restore(two)
	assert.Equal(t, firstDifference(state(t, srv), twoState), "")
	assert.Equal(t, firstDifference(state(t, mock.New(mock.WithWorld(one))), oneState), "")
	srv.Reset()
	assert.Equal(t, firstDifference(state(t, srv), seed), "")

	other := mock.New(mock.WithWorld(two))
	other.Reset()
	assert.Equal(t, firstDifference(state(t, other), twoState), "") // there it is what the mock started with
}

// edited reads the default world with replacements.
func edited(t *testing.T, pairs ...string) *mock.World {
	t.Helper()
	text := string(fixtures.World())
	for i := 0; i < len(pairs); i += 2 {
		assert.Assert(t, cmp.Contains(text, pairs[i]))
	}
	w, err := mock.ReadWorld("edited.yaml", []byte(strings.NewReplacer(pairs...).Replace(text)))
	assert.NilError(t, err)
	return w
}

func TestReloadKeepsWhatClientsDid(t *testing.T) {
	srv := mock.New(mock.WithLatitude("delete-allowed"))
	send := func(method, path, body string, want int) {
		t.Helper()
		status, reply := ask(t, srv, "editor-token", method, path, body)
		assert.Equal(t, status, want, reply)
	}
	createAlias(t, srv, "created")
	send(http.MethodPost, "/api/v2/connections/analysis/", `{"alias":"on Veracode","connector":2,"project":1,"params":{"own":1}}`, http.StatusCreated)
	send(http.MethodPut, "/api/v2/connections/alm/1/", `{"alias":"changed","connector":2,"project":2,"params":{}}`, http.StatusOK)
	send(http.MethodDelete, "/api/v2/connections/alm/3/", "", http.StatusNoContent)

	kept, dropped := srv.Reload(edited(t, "alm_user: Sindy", "alm_user: Cindy", "editor-token", "new-token", "alias: Rally Integration EU", "alias: Renamed"))
	assert.Equal(t, kept, 3)
	assert.Assert(t, cmp.Len(dropped, 0))
	status, list := ask(t, srv, "new-token", http.MethodGet, "/api/v2/connections/alm/", "")
	assert.Equal(t, status, http.StatusOK)
	for _, want := range []string{`"alias":"changed"`, `"alias":"Renamed"`, `"id":5,`, `"alm_user":"Cindy"`} {
		assert.Assert(t, cmp.Contains(list, want))
	}
	assert.Assert(t, !strings.Contains(list, "Sindy") && !strings.Contains(list, `"id":3,`), list)
	status, _ = ask(t, srv, "editor-token", http.MethodGet, "/api/v2/connections/alm/", "")
	assert.Equal(t, status, http.StatusUnauthorized)
	assert.Equal(t, srv.Coverage().Of(mock.Users).Covered, 1)

	srv.Reset() // to the world that was reloaded
	_, list = ask(t, srv, "new-token", http.MethodGet, "/api/v2/connections/alm/", "")
	assert.Assert(t, !strings.Contains(list, `"alias":"changed"`) && strings.Contains(list, `"alias":"Renamed"`), list)
}

func TestReloadTellsWhatItDropped(t *testing.T) {
	srv := mock.New()
	createAlias(t, srv, "fifth")
	for _, body := range []string{
		`{"alias":"a","connector":1,"project":1,"params":{}}`, `{"alias":"b","connector":1,"project":3,"params":{}}`,
	} {
		status, reply := ask(t, srv, "editor-token", http.MethodPost, "/api/v2/connections/analysis/", body)
		assert.Equal(t, status, http.StatusCreated, reply)
	}
	kept, dropped := srv.Reload(edited(t,
		"{id: 3, name: Maßwerk", "{id: 9, name: Maßwerk", "connector: 7, project: 3", "connector: 7, project: 9", "project: 3, alias: Smoke", "project: 9, alias: Smoke",
		"- {id: 4, connector: 5, project: 4", "- {id: 5, connector: 5, project: 4"))
	assert.Equal(t, kept, 1)
	assert.DeepEqual(t, dropped, []mock.Dropped{
		{Kind: "alm", Organization: "main", ID: 5, Reason: "the new world has a connection of its own with this id"},
		{Kind: "analysis", Organization: "main", ID: 10, Reason: "there is no project 3 any more"},
	})

	w, err := mock.ReadWorld("small", []byte("users: {ann: {organization: o, token: t}}\norganizations: {o: {}}"))
	assert.NilError(t, err)
	kept, dropped = srv.Reload(w)
	assert.Equal(t, kept, 0)
	assert.DeepEqual(t, dropped, []mock.Dropped{{Kind: "analysis", Organization: "main", ID: 9, Reason: "there is no organization main any more"}})
}

// TestOldTokensStayRedacted replaces the world behind exchanges that bear its tokens.
func TestOldTokensStayRedacted(t *testing.T) {
	srv := mock.New()
	ask(t, srv, "editor-token", http.MethodGet, "/api/v2/connections/alm/?alias=editor-token", "")
	srv.Reload(edited(t, "editor-token", "new-token"))
	e := srv.Exchanges()[0]
	assert.Equal(t, e.Target, "/api/v2/connections/alm/?alias=$SDECONTRACT_TOKEN_EDITOR")
	assert.Equal(t, e.RequestHeader.Get("Authorization"), "Token $SDECONTRACT_TOKEN_EDITOR")
}

// TestRequestsUnderWayFinishOnTheirWorld replaces the world while others use it.
func TestRequestsUnderWayFinishOnTheirWorld(t *testing.T) {
	srv := mock.New()
	worlds := []*mock.World{mock.DefaultWorld(), edited(t, "alias: Rally Integration EU", "alias: Renamed")}
	ended := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				status, list := ask(t, srv, "editor-token", http.MethodGet, "/api/v2/connections/alm/", "")
				assert.Check(t, cmp.Equal(status, http.StatusOK))
				assert.Check(t, strings.Contains(list, "Rally Integration EU") != strings.Contains(list, "Renamed"), list)
			}
		})
	}
	for i := range 4 {
		writers.Go(func() {
			for n := range 20 {
				switch (i + n) % 4 {
				case 0:
					srv.Reload(worlds[n%2])
				case 1:
					srv.Restore(srv.Snapshot())
				case 2:
					srv.SetLatitudes(mock.LocationHeader)
				default:
					createAlias(t, srv, "busy")
				}
			}
		})
	}
	writers.Wait()
	close(ended)
	readers.Wait()
	assert.Assert(t, cmp.Len(srv.Broken(), 0))
}

func TestSnapshotsByName(t *testing.T) {
	srv := mock.New()
	first, err := srv.SaveSnapshot("")
	assert.NilError(t, err)
	assert.Equal(t, first.Name, "snapshot-1")
	for i := range 99 {
		_, err = srv.SaveSnapshot(fmt.Sprint("s", i))
		assert.NilError(t, err)
	}
	_, err = srv.SaveSnapshot("one more")
	assert.Assert(t, errors.Is(err, mock.ErrTooMany))
	_, err = srv.SaveSnapshot("s3") // in the place of the old one
	assert.NilError(t, err)
	assert.Assert(t, srv.RemoveSnapshot("s3") && !srv.RemoveSnapshot("s3"))
	assert.Assert(t, cmp.Len(srv.SavedSnapshots(), 99))
}

func TestBasePath(t *testing.T) {
	for _, path := range []string{"/sde/prod", "sde/prod/", "/a b/ü%"} {
		srv := mock.New(mock.WithBasePath(path), mock.WithLatitude(mock.LocationHeader))
		base := srv.BasePath()
		status, list := ask(t, srv, "editor-token", http.MethodGet, base+"/api/v2/connections/alm/?page_size=1", "")
		assert.Equal(t, status, http.StatusOK, list)
		assert.Assert(t, cmp.Contains(list, `"next":"http://mock.test`+base+`/api/v2/connections/alm/?page=2&page_size=1"`))
		createAlias(t, srv, "A")
		e := srv.Exchanges()[1]
		assert.Equal(t, e.ReplyHeader.Get("Location"), "http://mock.test"+base+"/api/v2/connections/alm/5/")
		assert.Equal(t, e.Target, base+"/api/v2/connections/alm/")
		for _, outside := range []string{"/api/v2/connections/alm/", base, base + "x/api/v2/connections/alm/", base + "//api/v2/connections/alm/"} {
			status, _ = ask(t, srv, "editor-token", http.MethodGet, outside, "")
			assert.Equal(t, status, http.StatusNotFound, outside)
		}
	}
	srv := mock.New(mock.WithBasePath("/sde"))
	resp, err := srv.Client().Transport.RoundTrip(request(t, "/sde/api/v2/connections/alm"))
	assert.NilError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, resp.Header.Get("Location"), "/sde/api/v2/connections/alm/")
	assert.Equal(t, mock.New(mock.WithBasePath("/")).BasePath(), "")
}

func request(t *testing.T, path string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mock.test"+path, http.NoBody)
	assert.NilError(t, err)
	return req
}

func ExampleServer_Snapshot() {
	srv := mock.New()
	before := srv.Snapshot()
	// Let a client create and change connections.
	srv.Restore(before)
	fmt.Println(len(srv.World().Users()), "users")
	// Output: 5 users
}
