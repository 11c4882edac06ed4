package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

const (
	alm      = "/api/v2/connections/alm/"
	analysis = "/api/v2/connections/analysis/"
)

// api calls a mock as one of its users, in process.
type api struct {
	*mock.Server
	user string // whose token is sent; none if empty
}

func newAPI(options ...mock.Option) api { return api{mock.New(options...), "editor"} }

// as is the same mock, called by another user.
func (a api) as(user string) api { return api{a.Server, user} }

// request makes a request of the user. headers are "Name: value"; "Name:" removes one.
func (a api) request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if a.user != "" {
		r.Header.Set("Authorization", "Token "+a.user+"-token")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, strings.TrimSpace(value))
		}
	}
	return r
}

// reply is what the mock answered.
type reply struct {
	status int
	header http.Header
	body   string
}

func (a api) do(method, target, body string, headers ...string) reply {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, a.request(method, target, body, headers...))
	return reply{w.Code, w.Header(), w.Body.String()}
}

// object is a JSON object. Numbers keep their spelling.
type object = map[string]any

// object decodes the body, which must be a JSON object.
func (r reply) object(t *testing.T) object {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(r.body))
	d.UseNumber()
	var o object
	assert.NilError(t, d.Decode(&o), r.body)
	return o
}

// results decodes the body of a list.
func (r reply) results(t *testing.T) []object {
	t.Helper()
	assert.Equal(t, r.status, http.StatusOK, r.body)
	list, ok := r.object(t)["results"].([]any)
	assert.Assert(t, ok, r.body)
	items := make([]object, len(list))
	for i, item := range list {
		items[i] = item.(object)
	}
	return items
}

// ids are the ids of the listed connections, joined by blanks.
func (r reply) ids(t *testing.T) string {
	t.Helper()
	var ids []string
	for _, item := range r.results(t) {
		ids = append(ids, item["id"].(json.Number).String())
	}
	return strings.Join(ids, " ")
}

// explained tells whether the mock explained its reply with this text.
func (r reply) explained(text string) bool {
	return strings.Contains(strings.Join(r.header.Values("Contract-Explanation"), "\n"), text)
}

// contractWith loads the contract with some of its text replaced.
func contractWith(t *testing.T, oldnew ...string) *mock.Contract {
	t.Helper()
	text := string(sdecontract.Spec())
	for i := 0; i < len(oldnew); i += 2 {
		assert.Assert(t, strings.Contains(text, oldnew[i]), "the contract has no %q", oldnew[i])
		text = strings.ReplaceAll(text, oldnew[i], oldnew[i+1])
	}
	c, err := mock.LoadContract("openapi.yaml", []byte(text))
	assert.NilError(t, err)
	return c
}
