package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/internal/spec"
	"github.com/sdecontract/sdecontract/mock"
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

Beside plain OpenAPI the contract has keys that begin with x-, which say what OpenAPI can't.
Other tools ignore them; --plain leaves them out.`,
		Example: `  # Give the contract to another tool.
  sdecontract spec > openapi.yaml
  sdecontract spec --format json --plain > openapi.json

  # Import this into Postman, or run it with Newman against a mock of its own.
  sdecontract spec --format postman > connections.postman_collection.json
  sdecontract mock --listen 127.0.0.1:8080 -- newman run connections.postman_collection.json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			data, err := printed(format, plain, url)
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
	f.StringVar(&url, "url", "", "`base` URL of the requests, with --format postman (default: where 'sdecontract mock' listens)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(specFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var specFormats = []string{"yaml", "json", "postman"}

func printed(format string, plain bool, url string) ([]byte, error) {
	switch {
	case format == "postman" && plain:
		return nil, usageError{errors.New("--plain is for yaml and json only")}
	case format != "postman" && url != "":
		return nil, usageError{errors.New("--url is for postman only")}
	case format == "yaml":
		return spec.YAML(plain)
	case format == "json":
		return spec.JSON(plain)
	case format == "postman":
		return spec.Postman(strings.TrimSuffix(url, "/"), mock.New().World().Users()[0].Token)
	}
	return nil, usageError{fmt.Errorf("--format: %q is not one of %s", format, strings.Join(specFormats, ", "))}
}
