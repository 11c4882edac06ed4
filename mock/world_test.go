package mock_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

func itoa(i int) string { return strconv.Itoa(i) }

// world is a small world to break.
const world = `users:
  ann: {organization: acme, token: t1, permissions: [Edit ALM connections]}
organizations:
  acme:
    features: [advanced-alm]
    projects: [{id: 1, name: P}]
    connectors:
      alm: [{id: 1, name: N, system: S, command: c, params: {a: 0x10, b: 2024-01-02, c: 1.50}}]
    connections:
      alm: [{id: 1, connector: 1, project: 1, alias: A, params: {}}]
`

func TestWorldErrorsGiveLineAndColumn(t *testing.T) {
	_, err := mock.ReadWorld("w.yaml", []byte(world))
	assert.NilError(t, err)
	for name, tc := range map[string]struct{ old, replacement, want string }{
		"unknown field":                {"token: t1", "tokn: t1", `w.yaml:2:29: unknown field "tokn"; did you mean "token"?`},
		"unknown field of a project":   {"name: P", "nmae: P", `w.yaml:6:24: unknown field "nmae"; did you mean "name"?`},
		"unknown field of a profile":   {"name: P", "name: P, profile: {nme: x}", `w.yaml:6:43: unknown field "nme"; did you mean "name"?`},
		"unknown field of a connector": {"command: c", "comand: c", `w.yaml:8:41: unknown field "comand"; did you mean "command"?`},
		"unknown field of the plan":    {"features:", "featurs:", `w.yaml:5:5: unknown field "featurs"; did you mean "features"?`},
		"field that is like no other":  {"token: t1", "password: t1", `w.yaml:2:29: unknown field "password"`},
		"unknown section":              {"organizations:\n", "organisations:\n", `w.yaml:3:1: unknown field "organisations"; did you mean "organizations"?`},
		"unknown organization":         {"organization: acme", "organization: acne", `w.yaml:2:23: user ann: organization "acne" is not in this file; did you mean "acme"?`},
		"no token":                     {"token: t1, ", "", `w.yaml:2:3: user ann: the token is missing`},
		"token with blanks":            {"token: t1", "token: t 1", `w.yaml:2:36: user ann: a token has no blanks or quotation marks`},
		"token taken":                  {"organizations:\n", "  bob: {organization: acme, token: t1}\norganizations:\n", `w.yaml:3:36: user bob: the token is already another user's, on line 2`},
		"unknown permission":           {"[Edit ALM connections]", "[Edit ALM connection]", `w.yaml:2:54: user ann: permission "Edit ALM connection" is unknown: there is "Edit ALM connections", "Edit security tool connections"; did you mean "Edit ALM connections"?`},
		"unknown feature":              {"[advanced-alm]", "[advanced_alm]", `w.yaml:5:16: feature "advanced_alm" is unknown: there is "advanced-alm"; did you mean "advanced-alm"?`},
		"unknown kind":                 {"      alm: [{id: 1, name", "      alms: [{id: 1, name", `w.yaml:8:7: kind of connector "alms" is unknown: there is "alm", "analysis"; did you mean "alm"?`},
		"id taken":                     {"[{id: 1, name: P}]", "[{id: 1, name: P}, {id: 1, name: Q}]", `w.yaml:6:34: project 1: the id is already taken on line 6`},
		"id not positive":              {"[{id: 1, name: P}]", "[{id: 0, name: P}]", `w.yaml:6:16: project: its id must be an integer from 1`},
		"name missing":                 {"name: P", "application: P", `w.yaml:6:16: project 1: name is missing`},
		"key twice":                    {"organizations:\n", "  ann: {organization: acme, token: t2}\norganizations:\n", `w.yaml:3:3: the key "ann" is already on line 2`},
		"key twice in params":          {"a: 0x10", "a: 1, a: 2", `w.yaml:8:68: the key "a" is already on line 8`},
		"number beyond JSON":           {"a: 0x10", "a: .inf", `w.yaml:8:65: ".inf" is not a number that JSON can hold`},
		"connection: field":            {"alias: A", "allias: A", `w.yaml:10:13: alm connection 1: alias is required`},
		"connection: unknown":          {"alias: A", "alias: A, frequncy: daily", `w.yaml:10:57: alm connection 1: frequncy is not a field; did you mean "frequency"?`},
		"connection: value":            {"alias: A", "alias: A, frequency: yearly", `w.yaml:10:57: alm connection 1: frequency "yearly" is not one of "hourly", "daily", "weekly", "monthly", "manually"`},
		"connection: reference":        {"connector: 1", "connector: 2", `w.yaml:10:21: alm connection 1: organization acme has no connector with id 2`},
		"connection: id":               {"{id: 1, connector", "{id: x, connector", `w.yaml:10:14: alm connection: its id must be an integer from 1`},
		"alias of itself":              {"a: 0x10", "a: &a [*a, *a]", `w.yaml:8:6`},
		"alias bomb":                   {"a: 0x10", "a: &a [1,2,3,4,5,6,7,8,9], b1: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a], c1: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b], d1: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c], e1: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d], f1: [*e,*e,*e,*e,*e,*e,*e,*e,*e]", `w.yaml:8:`},
		"nested too deeply":            {"a: 0x10", "a: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000), `w.yaml:8:61: can't be JSON: values nest more than 1000 deep`},
		"empty file":                   {world, "", `w.yaml:1:1: the file is empty`},
		"not a mapping":                {world, "[]", `w.yaml:1:1: `},
		"two documents":                {world, world + "---\n" + world, `w.yaml:`},
		"no users":                     {"  ann: {organization: acme, token: t1, permissions: [Edit ALM connections]}\n", "", `w.yaml:1:1: users: there are none, so nobody could call the API`},
		"users is a list":              {"  ann: {organization: acme, token: t1, permissions: [Edit ALM connections]}\n", "  - ann\n", `w.yaml:2:3: must be a mapping`},
		"a connection is a scalar":     {"[{id: 1, connector: 1, project: 1, alias: A, params: {}}]", "[1]", `w.yaml:10:13: must be a mapping`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mock.ReadWorld("w.yaml", []byte(strings.Replace(world, tc.old, tc.replacement, 1)))
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestWorldErrorsAreAllTold(t *testing.T) {
	broken := strings.NewReplacer("acme, token", "acne, token", "name: P", "name: ''", "alias: A, ", "").Replace(world)
	_, err := mock.ReadWorld("w.yaml", []byte(broken))
	assert.ErrorContains(t, err, "w.yaml:2:")
	assert.ErrorContains(t, err, "w.yaml:6:")
	assert.ErrorContains(t, err, "w.yaml:10:")
}

// TestWorldParamsAreJSON: what YAML writes in its own way arrives as JSON has it.
func TestWorldParamsAreJSON(t *testing.T) {
	w, err := mock.ReadWorld("w.yaml", []byte(world))
	assert.NilError(t, err)
	got := newAPI(mock.WithWorld(w)).do("GET", alm, "", "Authorization: Token t1")
	assert.Assert(t, strings.Contains(got.body, `"params":{"a":16,"b":"2024-01-02","c":1.50,`), got.body)
}

// TestDefaultWorldIsBuiltForTesting holds the default world to what its head promises.
func TestDefaultWorldIsBuiltForTesting(t *testing.T) {
	a := newAPI()
	names := []string{}
	for _, u := range a.World().Users() {
		names = append(names, u.Name)
		assert.Equal(t, u.Token, u.Name+"-token")
	}
	assert.DeepEqual(t, names, []string{"editor", "alm-editor", "security-editor", "reader", "basic"})
	assert.DeepEqual(t, a.Features("main"), []string{"advanced-alm"})
	assert.Equal(t, len(a.Features("basic")), 0)

	for _, frequency := range []string{"hourly", "daily", "weekly", "monthly", "manually"} {
		both := a.do("GET", alm+"?frequency="+frequency, "").ids(t) + a.do("GET", analysis+"?frequency="+frequency, "").ids(t)
		assert.Assert(t, both != "", frequency)
	}
	remote, refused := 0, 0
	for id := 1; id <= 4; id++ {
		switch a.do("POST", analysis, `{"connector":`+itoa(id)+`,"project":1,"params":{}}`).status {
		case 201:
			remote++
		case 400:
			refused++
		}
	}
	assert.Equal(t, remote, 2)
	assert.Equal(t, refused, 2)
	assert.Equal(t, a.do("GET", alm+"3/", "").object(t)["inaccessible"], true)
}

func FuzzReadWorld(f *testing.F) {
	f.Add([]byte(world))
	f.Add(fixtures.World())
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := mock.ReadWorld("w.yaml", data)
		if err != nil {
			return
		}
		srv := mock.New(mock.WithWorld(w))
		for _, u := range w.Users() {
			for _, path := range []string{alm, analysis} {
				got := api{srv, ""}.do("GET", path, "", "Authorization: Token "+u.Token)
				assert.Equal(t, got.status, 200, got.body)
			}
		}
	})
}

// TestLargeWorldIsReadInPieces: a file that is cut into pieces gives the same world as one that is read as a whole,
// and the same errors.
func TestLargeWorldIsReadInPieces(t *testing.T) {
	large := strings.Replace(string(worldText(1000)), "connections:\n", "connections: # many\n", 1)
	cut := string(worldText(1000))
	for name, tc := range map[string]struct {
		old, replacement string
		error            string
	}{
		"as it is":                   {},
		"windows":                    {old: "\n", replacement: "\r\n"},
		"comments":                   {old: "        - {id: 500,", replacement: "# half\n\n        # of them\n        - {id: 500,"},
		"a list elsewhere":           {old: "params: {alm_user", replacement: "params: {connections: [1], alm_user"},
		"text like an entry":         {old: "alias: Shop 60,", replacement: "alias: \"Shop\n        - 60\","},
		"alias":                      {old: "alm_project: Project 900", replacement: "alm_project: &p Project 900"},
		"alias of another":           {old: "alm_project: Project 900", replacement: "alm_project: *f"},
		"wrong in a piece":           {old: "{id: 900, connector: 2", replacement: "{id: 900, connector: 7", error: "organization main has no connector with id 7"},
		"id twice":                   {old: "{id: 900,", replacement: "{id: 100,", error: "the id is already taken on line"},
		"no YAML":                    {old: "{id: 900,", replacement: "{id: 900", error: "w.yaml:"},
		"an anchor that's not there": {old: "alm_project: Project 900", replacement: "alm_project: *nowhere", error: "w.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			change := func(text string) []byte {
				if name == "alias of another" {
					text = strings.Replace(text, "alm_project: Project 3}", "alm_project: &f Project 3}", 1)
				}
				if tc.old != "" {
					assert.Assert(t, strings.Contains(text, tc.old))
					text = strings.ReplaceAll(text, tc.old, tc.replacement)
				}
				return []byte(text)
			}
			got, err := mock.ReadWorld("w.yaml", change(cut))
			want, wantErr := mock.ReadWorld("w.yaml", change(large))
			if tc.error != "" {
				assert.ErrorContains(t, err, tc.error)
				assert.Equal(t, err.Error(), wantErr.Error())
				return
			}
			assert.NilError(t, err)
			assert.NilError(t, wantErr)
			list := func(w *mock.World) string { return newAPI(mock.WithWorld(w)).do("GET", alm, "").body }
			assert.Assert(t, len(list(got)) > 100_000)
			assert.Assert(t, list(got) == list(want))
		})
	}
	assert.Assert(t, mock.Pieces([]byte(cut)) > 1)
	assert.Equal(t, mock.Pieces([]byte(large)), 0)
}

// TestLargeWorldInJSON: entries that are JSON are read without YAML, and mean the same.
func TestLargeWorldInJSON(t *testing.T) {
	text := string(worldText(1000))
	head := text[:strings.Index(text, "        - {id: 1, connector")]
	inJSON := head + regexp.MustCompile(`(\w+): ([^,{}]+|\{)`).ReplaceAllStringFunc(text[len(head):], func(member string) string {
		name, value, _ := strings.Cut(member, ": ")
		if value != "{" && name != "id" && name != "connector" && name != "project" {
			value = strconv.Quote(value)
		}
		return strconv.Quote(name) + ": " + value
	})
	list := func(text string) string {
		w, err := mock.ReadWorld("w.yaml", []byte(text))
		assert.NilError(t, err)
		return newAPI(mock.WithWorld(w)).do("GET", alm, "").body
	}
	assert.Assert(t, list(inJSON) == list(text))
	_, err := mock.ReadWorld("w.yaml", []byte(strings.Replace(inJSON, `"connector": 2`, `"connector": 7`, 1)))
	assert.ErrorContains(t, err, "w.yaml:15:21: alm connection 2: organization main has no connector with id 7")
}
