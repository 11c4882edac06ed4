package mock_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
)

const documented = "../fixtures/docs"

// samples are the requests of the documentation's samples, with the path that each is sent to.
var samples = []struct{ name, method, path string }{
	{"alm-list", "GET", alm},
	{"alm-get", "GET", alm + "1/"},
	{"alm-create", "POST", alm},
	{"alm-update", "PUT", alm + "1/"},
	{"analysis-list", "GET", analysis},
	{"analysis-get", "GET", analysis + "1/"},
	{"analysis-create", "POST", analysis},
	{"analysis-update", "PUT", analysis + "2/"},
}

// TestDocumentedSamples replays each sample against the default world. The replies differ from the
// documented ones exactly where fixtures/docs/README.md says so.
func TestDocumentedSamples(t *testing.T) {
	var got []string
	for _, sample := range samples {
		body, err := os.ReadFile(filepath.Join(documented, sample.name+".request.json"))
		if err != nil && sample.method != "GET" {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(documented, sample.name+".reply.json"))
		assert.NilError(t, err)
		answer := newAPI().do(sample.method, sample.path, string(body))
		assert.Assert(t, answer.status < 300, "%s: %s", sample.name, answer.body)
		for _, d := range differences("", reply{body: string(want)}.object(t), answer.object(t)) {
			got = append(got, sample.name+" "+d)
		}
	}
	assert.DeepEqual(t, got, explainedDifferences(t))
}

// differences lists, by JSON pointer, where a reply isn't what the documentation shows.
func differences(pointer string, want, got any) []string {
	var found []string
	switch want := want.(type) {
	case object:
		have, ok := got.(object)
		if !ok {
			break
		}
		names := []string{}
		for name := range want {
			names = append(names, name)
		}
		for name := range have {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			w, documented := want[name]
			g, answered := have[name]
			switch {
			case !documented:
				found = append(found, pointer+"/"+name+" absent "+abbreviated(g))
			case !answered:
				found = append(found, pointer+"/"+name+" "+abbreviated(w)+" absent")
			default:
				found = append(found, differences(pointer+"/"+name, w, g)...)
			}
		}
		return found
	case []any:
		have, _ := got.([]any)
		for i := range max(len(want), len(have)) {
			at := fmt.Sprintf("%s/%d", pointer, i)
			if i >= len(want) {
				found = append(found, at+" absent "+abbreviated(have[i]))
			} else {
				found = append(found, differences(at, want[i], have[i])...)
			}
		}
		return found
	}
	if want != got {
		found = append(found, pointer+" "+abbreviated(want)+" "+abbreviated(got))
	}
	return found
}

func abbreviated(v any) string {
	if o, ok := v.(object); ok {
		return fmt.Sprintf("connection %v", o["id"])
	}
	data, _ := json.Marshal(v)
	return string(data)
}

// explainedDifferences reads the table of fixtures/docs/README.md: sample, pointer, documented, mock, why.
func explainedDifferences(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(documented, "README.md"))
	assert.NilError(t, err)
	var rows []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "/") {
			continue
		}
		for i := range cells {
			cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
		}
		assert.Assert(t, cells[4] != "", "no reason given: %s", line)
		rows = append(rows, strings.Join(cells[:4], " "))
	}
	return rows
}

// TestContractSamples replays the samples of openapi.yaml, which are corrected to what the default world
// gives: the replies are the same to the last value, and a list holds what its sample shows.
func TestContractSamples(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(t, err)
	for _, sample := range samples {
		template := sample.path
		for _, id := range []string{"/1/", "/2/"} {
			template = strings.Replace(template, id, "/{connection_id}/", 1)
		}
		op := doc.Paths.Value(template).GetOperation(sample.method)
		body := ""
		if op.RequestBody != nil {
			body = jsonText(t, op.RequestBody.Value.Content["application/json"].Example)
		}
		answer := newAPI().do(sample.method, sample.path, body)
		want := object{}
		for _, status := range []int{200, 201} {
			if r := op.Responses.Status(status); r != nil {
				want = reply{body: jsonText(t, r.Value.Content["application/json"].Example)}.object(t)
			}
		}
		got := answer.object(t)
		if list, ok := got["results"].([]any); ok {
			got["results"] = list[:len(want["results"].([]any))]
		}
		assert.DeepEqual(t, got, want)
	}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	assert.NilError(t, err)
	return string(data)
}
