package mock

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v4"
)

// Contract returns the contract that the mock serves.
func (s *Server) Contract() *Contract { return s.contract }

// JSON returns the OpenAPI document as JSON, its members in the order of the file and its references as they are.
func (c *Contract) JSON() ([]byte, error) {
	var root yaml.Node
	if err := yaml.Load(c.text, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	value, err := tree(&root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	return appendTree(nil, value), nil
}

// tree is what appendTree writes of a node.
func tree(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return tree(n.Content[0])
	case yaml.AliasNode:
		return tree(n.Alias)
	case yaml.MappingNode:
		members := fields{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			value, err := tree(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			members.add(n.Content[i].Value, value)
		}
		return members, nil
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			value, err := tree(item)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	}
	var scalar any
	if err := n.Decode(&scalar); err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	if f, ok := scalar.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) { // JSON has none
		return n.Value, nil
	}
	return scalar, nil
}
