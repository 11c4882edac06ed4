package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

// TestContractErrorsNameTheLine: a typo can't switch a behaviour off.
func TestContractErrorsNameTheLine(t *testing.T) {
	for name, tc := range map[string]struct{ old, replacement, want string }{
		"unknown key":           {"x-filters: alias", "x-filter: alias", `x-filter: unknown x- key; did you mean "x-filters"?`},
		"unknown key on info":   {"  license:\n", "  x-logo: a.png\n  license:\n", "x-logo: unknown x- key"},
		"unknown key on server": {"    description: The mock,", "    x-note: a\n    description: The mock,", "x-note: unknown x- key"},
		"wrong object":          {"      x-requires: Edit ALM connections\n", "      x-filters: alias\n", "x-filters: misplaced: it belongs on an OpenAPI object of type parameter"},
		"on a response":         {"      description: The caller lacks the permission.\n", "      description: The caller lacks the permission.\n      x-requires: X\n", "x-requires: misplaced: it belongs on an OpenAPI object of type operation"},
		"no effect there": {
			"          description: The id of its connector.\n", "          description: The id of its connector.\n          x-visible-with: Edit ALM connections\n",
			"",
		}, // a reply's property may well be hidden
		"no effect on a request": {
			"          x-source: {heading: Create an ALM Connection, lines: 178}\n",
			"          x-visible-with: Edit ALM connections\n          x-source: {heading: Create an ALM Connection, lines: 178}\n",
			"x-visible-with: misplaced: it has no effect here",
		},
		"no effect on a path parameter": {"        example: 2\n", "        example: 2\n        x-filters: alias\n", "x-filters: misplaced: it has no effect here"},
		"unknown field":                 {"{name: alm, verb: list}", "{name: alm, verbs: list}", "verbs"},
		"wrong type":                    {"x-filters: alias", "x-filters: [alias]", "x-filters"},
		"unknown verb":                  {"{name: alm, verb: list}", "{name: alm, verb: lst}", `x-collection: "lst" is not a verb: caller, create, get, list, update`},
		"malformed source":              {"x-default-from: connector.name", "x-default-from: connector", `"connector" is not of the form field.attribute`},
		"unknown part of pagination":    {"x-paginates: size", "x-paginates: sise", `x-paginates: "sise" is neither size nor page`},
		"body without schema":           {"            schema: {$ref: \"#/components/schemas/AlmConnectionInput\"}\n", "", "createAlmConnection: request body has no schema"},
		"parameter without schema":      {"          schema: {type: string}\n          x-filters: alias", "          content: {text/plain: {schema: {type: string}}}\n          x-filters: alias", "parameter alias has no schema"},
		"reply without schema":          {"              schema: {$ref: \"#/components/schemas/AlmConnectionList\"}\n", "", "listAlmConnections: response 200 has no schema"},
		"filter on nothing":             {"x-filters: alias", "x-filters: alais", `x-filters: alm has no property "alais" that is a text or an integer; did you mean "alias"?`},
		"source of nothing":             {"x-default-from: connector.name", "x-default-from: conector.name", `x-default-from: createAnalysisConnection has no field "conector" that refers to something`},
		"source without attribute":      {"x-default-from: connector.name", "x-default-from: connector.nam", `x-default-from: a connector has no "nam"; did you mean "name"?`},
		"property from nothing":         {"x-default-from: connector.command", "x-default-from: connector.comand", `x-default-from: a connector has no "comand"; did you mean "command"?`},
		"inherits nothing":              {"sde_project: project.name", "sde_project: project.title", `x-inherits: a project has no "title"`},
		"refers to nothing":             {"{collection: projects}", "{collection: project}", `x-refers-to: no collection "project"; did you mean "projects"?`},
		"refers where nothing is":       {"remote: true}", "remot: true}", `x-refers-to: connectors have no "remot"; did you mean "remote"?`},
		"gates what isn't there":        {"gates: [hourly,", "gates: [hurly,", `x-feature: "hurly" is not in the enum`},
		"companion from nothing":        {"x-default-from: application.id", "x-default-from: aplication.id", `x-default-from: projects have no "aplication.id"; did you mean "application.id"?`},
		"companion without a value":     {"          default: \"\"\n", "", `users have no "last_name"`},
		"companion of no kind":          {"{name: connectors, kind: alm, verb: list}", "{name: connectors, kind: almm, verb: list}", `x-collection: connectors have no kind "almm"; did you mean "alm"?`},
		"companion of nobody":           {"{name: applications, verb: list}", "{name: aplications, verb: list}", "collection aplications: it needs an operation that creates"},
		"not OpenAPI":                   {"openapi: 3.0.3", "openapi: 3.0.3\nopenapy: 1", "openapy"},
		"not YAML":                      {"paths:\n", "paths: [\n", "openapi.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			text := string(sdecontract.Spec())
			_, _, found := strings.Cut(text, tc.old)
			assert.Assert(t, found)
			_, err := mock.LoadContract("openapi.yaml", []byte(strings.Replace(text, tc.old, tc.replacement, 1)))
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "openapi.yaml:")
		})
	}
}

func TestContractErrorsGiveLineAndColumn(t *testing.T) {
	text := string(sdecontract.Spec())
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.Contains(line, "x-default-from: connector.name") {
			lines[i] = strings.Replace(line, "x-default-from", "x-defaults-from", 1)
			_, err := mock.LoadContract("my.yaml", []byte(strings.Join(lines, "\n")))
			column := strings.Index(line, "x-") + 1
			assert.Error(t, err, "my.yaml:"+itoa(i+1)+":"+itoa(column)+`: x-defaults-from: unknown x- key; did you mean "x-default-from"?`)
			return
		}
	}
	t.Fatal("the contract has no such line")
}

// TestReplyThatBreaksTheContractIs500: the mock never sends one silently, and keeps nothing of it.
func TestReplyThatBreaksTheContractIs500(t *testing.T) {
	contract := contractWith(t,
		"        alias:\n          type: string\n          description: The connection's name.\n          x-source: {heading: Get All ALM",
		"        alias:\n          type: string\n          maxLength: 40\n          description: The connection's name.\n          x-source: {heading: Get All ALM")
	a := newAPI(mock.WithContract(contract))
	before := a.do("GET", alm, "").body
	got := a.do("POST", alm, `{"alias":"`+strings.Repeat("x", 41)+`","connector":1,"project":1,"params":{}}`)
	assert.Equal(t, got.status, http.StatusInternalServerError)
	assert.Assert(t, strings.Contains(got.body, "/alias must have at most 40 characters (openapi.yaml:"), got.body)
	assert.Assert(t, strings.Contains(got.body, "#/components/schemas/AlmConnection/properties/alias/maxLength"), got.body)
	assert.Equal(t, a.do("GET", alm, "").body, before)

	broken := a.Broken()
	assert.Equal(t, len(broken), 1)
	assert.Equal(t, broken[0].Findings[0].Severity, mock.Fault)
	assert.Equal(t, broken[0].Findings[0].Pointer, "/alias")
}

// TestWriteOnlyIsNotSent: what a contract allows in requests only may be in no reply.
func TestWriteOnlyIsNotSent(t *testing.T) {
	const params = "        params:\n          type: object\n          additionalProperties: true\n"
	contract := contractWith(t, params, params+"          properties: {pin: {type: string, writeOnly: true}}\n")
	a := newAPI(mock.WithContract(contract))
	assert.Equal(t, a.do("POST", alm, validALM).status, http.StatusCreated)
	got := a.do("POST", alm, `{"alias":"A","connector":1,"project":1,"params":{"pin":"1"}}`)
	assert.Equal(t, got.status, http.StatusInternalServerError)
	assert.Assert(t, strings.Contains(got.body, "/params/pin"), got.body)
}

// TestContractDrives: what the mock does follows the document, not the other way round.
func TestContractDrives(t *testing.T) {
	t.Run("success status", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, `"201":`, `"202":`)))
		assert.Equal(t, a.do("POST", alm, validALM).status, http.StatusAccepted)
	})
	t.Run("required fields", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "required: [alias, connector, project, params]", "required: [connector, project, params]")))
		assert.Equal(t, a.do("POST", alm, `{"connector":1,"project":1,"params":{}}`).status, http.StatusInternalServerError,
			"a reply without alias breaks the contract, which still requires it")
	})
	t.Run("default", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "default: manually", "default: weekly")))
		assert.Equal(t, a.do("POST", alm, validALM).object(t)["frequency"], "weekly")
	})
	t.Run("enum", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "monthly, manually]\n      default", "monthly, manually, yearly]\n      default")))
		assert.Equal(t, a.do("POST", alm, `{"alias":"A","connector":1,"project":1,"params":{},"frequency":"yearly"}`).status, http.StatusCreated)
	})
	t.Run("x-filters", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "          x-filters: alias\n", "")))
		assert.Equal(t, a.do("GET", alm+"?alias=nobody", "").ids(t), "1 2 3")
	})
	t.Run("x-visible-with", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "          x-visible-with: Edit ALM connections\n", "")))
		assert.Assert(t, a.as("reader").do("GET", alm+"1/", "").object(t)["params"] != nil)
	})
	t.Run("x-requires", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "      x-requires: Edit ALM connections\n", "")))
		assert.Equal(t, a.as("reader").do("POST", alm, validALM).status, http.StatusCreated)
	})
	t.Run("x-refers-to", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "{kind: analysis, remote: true}", "{kind: analysis}")))
		assert.Equal(t, a.do("POST", analysis, `{"connector":3,"project":1,"params":{}}`).status, http.StatusCreated)
	})
	t.Run("x-feature", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "gates: [hourly, daily, weekly, monthly]", "gates: [hourly, daily, weekly]")))
		assert.Equal(t, a.as("basic").do("POST", alm, `{"alias":"A","connector":5,"project":4,"params":{},"frequency":"monthly"}`).status, http.StatusCreated)
	})
	t.Run("x-default-from", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "x-default-from: connector.name", "x-default-from: connector.system")))
		assert.Equal(t, a.do("POST", analysis, `{"connector":1,"project":1,"params":{}}`).object(t)["alias"], "WhiteHat")
	})
	t.Run("x-inherits", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "sde_project: project.name", "sde_project: project.application")))
		assert.Equal(t, a.do("POST", alm, validALM).object(t)["params"].(object)["sde_project"], "Finance App")
	})
	t.Run("scheme of the token", func(t *testing.T) {
		a := newAPI(mock.WithContract(contractWith(t, "enum: [Token]", "enum: [Bearer]")))
		got := a.do("GET", alm, "")
		assert.Equal(t, got.status, http.StatusUnauthorized)
		assert.Equal(t, got.header.Get("WWW-Authenticate"), "Bearer")
		assert.Equal(t, a.do("GET", alm, "", "Authorization: Bearer editor-token").status, http.StatusOK)
	})
	t.Run("undocumented status", func(t *testing.T) {
		contract := contractWith(t, "        \"404\": {$ref: \"#/components/responses/NotFound\"}\n", "")
		got := newAPI(mock.WithContract(contract)).do("GET", alm+"4711/", "")
		assert.Equal(t, got.status, http.StatusInternalServerError)
		assert.Assert(t, strings.Contains(got.body, "getAlmConnection has no response 404"), got.body)
	})
}
