package mock

import (
	"bytes"
	_ "embed" // for the schemas
)

var (
	//go:embed world.schema.json
	worldSchema []byte
	//go:embed fault.schema.json
	faultSchema []byte
)

// WorldSchema returns the JSON Schema of the files that [ReadWorld] reads, for editors. What refers to something else
// in the file, [ReadWorld] alone can judge. The caller owns the slice.
func WorldSchema() []byte { return bytes.Clone(worldSchema) }

// FaultSchema is the same for [ParseFault]. Which members exclude each other, and which users there are, [ParseFault]
// and [Server.SetFault] tell.
func FaultSchema() []byte { return bytes.Clone(faultSchema) }
