package explore

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract/conformance"
)

var errOdd = errors.New("odd")

// defect is one thing that is wrong with a body, and what may come of it.
type defect struct {
	why      string
	field    string
	value    any // absent: the field is left out
	expect   Expect
	doubtful bool
}

// absent is the value of a field that isn't sent.
type absent struct{}

// defects break each constraint of the operation's schema, one at a time.
func defects(op *operation, missing Expect) []defect {
	var found []defect
	for _, field := range sorted(op.input.Properties) {
		schema := op.input.Properties[field].Value
		if slices.Contains(op.input.Required, field) {
			found = append(found, defect{field + " is missing", field, absent{}, missing, false})
		}
		for _, d := range broken(schema) {
			d.field, d.why = field, field+" is "+d.why
			found = append(found, d)
		}
	}
	return found
}

// broken are values that the schema of a field forbids. Where docs/rulings.md says that a server may read
// them in a way of its own, what comes of them is open.
func broken(schema *openapi3.Schema) []defect {
	_, refers := schema.Extensions["x-refers-to"]
	switch {
	case schema.Enum != nil:
		return []defect{
			{why: "not in the list", value: "yearly", expect: Refused},
			{why: "a number", value: 5, expect: Refused},
			{why: "an array", value: []any{"manually"}, expect: Refused},
			{why: "an object", value: object{"every": "day"}, expect: Refused},
			{why: "capitalised", value: "Hourly", expect: Open},
			{why: "in blanks", value: " manually ", expect: Open},
			{why: "empty", value: "", expect: Open},
			{why: "null", value: nil, expect: Open},
			{why: "true", value: true, expect: Open},
		}
	case refers:
		return []defect{
			{why: "unknown", value: 99_999_999, expect: Refused},
			{why: "zero", value: 0, expect: Refused},
			{why: "negative", value: -1, expect: Refused},
			{why: "beyond 32 bits", value: 4_294_967_297, expect: Refused},
			{why: "beyond 64 bits", value: jsonNumber("18446744073709551617"), expect: Refused, doubtful: true},
			{why: "beyond a double", value: jsonNumber("1e400"), expect: Open},
			{why: "a fraction", value: jsonNumber("1.5"), expect: Open},
			{why: "a word", value: "x", expect: Open},
			{why: "digits in a text", value: "1", expect: Open},
			{why: "true", value: true, expect: Open},
			{why: "null", value: nil, expect: Open},
			{why: "an array", value: []any{1}, expect: Open},
			{why: "an object", value: object{"id": 1}, expect: Open},
		}
	case schema.Type.Is(openapi3.TypeObject):
		return []defect{
			{why: "an array", value: []any{}, expect: Refused},
			{why: "a text", value: "alm_project", expect: Refused},
			{why: "a number", value: 1, expect: Refused},
			{why: "true", value: true, expect: Refused},
			{why: "null", value: nil, expect: Open},
		}
	}
	return []defect{
		{why: "empty", value: "", expect: Open},
		{why: "a number", value: 1, expect: Open},
		{why: "an array", value: []any{}, expect: Open},
		{why: "null", value: nil, expect: Open},
		{why: "true", value: true, expect: Open},
	}
}

// spoil is the body with the defect.
func (d defect) spoil(body object) object {
	body = maps.Clone(body)
	body[d.field] = d.value
	if d.value == any(absent{}) {
		delete(body, d.field)
	}
	return body
}

// references are defects that the target file knows of: things that are there, and can't be used.
func (g *generator) references(m *maker, creating bool) []defect {
	var found []defect
	own := g.target.Organizations[m.org]
	has := func(kind conformance.Kind, id int64) bool {
		_, ok := g.connector(m.org, kind, id)
		return ok
	}
	for _, c := range own.Connectors.Of(m.kind) {
		if m.kind == conformance.Analysis && c.Remote != nil && !*c.Remote {
			d := defect{"connector is not remote", "connector", c.ID, Open, false}
			if creating {
				d.expect = Refused
			}
			found = append(found, d)
		}
	}
	for _, c := range own.Connectors.Of(m.kind.Other()) {
		if !has(m.kind, c.ID) {
			found = append(found, defect{"connector is of the other kind", "connector", c.ID, Refused, false})
		}
	}
	for _, org := range sorted(g.target.Organizations) {
		if org == m.org || !g.target.Isolated {
			continue
		}
		for _, c := range g.target.Organizations[org].Connectors.Of(m.kind) {
			if !has(m.kind, c.ID) {
				found = append(found, defect{"connector is another organization's", "connector", c.ID, Refused, true})
			}
		}
		for _, p := range g.target.Organizations[org].Projects {
			if !slices.ContainsFunc(own.Projects, func(o conformance.Project) bool { return o.ID == p.ID }) {
				found = append(found, defect{"project is another organization's", "project", p.ID, Refused, true})
			}
		}
	}
	_, gated := g.frequencies(m.org)
	for _, f := range gated {
		found = append(found, defect{beyondPlan, "frequency", f, Refused, false})
	}
	return found
}

// beyondPlan marks a request for a frequency that the plan doesn't include.
const beyondPlan = "frequency is not in the plan"

// pick prefers what must be refused, as that is where more can be seen.
func (g *generator) pick(general, particular []defect) defect {
	all := general
	if len(particular) > 0 && g.chance(30) {
		all = particular
	}
	field := one(g, all).field
	all = slices.DeleteFunc(slices.Clone(all), func(d defect) bool { return d.field != field })
	refused := slices.DeleteFunc(slices.Clone(all), func(d defect) bool { return d.expect == Open })
	if len(refused) > 0 && g.chance(50) {
		return one(g, refused)
	}
	return one(g, all)
}

// breakInTurn breaks one constraint after the other, so that none is left out by chance.
func (g *generator) breakInTurn(seed uint64, number int) {
	t := one(g, g.things)
	creating := defects(spec().of(t.maker.kind, "create"), Refused)
	all := slices.Concat(creating, defects(spec().of(t.maker.kind, "update"), Open))
	turns := rand.New(rand.NewPCG(seed, math.MaxUint64)).Perm(len(all)) //nolint:gosec // not for secrets
	if turn := turns[number%len(all)]; turn < len(creating) {
		g.breakCreateOf(*t.maker, all[turn])
	} else {
		g.breakUpdateOf(t, all[turn])
	}
}

func (g *generator) breakCreate() {
	m := *one(g, g.things).maker
	if g.chance(30) {
		m = one(g, g.makers)
	}
	g.breakCreateOf(m, g.pick(defects(spec().of(m.kind, "create"), Refused), g.references(&m, true)))
}

func (g *generator) breakCreateOf(m maker, d defect) {
	g.add(Step{
		User: one(g, m.editors).Name, Method: http.MethodPost, Path: m.kind.Path(), Body: bodyOf(d.spoil(g.body(&m))),
		Expect: d.expect, Doubtful: d.doubtful, Why: d.why,
	})
}

func (g *generator) breakUpdate() {
	t := one(g, g.things)
	g.breakUpdateOf(t, g.pick(defects(spec().of(t.maker.kind, "update"), Open), g.references(t.maker, false)))
}

func (g *generator) breakUpdateOf(t *thing, d defect) {
	g.add(Step{
		User: one(g, t.maker.editors).Name, Method: http.MethodPut, Path: t.path(), Body: bodyOf(d.spoil(g.body(t.maker))),
		Expect: d.expect, Doubtful: d.doubtful, Why: d.why,
	})
}
