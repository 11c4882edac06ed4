package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// TestStrictInput: what lenient servers let pass is a clear 4xx, and nothing is stored.
func TestStrictInput(t *testing.T) {
	deep := strings.Repeat("[", 1100) + strings.Repeat("]", 1100)
	for name, tc := range map[string]struct{ body, says string }{
		"duplicate name":               {`{"alias":"A","alias":"B"}`, "duplicate object member name within /alias: line 1 column 14"},
		"duplicate name, deep":         {`{"params":{"a":{"b":1,"b":2}}}`, "within /params/a/b"},
		"invalid UTF-8":                {"{\"alias\":\"\xff\"}", "invalid UTF-8"},
		"lone surrogate":               {`{"alias":"\ud800"}`, "invalid"},
		"trailing value":               {`{} {}`, "there is more after the value"},
		"trailing garbage":             {`{}x`, "invalid character 'x'"},
		"cut off":                      {`{"alias":"A"`, "the value is not complete"},
		"trailing comma":               {`{"alias":"A",}`, "invalid"},
		"control character in string":  {"{\"alias\":\"a\nb\"}", "invalid character '\\n'"},
		"comment":                      {`{/* */}`, "invalid character '/'"},
		"byte order mark":              {"\ufeff{}", "invalid character"},
		"NaN":                          {`{"params":{"n":NaN}}`, "invalid"},
		"leading zero":                 {`{"connector":01}`, "invalid character '1'"},
		"integer beyond 64 bits":       {`{"params":{"n":9223372036854775808}}`, "an integer is beyond 64 bits"},
		"integer beyond 64 bits as id": {`{"connector":92233720368547758080}`, "an integer is beyond 64 bits"},
		"number out of range":          {`{"params":{"n":1e400}}`, "a number is out of range"},
		"too deep":                     {`{"params":` + deep + `}`, "values nest more than 1000 deep"},
		"second line":                  {"{\n  \"alias\": tru\n}", "line 2 column"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI()
			before := a.do("GET", alm, "").body
			got := a.do("POST", alm, tc.body)
			assert.Equal(t, got.status, http.StatusBadRequest, got.body)
			detail, _ := got.object(t)["detail"].(string)
			assert.Assert(t, strings.HasPrefix(detail, "JSON parse error - "), got.body)
			assert.Assert(t, strings.Contains(detail, tc.says), detail)
			assert.Equal(t, a.do("GET", alm, "").body, before)
		})
	}
}

func TestWrongTypesAreRefused(t *testing.T) {
	valid := map[string]string{"alias": `"A"`, "connector": `1`, "project": `1`, "frequency": `"daily"`, "params": `{}`}
	wrong := map[string][]string{
		"alias":     {`1`, `null`, `""`, `true`, `[]`, `{}`},
		"connector": {`"1"`, `null`, `1.5`, `true`, `[1]`, `{"id":1}`, `0`, `-1`, `99`, `3`, `1e30`},
		"project":   {`"1"`, `null`, `1.5`, `true`, `[1]`, `{"id":1}`, `0`, `-1`, `99`},
		"frequency": {`"Hourly"`, `" hourly"`, `"yearly"`, `""`, `null`, `1`, `["daily"]`, `{}`},
		"params":    {`null`, `"{}"`, `[]`, `1`, `true`},
	}
	a := newAPI()
	for field, values := range wrong {
		for _, value := range values {
			members := []string{}
			for name, v := range valid {
				if name == field {
					v = value
				}
				members = append(members, `"`+name+`":`+v)
			}
			got := a.do("POST", alm, "{"+strings.Join(members, ",")+"}")
			assert.Equal(t, got.status, http.StatusBadRequest, "%s: %s", field, value)
			o := got.object(t)
			assert.Equal(t, len(o), 1, got.body)
			assert.Assert(t, o[field] != nil, got.body)
		}
	}
}

func TestBodyIsLimited(t *testing.T) {
	a := newAPI(mock.WithMaxBody(100))
	got := a.do("POST", alm, `{"alias":"`+strings.Repeat("a", 100)+`"}`)
	assert.Equal(t, got.status, http.StatusRequestEntityTooLarge)
	assert.Equal(t, got.body, `{"detail":"The request body is larger than 100 bytes."}`)
	assert.Equal(t, a.do("POST", alm, validALM).status, http.StatusCreated)
}

func TestEmptyBodyNamesTheRequiredFields(t *testing.T) {
	got := newAPI().do("POST", alm, "")
	assert.Equal(t, got.status, http.StatusBadRequest)
	assert.Equal(t, len(got.object(t)), 4, got.body)
	assert.Assert(t, got.explained("violation: body: is empty; createAlmConnection needs one"))
}

// TestNamesAreCaseSensitive: ALIAS doesn't fill alias.
func TestNamesAreCaseSensitive(t *testing.T) {
	got := newAPI().do("POST", alm, `{"ALIAS":"A","connector":1,"project":1,"params":{}}`)
	assert.Equal(t, got.body, `{"alias":["This field is required."]}`)
}
