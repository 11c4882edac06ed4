package report

import (
	"fmt"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// counts are all the counters of the run.
func (t *text) counts() string {
	var parts []string
	for _, v := range conformance.Verdicts {
		parts = append(parts, t.verdict(v, fmt.Sprintf("%d %s", t.Count(v), v)))
	}
	return fmt.Sprintf("%s in the scope, %d outside: %s; %s, %s created", count(len(t.Results), "check"), len(t.NotRun), strings.Join(parts, ", "),
		count(len(t.Exchanges), "request"), count(len(t.Created), "connection"))
}

// conclusion is what the run says, in one sentence. Only a run of the whole catalogue may speak of
// conformance.
func (t *text) conclusion() string {
	all := len(t.Results) + len(t.NotRun)
	scope := fmt.Sprintf("the selected scope (%d of %d checks)", len(t.Results), all)
	if t.Whole() {
		scope = fmt.Sprintf("the whole catalogue (%d checks)", all)
	}
	broken := count(t.Count(conformance.Fail), "broken promise")
	if t.Count(conformance.Fail) == 0 {
		broken = "no broken promise"
	}
	undecided := count(t.Count(conformance.Blocked), "check") + " blocked, " + fmt.Sprintf("%d inconclusive", t.Count(conformance.Inconclusive))
	switch status := t.ExitStatus(); {
	case status == conformance.ExitTargetFailed:
		return fmt.Sprintf("The target could not be reached, or the suite failed: %s, and %s in %s.",
			count(t.Count(conformance.Error), "error"), broken, scope)
	case status == conformance.ExitNotConformant:
		interrupted := ""
		if !t.Complete {
			interrupted = ", so far: the run was interrupted"
		}
		return broken + " in " + scope + interrupted + "."
	case status == conformance.ExitIncomplete && !t.Complete:
		return fmt.Sprintf("Interrupted: so far %s in %s.", broken, scope)
	case status == conformance.ExitIncomplete:
		return fmt.Sprintf("Incomplete, because of %s: %s in the rest of %s.", undecided, broken, scope)
	case !t.Whole():
		return fmt.Sprintf("No broken promise in %s.", scope)
	}
	exception := ""
	if n := t.Count(conformance.NA); n > 0 {
		exception = fmt.Sprintf(", except for %s that the operator declares not applicable", count(n, "check"))
	}
	return fmt.Sprintf("The target is conformant in %s%s.", scope, exception)
}
