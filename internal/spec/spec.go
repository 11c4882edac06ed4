// Package spec writes the contract in the forms that other tools read.
package spec

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract"
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
	var out bytes.Buffer
	e := jsontext.NewEncoder(&out, jsontext.WithIndent("  "))
	if err := writeJSON(e, document.Content[0]); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
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

func writeJSON(e *jsontext.Encoder, n *yaml.Node) error {
	begin, end := jsontext.BeginObject, jsontext.EndObject
	switch n.Kind {
	case yaml.MappingNode:
	case yaml.SequenceNode:
		begin, end = jsontext.BeginArray, jsontext.EndArray
	case yaml.ScalarNode:
		return e.WriteToken(scalar(n))
	default:
		return fmt.Errorf("%s:%d: an alias can't be written as JSON", sdecontract.SpecFile, n.Line)
	}
	if err := e.WriteToken(begin); err != nil {
		return err
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if err := e.WriteToken(jsontext.String(child.Value)); err != nil { // 200 is a name, too
				return err
			}
			continue
		}
		if err := writeJSON(e, child); err != nil {
			return err
		}
	}
	return e.WriteToken(end)
}

func scalar(n *yaml.Node) jsontext.Token {
	var value any
	if err := n.Load(&value); err != nil {
		return jsontext.String(n.Value)
	}
	switch value := value.(type) {
	case nil:
		return jsontext.Null
	case bool:
		return jsontext.Bool(value)
	case int:
		return jsontext.Int(int64(value))
	case float64:
		return jsontext.Float(value)
	}
	return jsontext.String(n.Value)
}
