package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/internal/spec"
)

func specCommand() *cobra.Command {
	var format, url string
	var plain bool
	cmd := &cobra.Command{
		Use:   "spec",
		Short: "Print the contract, for other tools",
		Long: `Print the contract that this program was built with.

  yaml     OpenAPI 3.0.3, word for word
  json     the same in JSON
  postman  a Postman collection, format 2.1: the documented samples as requests, with the
           variables baseUrl and token
  har      an HTTP archive, format 1.2: the same requests, as the mock answers them

Beside plain OpenAPI the contract has keys that begin with x-, which say what OpenAPI can't.
Other tools ignore them; --plain leaves them out.

Exit status:
  0  it was printed
  2  a flag can't be used`,
		Example: `  # Give the contract to another tool.
  sdecontract spec > openapi.yaml
  sdecontract spec --format json --plain > openapi.json

  # Import this into Postman, or run it with Newman against a mock of its own.
  sdecontract spec --format postman > connections.postman_collection.json
  sdecontract mock --listen 127.0.0.1:8080 -- newman run connections.postman_collection.json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			data, err := printed(cmd.Context(), format, plain, strings.TrimSuffix(url, "/"))
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(data)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&format, "format", "yaml", "`format`: "+strings.Join(specFormats, ", "))
	f.BoolVar(&plain, "plain", false, "without the x- keys")
	f.StringVar(&url, "url", "", "`base` URL of the requests, with --format postman or har (default: where 'sdecontract mock' listens)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(specFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var specFormats = []string{"yaml", "json", "postman", "har"}

func printed(ctx context.Context, format string, plain bool, url string) ([]byte, error) {
	isSamples := format == "postman" || format == "har"
	switch {
	case isSamples && plain:
		return nil, usageError{errors.New("--plain is for yaml and json only")}
	case !isSamples && url != "":
		return nil, usageError{errors.New("--url is for postman and har only")}
	case url != "":
		if err := checkURL(url); err != nil {
			return nil, fmt.Errorf("--url: %w", err)
		}
	}
	switch format {
	case "yaml":
		return spec.YAML(plain)
	case "json":
		return spec.JSON(plain)
	case "postman":
		return spec.Postman(url)
	case "har":
		return spec.HAR(ctx, url)
	}
	return nil, usageError{fmt.Errorf("--format: %q is not one of %s", format, strings.Join(specFormats, ", "))}
}
