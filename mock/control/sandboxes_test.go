package control_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock/control"
)

func TestSandboxes(t *testing.T) {
	s := start(t, control.Options{BaseURL: "http://mock.test:1"})
	s.client(http.StatusCreated, http.MethodPost, alm, created)
	s.want(http.StatusCreated, http.MethodPost, "/_mock/snapshots", `{"name":"five"}`)
	resp := s.ask(http.MethodPost, "/_mock/sandboxes", `{"id":"a","snapshot":"five","latitudes":["lists-reversed"],"faults":[{"status":503,"times":1}],"seed":7,"without_features":["advanced-alm"]}`)
	assert.Equal(t, resp.StatusCode, http.StatusCreated)
	assert.Equal(t, resp.Header.Get("Location"), "http://mock.test:1/_sandbox/a/_mock/")
	s.client(http.StatusServiceUnavailable, http.MethodGet, "/_sandbox/a"+alm, "")
	assert.Assert(t, cmp.Regexp(`^\{"results":\[\{"alias":"A",`, s.client(http.StatusOK, http.MethodGet, "/_sandbox/a"+alm, "")))
	s.client(http.StatusBadRequest, http.MethodPost, "/_sandbox/a"+alm, strings.Replace(created, "{", `{"frequency":"daily",`, 1))

	assert.Equal(t, strings.Count(s.want(http.StatusOK, http.MethodGet, "/_sandbox/a/_mock/requests", ""), `"number"`), 3)
	assert.Equal(t, strings.Count(s.want(http.StatusOK, http.MethodGet, "/_mock/requests", ""), `"number"`), 1)
	s.want(http.StatusNoContent, http.MethodPost, "/_sandbox/a/_mock/reset?journal=true", "")
	s.want(http.StatusNotFound, http.MethodGet, "/_sandbox/a/_mock/sandboxes", "")
	assert.Assert(t, !strings.Contains(s.want(http.StatusOK, http.MethodGet, "/_sandbox/a/_mock/", ""), "/sandboxes"))
	s.want(http.StatusNotFound, http.MethodGet, "/_sandbox/b/_mock/health", "")

	world := `{"users":{"ann":{"organization":"o","token":"editor-token"}},"organizations":{"o":{}}}`
	s.want(http.StatusConflict, http.MethodPost, "/_mock/sandboxes", `{"id":"a"}`)
	s.want(http.StatusCreated, http.MethodPost, "/_mock/sandboxes", `{"id":"b","world":`+world+`}`)
	assert.Equal(t, s.client(http.StatusOK, http.MethodGet, "/_sandbox/b"+alm, ""), `{"results":[]}`)
	text, err := json.Marshal(world)
	assert.NilError(t, err)
	s.want(http.StatusCreated, http.MethodPost, "/_mock/sandboxes", `{"world":`+string(text)+`}`)
	s.want(http.StatusTooManyRequests, http.MethodPost, "/_mock/sandboxes", "")
	assert.Equal(t, strings.Count(s.want(http.StatusOK, http.MethodGet, "/_mock/sandboxes", ""), `"id"`), 3)
	s.want(http.StatusOK, http.MethodGet, "/_mock/sandboxes/b", "")
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/sandboxes/b", "")
	s.want(http.StatusNotFound, http.MethodDelete, "/_mock/sandboxes/b", "")
	s.want(http.StatusNoContent, http.MethodDelete, "/_mock/sandboxes", "")
	s.want(http.StatusNotFound, http.MethodGet, "/_mock/sandboxes/a", "")
}
