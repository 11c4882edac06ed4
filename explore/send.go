package explore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// send sends the step to one side.
func (e *execution) send(side int, s *Step) (*conformance.Reply, error) {
	sender := e.senders[side]
	if side == onTarget && sender.Sent() >= e.limit {
		e.err = errSpent
		return nil, errSpent
	}
	ask := conformance.Request{Method: s.Method, Path: e.fill(side, s), Header: map[string]string{}}
	if s.Body != "" {
		ask.Body = []byte(strings.ReplaceAll(string(s.Body), "{run}", e.run))
	}
	if ask.User = e.user(s.User); ask.User != nil && ask.User.Name == "" {
		ask.User = nil
	}
	for name, value := range s.Header {
		if ask.User != nil {
			token := string(ask.User.Token)
			value = strings.NewReplacer("{token}", token, "{altered}", altered(token)).Replace(value)
		}
		ask.Header[name] = value
	}
	reply, record, err := sender.Send(e.ctx, ask)
	if side == onModel {
		return reply, err
	}
	if errors.Is(err, context.DeadlineExceeded) && e.ctx.Err() == nil {
		err = fmt.Errorf("no whole reply within %v", e.timeout)
	}
	status := 0
	if reply != nil {
		status, e.answered = reply.Status, true
	}
	if record != nil {
		e.events = append(e.events, event{e.at, s.Makes, status, record})
	}
	switch {
	case e.ctx.Err() != nil || reply == nil && sender.Unreachable() || record == nil:
		e.err = err
	case reply == nil && !e.answered:
		e.err = err
	case reply == nil:
		e.found(problem{oracle: stillAnswers, operation: name(s), place: s.Why, expected: "a reply", actual: err.Error()})
		e.err = err
	case err != nil: // it can't be accounted for
		e.err = err
	default:
		e.busy = slices.Contains([]int{429, 502, 503, 504}, status)
	}
	return reply, err
}

// errSpent ends what needs more requests than there may be.
var errSpent = errors.New("the budget of requests is spent")

// altered is a token that is wrong in its last character.
func altered(token string) string {
	last := "0"
	if strings.HasSuffix(token, last) {
		last = "1"
	}
	return token[:max(0, len(token)-1)] + last
}

var braced = regexp.MustCompile(`\{(run|unknown|quarter|[A-Z])\}`)

// fill puts ids, sizes of pages and the mark of this execution into a path.
func (e *execution) fill(side int, s *Step) string {
	return braced.ReplaceAllStringFunc(s.Path, func(text string) string {
		switch text = strings.Trim(text, "{}"); text {
		case "run":
			return e.run
		case "quarter":
			u := e.user(s.User)
			if u == nil {
				return "1"
			}
			return strconv.Itoa(max(1, (e.lengths[poolKey{u.Organization, s.kind()}]+3)/4))
		case "unknown":
			return strconv.FormatInt(e.unknown(side, s.kind()), 10)
		}
		if e.things[text] == nil { // a server's link has braces, too
			return "{" + text + "}"
		}
		return strconv.FormatInt(e.things[text].ids[side], 10)
	})
}

// name is the operation that a step is for, or what comes near it.
func name(s *Step) string {
	if op := spec().match(s.Method, s.Path); op != nil {
		return op.id
	}
	if strings.Contains(s.Path, "{") {
		return s.Method + " of a connection"
	}
	return s.Method + " of a list"
}
