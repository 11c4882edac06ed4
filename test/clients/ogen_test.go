package clients

import (
	"context"
	"fmt"
	"testing"

	"github.com/go-faster/jx"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock/mocktest"
	"github.com/sdecontract/sdecontract/test/clients/ogenclient"
)

type editorToken struct{}

func (editorToken) Token(context.Context, ogenclient.OperationName) (ogenclient.Token, error) {
	return ogenclient.Token{APIKey: "Token editor-token"}, nil
}

func ogenClient(t *testing.T) *ogenclient.Client {
	t.Helper()
	c, err := ogenclient.NewClient(mocktest.Start(t).URL, editorToken{})
	assert.NilError(t, err)
	return c
}

// is fails the test unless the reply is of the documented type T.
func is[T any](t *testing.T) func(reply any, err error) T {
	return func(reply any, err error) T {
		t.Helper()
		assert.NilError(t, err)
		typed, ok := reply.(T)
		assert.Assert(t, ok, fmt.Sprintf("got %T: %+v", reply, reply))
		return typed
	}
}

func TestOgenALM(t *testing.T) {
	c, ctx := ogenClient(t), t.Context()
	connection := is[*ogenclient.AlmConnection](t)

	created := connection(c.CreateAlmConnection(ctx, &ogenclient.AlmConnectionInput{
		Alias: "Generated", Connector: 1, Project: 1, Params: ogenclient.ConnectionParams{"alm_project": jx.Raw(`"X"`)},
	}))
	assert.Equal(t, created.Frequency, ogenclient.FrequencyManually)

	updated := connection(c.UpdateAlmConnection(ctx, &ogenclient.AlmConnectionInput{
		Alias: "Renamed", Connector: 2, Project: 1, Params: ogenclient.ConnectionParams{},
	}, ogenclient.UpdateAlmConnectionParams{ConnectionID: created.ID}))
	assert.Equal(t, updated.System, "Rally")

	got := connection(c.GetAlmConnection(ctx, ogenclient.GetAlmConnectionParams{ConnectionID: created.ID}))
	assert.DeepEqual(t, got, updated)

	list := is[*ogenclient.AlmConnectionList](t)(c.ListAlmConnections(ctx,
		ogenclient.ListAlmConnectionsParams{Alias: ogenclient.NewOptString("Renamed")}))
	assert.Assert(t, cmp.Len(list.Results, 1))
	assert.DeepEqual(t, &list.Results[0], got)

	missing := is[*ogenclient.GetAlmConnectionNotFound](t)(c.GetAlmConnection(ctx, ogenclient.GetAlmConnectionParams{ConnectionID: 4711}))
	assert.Equal(t, missing.Detail, "Not found.")
}

func TestOgenAnalysis(t *testing.T) {
	c, ctx := ogenClient(t), t.Context()
	connection := is[*ogenclient.AnalysisConnection](t)

	created := connection(c.CreateAnalysisConnection(ctx, &ogenclient.AnalysisConnectionCreate{
		Connector: 1, Project: 1, Params: ogenclient.ConnectionParams{},
	}))
	assert.Equal(t, created.Alias, "WhiteHat Sentinel EU")

	updated := connection(c.UpdateAnalysisConnection(ctx, &ogenclient.AnalysisConnectionUpdate{
		Alias: "Renamed", Connector: 2, Project: 1, Params: ogenclient.ConnectionParams{},
		Frequency: ogenclient.NewOptFrequency(ogenclient.FrequencyDaily),
	}, ogenclient.UpdateAnalysisConnectionParams{ConnectionID: created.ID}))
	assert.Equal(t, updated.Frequency, ogenclient.FrequencyDaily)

	got := connection(c.GetAnalysisConnection(ctx, ogenclient.GetAnalysisConnectionParams{ConnectionID: created.ID}))
	assert.DeepEqual(t, got, updated)

	list := is[*ogenclient.AnalysisConnectionList](t)(c.ListAnalysisConnections(ctx,
		ogenclient.ListAnalysisConnectionsParams{System: ogenclient.NewOptString("Veracode"), PageSize: ogenclient.NewOptInt64(2)}))
	assert.Equal(t, int64(list.Count.Value), int64(3))
	assert.Assert(t, cmp.Len(list.Results, 2))
	assert.Assert(t, list.Next.Set)

	refused := is[*ogenclient.InvalidRequest](t)(c.CreateAnalysisConnection(ctx, &ogenclient.AnalysisConnectionCreate{
		Connector: 3, Project: 1, Params: ogenclient.ConnectionParams{},
	}))
	assert.Assert(t, cmp.Len(refused.AdditionalProps["connector"], 1))
}
