package conformance_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/fixtures"
)

func TestReadTarget(t *testing.T) {
	target, err := conformance.ReadTarget(fixtures.TargetMockFile, fixtures.TargetMock())
	assert.NilError(t, err)
	assert.Equal(t, target.URL, "http://127.0.0.1:8080")
	assert.Equal(t, target.Users["alm-editor"].TokenEnv, "SDE_TOKEN_ALM_EDITOR")
	assert.Equal(t, *target.Organizations["main"].Connectors.Analysis[2].Remote, false)
	assert.Equal(t, target.Writes.MaxCreates, 24)
}

// TestReadTargetMistakes: each mistake has its place and its words, and all are told at once.
func TestReadTargetMistakes(t *testing.T) {
	const head = "url: http://h\norganizations: {main: {}}\n"
	tests := map[string]struct{ file, want string }{
		"empty":            {"", "t.yaml:1:1: no documents in stream"},
		"two documents":    {head + "---\nurl: x\n", "t.yaml:1:1: expected single document, found multiple"},
		"not YAML":         {"url: 'a\n", "t.yaml:2:1: found unexpected end of stream"},
		"a list":           {"- a\n", "t.yaml:1:1: must be a mapping, not a list"},
		"key twice":        {head + "url: http://i\n", `t.yaml:3:1: mapping key "url" already defined at line 1`},
		"unknown field":    {head + "uri: x\n", `t.yaml:3:1: unknown field "uri"; did you mean "url"?`},
		"wrong type":       {head + "writes: {max_creates: many}\n", "t.yaml:3:23: must be an integer, not a text"},
		"not true":         {head + "isolated: 1\n", "t.yaml:3:11: must be true or false, not an integer"},
		"no url":           {"organizations: {}\n", "t.yaml:1:1: url is missing: where the target is, such as https://sde.example.com"},
		"null url":         {"users: {}\nurl:\n", "t.yaml:2:1: url is missing: where the target is, such as https://sde.example.com"},
		"other scheme":     {"url: ftp://h\n", "t.yaml:1:6: url must be http://HOST or https://HOST"},
		"password in url":  {"url: http://a:b@h\n", "t.yaml:1:6: url must not hold a user name or a password"},
		"path of the API":  {"url: http://h/api/v2/\n", "t.yaml:1:6: url must end before /api/v2"},
		"url with query":   {"url: http://h/?a=b\n", "t.yaml:1:6: url must end with its path"},
		"negative creates": {head + "writes: {max_creates: -1}\n", "t.yaml:3:23: max_creates must not be negative"},
		"user": {
			head + "users:\n  ann: {organization: mian, permissions: [Edit ALM connections, Edit]}\n",
			"t.yaml:4:8: user ann: token_env is missing: it names the variable that holds the token\n" +
				"t.yaml:4:23: user ann: organization \"mian\" is not in this file\n" +
				"t.yaml:4:65: user ann: permission \"Edit\" is unknown: there is \"Edit ALM connections\" and \"Edit security tool connections\"",
		},
		"token": {
			head + "users: {ann: {organization: main, token: t0psecret, token_env: A}}\n",
			`t.yaml:3:35: unknown field "token": a token never stands in a file; token_env names the variable that holds it`,
		},
		"token as variable": {
			head + "users: {ann: {organization: main, token_env: t0p-secret}}\n",
			"t.yaml:3:46: user ann: token_env must be the name of a variable, such as SDE_TOKEN_EDITOR",
		},
		"connectors": {
			"url: http://h\norganizations:\n  main:\n    connectors:\n      alm: [{id: 0}, {id: 2}, {id: 2}, {name: x}]\n    projects: [{id: 1}, {id: 1}]\n",
			"t.yaml:5:18: a connector needs an id, an integer from 1\nt.yaml:5:36: connector 2 is there twice\n" +
				"t.yaml:5:40: a connector needs an id, an integer from 1\nt.yaml:6:30: project 1 is there twice",
		},
		"not applicable": {
			head + "not_applicable:\n  - {id: alm/list/statsu}\n  - {id: \"*/list/*\", reason: \" \"}\n",
			"t.yaml:4:5: alm/list/statsu needs a reason: why the target doesn't offer it\n" +
				"t.yaml:4:10: no check is called \"alm/list/statsu\"; did you mean \"alm/list/status\"?\n" +
				"t.yaml:5:30: */list/* needs a reason: why the target doesn't offer it",
		},
		"mistakes of both kinds": {
			"url: nowhere\nnope: 1\n",
			"t.yaml:1:6: url must be http://HOST or https://HOST\nt.yaml:2:1: unknown field \"nope\"",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := conformance.ReadTarget("t.yaml", []byte(test.file))
			assert.Error(t, err, test.want)
			assert.Assert(t, !strings.Contains(err.Error(), "secret"))
		})
	}
}

func TestDidYouMean(t *testing.T) {
	assert.Check(t, cmp.Equal(conformance.DidYouMean("alm/lists/status"), `; did you mean "alm/list/status"?`))
	assert.Check(t, cmp.Equal(conformance.DidYouMean("list/envelope"), `; did you mean "analysis/list/envelope"?`))
	assert.Check(t, cmp.Equal(conformance.DidYouMean("nothing like it"), "; 'sdecontract list' tells them all"))
}
