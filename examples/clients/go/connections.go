// Package connections keeps the ALM connections of projects as they should be. Its client is generated from the
// contract.
package connections

import (
	"context"
	"fmt"
	"net/http"
)

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml ../../../openapi.yaml

// Dial returns a client for the server at url, what comes before /api/v2/, that calls with the token.
func Dial(url, token string) (*ClientWithResponses, error) {
	return NewClientWithResponses(url, WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Token "+token)
		return nil
	}))
}

// Ensure makes sure that there is a connection with that alias, and that it is as wanted. It returns its id.
func Ensure(ctx context.Context, c *ClientWithResponses, want AlmConnectionInput) (int64, error) {
	list, err := c.ListAlmConnectionsWithResponse(ctx, &ListAlmConnectionsParams{Alias: &want.Alias})
	switch {
	case err != nil:
		return 0, err
	case list.JSON200 == nil:
		return 0, fmt.Errorf("list: %s: %s", list.Status(), list.Body)
	case len(list.JSON200.Results) == 0:
		created, err := c.CreateAlmConnectionWithResponse(ctx, want)
		if err != nil {
			return 0, err
		}
		if created.JSON201 == nil {
			return 0, fmt.Errorf("create: %s: %s", created.Status(), created.Body)
		}
		return *created.JSON201.Id, nil
	}
	id := *list.JSON200.Results[0].Id
	updated, err := c.UpdateAlmConnectionWithResponse(ctx, id, want)
	if err == nil && updated.JSON200 == nil {
		err = fmt.Errorf("update %d: %s: %s", id, updated.Status(), updated.Body)
	}
	return id, err
}
