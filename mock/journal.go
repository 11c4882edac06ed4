package mock

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
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
	// Breach means that the server behind a [Proxy] broke the contract.
	Breach Severity = "breach"
	// Outage means that the server behind a [Proxy] gave no answer, or no whole one, or that a gateway
	// answered for it. It says nothing of the contract.
	Outage Severity = "outage"
)

// Finding is one remark of the mock on an exchange.
type Finding struct {
	Severity Severity `json:"severity"`
	In       string   `json:"in"`                 // body, query, path, header, or reply
	Pointer  string   `json:"pointer,omitempty"`  // JSON pointer into the body or the reply, or the parameter's name; may be empty
	Message  string   `json:"message"`            // what is wrong and what the contract wants
	Rule     string   `json:"rule,omitempty"`     // JSON pointer of the contract's rule, if there is one
	Location string   `json:"location,omitempty"` // of the rule, such as openapi.yaml:120
	Source   string   `json:"source,omitempty"`   // headings and lines of the documentation
}

// String gives the finding in one line.
func (f Finding) String() string {
	where, why := f.In, f.Why()
	if f.Pointer != "" {
		where += " " + f.Pointer
	}
	if why != "" {
		why = " (" + why + ")"
	}
	return string(f.Severity) + ": " + where + ": " + f.Message + why
}

// Why tells where the rule stands: in the contract and in the documentation; empty if nowhere.
func (f Finding) Why() string {
	why := f.Location
	if why != "" && f.Rule != "" {
		why += " " + f.Rule
	}
	switch {
	case f.Source == "":
		return why
	case why == "":
		return "see " + f.Source
	}
	return "see " + f.Source + "; " + why
}

// field is the top-level member of the body that the finding is about.
func (f Finding) field() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
	return untoken(name)
}

// Exchange is a request and what the mock made of it. Secrets are replaced in it: see [Server.Exchanges].
//
// One that an observer is given ([WithObserver]) has neither headers nor bodies.
type Exchange struct {
	Number    int64         `json:"number"` // counted from 1; never used again
	Time      time.Time     `json:"time"`
	Duration  time.Duration `json:"duration_ns"` // until the reply was ready to be sent
	Method    string        `json:"method"`
	Host      string        `json:"host,omitempty"` // as the client named it
	TLS       bool          `json:"tls,omitempty"`
	Proto     string        `json:"proto,omitempty"`     // such as HTTP/1.1
	Target    string        `json:"target"`              // path and query as the client sent them
	Operation string        `json:"operation,omitempty"` // operationId, or empty if the contract has none for it
	User      string        `json:"user,omitempty"`      // empty if the client didn't authenticate
	Step      string        `json:"step,omitempty"`      // the one of [Steps] that answered; empty at a proxy
	Status    int           `json:"status"`              // 0 if no reply was sent, as a fault may want it
	Bytes     int           `json:"bytes"`               // of the reply's body, though HEAD isn't sent it
	Fault     string        `json:"fault,omitempty"`     // the fault that was asked for and acted, such as "status 503 (fault-1)"; empty if none
	Findings  []Finding     `json:"findings,omitempty"`

	Behaviours    []string    `json:"behaviours,omitempty"` // ids of the behaviours of the contract that it met: see [Coverage]
	RequestHeader http.Header `json:"request_header,omitempty"`
	RequestBody   string      `json:"request_body,omitempty"` // empty if the mock answered without reading it
	ReplyHeader   http.Header `json:"reply_header,omitempty"`
	ReplyBody     string      `json:"reply_body,omitempty"` // without its content encoding
	Cut           []string    `json:"cut,omitempty"`        // which of the four weren't kept whole, such as "reply body"
}

// URL is the absolute URL that the client asked for.
func (e Exchange) URL() string {
	if e.TLS {
		return "https://" + e.Host + e.Target
	}
	return "http://" + e.Host + e.Target
}

// Violates tells whether the client broke the contract: whether there is a [Violation] among the findings.
func (e Exchange) Violates() bool { return e.Has(Violation) }

// Has tells whether there is a finding of one of the severities.
func (e Exchange) Has(severities ...Severity) bool {
	return slices.ContainsFunc(e.Findings, func(f Finding) bool { return slices.Contains(severities, f.Severity) })
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

// Exchanges returns the last exchanges, oldest first: as many as [WithJournal] says.
//
// They can be shown to others. The token of a user of the world reads $SDECONTRACT_TOKEN_ and the user's
// name, any other credential [redacted]. So do the values of headers that aren't known to be harmless, and of
// query parameters and members of bodies that are called like a secret, such as alm_pass or api_key. A token
// shorter than 8 characters is no secret: it may stay where nothing says what it is.
func (s *Server) Exchanges() []Exchange { return s.read(s.journal.all(false)) }

// Summaries are those of [Server.Exchanges] behind the exchange with that number, without headers and bodies,
// which takes far less time.
func (s *Server) Summaries(after int64) []Exchange { return s.summaries(s.journal.all(false), after) }

// BrokenSummaries are those of [Server.Broken] with a finding of one of the severities, without headers and bodies.
func (s *Server) BrokenSummaries(severities ...Severity) []Exchange {
	return slices.DeleteFunc(s.summaries(s.journal.all(true), 0), func(e Exchange) bool { return !e.Has(severities...) })
}

func (s *Server) summaries(kept []*logged, after int64) []Exchange {
	list := []Exchange{}
	for _, e := range kept {
		if e.Number > after {
			list = append(list, s.observed(e))
		}
	}
	return list
}

// Broken returns the last exchanges on which the client, the mock or the server behind a proxy broke the contract:
// those with a finding of severity [Violation], [Fault] or [Breach]. They are kept apart, so that good ones don't push them out.
// Oldest first, redacted as those of [Server.Exchanges].
func (s *Server) Broken() []Exchange { return s.read(s.journal.all(true)) }

// Violations returns those of [Server.Broken] on which the client broke the contract.
func (s *Server) Violations() []Exchange {
	return slices.DeleteFunc(s.Broken(), func(e Exchange) bool { return !e.Violates() })
}

// Exchange returns the exchange with that number, redacted, as long as the journal has it.
func (s *Server) Exchange(number int64) (e Exchange, ok bool) {
	if kept := s.journal.find(number); kept != nil {
		return s.shown(kept), true
	}
	return e, false
}

// RawExchange returns the exchange with that number as it was, with tokens and passwords. It is meant for
// somebody who asked to see them; nothing else of the mock shows them.
func (s *Server) RawExchange(number int64) (e Exchange, ok bool) {
	if kept := s.journal.find(number); kept != nil {
		return s.open(kept), true
	}
	return e, false
}

// ClearJournal forgets the exchanges. The next one's number goes on from theirs, and what was covered stays
// so: see [Server.ResetCoverage].
func (s *Server) ClearJournal() { s.journal.clear() }

// Followed is an exchange that [Server.Follow] tells of.
type Followed struct {
	Exchange
	Lost int64 `json:"lost,omitempty"` // how many before it were forgotten before they could be told
}

// Follow returns a channel of the exchanges from now on, redacted, until the context ends; then it is closed.
// The mock never waits for whoever reads it: who is too slow loses what the journal forgets meanwhile, and is
// told how many.
func (s *Server) Follow(ctx context.Context) <-chan Followed {
	return s.FollowAfter(ctx, math.MaxInt64)
}

// FollowAfter is [Server.Follow], beginning behind the exchange with that number, as far as the journal has
// those that follow.
func (s *Server) FollowAfter(ctx context.Context, number int64) <-chan Followed {
	told := make(chan Followed)
	wake, last := s.journal.follow()
	last = min(last, max(number, 0))
	go func() {
		defer close(told)
		defer s.journal.unfollow(wake)
		for {
			next := s.journal.after(last)
			if next == nil {
				select {
				case <-wake:
					continue
				case <-ctx.Done():
					return
				}
			}
			f := Followed{Exchange: s.shown(next), Lost: next.Number - last - 1}
			select {
			case told <- f:
				last = next.Number
			case <-ctx.Done():
				return
			}
		}
	}()
	return told
}

// read opens and redacts what the journal kept.
func (s *Server) read(kept []*logged) []Exchange {
	list := make([]Exchange, len(kept))
	for i, e := range kept {
		list[i] = s.shown(e)
	}
	return list
}

// shown opens and redacts an exchange.
func (s *Server) shown(e *logged) Exchange { return e.redactor.exchange(s.open(e)) }

// observed is the exchange as an observer may see it. A finding may repeat a value that only the rest of the
// request tells to be a secret.
func (s *Server) observed(kept *logged) Exchange {
	if len(kept.Findings) == 0 {
		return kept.redactor.brief(kept.Exchange)
	}
	e, whole := kept.Exchange, s.shown(kept)
	e.Method, e.Host, e.Target, e.Findings = whole.Method, whole.Host, whole.Target, whole.Findings
	return e
}
