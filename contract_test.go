package sdecontract_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(t, err)
	return doc
}

func TestContractIsValidOpenAPI(t *testing.T) {
	doc := load(t)
	assert.Equal(t, doc.OpenAPI, "3.0.3")
	assert.NilError(t, doc.Validate(t.Context(), openapi3.EnableMultiError(),
		openapi3.EnableSchemaFormatValidation(), openapi3.EnableExamplesValidation()))
}

// TestContractDescribesTheDocumentedOperations: no more and no fewer than the page has, and those that clients
// ask for beside them.
func TestContractDescribesTheDocumentedOperations(t *testing.T) {
	var got []string
	doc := load(t)
	for _, path := range doc.Paths.InMatchingOrder() {
		for method := range doc.Paths.Value(path).Operations() {
			got = append(got, method+" "+path)
		}
	}
	want := map[string]bool{}
	for _, kind := range []string{"alm", "analysis"} {
		for _, o := range []string{"GET /", "POST /", "GET /{connection_id}/", "PUT /{connection_id}/"} {
			method, rest, _ := strings.Cut(o, " ")
			want[method+" /api/v2/connections/"+kind+rest] = true
		}
	}
	for _, o := range []string{
		"users/me/", "projects/", "projects/{project_id}/", "applications/", "applications/{application_id}/", "business-units/",
		"business-units/{business_unit_id}/", "connectors/alm/", "connectors/alm/{connector_id}/", "connectors/analysis/",
		"connectors/analysis/{connector_id}/",
	} {
		want["GET /api/v2/"+o] = true
		assert.DeepEqual(t, doc.Paths.Value("/api/v2/"+o).Get.Tags, []string{"Companion"})
	}
	assert.Equal(t, len(got), len(want))
	for _, o := range got {
		assert.Assert(t, want[o], o)
	}
}

// TestDocumentedSamplesFit: what the documentation shows is legal by the contract.
func TestDocumentedSamplesFit(t *testing.T) {
	schemas := load(t).Components.Schemas
	for file, schema := range map[string]string{
		"alm-list.reply":          "AlmConnectionList",
		"alm-get.reply":           "AlmConnection",
		"alm-create.request":      "AlmConnectionInput",
		"alm-create.reply":        "AlmConnection",
		"alm-update.request":      "AlmConnectionInput",
		"alm-update.reply":        "AlmConnection",
		"analysis-list.reply":     "AnalysisConnectionList",
		"analysis-get.reply":      "AnalysisConnection",
		"analysis-create.request": "AnalysisConnectionCreate",
		"analysis-create.reply":   "AnalysisConnection",
		"analysis-update.request": "AnalysisConnectionUpdate",
		"analysis-update.reply":   "AnalysisConnection",
	} {
		data, err := os.ReadFile(filepath.Join("fixtures", "docs", file+".json"))
		assert.NilError(t, err)
		var value any
		assert.NilError(t, json.Unmarshal(data, &value))
		assert.NilError(t, schemas[schema].Value.VisitJSON(value), file)
	}
}
