package conformance

import (
	"bytes"
	_ "embed" // for the schemas
)

var (
	//go:embed target.schema.json
	targetSchema []byte
	//go:embed known.schema.json
	knownSchema []byte
)

// TargetSchema returns the JSON Schema of the files that [ReadTarget] reads, for editors. What refers to something
// else in the file, [ReadTarget] alone can judge. The caller owns the slice.
func TargetSchema() []byte { return bytes.Clone(targetSchema) }

// KnownSchema is the same for [ReadKnown].
func KnownSchema() []byte { return bytes.Clone(knownSchema) }
