package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
)

// Input is a report to be merged, and its name in errors.
type Input struct {
	Name string
	*conformance.Report
}

// Merge makes one report of runs of parts of the same catalogue against the same target. The error says in what
// the runs differ so that they don't belong together: in the target or what its operator says of it, in the suite
// or its contract, or in an entry of the known deviations.
//
// Of a check that several runs ran, the latest result is taken. If the verdicts differ, one that judges the
// target wins over blocked and inconclusive, then the worse over the better, and a note tells of all of them.
// Mode is write only if it was in all of the runs. Known deviations of any run count for all, by the day of the
// latest. Exchanges are numbered anew.
func Merge(inputs ...Input) (*conformance.Report, error) {
	if len(inputs) == 0 {
		return nil, errors.New("nothing to merge")
	}
	inputs = slices.Clone(inputs)
	slices.SortStableFunc(inputs, func(a, b Input) int { return a.Start.Compare(b.Start) })
	var errs []error
	for i, in := range inputs[1:] {
		errs = append(errs, apart(inputs[0], in))
		for _, other := range inputs[:i+1] {
			errs = append(errs, sameRun(other, in))
		}
	}
	known, err := mergeKnown(inputs)
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	first, last := inputs[0], inputs[len(inputs)-1]
	merged := &conformance.Report{
		Suite: last.Suite, Target: first.Target, Implementation: first.Implementation, Described: first.Described,
		Settings: first.Settings, Mode: conformance.Write, Start: first.Start, Stop: last.Stop, Complete: true,
	}
	merged.Described.Users = map[string]conformance.User{}
	merged.Settings.MaxCreates = 0
	results := map[string][]seen{}
	for _, in := range inputs {
		mergeRun(merged, in.Report)
		for _, r := range renumber(merged, in.Report) {
			results[r.ID] = append(results[r.ID], seen{r, in.Start})
		}
	}
	merged.Described.Writes.MaxCreates = merged.Settings.MaxCreates
	for _, id := range catalogue(inputs) {
		if len(results[id]) > 0 {
			merged.Results = append(merged.Results, choose(results[id]))
		}
	}
	mergeScope(merged, inputs)
	merged.ApplyKnown(known, last.Start)
	return merged, nil
}

// apart is in what two runs differ so that they don't belong together.
func apart(a, b Input) error {
	differ := func(what, was, is string) error {
		if was == is {
			return nil
		}
		return fmt.Errorf("%s and %s differ in the %s: %s, and %s", a.Name, b.Name, what, Clean(was), Clean(is))
	}
	ids := func(r *conformance.Report) string {
		var all []string
		for _, c := range everyCheck(r) {
			all = append(all, c.ID)
		}
		slices.Sort(all)
		return strings.Join(slices.Compact(all), " ")
	}
	if err := errors.Join(
		differ("target", a.Target, b.Target),
		differ("suite", suite(a.Report), suite(b.Report)),
		differ("contract", a.Suite.Contract, b.Suite.Contract),
	); err != nil {
		return err
	}
	if ids(a.Report) != ids(b.Report) {
		return fmt.Errorf("%s and %s are of catalogues with other checks", a.Name, b.Name)
	}
	return describedApart(a, b)
}

// describedApart is in what the operator describes the target differently. Each run may have users of its own.
func describedApart(a, b Input) error {
	fields := func(r *conformance.Report) map[string]any {
		d := r.Described
		return map[string]any{
			"implementation": d.Implementation, "organizations": d.Organizations, "isolated": d.Isolated, "not_applicable": d.NotApplicable,
			"writes.allow": d.Writes.Allow, "writes.allow_delete": d.Writes.AllowDelete,
		}
	}
	was, is := fields(a.Report), fields(b.Report)
	for name, user := range a.Described.Users {
		if other, both := b.Described.Users[name]; both {
			was["users."+name], is["users."+name] = user, other
		}
	}
	var errs []error
	for _, field := range slices.Sorted(maps.Keys(was)) {
		if asJSON(was[field]) != asJSON(is[field]) {
			errs = append(errs, fmt.Errorf("%s and %s describe the target differently: see %s", a.Name, b.Name, Clean(field)))
		}
	}
	return errors.Join(errs...)
}

func asJSON(v any) string {
	data, _ := json.Marshal(v) // of plain data
	return string(data)
}

// sameRun is the error of two reports that hold one run, of which each request would be told twice.
func sameRun(a, b Input) error {
	for _, p := range partsOf(a.Report) {
		if slices.ContainsFunc(partsOf(b.Report), func(q conformance.Part) bool { return p.Start.Equal(q.Start) && p.Prefix == q.Prefix }) {
			return fmt.Errorf("%s and %s hold the same run, of %s", a.Name, b.Name, p.Start.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// partsOf are the runs that the report is of.
func partsOf(r *conformance.Report) []conformance.Part {
	if len(r.Parts) > 0 {
		return r.Parts
	}
	return []conformance.Part{{
		Start: r.Start, Stop: r.Stop, Mode: r.Mode, Selection: r.Selection, Levels: r.Levels, Prefix: r.Settings.Prefix,
		Complete: r.Complete, Checks: len(r.Results),
	}}
}

// mergeKnown unites the known deviations. The same check can't have two entries.
func mergeKnown(inputs []Input) ([]conformance.Known, error) {
	var known []conformance.Known
	var errs []error
	for _, in := range inputs {
		for _, k := range in.Known {
			k.Standing, k.Stale = "", ""
			i := slices.IndexFunc(known, func(other conformance.Known) bool { return other.ID == k.ID })
			if i < 0 {
				known = append(known, k)
			} else if known[i] != k {
				errs = append(errs, fmt.Errorf("%s and a run before it know the deviation of %s differently", in.Name, Clean(k.ID)))
			}
		}
	}
	return known, errors.Join(errs...)
}

// mergeRun adds to what is said of the whole run.
func mergeRun(merged, r *conformance.Report) {
	merged.Parts = append(merged.Parts, partsOf(r)...)
	if r.Mode != conformance.Write {
		merged.Mode = r.Mode
	}
	if r.Stop.After(merged.Stop) {
		merged.Stop = r.Stop
	}
	merged.Complete = merged.Complete && r.Complete
	maps.Copy(merged.Described.Users, r.Described.Users)
	merged.Created = append(merged.Created, r.Created...)
	s, t := &merged.Settings, r.Settings
	s.MaxCreates += t.MaxCreates
	s.Timeout, s.MaxBody = max(s.Timeout, t.Timeout), max(s.MaxBody, t.MaxBody)
	if unbounded := s.RPS == 0 || t.RPS == 0; unbounded {
		s.RPS = 0
	} else {
		s.RPS = max(s.RPS, t.RPS)
	}
	for !strings.HasPrefix(t.Prefix, s.Prefix) {
		s.Prefix = s.Prefix[:len(s.Prefix)-1]
	}
}

// renumber adds the exchanges of a run to those of the report, and returns the run's results with the numbers
// that they have there.
func renumber(merged, r *conformance.Report) []conformance.Result {
	numbers := map[int]int{}
	for _, e := range r.Exchanges {
		numbers[e.Number] = len(merged.Exchanges) + 1
		e.Number = len(merged.Exchanges) + 1
		merged.Exchanges = append(merged.Exchanges, e)
	}
	results := slices.Clone(r.Results)
	for i := range results {
		var seen []int
		for _, n := range results[i].Exchanges {
			if number, kept := numbers[n]; kept {
				seen = append(seen, number)
			}
		}
		results[i].Exchanges = seen
		results[i].Decisive = numbers[results[i].Decisive]
	}
	return results
}

// seen is a result, and when its run began.
type seen struct {
	conformance.Result
	start time.Time
}

// choose returns the result that stands for all results of a check, which are in the order of their runs.
func choose(all []seen) conformance.Result {
	chosen, differ := all[0], false
	var verdicts []string
	for _, s := range all {
		differ = differ || s.Verdict != all[0].Verdict
		verdicts = append(verdicts, fmt.Sprintf("%s in the run of %s", s.Verdict, s.start.UTC().Format(time.RFC3339)))
		silent, said := severity(s.Result) == unjudged, severity(chosen.Result) == unjudged
		worse := slices.Index(conformance.Verdicts, s.Verdict) <= slices.Index(conformance.Verdicts, chosen.Verdict)
		if said && !silent || said == silent && worse {
			chosen = s
		}
	}
	if differ {
		chosen.Notes = append(slices.Clone(chosen.Notes), "the merged runs differ: "+strings.Join(verdicts, ", "))
	}
	return chosen.Result
}

// catalogue is the ids of all checks, in the order in which this suite runs them.
func catalogue(inputs []Input) []string {
	var ids []string
	there := map[string]bool{}
	for _, c := range everyCheck(inputs[0].Report) {
		there[c.ID] = true
	}
	for _, c := range conformance.Checks() {
		if there[c.ID] {
			ids = append(ids, c.ID)
			delete(there, c.ID)
		}
	}
	for _, c := range everyCheck(inputs[0].Report) { // what this suite doesn't know
		if there[c.ID] {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// mergeScope says what none of the runs ran, and what they selected.
func mergeScope(merged *conformance.Report, inputs []Input) {
	ran := map[string]bool{}
	for _, r := range merged.Results {
		ran[r.ID] = true
	}
	missing := map[string]conformance.NotRun{}
	for _, in := range inputs {
		for _, n := range in.NotRun {
			if was, before := missing[n.ID]; before && !strings.Contains(was.Reason, n.Reason) {
				n.Reason = was.Reason + "; " + n.Reason
			} else if before {
				n = was
			}
			missing[n.ID] = n
		}
	}
	for _, id := range catalogue(inputs) {
		if n, known := missing[id]; known && !ran[id] {
			merged.NotRun = append(merged.NotRun, n)
		}
	}
	if len(merged.NotRun) == 0 {
		return // then everything was selected by some run
	}
	everyID := slices.ContainsFunc(inputs, func(in Input) bool { return len(in.Selection) == 0 })
	everyLevel := slices.ContainsFunc(inputs, func(in Input) bool { return len(in.Levels) == 0 })
	for _, in := range inputs {
		if !everyID {
			merged.Selection = append(merged.Selection, in.Selection...)
		}
		if !everyLevel {
			merged.Levels = append(merged.Levels, in.Levels...)
		}
	}
	slices.Sort(merged.Selection)
	merged.Selection = slices.Compact(merged.Selection)
	slices.Sort(merged.Levels)
	merged.Levels = slices.Compact(merged.Levels)
}
