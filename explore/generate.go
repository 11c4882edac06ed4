package explore

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// generator makes a sequence of requests. What it makes depends on the seed and the target file only, never
// on replies.
type generator struct {
	*ground
	*rand.Rand
	writes bool
	delete bool // DELETE may be sent
	steps  Sequence
	things []*thing
	taken  map[any]bool // aliases that are given already
}

// thing is a connection that the sequence makes, as it should be.
type thing struct {
	label string
	user  *conformance.User
	maker *maker
	body  object
}

func (t *thing) path() string { return t.maker.kind.Path() + "{" + t.label + "}/" }

// generate makes the sequence with that number.
func generate(g *ground, seed uint64, number int, writes bool) Sequence {
	gen := &generator{ground: g, Rand: rand.New(rand.NewPCG(seed, uint64(number))), writes: writes && len(g.makers) > 0, taken: map[any]bool{}} //nolint:gosec // not for secrets
	gen.delete = g.target.Writes.AllowDelete
	if gen.writes {
		gen.makeThings()
	}
	for range 1 + gen.IntN(5) {
		gen.act()
	}
	if gen.writes {
		gen.breakInTurn(seed, number)
	}
	if gen.chance(8) {
		gen.pages()
	}
	return gen.steps
}

// one picks one of several.
func one[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

// chance is true in so many of a hundred cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) add(s Step) { g.steps = append(g.steps, s) }

// makeThings begins a sequence: with one connection, or with several, most often alike.
func (g *generator) makeThings() {
	m := one(g, g.makers)
	if m.org != g.makers[0].org && g.chance(50) { // the best organization, where it has one, is the first
		m = one(g, g.makers)
	}
	for range []int{1, 1, 1, 2, 2, 3}[g.IntN(6)] {
		g.makeThing(m, g.body(&m), Step{Expect: Accepted, fresh: g.chance(60)})
		if g.chance(25) {
			m = one(g, g.makers)
		}
	}
}

// makeThing creates a connection.
func (g *generator) makeThing(m maker, body object, s Step) {
	t := &thing{label: letters[len(g.things)+26:][:1], maker: &m, user: one(g, m.editors), body: body}
	s.Makes, s.User, s.Method, s.Path, s.Body = t.label, t.user.Name, http.MethodPost, m.kind.Path(), bodyOf(body)
	g.things = append(g.things, t)
	g.add(s)
}

// essential is the member of params that an ordinary body has: a connector may ask for more than none.
var essential = map[conformance.Kind]string{conformance.ALM: "alm_project", conformance.Analysis: "import_behaviour"}

// body is a complete body that any server should accept.
func (g *generator) body(m *maker) object {
	body := object{
		"alias": g.alias(), "connector": one(g, m.connectors).ID, "project": one(g, m.projects).ID,
		"params": g.params(m.kind),
	}
	if granted, _ := g.frequencies(m.org); g.chance(85) {
		body["frequency"] = one(g, granted)
	}
	return body
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// alias is a plain one that is not taken: a server may want them to be unique. Some begin as others do.
func (g *generator) alias() string {
	alias := "{run}" + letters[g.IntN(26):][:1]
	defer func() { g.taken[alias] = true }()
	for _, more := range []string{" and more", " in Berlin", " 2", " Example Project of the Web Shop Team"} {
		if g.chance(25) || g.taken[alias] {
			alias += more
		}
	}
	for g.taken[alias] {
		alias += letters[g.IntN(26):][:1]
	}
	return alias
}

// params are documented members with documented values.
func (g *generator) params(kind conformance.Kind) object {
	params := object{essential[kind]: one(g, spec().params[kind][essential[kind]])}
	if kind == conformance.ALM {
		params[essential[kind]] = "{run}hidden"
	}
	names := sorted(spec().params[kind])
	for range g.IntN(4) {
		name := one(g, names)
		switch {
		case strings.HasSuffix(name, "_pass"):
			params[name] = "{run}hidden pass"
		case name == "asset_name":
			params[name] = "{run}hidden asset"
		case !strings.HasPrefix(name, "sde_project") && params[name] == nil:
			params[name] = one(g, spec().params[kind][name])
		}
	}
	return params
}

// act adds something that users do, or one thing that they shouldn't.
func (g *generator) act() {
	type action struct {
		weight int
		do     func()
	}
	actions := []action{{9, g.list}, {16, g.filter}, {12, g.oddRead}, {5, g.unknown}, {6, g.nobodyReads}}
	if g.writes {
		actions = append(actions, action{14, g.get}, action{16, g.update}, action{9, g.breakUpdate}, action{14, g.breakCreate},
			action{10, g.oddCreate}, action{6, g.nobodyWrites}, action{6, g.stranger}, action{5, g.otherKind}, action{4, g.unpermitted},
			action{4, g.oddWrite}, action{6, g.otherMethod}, action{5, g.malformed})
	}
	total := 0
	for _, a := range actions {
		total += a.weight
	}
	at := g.IntN(total)
	for _, a := range actions {
		if at -= a.weight; at < 0 {
			a.do()
			return
		}
	}
}

// update replaces a connection, and now and then twice.
func (g *generator) update() {
	t := one(g, g.things)
	was := t.body
	t.body = g.body(t.maker)
	if g.chance(50) { // change one thing
		changed := one(g, sorted(t.body))
		body := maps.Clone(was)
		if body["alias"] == nil {
			body["alias"] = t.body["alias"]
		}
		body[changed] = t.body[changed]
		t.body = body
	}
	body, taken := t.body, false // by another connection, perhaps
	if g.chance(20) {
		var alias string
		alias, taken = g.oddAlias()
		if body = with(body, "alias", alias); !taken {
			t.body = body
		}
	}
	s := Step{User: one(g, t.maker.editors).Name, Method: http.MethodPut, Path: t.path(), Body: bodyOf(body), Expect: Accepted}
	if granted, _ := g.frequencies(t.maker.org); taken || oddity(body, granted) != nil {
		s.Expect = Open
	}
	g.add(s)
	if g.chance(30) {
		s.Why = "the same again"
		g.add(s)
	}
}

// oddity says what keeps a body from being an ordinary one: see oddCreate, which leaves its marks.
func oddity(body object, granted []string) error {
	alias, _ := body["alias"].(string)
	if !ordinary(alias) {
		return errOdd
	}
	if f, sent := body["frequency"]; sent && !slices.Contains(granted, f.(string)) {
		return errOdd
	}
	for _, name := range []string{"id", "system", "command", "inaccessible"} {
		if _, sent := body[name]; sent {
			return errOdd
		}
	}
	return nil
}

// ordinary tells whether any server should take the alias.
func ordinary(alias string) bool {
	plain := strings.TrimPrefix(alias, "{run}")
	return len(plain) > 0 && len(plain) <= 60 && plain == strings.TrimSpace(plain) &&
		!strings.ContainsFunc(plain, func(r rune) bool {
			return r != ' ' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})
}
