package spec_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/internal/spec"
	"github.com/sdecontract/sdecontract/mock/mocktest"
)

// TestFormsSayTheSame: each form of the contract is valid, and is the contract, but for the x- keys of the plain ones.
func TestFormsSayTheSame(t *testing.T) {
	for _, plain := range []bool{false, true} {
		want := tree(t, sdecontract.Spec())
		if plain {
			want = withoutExtensions(want)
		}
		for _, form := range []func(bool) ([]byte, error){spec.YAML, spec.JSON} {
			data, err := form(plain)
			assert.NilError(t, err)
			assert.DeepEqual(t, tree(t, data), want)
			doc, err := openapi3.NewLoader().LoadFromData(data)
			assert.NilError(t, err)
			assert.NilError(t, doc.Validate(t.Context(), openapi3.EnableExamplesValidation()))
		}
	}
}

// TestPlainHasNoTrace: comments would explain keys that aren't there.
func TestPlainHasNoTrace(t *testing.T) {
	for _, form := range []func(bool) ([]byte, error){spec.YAML, spec.JSON} {
		data, err := form(true)
		assert.NilError(t, err)
		assert.Assert(t, !strings.Contains(string(data), "x-"))
	}
	data, err := spec.JSON(true)
	assert.NilError(t, err)
	assert.Assert(t, json.Valid(data))
	assert.Assert(t, strings.HasPrefix(string(data), "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\n    \"title\":"), "not in order")
}

// tree reads YAML, and JSON as what it is, too. Numbers are compared as JSON has them.
func tree(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	assert.NilError(t, yaml.Load(data, &value))
	text, err := json.Marshal(value)
	assert.NilError(t, err)
	value = nil
	assert.NilError(t, json.Unmarshal(text, &value))
	return value
}

func withoutExtensions(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if strings.HasPrefix(name, "x-") {
				delete(value, name)
			} else {
				value[name] = withoutExtensions(member)
			}
		}
	case []any:
		for i := range value {
			value[i] = withoutExtensions(value[i])
		}
	}
	return value
}

// collection is what Postman reads of one.
type collection struct {
	Info struct{ Schema string }
	Auth struct {
		Type   string
		APIKey []keyValue
	}
	Variable []keyValue
	Item     []struct{ Item []item }
}

type item struct {
	Name    string
	Request struct {
		Method string
		Header []keyValue
		Body   *struct{ Mode, Raw string }
		URL    struct {
			Raw        string
			Host, Path []string
			Query      []struct{ Disabled bool }
			Variable   []keyValue
		}
	}
	Event    []struct{ Script struct{ Exec []string } }
	Response []struct {
		Name, Body string
		Code       int
	}
}

type keyValue struct{ Key, Value string }

// TestPostman sends each request as Postman would, in order, to a mock that fails the test if one breaks the contract.
// Each is answered as documented to the last value; a list may hold more than its sample.
func TestPostman(t *testing.T) {
	srv := mocktest.Start(t)
	data, err := spec.Postman(srv.URL)
	assert.NilError(t, err)
	var c collection
	assert.NilError(t, json.Unmarshal(data, &c))
	assert.Equal(t, c.Info.Schema, "https://schema.getpostman.com/json/collection/v2.1.0/collection.json")
	assert.DeepEqual(t, c.Variable, []keyValue{{"baseUrl", srv.URL}, {"token", "editor-token"}})
	assert.Equal(t, c.Auth.Type, "apikey")
	assert.DeepEqual(t, c.Auth.APIKey, []keyValue{{"key", "Authorization"}, {"value", "Token {{token}}"}, {"in", "header"}})

	operations := 0
	for _, folder := range c.Item {
		for _, item := range folder.Item {
			operations++
			status, got := item.send(t, srv.URL)
			documented := item.Response[0]
			assert.Equal(t, status, documented.Code, item.Name)
			assert.Assert(t, strings.Contains(item.Event[0].Script.Exec[0], strconv.Itoa(status)), item.Name)
			assert.DeepEqual(t, asFarAsShown(t, got, documented.Body), tree(t, []byte(documented.Body)))
			assert.Assert(t, len(item.Response) > 5, "%s: the refusals aren't shown", item.Name)
		}
	}
	assert.Equal(t, operations, documentedOperations(t))
}

// send sends the request as Postman would, with the collection's variables filled in.
func (it item) send(t *testing.T, baseURL string) (status int, reply []byte) {
	t.Helper()
	r := it.Request
	assert.Equal(t, r.URL.Raw, strings.Join(append(r.URL.Host, r.URL.Path...), "/"))
	address := strings.Replace(r.URL.Raw, "{{baseUrl}}", baseURL, 1)
	for _, v := range r.URL.Variable {
		address = strings.Replace(address, ":"+v.Key, v.Value, 1)
	}
	for _, q := range r.URL.Query {
		assert.Assert(t, q.Disabled, it.Name)
	}
	body := ""
	if r.Body != nil {
		assert.Equal(t, r.Body.Mode, "raw")
		body = r.Body.Raw
	}
	req, err := http.NewRequestWithContext(t.Context(), r.Method, address, strings.NewReader(body))
	assert.NilError(t, err)
	for _, h := range r.Header {
		req.Header.Set(h.Key, h.Value)
	}
	req.Header.Set("Authorization", "Token editor-token")
	resp, err := http.DefaultClient.Do(req)
	assert.NilError(t, err)
	got, err := io.ReadAll(resp.Body)
	assert.NilError(t, err)
	assert.NilError(t, resp.Body.Close())
	return resp.StatusCode, got
}

func documentedOperations(t *testing.T) int {
	t.Helper()
	all := 0
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(t, err)
	for _, path := range doc.Paths.Map() {
		all += len(path.Operations())
	}
	return all
}

func asFarAsShown(t *testing.T, got []byte, shown string) any {
	t.Helper()
	reply := tree(t, got)
	if list, ok := reply.(map[string]any)["results"].([]any); ok {
		sample := tree(t, []byte(shown)).(map[string]any)["results"].([]any)
		reply.(map[string]any)["results"] = list[:len(sample)]
	}
	return reply
}

// TestHAR: each operation once, answered as the contract shows, and no token of anybody.
func TestHAR(t *testing.T) {
	data, err := spec.HAR(t.Context(), "https://sde.example.com/sde")
	assert.NilError(t, err)
	var archive struct {
		Log struct {
			Version string
			Entries []struct {
				Request   struct{ Method, URL string }
				Response  struct{ Status int }
				Operation string `json:"_operation"`
			}
		}
	}
	assert.NilError(t, json.Unmarshal(data, &archive))
	assert.Equal(t, archive.Log.Version, "1.2")
	seen := map[string]bool{}
	for _, e := range archive.Log.Entries {
		want := http.StatusOK
		if e.Request.Method == http.MethodPost {
			want = http.StatusCreated
		}
		assert.Equal(t, e.Response.Status, want, e.Request.URL)
		assert.Assert(t, strings.HasPrefix(e.Request.URL, "https://sde.example.com/sde/api/v2/"), e.Request.URL)
		seen[e.Operation] = true
	}
	assert.Equal(t, len(seen), documentedOperations(t))
	assert.Assert(t, !strings.Contains(string(data), "editor-token"))
}
