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
		part := fmt.Sprintf("%d %s", t.Count(v), v)
		if known := t.Count(v) - t.Unexpected(v); known > 0 {
			part += fmt.Sprintf(" (%d known)", known)
		}
		parts = append(parts, t.verdict(v, part))
	}
	return fmt.Sprintf("%s in the scope, %d outside: %s; %s, %s created", count(len(t.Results), "check"), len(t.NotRun), strings.Join(parts, ", "),
		count(len(t.Exchanges), "request"), count(len(t.Created), "connection"))
}

// conclusion is what the run says, in one sentence. Only a run of the whole catalogue may speak of
// conformance, and only if nothing fails, known or not.
func (t *text) conclusion() string {
	all := len(t.Results) + len(t.NotRun)
	blocked, inconclusive := t.Count(conformance.Blocked), t.Count(conformance.Inconclusive)
	status := t.ExitStatus()
	incomplete, unjudged := status == conformance.ExitIncomplete && t.Complete, ""
	if !incomplete && blocked+inconclusive > 0 { // whoever quotes the sentence alone must not take the rest for kept
		unjudged = fmt.Sprintf(", %d not judged", blocked+inconclusive)
	}
	scope := fmt.Sprintf("the selected scope (%d of %d checks%s)", len(t.Results), all, unjudged)
	if t.Whole() {
		scope = fmt.Sprintf("the whole catalogue (%d checks%s)", all, unjudged)
	}
	broken := t.broken()
	switch {
	case status == conformance.ExitTargetFailed:
		return fmt.Sprintf("The target could not be reached, or the suite failed: %s, and %s in %s.",
			count(t.Unexpected(conformance.Error), "error"), broken, scope)
	case status == conformance.ExitNotConformant:
		return capital(broken) + " in " + scope + t.stale() + t.interrupted() + "."
	case incomplete:
		return fmt.Sprintf("Incomplete, because of %s blocked, %d inconclusive: %s in the rest of %s.", count(blocked, "check"), inconclusive, broken, scope)
	case status == conformance.ExitIncomplete:
		return fmt.Sprintf("Interrupted: so far %s in %s.", broken, scope)
	case !t.Whole():
		return fmt.Sprintf("%s in %s.", capital(broken), scope)
	}
	exception := ""
	if n := t.Count(conformance.NA); n > 0 {
		exception = fmt.Sprintf(", except for %s that the operator declares not applicable", count(n, "check"))
	}
	if t.KnownFailures() > 0 {
		return fmt.Sprintf("%s in %s%s.", capital(broken), scope, exception)
	}
	return fmt.Sprintf("The target is conformant in %s%s.", scope, exception)
}

// broken counts the broken promises, apart from those that are known.
func (t *text) broken() string {
	broken := "no broken promise"
	if n := t.Unexpected(conformance.Fail); n > 0 {
		broken = count(n, "broken promise")
	}
	if n := t.KnownFailures(); n > 0 {
		broken += " beyond " + count(n, "known deviation")
	}
	return broken
}

func (t *text) stale() string {
	switch n := t.Stale(); n {
	case 0:
		return ""
	case 1:
		return ", but 1 known deviation no longer holds: remove it"
	default:
		return fmt.Sprintf(", but %d known deviations no longer hold: remove them", n)
	}
}

func (t *text) interrupted() string {
	if t.Complete {
		return ""
	}
	return ", so far: the run was interrupted"
}

func capital(sentence string) string { return strings.ToUpper(sentence[:1]) + sentence[1:] }
