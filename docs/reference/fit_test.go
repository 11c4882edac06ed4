package reference_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/internal/schematest"
	"github.com/sdecontract/sdecontract/internal/yamljson"
	"github.com/sdecontract/sdecontract/mock"
)

// form is a file that people write: its schema, and what reads it.
type form struct {
	schema []byte
	read   func([]byte) error
	right  string // a file that both take
}

func forms(t *testing.T) map[string]form {
	t.Helper()
	known, err := os.ReadFile("testdata/known.yaml")
	assert.NilError(t, err)
	fault, err := os.ReadFile("testdata/fault.yaml")
	assert.NilError(t, err)
	return map[string]form{
		"target": {conformance.TargetSchema(), func(data []byte) error { _, err := conformance.ReadTarget("target.yaml", data); return err }, string(fixtures.TargetMock())},
		"known":  {conformance.KnownSchema(), func(data []byte) error { _, err := conformance.ReadKnown("known.yaml", data); return err }, string(known)},
		"world":  {mock.WorldSchema(), func(data []byte) error { _, err := mock.ReadWorld("world.yaml", data); return err }, string(fixtures.World())},
		"fault":  {mock.FaultSchema(), func(data []byte) error { _, err := mock.ParseFault(data); return err }, string(fault)},
	}
}

// TestSchemasFitDecoders: what is right for the one is right for the other, and so is what is wrong.
func TestSchemasFitDecoders(t *testing.T) {
	for name, f := range forms(t) {
		assert.NilError(t, f.read([]byte(f.right)), name)
		assert.NilError(t, schematest.Validate(t, f.schema, asJSON(t, f.right)), name)
		for _, wrong := range wrongs[name] {
			spoilt := strings.Replace(f.right, wrong[0], wrong[1], 1)
			assert.Assert(t, spoilt != f.right, "%s: there is no %q", name, wrong[0])
			assert.Check(t, f.read([]byte(spoilt)) != nil, "%s: %s: the decoder takes it", name, wrong[1])
			assert.Check(t, schematest.Validate(t, f.schema, asJSON(t, spoilt)) != nil, "%s: %s: the schema takes it", name, wrong[1])
		}
	}
}

// TestWrittenWorldsFitSchema: what a mock writes down is what its schema says.
func TestWrittenWorldsFitSchema(t *testing.T) {
	server := mock.New()
	var written strings.Builder
	assert.NilError(t, server.Snapshot().WriteYAML(&written))
	assert.NilError(t, schematest.Validate(t, mock.WorldSchema(), asJSON(t, written.String())))
}

// wrongs are mistakes in files, as what to replace by what.
var wrongs = map[string][][2]string{
	"target": {
		{"url: http://127.0.0.1:8080", "url: 127.0.0.1:8080"},
		{"url: http://127.0.0.1:8080", "url: http://user:secret@127.0.0.1"},
		{"url: http://127.0.0.1:8080", "url: http://127.0.0.1?a=b"},
		{"url: http://127.0.0.1:8080", ""},
		{"isolated: true", "isolatd: true"},
		{"isolated: true", "isolated: perhaps"},
		{"contact: \"\"}", "contact: [ann]}"},
		{"advanced_alm: true", "advanced: true"},
		{"      alm:\n", "      alms:\n"},
		{"{id: 1, name: JIRA", "{id: 0, name: JIRA"},
		{"{id: 1, name: JIRA", "{id: x, name: JIRA"},
		{"{id: 1, name: JIRA", "{name: JIRA"},
		{"{id: 1, name: Proj", "{name: Proj"},
		{"remote: true}", "remote: [true]}"},
		{"    token_env: SDE_TOKEN_EDITOR\n", ""},
		{"    token_env: SDE_TOKEN_EDITOR\n", "    token_env: 1234-5678\n"},
		{"    token_env: SDE_TOKEN_EDITOR\n", "    token: abc\n"},
		{"    organization: main\n", ""},
		{"[Edit ALM connections]", "[Edit all connections]"},
		{"[Edit ALM connections]", "Edit ALM connections"},
		{"max_creates: 24", "max_creates: -1"},
		{"max_creates: 24", "max_creates: many"},
		{"not_applicable: []", "not_applicable: [{id: alm/list/status}]"},
		{"not_applicable: []", "not_applicable: [{id: alm/list/status, reason: \" \"}]"},
		{"not_applicable: []", "not_applicable: [{reason: later}]"},
	},
	"known": {
		{"alm/create/frequency-default", "alm/create/frequency-defualt"},
		{"alm/create/frequency-default", "alm/*"},
		{"- id: alm/create/frequency-default\n  ", "- "},
		{"verdict: fail", "verdict: pass"},
		{"verdict: fail", "verdikt: fail"},
		{"reason: the", "reason: \"TODO: say why\" # "},
		{"reason: the", "# reason: the"},
		{"until: 2026-12-31", "until: next year"},
	},
	"world": {
		{"users:\n", "user:\n"},
		{"organizations:\n", "organisations:\n"},
		{"    token: editor-token\n", ""},
		{"    token: editor-token\n", "    token: editor token\n"},
		{"    organization: main\n", ""},
		{"[Edit ALM connections]", "[Edit all connections]"},
		{"features: [advanced-alm]", "features: [advanced_alm]"},
		{"features: [advanced-alm]", "feature: [advanced-alm]"},
		{"- {id: 1, name: Proj 1", "- {id: 0, name: Proj 1"},
		{"- {id: 1, name: Proj 1", "- {id: 1, name: \"\""},
		{"- {id: 1, name: Proj 1", "- {name: Proj 1"},
		{"application: Finance App", "app: Finance App"},
		{"          command: sync_jira\n", ""},
		{"          command: sync_jira\n", "          comand: sync_jira\n"},
		{"      alm:\n        - {id: 1, connector: 2", "      alms:\n        - {id: 1, connector: 2"},
		{"- {id: 1, connector: 2, project: 2", "- {id: 1, connector: two, project: 2"},
		{"- {id: 1, connector: 2, project: 2", "- {connector: 2, project: 2"},
		{"- {id: 1, connector: 2, project: 2", "- {id: 1, project: 2"},
		{"alias: Rally Integration,", ""},
		{"alias: Rally Integration,", "alias: \"\","},
		{"frequency: manually", "frequency: never"},
		{"frequency: manually", "frequenzy: manually"},
		{"# last_ids: {alm: 9}", "last_ids: {alms: 9}"},
		{"# last_ids: {alm: 9}", "last_ids: {alm: -1}"},
	},
	"fault": {
		{"operation:", "operations:"},
		{"times: 2", "times: 0"},
		{"times: 2", "times: two"},
		{"times: 2", "probability: 0"},
		{"times: 2", "probability: 2"},
		{"status: 503", "effect: explode"},
		{"status: 503", "status: 503.5"},
		{"retry_after: 5s", "retry_after: 5"},
		{"delay: {median: 90ms, sigma: 0.4}", "delay: {median: 90, sigma: 0.4}"},
		{"delay: {median: 90ms, sigma: 0.4}", "delay: {average: 90ms}"},
		{"delay: {median: 90ms, sigma: 0.4}", "delay: soon"},
		{"sigma: 0.4", "sigma: 11"},
	},
}

// asJSON is what an editor sees of a file: dates are texts there.
func asJSON(t *testing.T, file string) string {
	t.Helper()
	var root yaml.Node
	assert.NilError(t, yaml.Load([]byte(file), &root))
	data, err := yamljson.Encode(&root)
	assert.NilError(t, err)
	return string(data)
}
