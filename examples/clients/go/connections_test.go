package connections

import (
	"os"
	"testing"
)

// TestEnsure runs against the mock: sdecontract mock -- go test -count=1 ./...
func TestEnsure(t *testing.T) {
	url := os.Getenv("SDECONTRACT_URL")
	if url == "" {
		t.Skip("SDECONTRACT_URL says where the API is: run this with sdecontract mock -- go test")
	}
	c, err := Dial(url, os.Getenv("SDECONTRACT_TOKEN_EDITOR"))
	if err != nil {
		t.Fatal(err)
	}
	want := AlmConnectionInput{Alias: "Web shop", Connector: 1, Project: 1, Params: ConnectionParams{"alm_project": "SHOP"}}
	created, err := Ensure(t.Context(), c, want)
	if err != nil {
		t.Fatal(err)
	}
	daily := Daily
	want.Frequency = &daily
	updated, err := Ensure(t.Context(), c, want)
	if err != nil {
		t.Fatal(err)
	}
	if updated != created {
		t.Errorf("a second connection, %d, instead of %d", updated, created)
	}
	got, err := c.GetAlmConnectionWithResponse(t.Context(), created)
	if err != nil {
		t.Fatal(err)
	}
	if got.JSON200 == nil || got.JSON200.Frequency != Daily {
		t.Errorf("%s: %s", got.Status(), got.Body)
	}
}
