package explore

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

func (g *generator) kind() conformance.Kind {
	if len(g.things) > 0 && g.chance(80) {
		return one(g, g.things).maker.kind
	}
	return one(g, kinds)
}

// reader is somebody who may read the kind.
func (g *generator) reader(t *thing) *conformance.User {
	return one(g, g.colleagues(t.maker.org))
}

// place is a list and somebody who reads it: most often one in which something of the sequence is.
func (g *generator) place() (*conformance.User, conformance.Kind) {
	if len(g.things) > 0 && g.chance(85) {
		t := one(g, g.things)
		return g.reader(t), t.maker.kind
	}
	return one(g, g.users), one(g, kinds)
}

func (g *generator) list() {
	u, kind := g.place()
	g.add(Step{User: u.Name, Method: http.MethodGet, Path: kind.Path(), Expect: Accepted})
}

// get reads a connection, often as one user after the other.
func (g *generator) get() {
	t := one(g, g.things)
	for more := true; more; more = g.chance(40) {
		s := Step{User: g.reader(t).Name, Method: http.MethodGet, Path: t.path(), Expect: Accepted}
		if !g.user(s.User).SeesAllProjects {
			s.Expect = Open
		}
		g.add(s)
	}
}

// filter asks by one filter or two, most often for something that there is.
func (g *generator) filter() {
	u, kind := g.place()
	var query []string
	for _, i := range g.Perm(len(spec().filters))[:1+g.IntN(5)/3] {
		name := spec().filters[i]
		if value := g.wanted(name, kind); value != "" {
			query = append(query, encode(url.Values{name: {value}}))
		}
	}
	g.add(Step{User: u.Name, Method: http.MethodGet, Path: kind.Path() + "?" + strings.Join(query, "&"), Expect: Accepted})
}

// encode is a query in which run is still to be filled in.
func encode(query url.Values) string { return strings.ReplaceAll(query.Encode(), "%7Brun%7D", "{run}") }

// systems are those that the target file names.
func (g *generator) systems(kind conformance.Kind) []string {
	var found []string
	for _, m := range g.makers {
		for _, c := range m.connectors {
			if m.kind == kind && c.System != "" && !slices.Contains(found, c.System) {
				found = append(found, c.System)
			}
		}
	}
	return found
}

// wanted is a value to filter by: of something that the sequence has made, if possible.
func (g *generator) wanted(name string, kind conformance.Kind) string {
	var like object
	if len(g.things) > 0 && g.chance(85) {
		like = one(g, g.things).body
	}
	switch name {
	case "frequency":
		if f, ok := like[name].(string); ok && g.chance(70) {
			return f
		}
		granted, gated := g.frequencies(g.users[0].Organization)
		return one(g, append(granted, gated...))
	case "system":
		systems := g.systems(kind)
		if len(systems) == 0 {
			return ""
		}
		return one(g, systems)
	}
	alias, _ := like["alias"].(string)
	switch {
	case alias == "":
		return "{run}nothing has this alias"
	case g.chance(25):
		return strings.TrimSpace(alias[:len(alias)-1]) // the beginning of it
	}
	return alias
}

// unknown asks for a connection that isn't there.
func (g *generator) unknown() {
	s := Step{User: one(g, g.users).Name, Method: http.MethodGet, Path: g.kind().Path() + "{unknown}/", Expect: Refused, Why: "an unknown id"}
	if g.writes && g.chance(50) {
		m := one(g, g.makers)
		s.User, s.Method, s.Path = one(g, m.editors).Name, http.MethodPut, m.kind.Path()+"{unknown}/"
		s.Body = bodyOf(g.body(&m))
	}
	g.add(s)
}
