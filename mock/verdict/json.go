package verdict

import (
	"bytes"
	_ "embed" // for the schema
	"io"

	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock/export"
)

// format is the number of the form of JSON reports. It grows when a member changes its meaning.
const format = 1

//go:embed client.schema.json
var schema []byte

// Schema is the JSON Schema (2020-12) of what [JSON] writes.
func Schema() []byte { return bytes.Clone(schema) }

// JSON writes the report as one JSON object. Its members exit_status and conclusion are derived from the others.
func JSON(w io.Writer, r *Report) error {
	return plain.JSON(w, struct {
		Format     int    `json:"format"`
		ExitStatus int    `json:"exit_status"`
		Conclusion string `json:"conclusion"`
		*Report
	}{format, r.ExitStatus(), r.Conclusion(), r})
}

// HAR writes the exchanges of the report as an HTTP archive: see [export.HAR].
func HAR(w io.Writer, r *Report) error { return export.HAR(w, r.Exchanges) }
