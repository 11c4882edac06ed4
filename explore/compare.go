package explore

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// compare holds a success of a documented operation beside the model's, as far as the documentation binds.
func (e *execution) compare(op *operation, s *Step, reply, model *conformance.Reply) {
	if op.verb == "list" {
		e.compareList(op, s, reply, model)
		return
	}
	got, want := reply.Object(), model.Object()
	if got == nil || want == nil || !model.OK() || len(misfits(op.output, withoutNullParams(got))) > 0 {
		return
	}
	var c *connection
	if labels := s.uses(); len(labels) > 0 {
		if c = e.things[labels[0]]; c.kind != op.kind {
			return
		}
		if id, _ := conformance.Integer(got["id"]); id != c.ids[onTarget] {
			e.differs(agrees, op, "/id", fmt.Sprint(c.ids[onTarget]), e.show("/id", got["id"]), false)
			return
		}
	}
	if op.verb == "get" {
		e.same(op, s, c, got, agrees)
		return
	}
	e.compareWritten(op, s, c, got, want)
}

func (e *execution) show(pointer string, v any) string { return e.senders[onTarget].Show(pointer, v) }

func (e *execution) differs(o Oracle, op *operation, place, expected, actual string, doubtful bool) {
	e.found(problem{oracle: o, operation: op.id, place: place, expected: expected, actual: actual, doubtful: doubtful})
}

// compareWritten compares the reply to a create or an update with the model's.
func (e *execution) compareWritten(op *operation, s *Step, c *connection, got, want object) {
	sent := s.object()
	u := e.user(s.User)
	if sent == nil || u == nil {
		return
	}
	before := len(e.problems)
	id, _ := conformance.Integer(want["connector"])
	connector, _ := e.connector(u.Organization, op.kind, id)
	for _, member := range []string{"connector", "project", "alias", "frequency", "system", "command", "inaccessible"} {
		doubtful := s.Doubtful || s.Expect == Open
		switch member {
		case "alias":
			alias, isSent := sent[member].(string)
			if !isSent && connector.Name == "" || strings.TrimSpace(fmt.Sprint(got[member])) == strings.TrimSpace(fmt.Sprint(want[member])) {
				continue
			}
			doubtful = doubtful || isSent && !ordinary(alias)
		case "system", "command":
			if _, documented := spec().command[connector.System]; connector.System == "" || member == "command" && !documented {
				continue
			}
			doubtful = doubtful || op.verb == "update"
		case "inaccessible": // the model doesn't know, but the server shouldn't believe the client
			if sent[member] == nil || got[member] != sent[member] || !e.accessible(c, id) {
				continue
			}
			doubtful = true
		case "frequency":
			if _, isSent := sent[member]; !isSent && op.verb == "update" || s.Why == beyondPlan {
				continue // whether it stays as it was is open
			}
		}
		if !conformance.Equal(want[member], got[member]) {
			e.differs(agrees, op, "/"+member, e.show("/"+member, want[member]), e.show("/"+member, got[member]), doubtful)
		}
	}
	if u.May(op.kind.Permission()) {
		e.compareParams(op, s, sent, got)
	}
	if op.verb == "update" && c != nil && c.last == s.Body && len(e.problems) == before {
		e.same(op, s, c, got, repeats)
	}
}

// accessible tells whether another connection on that connector shows that it can be reached.
func (e *execution) accessible(c *connection, connector int64) bool {
	return slices.ContainsFunc(e.all, func(other *connection) bool {
		id, _ := conformance.Integer(other.seen["connector"])
		return other != c && id == connector && other.seen["inaccessible"] == false
	})
}

// compareParams asks for the members that were sent. Those of the contract's examples must be there; others
// may be dropped, and none may be changed.
func (e *execution) compareParams(op *operation, s *Step, sent, got object) {
	params, _ := sent["params"].(object)
	shown, isObject := got["params"].(object)
	if !isObject {
		e.differs(agrees, op, "/params", "params, as the caller may see them", "none", false)
		return
	}
	for _, member := range sorted(params) {
		want := params[member]
		if text, ok := want.(string); ok {
			want = strings.ReplaceAll(text, "{run}", e.run)
		}
		value, there := shown[member]
		place := "/params/" + member
		documented := spec().params[op.kind][member] != nil
		switch {
		case there && (conformance.Equal(want, value) || secretName(member) && conformance.Masked(value)):
		case there && trimmed(want) == trimmed(value) && trimmed(want) != "":
		case there && strings.HasSuffix(member, "_number"): // how exact numbers are is open
		case there:
			odd := !documented || s.Expect == Open || slices.Contains(spec().project, member)
			e.differs(agrees, op, place, e.show(place, want), e.show(place, value), odd)
		case slices.Contains(spec().always[op.kind], member):
			e.differs(agrees, op, place, e.show(place, want), "absent", s.Expect == Open)
		}
	}
	e.compareInherited(op, params, shown, got)
}

func trimmed(v any) string {
	text, _ := v.(string)
	return strings.TrimSpace(text)
}

// compareInherited asks whether members are there that connector and project gave before.
func (e *execution) compareInherited(op *operation, sent, shown, got object) {
	key := fmt.Sprint(op.kind, got["connector"], got["project"])
	was, known := e.inherits[key]
	if op.verb == "create" {
		var given []string
		for _, member := range sorted(shown) {
			if _, isSent := sent[member]; !isSent && (!known || slices.Contains(was, member)) {
				given = append(given, member)
			}
		}
		if known { // what was sent this time says nothing
			for _, member := range was {
				if _, isSent := sent[member]; isSent {
					given = append(given, member)
				}
			}
		}
		e.inherits[key] = given
		return
	}
	for _, member := range was {
		if _, there := shown[member]; !there {
			e.differs(agrees, op, "/params", "the members that connector and project give, such as "+member, "absent", true)
			return
		}
	}
}

// same compares a connection with what was last seen of it.
func (e *execution) same(op *operation, s *Step, c *connection, got object, oracle Oracle) {
	if c == nil || c.seen == nil {
		return
	}
	u := e.user(s.User)
	permitted := u != nil && u.May(op.kind.Permission())
	for _, member := range sorted(spec().of(op.kind, "get").output.Properties) {
		want, got := c.seen[member], got[member]
		if member == "params" && (!permitted || c.seen[member] == nil) || conformance.Equal(want, got) {
			continue
		}
		e.differs(oracle, op, "/"+member, e.show("/"+member, want), e.show("/"+member, got), oracle == repeats)
	}
}

// compareList compares a list with what there is of this execution, and with its own filters.
func (e *execution) compareList(op *operation, s *Step, reply, model *conformance.Reply) {
	filters := filtersOf(e.fill(onTarget, s))
	asked := s.Why == inPages
	if !asked && (s.Expect != Accepted || !model.OK()) {
		return
	}
	most := maxPagesRead
	if asked {
		most = maxPagesAsked
	}
	w := e.walk(s, reply, most)
	if w.expected != "" {
		e.differs(agrees, op, "/next", w.expected, w.actual, true)
	}
	if !w.whole && !asked {
		return
	}
	there := map[int64]object{}
	doubtful := asked && w.paged
	for _, o := range w.items {
		id, isID := conformance.Integer(o["id"])
		if _, twice := there[id]; twice && isID {
			e.differs(agrees, op, "/results", "each connection once", "one of them twice", doubtful)
		}
		there[id] = o
		if !fitsSome(filters, o) {
			e.differs(agrees, op, "?"+strings.Join(sorted(filters), "&"), "connections that pass the filter", "others as well", doubtful)
		}
	}
	if asked {
		e.compareItems(op, s, there, nil)
		e.comparePages(op, s, &w)
		return
	}
	e.compareItems(op, s, there, modelIDs(model))
	if len(filters) > 1 {
		e.compareJoined(op, s, filters, there)
	}
}

// compareJoined asks of a list that passed several filters whether all of them count. That one is enough, for
// each of them, is unusual and legal.
func (e *execution) compareJoined(op *operation, s *Step, filters map[string]string, there map[int64]object) {
	joined := false // items are there that pass some filter only
	for _, o := range there {
		for name, wanted := range filters {
			joined = joined || !fitsSome(map[string]string{name: wanted}, o)
		}
	}
	for _, c := range e.all {
		if joined && c.kind == op.kind && c.org == e.user(s.User).Organization && c.seen != nil && !c.gone &&
			there[c.ids[onTarget]] == nil && fitsSome(filters, c.seen) && e.user(s.User).SeesAllProjects {
			e.differs(agrees, op, "?"+strings.Join(sorted(filters), "&"), "what passes all filters, or what passes any", "neither", false)
		}
	}
}

func modelIDs(model *conformance.Reply) map[int64]bool {
	ids := map[int64]bool{}
	for _, o := range itemsOf(model) {
		id, _ := conformance.Integer(o["id"])
		ids[id] = true
	}
	return ids
}

func (e *execution) compareItems(op *operation, s *Step, there map[int64]object, expected map[int64]bool) {
	u := e.user(s.User)
	filters := filtersOf(s.Path)
	for _, c := range e.all {
		if c.kind != op.kind || c.gone || c.seen == nil {
			continue
		}
		o := there[c.ids[onTarget]]
		marked := strings.HasPrefix(fmt.Sprint(o["alias"]), e.run)
		switch {
		case u.Organization != c.org:
			if o != nil && marked && e.target.Isolated && o["alias"] == c.seen["alias"] {
				e.differs(isolates, op, "/results", "nothing of another organization", "a connection of organization "+c.org, false)
			}
		case o != nil:
			e.same(op, s, c, o, agrees)
		case c.held && expected[c.ids[onModel]] && u.SeesAllProjects:
			place := "/results"
			if len(filters) > 0 {
				place = "?" + strings.Join(sorted(filters), "&")
			}
			e.differs(agrees, op, place, "a connection that is there", "not in the list", false)
		}
	}
}

// filtersOf are the filters of a list's URL.
func filtersOf(path string) map[string]string {
	_, query, _ := strings.Cut(path, "?")
	values, _ := url.ParseQuery(query)
	filters := map[string]string{}
	for name := range maps.Keys(values) {
		if slices.Contains(spec().filters, name) {
			filters[name] = values.Get(name)
		}
	}
	return filters
}

// fitsSome tells whether an item passes a filter: whether case and blanks around count, and whether all of
// several must be passed, is open. That one alone decides, whatever it is, isn't: see the model's.
func fitsSome(filters map[string]string, o object) bool {
	for name, wanted := range filters {
		value, _ := o[name].(string)
		if value == wanted || name != "frequency" && strings.EqualFold(strings.TrimSpace(value), strings.TrimSpace(wanted)) {
			return true
		}
	}
	return len(filters) == 0
}
