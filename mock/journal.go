package mock

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Severity tells what a finding means.
type Severity string

const (
	// Violation means that the client broke the contract. No state of the server could make the request right.
	Violation Severity = "violation"
	// Refusal means that the request fits the contract, but what it asks for is refused: an unknown id or token,
	// a missing permission, a value that the plan doesn't include.
	Refusal Severity = "refusal"
	// Note means that the request is legal, and probably not what was meant: a field that nothing reads.
	Note Severity = "note"
	// Fault means that the mock itself was about to break the contract.
	Fault Severity = "fault"
)

// Finding is one remark of the mock on an exchange.
type Finding struct {
	Severity Severity
	In       string // body, query, path, header, or reply
	Pointer  string // JSON pointer into the body or the reply, or the parameter's name; may be empty
	Message  string // what is wrong and what the contract wants
	Rule     string // JSON pointer of the contract's rule, if there is one
	Location string // of the rule, such as openapi.yaml:120
	Source   string // headings and lines of the documentation
}

// String gives the finding in one line.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Severity, f.In)
	if f.Pointer != "" {
		b.WriteString(" " + f.Pointer)
	}
	b.WriteString(": " + f.Message)
	if why := f.Why(); why != "" {
		b.WriteString(" (" + why + ")")
	}
	return b.String()
}

// Why tells where the rule stands: in the contract and in the documentation; empty if nowhere.
func (f Finding) Why() string {
	var places []string
	if f.Source != "" {
		places = append(places, "see "+f.Source)
	}
	if f.Location != "" {
		places = append(places, strings.TrimSpace(f.Location+" "+f.Rule))
	}
	return strings.Join(places, "; ")
}

// field is the top-level member of the body that the finding is about.
func (f Finding) field() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
}

// Exchange is a request and what the mock made of it. It holds no tokens and no bodies.
type Exchange struct {
	Number    int64 // counted from 1
	Time      time.Time
	Duration  time.Duration
	Method    string
	Target    string // path and query as the client sent them
	Operation string // operationId, or empty if the contract has none for it
	User      string // empty if the client didn't authenticate
	Status    int    // 0 if no reply was sent, as a fault may want it
	Bytes     int    // of the reply's body
	Fault     string // the fault that was asked for and acted, such as "status 503 (fault-1)"; empty if none
	Findings  []Finding
}

// What a client can make the mock remember is bounded: texts in bytes, findings by their number.
const (
	maxText     = 1000
	maxFindings = 50
)

// clip cuts a text that is too long to be of use.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "..."
}

// journalSize bounds what a server remembers: the last exchanges, and the last ones with findings.
const journalSize = 1000

// journal remembers the last exchanges. Those on which the client or the mock broke the contract are
// kept apart, so that a flood of good ones doesn't push them out.
type journal struct {
	mu       sync.Mutex
	count    int64
	last     []Exchange
	broken   []Exchange
	observer func(Exchange)
}

func (j *journal) add(e Exchange) {
	j.mu.Lock()
	j.count++
	e.Number = j.count
	j.last = appendBounded(j.last, e)
	if e.broken() {
		j.broken = appendBounded(j.broken, e)
	}
	j.mu.Unlock()
	if j.observer != nil {
		j.observer(e)
	}
}

func (e Exchange) broken() bool {
	for _, f := range e.Findings {
		if f.Severity == Violation || f.Severity == Fault {
			return true
		}
	}
	return false
}

// appendBounded drops the older half when the list is full, so that appending stays cheap.
func appendBounded(list []Exchange, e Exchange) []Exchange {
	if len(list) >= 2*journalSize {
		list = append([]Exchange(nil), list[journalSize:]...)
	}
	return append(list, e)
}

// newest returns a copy of the last journalSize elements.
func newest(list []Exchange) []Exchange {
	return append([]Exchange(nil), list[max(0, len(list)-journalSize):]...)
}
