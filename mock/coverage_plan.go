package mock

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// item is the place of something to cover in Contract.plan; 0 stands for nothing.
type item int

// planned is an item that was found in the contract.
type planned struct {
	CoverageItem
	kind  CoverageKind
	needs func(*scene) string // tells OnDemand; nil: nothing
}

// What an operation, a parameter, a field and a property let a client meet.
type (
	operationItems struct {
		called, granted, refused item
		statuses                 map[int]item
	}
	parameterItems struct {
		sent                          item
		values                        map[string]item
		some, none                    item // x-filters
		cut, fits                     item // x-paginates: size
		turned, beyond, withoutEffect item // x-paginates: page
	}
	fieldItems struct {
		sent                     item
		values                   map[string]item
		defaulted                item
		accepted, unknown, unmet item            // x-refers-to
		within, beyond           item            // x-feature
		taken, kept              map[string]item // x-inherits, by member
	}
	propertyItems struct{ shown, hidden, derived, ignored item }
)

// planner finds what there is to cover in a contract.
type planner struct {
	*Contract
	companion bool // only on demand: a client of the connections may need none of it
}

// planCoverage fills Contract.plan.
func (c *Contract) planCoverage() {
	c.plan = make([]planned, 1)
	c.violations = map[string]item{}
	for _, companion := range []bool{false, true} { // at last, so that a rule that both share is one of the others
		p := planner{c, companion}
		for _, template := range sortedKeys(c.paths) {
			operations := c.paths[template].operations
			for _, method := range sortedKeys(operations) {
				if operations[method].companion == companion {
					p.operation(operations[method])
				}
			}
		}
	}
	for _, name := range c.kinds() {
		planner{c, false}.properties(c.collections[name])
	}
}

// add plans an item, unless there is one with that id: a rule that several operations share is one rule.
func (p planner) add(kind CoverageKind, one CoverageItem, needs func(*scene) string) item {
	if i := slices.IndexFunc(p.plan, func(q planned) bool { return q.ID == one.ID }); i >= 0 {
		return item(i)
	}
	if p.companion && needs == nil {
		needs = always(beside)
	}
	p.plan = append(p.plan, planned{one, kind, needs})
	return item(len(p.plan) - 1)
}

func (p planner) operation(op *operation) {
	base := CoverageItem{ID: op.id, Label: op.id, Operation: op.id, Source: op.cite.String(), Location: p.at(op.origin, "")}
	of := func(id, label, says string) CoverageItem {
		one := base
		one.ID, one.Label, one.Says = op.id+"/"+id, label, says
		return one
	}
	base.Says = op.method + " " + op.path + " is called"
	op.items.called = p.add(Operations, base, nil)
	op.items.statuses = map[int]item{}
	for _, status := range slices.Sorted(maps.Keys(op.responses)) {
		op.items.statuses[status] = p.add(Statuses, of(fmt.Sprintf("status/%d", status), fmt.Sprint(status),
			fmt.Sprintf("%s answers %d %s", op.id, status, http.StatusText(status))), always(op.onDemand(status)))
	}
	if op.requires != "" {
		base.Location = p.at(op.origin, "x-requires")
		op.items.granted = p.add(Behaviours, of("x-requires/granted", "granted",
			fmt.Sprintf("a user with the permission %q may use %s", op.requires, op.id)), somebody(op.requires, true))
		op.items.refused = p.add(Behaviours, of("x-requires/refused", "refused",
			fmt.Sprintf("a user without the permission %q may not use %s", op.requires, op.id)), somebody(op.requires, false))
	}
	for i := range op.params {
		p.parameter(op, &op.params[i])
	}
	for i := range op.fields {
		p.field(op, &op.fields[i])
	}
	if op.input != nil {
		p.violation(op.input, op.cite, false)
	}
}

func (p planner) parameter(op *operation, q *parameter) {
	if q.in != openapi3.ParameterInQuery {
		return
	}
	of := func(kind CoverageKind, id, label, key, says string, args ...any) item {
		var needs func(*scene) string
		if label == "alone" {
			needs = always(unlikely)
		}
		return p.add(kind, CoverageItem{
			ID: op.id + "/" + id, Label: label, Operation: op.id, Source: q.cite.String(), Location: p.at(q.origin, key),
			Says: op.id + ": " + fmt.Sprintf(says, args...),
		}, needs)
	}
	q.items.sent = of(Parameters, "parameter/"+q.name, q.name, "", "the parameter %s is sent", q.name)
	values := q.schema.Enum
	if i := slices.IndexFunc(op.collection.properties, func(r property) bool { return r.name == q.filters }); q.filters != "" && i >= 0 {
		values = op.collection.properties[i].schema.Enum
	}
	q.items.values = map[string]item{}
	for _, v := range values {
		text := fmt.Sprint(v)
		q.items.values[text] = of(Values, "parameter/"+q.name+"/"+text, q.name+"="+text, "", "the parameter %s is %q", q.name, text)
	}
	if q.filters != "" {
		id := q.name + "/x-filters/"
		q.items.some = of(Behaviours, id+"some", "some", "x-filters", "the filter %s lets connections pass", q.name)
		q.items.none = of(Behaviours, id+"none", "none", "x-filters", "the filter %s lets no connection pass", q.name)
	}
	switch id := q.name + "/x-paginates/"; q.paginate {
	case "size":
		q.items.cut = of(Behaviours, id+"cut", "cut", "x-paginates", "the list is longer than a page of %s", q.name)
		q.items.fits = of(Behaviours, id+"fits", "fits", "x-paginates", "the list fits on a page of %s", q.name)
	case "page":
		q.items.turned = of(Behaviours, id+"turned", "turned", "x-paginates", "another %s than the first is shown", q.name)
		q.items.beyond = of(Behaviours, id+"beyond", "beyond", "x-paginates", "a %s beyond the last is refused", q.name)
		q.items.withoutEffect = of(Behaviours, id+"alone", "alone", "x-paginates", "%s has no effect without a size", q.name)
	}
	p.violation(q.schema, q.cite, true)
}

func (p planner) field(op *operation, f *field) {
	says := op.id + ": the field " + f.name
	cite := f.cite.within(op).String()
	of := func(kind CoverageKind, id, label, says string) item {
		return p.add(kind, CoverageItem{
			ID: op.id + "/field/" + id, Label: label, Operation: op.id, Source: cite,
			Location: p.location(f.schema, ""), Says: says,
		}, nil)
	}
	f.items.sent = of(Fields, f.name, f.name, says+" is sent")
	f.items.values = map[string]item{}
	for _, v := range f.schema.Enum {
		text := fmt.Sprint(v)
		f.items.values[text] = of(Values, f.name+"/"+text, f.name+" "+text, fmt.Sprintf("%s is %q", says, text))
	}
	rule := func(key, outcome string, needs func(*scene) string, says string, args ...any) item {
		return p.rule(f.schema, f.cite, key, outcome, needs, f.name+": "+says, args...)
	}
	if f.schema.Default != nil {
		f.items.defaulted = rule("default", "applied", nil, "left out, it is %v", f.schema.Default)
	}
	if f.from != "" {
		f.items.defaulted = rule("x-default-from", "applied", nil, "left out, it is %s", f.from)
	}
	if r := f.refersTo; r != nil {
		one := strings.TrimSuffix(r.Collection, "s")
		f.items.accepted = rule("x-refers-to", "accepted", nil, "the id of a %s that can be used is accepted", one)
		f.items.unknown = rule("x-refers-to", "unknown", nil, "an id that no %s of the organization has is refused", one)
		if conditions := r.conditions(); conditions != "" {
			f.items.unmet = rule("x-refers-to", "unmet", r.somewhereUnmet, "the id of a %s that is not %s is refused", one, conditions)
		}
	}
	if r := f.feature; r != nil {
		list := strings.Join(r.Gates, ", ")
		f.items.within = rule("x-feature", "granted", r.someOrganization(true), "one of %s can be used with the feature %s", list, r.Name)
		f.items.beyond = rule("x-feature", "refused", r.someOrganization(false), "one of %s is refused without the feature %s", list, r.Name)
	}
	f.items.taken, f.items.kept = map[string]item{}, map[string]item{}
	for _, member := range sortedKeys(f.inherits) {
		which, from := "the member "+member, f.inherits[member]
		if member == "*" {
			which = "any member"
		}
		f.items.taken[member] = rule("x-inherits/"+member, "taken", nil, "%s that isn't sent comes from %s", which, from)
		f.items.kept[member] = rule("x-inherits/"+member, "kept", nil, "%s that is sent wins over %s", which, from)
	}
	p.violation(f.schema, f.cite, false)
}

func (p planner) properties(col *collection) {
	for i := range col.properties {
		q := &col.properties[i]
		rule := func(key, outcome string, needs func(*scene) string, says string, args ...any) item {
			return p.rule(q.schema, q.cite, key, outcome, needs, col.name+" "+q.name+": "+says, args...)
		}
		if q.visible != "" {
			q.items.shown = rule("x-visible-with", "shown", somebody(q.visible, true), "shown to a user with the permission %q", q.visible)
			q.items.hidden = rule("x-visible-with", "hidden", somebody(q.visible, false), "hidden from a user without the permission %q", q.visible)
		}
		if q.from != "" {
			q.items.derived = rule("x-default-from", "derived", nil, "a connection that is written gets it from %s", q.from)
		}
		if q.schema.ReadOnly {
			q.items.ignored = rule("readOnly", "ignored", always(unlikely), "sent by a client, it is ignored")
		}
	}
}

// rule plans an outcome of a rule of a schema.
func (p planner) rule(s *openapi3.Schema, cite citations, key, outcome string, needs func(*scene) string, says string, args ...any) item {
	name, _, _ := strings.Cut(key, "/")
	pointer, _ := p.where(s, "")
	return p.add(Behaviours, CoverageItem{
		ID: ruleName(pointer) + "/" + key + "/" + outcome, Label: outcome, Says: fmt.Sprintf(says, args...),
		Source: cite.String(), Location: p.location(s, name),
	}, needs)
}

// violation plans the refusals of what breaks a rule of the schema, by the pointer that a finding has. The
// type of what has an enum is not among them: the enum is told in its place. Text in a query can be no other.
func (p planner) violation(s *openapi3.Schema, cite citations, isQuery bool) {
	pointer, _ := p.where(s, "")
	about := ruleName(pointer)
	plan := func(key, member, says string) {
		at := pointer + "/" + key + member
		p.violations[at] = p.rule(s, cite, key+member, "refused", always(violating), "%s: %s", about, says)
	}
	for _, name := range s.Required {
		plan("required", "/"+name, name+" left out is refused")
	}
	if s.Type != nil && s.Enum == nil && (!isQuery || !s.Type.Is(openapi3.TypeString)) {
		plan("type", "", "another type than "+strings.Join(s.Type.Slice(), " or ")+" is refused")
	}
	if s.Enum != nil {
		plan("enum", "", "another value than the listed ones is refused")
	}
	if s.MinLength == 1 {
		plan("minLength", "", "an empty text is refused")
	} else if s.MinLength > 1 {
		plan("minLength", "", fmt.Sprintf("fewer than %d characters are refused", s.MinLength))
	}
	if s.MaxLength != nil {
		plan("maxLength", "", fmt.Sprintf("more than %d characters are refused", *s.MaxLength))
	}
	if s.Min != nil {
		plan("minimum", "", fmt.Sprintf("less than %v is refused", *s.Min))
	}
	if s.Max != nil {
		plan("maximum", "", fmt.Sprintf("more than %v is refused", *s.Max))
	}
}
