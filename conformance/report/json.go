package report

import (
	"bytes"
	_ "embed" // for the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/plain"
)

// format is the number of the form of JSON reports. It grows when a member changes its meaning.
const format = 2

//go:embed result.schema.json
var schema []byte

// Schema is the JSON Schema (2020-12) of what [JSON] writes.
func Schema() []byte { return bytes.Clone(schema) }

// document is a report with what programs ask first.
type document struct {
	Format     int                         `json:"format"`
	ExitStatus int                         `json:"exit_status"`
	Whole      bool                        `json:"whole"` // the scope is the whole catalogue
	Counts     map[conformance.Verdict]int `json:"counts"`
	*conformance.Report
}

// JSON writes the report as one JSON object. Its members exit_status, whole and counts are derived from
// the others.
func JSON(w io.Writer, r *conformance.Report) error {
	listed := *r
	listed.Results = append([]conformance.Result{}, r.Results...) // a list, even if an interruption left none
	listed.Exchanges = append([]conformance.Exchange{}, r.Exchanges...)
	r = &listed
	d := document{Format: format, ExitStatus: r.ExitStatus(), Whole: r.Whole(), Counts: map[conformance.Verdict]int{}, Report: r}
	for _, v := range conformance.Verdicts {
		d.Counts[v] = r.Count(v)
	}
	return plain.JSON(w, d)
}

// ReadJSON reads a report that [JSON] wrote.
func ReadJSON(r io.Reader) (*conformance.Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var head struct {
		Format int `json:"format"`
	}
	err = json.Unmarshal(data, &head)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && len(data) > 0 && syntax.Offset == int64(len(data)) {
		return nil, errors.New("not a whole report: it ends too early")
	}
	if err != nil {
		return nil, fmt.Errorf("not a report: %w", err)
	}
	if head.Format != format {
		return nil, fmt.Errorf("not a report of format %d, which this version reads: its format is %d", format, head.Format)
	}
	d := document{Report: &conformance.Report{}}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	decoder.DisallowUnknownFields() // what isn't understood would be lost when it is written again
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("not a report: %w", err)
	}
	if d.Suite.Contract == "" {
		return nil, errors.New("not a report: it doesn't say which suite ran")
	}
	return d.Report, nil
}
