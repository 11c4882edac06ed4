package mock

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/internal/yamljson"
)

// Contract returns the contract that the mock serves.
func (s *Server) Contract() *Contract { return s.contract }

// JSON returns the OpenAPI document as JSON, its members in the order of the file and its references as they are.
func (c *Contract) JSON() ([]byte, error) {
	var root yaml.Node
	if err := yaml.Load(c.text, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	text, err := yamljson.Encode(&root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	return text, nil
}
