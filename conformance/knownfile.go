package conformance

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/internal/build"
)

// ReadKnown reads known deviations from a YAML list of mappings with the members id, verdict, reason and
// until, as [Known] explains them. file names the list in messages. The error names everything that is wrong,
// each as file:line:column: message.
func ReadKnown(file string, data []byte) ([]Known, error) { return readKnown(file, data, false) }

// ReadKnownDraft is [ReadKnown], but for entries whose reason is still the one that [Report.Deviations] gives:
// it returns them instead of an error.
func ReadKnownDraft(file string, data []byte) ([]Known, error) { return readKnown(file, data, true) }

func readKnown(file string, data []byte, draft bool) ([]Known, error) {
	var r yamlReader
	var known []Known
	if r.decode(data, &known) && r.noneEmpty() {
		taken := map[string]bool{}
		for i, k := range known {
			at := func(field string) []string { return []string{strconv.Itoa(i), field} }
			k.problems(draft, func(field, problem string) {
				if value, _ := child(r.find(at("")), field); value != nil {
					r.fail(at(field), "%s", problem)
				} else {
					r.failMissing(at(field), "%s", problem)
				}
			})
			if taken[k.ID] && k.ID != "" {
				r.fail(at("id"), "%s is there twice", k.ID)
			}
			taken[k.ID] = true
		}
	}
	if err := r.err(file); err != nil {
		return nil, err
	}
	return known, nil
}

// noneEmpty refuses items that are null, which the library leaves out, so that each has its position.
func (r *yamlReader) noneEmpty() bool {
	before := len(r.mistakes)
	for _, item := range r.find(nil).Content {
		if item.ShortTag() == "!!null" {
			r.mistakes = append(r.mistakes, mistake{max(item.Line, 1), max(item.Column, 1), "this item is empty"})
		}
	}
	return len(r.mistakes) == before
}

// Deviations are the known deviations with which this run would not have failed: each check that fails or
// warns, sorted by id, and what before says of checks that this run can't judge. Reason and Until are those of
// before where its entry expected the same; any other reason begins with TODO, which [ReadKnown] refuses. What
// errs isn't there: the target wasn't seen to deviate.
func (r *Report) Deviations(before []Known) []Known {
	old := map[string]Known{}
	for _, k := range before {
		old[k.ID] = k
	}
	judged := map[string]bool{}
	var known []Known
	for _, result := range r.Results {
		k, has := old[result.ID]
		judged[result.ID] = result.Verdict != Blocked && result.Verdict != Inconclusive
		switch {
		case result.Verdict != Fail && result.Verdict != Warn && (!has || result.Verdict != k.Verdict):
			continue
		case !has:
			k = Known{ID: result.ID, Verdict: result.Verdict, Reason: unexplained + ": say why this is accepted"}
		case result.Verdict != k.Verdict:
			reason := strings.TrimPrefix(k.Reason, unexplained+": ")
			k = Known{ID: result.ID, Verdict: result.Verdict, Reason: fmt.Sprintf("%s: the verdict was %s: %s", unexplained, k.Verdict, reason)}
		}
		known = append(known, k)
	}
	for _, k := range before {
		if !judged[k.ID] {
			known = append(known, k)
		}
	}
	slices.SortFunc(known, func(a, b Known) int { return strings.Compare(a.ID, b.ID) })
	return known
}

// WriteKnown writes a file that [ReadKnown] reads.
func WriteKnown(w io.Writer, known []Known) error {
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=" + build.Files + `conformance/known.schema.json
# Known deviations, for 'sdecontract verify --known'. An entry covers one check with that verdict,
# whatever it finds. Each needs a reason; until: 2026-12-31 makes it count again from the day after.
`)
	if len(known) == 0 {
		b.WriteString("[]\n")
	} else {
		data, err := yaml.Dump(known, yaml.WithIndent(2))
		if err != nil {
			return err
		}
		b.Write(data)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
