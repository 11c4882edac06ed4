package conformance

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// T is what a check works with: it acts as somebody, asks, and says what it wanted. Want… judges, and
// the check goes on; Need… prepares, and ends the check as blocked if it can't.
type T struct {
	Kind Kind

	ctx    context.Context
	run    *runner
	check  Check
	result Result
	asked  int    // judgements: a check without any has proved nothing
	last   int    // number of the exchange that was looked at last
	unseen string // how the first connection was refused that a view wanted to show; empty: none was
}

// stop ends a check: its verdict is in its result.
type stop struct{}

// Want judges: unless ok, the promise is broken. expected and actual say how, in words or JSON.
func (t *T) Want(ok bool, expected, actual string) bool {
	return t.judge(t.check.Level, ok, expected, actual)
}

func (t *T) judge(level Level, ok bool, expected, actual string) bool {
	t.asked++
	if !ok {
		t.broken(level, Difference{"", expected, t.told(actual)})
	}
	return ok
}

// WantEqual judges a JSON value of a reply. pointer is its place there.
func (t *T) WantEqual(pointer string, want, got any) bool {
	t.asked++
	return t.differ(t.check.Level, differences(pointer, normal(want), got))
}

// WantStatus judges the status of a reply.
func (t *T) WantStatus(r *Reply, status int) bool {
	return t.Want(r.Status == status, "status "+strconv.Itoa(status), statusOf(r))
}

// Should judges what is no more than a warning, whatever the level of the check.
func (t *T) Should(ok bool, expected, actual string) bool {
	return t.judge(Should, ok, expected, actual)
}

// Never judges what no level permits, such as a status 5xx: unless ok, the check fails.
func (t *T) Never(ok bool, expected, actual string) bool { return t.judge(Must, ok, expected, actual) }

// Note records which of the permitted behaviours the target has.
func (t *T) Note(format string, args ...any) {
	t.asked++
	t.result.Notes = append(t.result.Notes, t.told(fmt.Sprintf(format, args...)))
}

// told is a text that may show what was exchanged, fit for a report.
func (t *T) told(text string) string {
	text = t.run.redact.words(text)
	if short := cut(text, maxShown); short != text {
		return short + "..."
	}
	return text
}

func (t *T) differ(level Level, found []Difference) bool {
	for i, d := range found {
		if i == 10 {
			t.broken(level, Difference{"", "", fmt.Sprintf("and %d more differences", len(found)-i)})
			break
		}
		d.Pointer, d.Expected, d.Actual = t.told(d.Pointer), t.told(d.Expected), t.told(d.Actual)
		t.broken(level, d)
	}
	return len(found) == 0
}

// broken notes what is wrong, once however often it is seen. A failure decides before a warning.
func (t *T) broken(level Level, d Difference) {
	r := &t.result
	switch {
	case level == Must && len(r.Failures) == 0, level == Should && len(r.Failures)+len(r.Warnings) == 0:
		r.Decisive = t.last
	}
	switch level {
	case Must:
		r.Failures = withOnce(r.Failures, d)
	case Should:
		r.Warnings = withOnce(r.Warnings, d)
	case Probe:
		r.Notes = append(r.Notes, fmt.Sprintf("%s instead of %s", d.Actual, d.Expected))
	}
}

func withOnce(found []Difference, d Difference) []Difference {
	if slices.Contains(found, d) {
		return found
	}
	return append(found, d)
}

// Block ends the check: what it needs isn't there.
func (t *T) Block(format string, args ...any) {
	t.result.Blocked = t.told(fmt.Sprintf(format, args...))
	panic(stop{})
}

// Inconclusive ends the check: the world moved while it looked.
func (t *T) Inconclusive(format string, args ...any) {
	t.result.Inconclusive = t.told(fmt.Sprintf(format, args...))
	panic(stop{})
}

// Error ends the check: the target or the suite failed.
func (t *T) Error(err error) {
	t.result.Error = err.Error()
	panic(stop{})
}

// need returns what the target file has for the need, or ends the check.
func need[V any](t *T, n Need) V {
	found, missing := n.find(t.run.target, t.Kind)
	if missing != "" {
		t.Block("the target file has no %s", missing)
	}
	return found.(V)
}

// As returns the user with that role: editor, kindEditor, otherEditor, reader, or basic.
func (t *T) As(role Need) *User { return need[*User](t, role) }

// Connector returns the connector for that need.
func (t *T) Connector(n Need) Connector { return need[Connector](t, n) }

// Project returns the project for that need.
func (t *T) Project(n Need) Project { return need[Project](t, n) }
