// Package yamljson writes YAML as JSON.
package yamljson

import (
	"bytes"
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// Encode returns the node as JSON, its members in the same order; aliases become what they stand for. Values that JSON
// hasn't, such as dates and infinity, become their text. The error names the line.
func Encode(n *yaml.Node, options ...jsontext.Options) ([]byte, error) {
	var out bytes.Buffer
	if err := write(jsontext.NewEncoder(&out, options...), n); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func write(e *jsontext.Encoder, n *yaml.Node) error {
	begin, end := jsontext.BeginObject, jsontext.EndObject
	switch n.Kind {
	case yaml.DocumentNode:
		return write(e, n.Content[0])
	case yaml.AliasNode:
		return write(e, n.Alias)
	case yaml.MappingNode:
	case yaml.SequenceNode:
		begin, end = jsontext.BeginArray, jsontext.EndArray
	default:
		token, err := scalar(n)
		if err != nil {
			return err
		}
		return e.WriteToken(token)
	}
	if err := e.WriteToken(begin); err != nil {
		return err
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if err := e.WriteToken(jsontext.String(child.Value)); err != nil { // 200 is a name, too
				return fmt.Errorf("line %d: %w", child.Line, err)
			}
			continue
		}
		if err := write(e, child); err != nil {
			return err
		}
	}
	return e.WriteToken(end)
}

func scalar(n *yaml.Node) (jsontext.Token, error) {
	var value any
	if err := n.Load(&value); err != nil {
		return jsontext.Token{}, fmt.Errorf("line %d: %w", n.Line, err)
	}
	switch value := value.(type) {
	case nil:
		return jsontext.Null, nil
	case bool:
		return jsontext.Bool(value), nil
	case int:
		return jsontext.Int(int64(value)), nil
	case uint64:
		return jsontext.Uint(value), nil
	case float64:
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			return jsontext.Float(value), nil
		}
	}
	return jsontext.String(n.Value), nil
}
