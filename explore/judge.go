package explore

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// Oracle is a question that is asked of every reply, or of what there is afterwards.
type Oracle string

// The oracles, worst first.
const (
	staysHidden   Oracle = "hidden"     // who may not see params never does
	authenticates Oracle = "auth"       // nobody is served without a valid token
	isolates      Oracle = "isolation"  // organizations never see each other's connections
	leavesNoTrace Oracle = "no-trace"   // only a request that was granted changes anything
	noFailure     Oracle = "no-5xx"     // no request makes the server fail
	stillAnswers  Oracle = "answers"    // every request is answered
	keeps         Oracle = "state"      // what was stored is what is shown
	refuses       Oracle = "refused"    // what must be refused is
	accepts       Oracle = "accepted"   // what is right is granted
	agrees        Oracle = "reply"      // a reply says what the model's says
	repeats       Oracle = "idempotent" // the same update twice is the same as once
	fitsContract  Oracle = "contract"   // a success fits the contract
	keepsQuiet    Oracle = "disclosure" // a refusal doesn't show the server's insides
)

// says is what holds for each, and ranks them.
var says = []struct {
	oracle Oracle
	says   string
}{
	{staysHidden, "Who may not see params is never shown any of them."},
	{authenticates, "Without a valid token, every request is answered 401 or 403."},
	{isolates, "Nobody sees another organization's connections."},
	{leavesNoTrace, "A request that isn't granted changes nothing, nor does one that only reads."},
	{noFailure, "No request makes the server fail."},
	{stillAnswers, "Every request is answered."},
	{keeps, "What was stored is what is shown."},
	{refuses, "What the documentation forbids is refused."},
	{accepts, "What the documentation shows is granted."},
	{agrees, "A reply says what follows from the request and from what was there."},
	{repeats, "The same update twice has the same effect as once."},
	{fitsContract, "A success fits the contract."},
	{keepsQuiet, "A refusal shows neither the server's insides nor a secret."},
}

// Says is what must hold, in a sentence.
func (o Oracle) Says() string {
	for _, s := range says {
		if s.oracle == o {
			return s.says
		}
	}
	return ""
}

func (o Oracle) rank() int {
	return slices.IndexFunc(says, func(s struct {
		oracle Oracle
		says   string
	},
	) bool {
		return s.oracle == o
	})
}

// problem is what is wrong with a reply, or with what there is after a step.
type problem struct {
	oracle           Oracle
	operation, place string
	expected, actual string
	doubtful         bool
	step             int
}

// cause is what makes two problems one finding.
type cause struct {
	oracle           Oracle
	operation, place string
	doubtful         bool
}

func (p problem) cause() cause { return cause{p.oracle, p.operation, p.place, p.doubtful} }

func (e *execution) found(p problem) {
	p.step = e.at
	if !slices.ContainsFunc(e.problems, func(q problem) bool { return q.cause() == p.cause() }) {
		e.problems = append(e.problems, p)
	}
}

func status(code int) string { return fmt.Sprintf("status %d", code) }

// judge asks of a reply what can be said of it alone, and beside the model's.
func (e *execution) judge(s *Step, reply, model *conformance.Reply) {
	e.universal(s, reply)
	p := problem{operation: name(s), place: s.Why, actual: status(reply.Status), doubtful: s.Doubtful}
	switch {
	case conformance.ServerFailed(s.Method, reply.Status):
		return
	case s.Expect == Accepted && model.OK() && !reply.OK():
		p.oracle, p.expected = accepts, status(model.Status)
		if results, isList := model.Object()["results"].([]any); isList && len(results) == 0 && strings.Contains(s.Path, "?") {
			p.doubtful = true
		}
		e.found(p)
	case s.Expect == Unauthorized && model.Refused() && reply.Status != 401 && reply.Status != 403:
		p.oracle, p.expected = authenticates, "status 401 or 403"
		e.found(p)
	case s.Expect == Refused && model.Refused() && reply.OK() && !e.tolerated(s, reply):
		p.oracle, p.expected = refuses, "a refusal, status 4xx"
		if s.Why == "another organization's connection" {
			p.oracle = isolates
		}
		e.found(p)
	}
	if op := spec().match(s.Method, s.Path); op != nil && ordinaryHeaders(s) && reply.Status == op.status {
		e.compare(op, s, reply, model)
	}
}

// tolerated tells whether what should be refused may have another meaning at this target.
func (e *execution) tolerated(s *Step, reply *conformance.Reply) bool {
	if s.Why == beyondPlan { // to make manually of it is unusual, and legal
		return reply.Object()["frequency"] == "manually"
	}
	// Kinds number their connections apart, and organizations may: there may be another with that id.
	c, o := e.about(s), reply.Object()
	id, _ := conformance.Integer(o["id"])
	return c != nil && s.safe() && id == c.ids[onTarget] && c.seen != nil && o["alias"] != c.seen["alias"]
}

// about is the connection that the step's path names, or nil.
func (e *execution) about(s *Step) *connection {
	if labels := s.uses(); len(labels) > 0 {
		return e.things[labels[0]]
	}
	return nil
}

// ordinaryHeaders tells whether the step asks for the documented format.
func ordinaryHeaders(s *Step) bool {
	for name := range s.Header {
		if name != "Authorization" && !strings.HasPrefix(name, "Content-") && !strings.HasPrefix(name, "X-") {
			return false
		}
	}
	return true
}

// universal asks what holds for any reply to any request.
func (e *execution) universal(s *Step, reply *conformance.Reply) {
	if conformance.ServerFailed(s.Method, reply.Status) {
		e.found(problem{oracle: noFailure, operation: name(s), place: s.Why, expected: "a status below 500", actual: status(reply.Status)})
	}
	if u := e.user(s.User); u == nil || !u.May(s.kind().Permission()) || s.Expect == Unauthorized {
		e.hidden(s, u, reply)
	} else if reply.OK() {
		e.learn(itemsOf(reply))
	}
	if reply.Refused() {
		e.quiet(s, reply)
	}
	if op := spec().match(s.Method, s.Path); op != nil && reply.OK() && ordinaryHeaders(s) && s.Method != http.MethodHead {
		e.fitting(op, reply)
	}
}

// itemsOf are the connections of a reply.
func itemsOf(reply *conformance.Reply) []object {
	results, isList := reply.Object()["results"].([]any)
	if !isList && reply.Object() != nil {
		return []object{reply.Object()}
	}
	var items []object
	for _, r := range results {
		if o, ok := r.(object); ok {
			items = append(items, o)
		}
	}
	return items
}

// hidden asks whether somebody is shown params who may not see them.
func (e *execution) hidden(s *Step, u *conformance.User, reply *conformance.Reply) {
	p := problem{oracle: staysHidden, operation: name(s), place: "/params", expected: "nothing of params"}
	if reply.OK() {
		for _, o := range itemsOf(reply) {
			switch params := o["params"].(type) {
			case nil:
			case object:
				if len(params) > 0 {
					p.actual = fmt.Sprintf("params with %d members", len(params))
				}
			default:
				p.actual = "params of another type"
			}
		}
	}
	parts := []string{string(reply.Body)}
	for _, values := range reply.Header {
		parts = append(parts, values...)
	}
	text := strings.Join(parts, "\n")
	if strings.Contains(text, e.run+"hidden") && (u == nil || !e.wrote[u.Name]) {
		p.actual = "what only params hold"
	}
	for secret := range e.secrets {
		if strings.Contains(text, secret) && (u == nil || !e.wrote[u.Name] || !strings.Contains(secret, e.run)) {
			p.actual = "a password"
		}
	}
	if p.actual != "" {
		e.found(p)
	}
}

// quiet asks whether a refusal shows what it shouldn't.
func (e *execution) quiet(s *Step, reply *conformance.Reply) {
	p := problem{oracle: keepsQuiet, operation: "any refusal", expected: "a sentence for people", doubtful: true}
	body := string(reply.Body)
	if p.place = "stack trace"; conformance.ShowsInsides(body) {
		p.actual = "a stack trace"
		e.found(p)
	}
	if u := e.user(s.User); u != nil && len(u.Token) >= 8 && strings.Contains(body, string(u.Token)) {
		p.place, p.actual = "token", "the caller's token"
		e.found(p)
	}
	for secret := range e.secrets {
		if strings.Contains(body, secret) {
			p.place, p.actual = "password", "a password"
			e.found(p)
		}
	}
}

// fitting asks whether a success is as documented.
func (e *execution) fitting(op *operation, reply *conformance.Reply) {
	p := problem{oracle: fitsContract, operation: op.id}
	if reply.Status != op.status {
		p.place, p.expected, p.actual = "status", status(op.status), status(reply.Status)
		e.found(p)
		return
	}
	header := reply.Header.Get("Content-Type")
	if mediaType, _, _ := mime.ParseMediaType(header); mediaType != "application/json" {
		p.place, p.expected, p.actual = "Content-Type", "application/json", fmt.Sprintf("%q", header)
		e.found(p)
	}
	if reply.Invalid != nil {
		p.place, p.expected, p.actual = "body", "strict JSON", reply.Invalid.Error()
		e.found(p)
		return
	}
	e.fittingSchema(op, reply.Value, p)
}

func (e *execution) fittingSchema(op *operation, value any, p problem) {
	var found []misfit
	o, _ := value.(object)
	list, isList := o["results"].([]any)
	if op.verb == "list" && isList {
		envelope := with(o, "results", []any{})
		found = misfits(op.output, envelope)
		for _, entry := range list {
			entry, isObject := entry.(object)
			if !isObject {
				found = append(found, misfit{"/results/*", "must be an object"})
				continue
			}
			for _, m := range e.itemMisfits(op, entry) {
				found = append(found, misfit{"/results/*" + m.pointer, m.reason})
			}
		}
	} else if o != nil && op.verb != "list" {
		found = e.itemMisfits(op, o)
	} else {
		found = misfits(op.output, value)
	}
	for _, m := range found {
		p.place, p.expected, p.actual = m.pointer, m.reason, "something else"
		e.found(p)
	}
}
