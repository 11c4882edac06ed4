package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/internal/schematest"
	"github.com/sdecontract/sdecontract/internal/yamljson"
)

// TestWholeRunFitsSchema: the JSON of a real run is what the schema says.
func TestWholeRunFitsSchema(t *testing.T) {
	var out, errOut bytes.Buffer
	status := run(t.Context(), []string{"verify", "--against-mock", "--report", "json=-"}, &out, &errOut)
	assert.Equal(t, status, 0, errOut.String())
	assert.NilError(t, schematest.Validate(t, report.Schema(), out.String()))
}

// TestDraftFitsSchema: what init writes is right for an editor that goes by its first line.
func TestDraftFitsSchema(t *testing.T) {
	text := draft("https://sde.example.com", []conformance.View{{User: &conformance.User{Name: "editor", TokenEnv: "SDE_TOKEN_EDITOR"}}})
	var schema struct {
		ID string `json:"$id"`
	}
	assert.NilError(t, json.Unmarshal(conformance.TargetSchema(), &schema))
	assert.Assert(t, strings.HasPrefix(text, "# yaml-language-server: $schema="+schema.ID+"\n"))

	var root yaml.Node
	assert.NilError(t, yaml.Load([]byte(text), &root))
	data, err := yamljson.Encode(&root)
	assert.NilError(t, err)
	assert.NilError(t, schematest.Validate(t, conformance.TargetSchema(), string(data)))
}
