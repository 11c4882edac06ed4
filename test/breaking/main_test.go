package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// TestBreaksMustBeNamed alters the contract, each time in a way that breaks a client: it is an error that tells the
// place and the change, until the changelog names all the operations.
func TestBreaksMustBeNamed(t *testing.T) {
	for name, row := range map[string]struct{ old, new, says, named string }{
		"operation gone": {
			"    put:\n      operationId: updateAlmConnection\n", "    trace:\n      operationId: updateAlmConnection\n",
			"updateAlmConnection PUT /api/v2/connections/alm/{connection_id}/\n    api removed", "`updateAlmConnection`",
		},
		"path gone": {"  /api/v2/users/me/:", "  /api/v2/me/:", "api path removed", "`getCurrentUser`"},
		"field required": {
			"replace an ALM connection.\n      required: [alias,", "replace an ALM connection.\n      required: [alias, frequency,",
			"`frequency` with a default value became required", "`createAlmConnection`, `updateAlmConnection`",
		},
		"new field required": {
			"replace an ALM connection.\n      required: [alias, connector, project, params]\n      properties:\n",
			"replace an ALM connection.\n      required: [alias, connector, project, params, team]\n      properties:\n        team: {type: string}\n",
			"added the new required request property `team`", "`createAlmConnection`, `updateAlmConnection`",
		},
		"field gone from requests": {
			"        frequency: {$ref: \"#/components/schemas/Frequency\"}\n        params: {$ref", "        params: {$ref",
			"removed the request property `frequency`", allWrite,
		},
		"field gone from replies": {
			"        system:\n          type: string\n          readOnly: true\n          description: The issue tracker's", "        product:\n          type: string\n          description: The issue tracker's",
			"`system` from the response", "`createAlmConnection`, `getAlmConnection`, `listAlmConnections`, `updateAlmConnection`",
		},
		"enum narrower": {"enum: [hourly, ", "enum: [", "removed the enum value `hourly`", allWrite},
		"enum of replies wider": {
			"enum: [hourly, ", "enum: [yearly, hourly, ", "added the new `yearly` enum value",
			allWrite + ", `getAlmConnection`, `getAnalysisConnection`, `listAlmConnections`, `listAnalysisConnections`",
		},
		"success has another status": {
			"        \"201\":\n          description: The new connection.", "        \"202\":\n          description: The new connection.",
			"`201`", "`createAlmConnection`, `createAnalysisConnection`",
		},
		"field has another type": {
			"          type: integer\n          format: int64\n          description: The id of the ALM connector to",
			"          type: string\n          description: The id of the ALM connector to",
			"changed from `integer/int64` to `string`", "`createAlmConnection`, `updateAlmConnection`",
		},
		"reply may lack a field": {
			"as replies show it.\n      required: [id, connector, project, system, alias, frequency, command, inaccessible]",
			"as replies show it.\n      required: [id, connector, project, system, alias, frequency, command]",
			"`results/items/inaccessible` became optional",
			allWrite + ", `getAlmConnection`, `getAnalysisConnection`, `listAlmConnections`, `listAnalysisConnections`",
		},
		"filter gone": {
			aliasFilter, "",
			"deleted the `query` request parameter `alias`", "`listAlmConnections`",
		},
		"parameter required": {
			"      name: page_size\n", "      name: page_size\n      required: true\n", "`page_size` became required",
			"`listAlmConnections`, `listAlmConnectors`, `listAnalysisConnections`, `listAnalysisConnectors`, `listApplications`, `listBusinessUnits`, `listProjects`",
		},
		"value bounded more": {"          minLength: 1\n", "          minLength: 3\n", "minLength was increased", allWrite},
		"token elsewhere":    {"      name: Authorization\n", "      name: X-Token\n", "from `Authorization` to `X-Token`", "`openapi.yaml`"},
	} {
		t.Run(name, func(t *testing.T) {
			found := altered(t, row.old, row.new)
			err := judge(found, changelog("### Added\n\n* `createAlmConnection`: is no break, but an addition."))
			assert.ErrorContains(t, err, row.says)
			assert.ErrorContains(t, err, "* "+sorted(row.named)+": what changes")
			for line := range strings.Lines(err.Error()) {
				if strings.Contains(line, " /api/v2/") {
					assert.Assert(t, cmp.Regexp(`^(openapi|[a-z/.]+/openapi)\.yaml:[1-9]\d*: [a-zA-Z]+ [A-Z]+ /api/v2/`, line))
				}
			}
			assert.NilError(t, judge(found, changelog(heading+"\n\n* "+row.named+": as told.")))

			first, _, _ := strings.Cut(row.named, ", ")
			assert.ErrorContains(t, judge(found, changelog(heading+"\n\n* Clients of "+first+" break.")), first, "not named as the message says")
			assert.ErrorContains(t, judge(found, changelog("")+"\n"+heading+"\n\n* "+row.named+": in an older release."), first)
		})
	}
}

const (
	allWrite    = "`createAlmConnection`, `createAnalysisConnection`, `updateAlmConnection`, `updateAnalysisConnection`"
	aliasFilter = `        - name: alias
          in: query
          description: Only the connections with exactly this alias.
          schema: {type: string}
          x-filters: alias
          x-source: {heading: Get All ALM Connections of All Projects, lines: 56}
`
)

// TestHarmlessChangesPass: clients of the released contract don't notice them.
func TestHarmlessChangesPass(t *testing.T) {
	for name, row := range map[string]struct{ old, new string }{
		"optional parameter": {aliasFilter, aliasFilter + strings.ReplaceAll(aliasFilter, "alias", "nickname")},
		"optional field": {
			"replace an ALM connection.\n      required: [alias, connector, project, params]\n      properties:\n",
			"replace an ALM connection.\n      required: [alias, connector, project, params]\n      properties:\n        team: {type: string}\n",
		},
		"field of replies": {
			"An ALM connection as replies show it.\n      required: [id,", "An ALM connection as replies show it.\n      required: [created, id,",
		},
		"required no more": {"required: [alias, connector, project, params]", "required: [connector, project, params]"},
		"operation":        {"  /api/v2/users/me/:\n", "  /api/v2/version/:\n    get: {responses: {\"200\": {description: The version.}}}\n  /api/v2/users/me/:\n"},
		"refusal gone":     {"        \"413\": {$ref: \"#/components/responses/ContentTooLarge\"}\n", ""},
		"words":            {"description: The connection's name.", "description: What people call the connection."},
		"x- key gone":      {"          x-filters: alias\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.NilError(t, judge(altered(t, row.old, row.new), changelog("")))
		})
	}
}

// TestEachContractIsCompared as the command does it: with the changelog of the repository that it is told.
func TestEachContractIsCompared(t *testing.T) {
	repository := func(t *testing.T) string {
		root := t.TempDir()
		assert.NilError(t, os.CopyFS(root, os.DirFS("accepted")))
		assert.NilError(t, os.WriteFile(filepath.Join(root, "CHANGELOG.md"), []byte(changelog("")), 0o600))
		return root
	}
	assert.NilError(t, run(repository(t)))
	assert.ErrorContains(t, run(t.TempDir()), "CHANGELOG.md")
	for _, contract := range contracts {
		root := repository(t)
		assert.NilError(t, os.WriteFile(filepath.Join(root, contract), []byte("openapi: 3.0.3\ninfo: {title: None, version: \"1\"}\npaths: {}\n"), 0o600))
		assert.ErrorContains(t, run(root), "test/breaking/accepted/"+contract+":")
		root = repository(t)
		assert.NilError(t, os.Remove(filepath.Join(root, contract)))
		assert.ErrorContains(t, run(root), contract)
	}
}

// TestNoContractHasAllOf: oasdiff would have to flatten it, and then knows lines no more.
func TestNoContractHasAllOf(t *testing.T) {
	for _, contract := range contracts {
		data, err := os.ReadFile(filepath.Join("..", "..", contract))
		assert.NilError(t, err)
		assert.Assert(t, !strings.Contains(string(data), "allOf:"), "%s: give load.NewSpecInfo the option load.WithFlattenAllOf", contract)
	}
}

func changelog(unreleased string) string {
	return "# Changelog\n\n## Unreleased\n\n" + unreleased + "\n\n## 1.0.0 - 2026-01-01\n\n### Added\n\n* Everything.\n"
}

func sorted(names string) string {
	all := strings.Split(names, ", ")
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// altered compares the released contract with an altered copy.
func altered(t *testing.T, replaced, replacement string) []change {
	t.Helper()
	contract := filepath.Join("accepted", contracts[0])
	data, err := os.ReadFile(contract)
	assert.NilError(t, err)
	text := strings.ReplaceAll(string(data), replaced, replacement)
	assert.Assert(t, text != string(data), "the contract has no %q", replaced)
	copied := filepath.Join(t.TempDir(), "openapi.yaml")
	assert.NilError(t, os.WriteFile(copied, []byte(text), 0o600))
	found, err := compare(contract, copied, contracts[0])
	assert.NilError(t, err)
	return found
}
