package clients

import (
	"context"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock/mocktest"
	"github.com/sdecontract/sdecontract/test/clients/oapi"
)

func oapiClient(t *testing.T) *oapi.ClientWithResponses {
	t.Helper()
	c, err := oapi.NewClientWithResponses(mocktest.Start(t).URL, oapi.WithRequestEditorFn(
		func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Token editor-token")
			return nil
		}))
	assert.NilError(t, err)
	return c
}

func TestOapiCodegenALM(t *testing.T) {
	c, ctx := oapiClient(t), t.Context()

	created, err := c.CreateAlmConnectionWithResponse(ctx, oapi.AlmConnectionInput{
		Alias: "Generated", Connector: 1, Project: 1, Params: oapi.ConnectionParams{"alm_project": "X"},
	})
	assert.NilError(t, err)
	assert.Equal(t, created.StatusCode(), http.StatusCreated)
	assert.Equal(t, created.JSON201.Frequency, oapi.Manually)
	id := *created.JSON201.Id

	updated, err := c.UpdateAlmConnectionWithResponse(ctx, id, oapi.AlmConnectionInput{
		Alias: "Renamed", Connector: 2, Project: 1, Params: oapi.ConnectionParams{},
	})
	assert.NilError(t, err)
	assert.Equal(t, *updated.JSON200.System, "Rally")

	got, err := c.GetAlmConnectionWithResponse(ctx, id)
	assert.NilError(t, err)
	assert.DeepEqual(t, got.JSON200, updated.JSON200)

	alias := "Renamed"
	list, err := c.ListAlmConnectionsWithResponse(ctx, &oapi.ListAlmConnectionsParams{Alias: &alias})
	assert.NilError(t, err)
	assert.Assert(t, cmp.Len(list.JSON200.Results, 1))
	assert.DeepEqual(t, &list.JSON200.Results[0], got.JSON200)

	missing, err := c.GetAlmConnectionWithResponse(ctx, 4711)
	assert.NilError(t, err)
	assert.Equal(t, missing.JSON404.Detail, "Not found.")
}

func TestOapiCodegenAnalysis(t *testing.T) {
	c, ctx := oapiClient(t), t.Context()

	created, err := c.CreateAnalysisConnectionWithResponse(ctx, oapi.AnalysisConnectionCreate{
		Connector: 1, Project: 1, Params: oapi.ConnectionParams{},
	})
	assert.NilError(t, err)
	assert.Equal(t, created.StatusCode(), http.StatusCreated)
	assert.Equal(t, created.JSON201.Alias, "WhiteHat Sentinel EU")
	id := *created.JSON201.Id

	daily := oapi.Daily
	updated, err := c.UpdateAnalysisConnectionWithResponse(ctx, id, oapi.AnalysisConnectionUpdate{
		Alias: "Renamed", Connector: 2, Project: 1, Frequency: &daily, Params: oapi.ConnectionParams{},
	})
	assert.NilError(t, err)
	assert.Equal(t, updated.JSON200.Frequency, oapi.Daily)

	got, err := c.GetAnalysisConnectionWithResponse(ctx, id)
	assert.NilError(t, err)
	assert.DeepEqual(t, got.JSON200, updated.JSON200)

	system, size := "Veracode", int64(2)
	list, err := c.ListAnalysisConnectionsWithResponse(ctx, &oapi.ListAnalysisConnectionsParams{System: &system, PageSize: &size})
	assert.NilError(t, err)
	assert.Equal(t, *list.JSON200.Count, int64(3))
	assert.Assert(t, cmp.Len(list.JSON200.Results, 2))
	assert.Assert(t, list.JSON200.Next != nil)

	refused, err := c.CreateAnalysisConnectionWithResponse(ctx, oapi.AnalysisConnectionCreate{
		Connector: 3, Project: 1, Params: oapi.ConnectionParams{},
	})
	assert.NilError(t, err)
	assert.Assert(t, cmp.Len(refused.JSON400.AdditionalProperties["connector"], 1))
}
