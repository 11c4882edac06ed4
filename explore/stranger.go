package explore

import (
	"fmt"
	"net/http"

	"github.com/sdecontract/sdecontract/conformance"
)

// nobodies are ways not to be known.
var nobodies = []struct{ why, header string }{
	{"without a token", ""},
	{"with an altered token", "Token {altered}"},
	{"with an empty token", "Token "},
	{"with an unknown token", "Token sdecontract"},
	{"with the scheme Basic", "Basic c2Rl"},
	{"with the token alone", "{altered}"},
}

func (g *generator) nobody(s Step) {
	how := one(g, nobodies)
	if how.header == "" {
		s.User = ""
	} else {
		s.Header = map[string]string{"Authorization": how.header}
	}
	s.Expect, s.Why = Unauthorized, how.why
	g.add(s)
}

func (g *generator) nobodyReads() {
	s := Step{User: one(g, g.users).Name, Method: http.MethodGet, Path: g.kind().Path()}
	if len(g.things) > 0 && g.chance(50) {
		t := one(g, g.things)
		s.User, s.Path = t.user.Name, t.path()
	}
	g.nobody(s)
}

func (g *generator) nobodyWrites() {
	t := one(g, g.things)
	s := Step{User: t.user.Name, Method: http.MethodPost, Path: t.maker.kind.Path(), Body: bodyOf(g.body(t.maker))}
	if g.chance(50) {
		s.Method, s.Path = http.MethodPut, t.path()
	}
	g.nobody(s)
}

// stranger tries to reach a connection of another organization.
func (g *generator) stranger() {
	t := one(g, g.things)
	others := g.usersWho(func(u *conformance.User) bool { return u.Organization != t.maker.org })
	if len(others) == 0 {
		return
	}
	u := one(g, others)
	s := Step{User: u.Name, Method: http.MethodGet, Path: t.path(), Expect: Refused, Why: "another organization's connection"}
	if m := g.maker(u.Organization, t.maker.kind); m != nil && u.May(m.kind.Permission()) && g.chance(50) {
		s.Method, s.Body = http.MethodPut, bodyOf(g.body(m))
	} else if g.chance(50) {
		s = Step{User: u.Name, Method: http.MethodGet, Path: t.maker.kind.Path(), Expect: Accepted, Why: "another organization's list"}
	}
	if !g.target.Isolated {
		s.Expect = Open
	}
	g.add(s)
}

// otherKind uses an id under the path of the other kind.
func (g *generator) otherKind() {
	t := one(g, g.things)
	s := Step{
		User: t.user.Name, Method: http.MethodGet, Path: t.maker.kind.Other().Path() + "{" + t.label + "}/", Expect: Refused,
		Why: "an id of the other kind",
	}
	if m := g.maker(t.maker.org, t.maker.kind.Other()); m != nil && g.chance(50) {
		s.User, s.Method, s.Body = one(g, m.editors).Name, http.MethodPut, bodyOf(g.body(m))
	}
	g.add(s)
}

// unpermitted writes as somebody who lacks the permission; a server may have other ways to permit it.
func (g *generator) unpermitted() {
	t := one(g, g.things)
	readers := g.usersWho(func(u *conformance.User) bool {
		return u.Organization == t.maker.org && !u.May(t.maker.kind.Permission())
	})
	if len(readers) == 0 {
		return
	}
	s := Step{User: one(g, readers).Name, Method: http.MethodPut, Path: t.path(), Body: bodyOf(g.body(t.maker)), Expect: Open}
	if g.chance(50) {
		s.Method, s.Path = http.MethodPost, t.maker.kind.Path()
	}
	s.Why = fmt.Sprintf("without the permission %q", t.maker.kind.Permission())
	g.add(s)
}
