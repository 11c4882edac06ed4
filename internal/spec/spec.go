// Package spec writes the contract in the forms that other tools read.
package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/internal/yamljson"
)

// YAML returns the contract as OpenAPI 3.0.3 in YAML: word for word, or, if it is to be plain, without the x- keys
// and what the comments say of them.
func YAML(plain bool) ([]byte, error) {
	if !plain {
		return sdecontract.Spec(), nil
	}
	document, err := parse(plain)
	if err != nil {
		return nil, err
	}
	return yaml.Dump(document, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
}

// JSON returns the contract as OpenAPI 3.0.3 in JSON, with the members in the order of the YAML; plain leaves the x-
// keys out.
func JSON(plain bool) ([]byte, error) {
	document, err := parse(plain)
	if err != nil {
		return nil, err
	}
	text, err := yamljson.Encode(document, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sdecontract.SpecFile, err)
	}
	return text, nil
}

func parse(plain bool) (*yaml.Node, error) {
	document := &yaml.Node{}
	if err := yaml.Load(sdecontract.Spec(), document); err != nil {
		return nil, fmt.Errorf("%s: %w", sdecontract.SpecFile, err)
	}
	if plain {
		root := document.Content[0]
		document.HeadComment, root.HeadComment, root.Content[0].HeadComment = "", "", "" // it explains the x- keys
		dropExtensions(document)
	}
	return document, nil
}

func dropExtensions(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); {
			if strings.HasPrefix(n.Content[i].Value, "x-") {
				n.Content = slices.Delete(n.Content, i, i+2)
			} else {
				i += 2
			}
		}
	}
	for _, child := range n.Content {
		dropExtensions(child)
	}
}
