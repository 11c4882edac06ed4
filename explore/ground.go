package explore

import (
	"iter"
	"maps"
	"slices"

	"github.com/sdecontract/sdecontract/conformance"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func mapsKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

var kinds = []conformance.Kind{conformance.ALM, conformance.Analysis}

// ground is what the target file offers to work with.
type ground struct {
	target *conformance.Target
	users  []*conformance.User // with a token
	makers []maker
}

// maker is an organization in which connections of a kind can be created.
type maker struct {
	org        string
	kind       conformance.Kind
	editors    []*conformance.User // who may create and see everything of them; those who see all projects first
	connectors []conformance.Connector
	projects   []conformance.Project
}

// newGround looks over a target.
func newGround(target *conformance.Target) *ground {
	g := &ground{target: target}
	for _, name := range sorted(target.Users) {
		if u := target.Users[name]; u.Token != "" {
			g.users = append(g.users, &u)
		}
	}
	for _, org := range sorted(target.Organizations) {
		for _, kind := range kinds {
			m := maker{org: org, kind: kind, projects: target.Organizations[org].Projects}
			for _, c := range target.Organizations[org].Connectors.Of(kind) {
				if usable(kind, c) {
					m.connectors = append(m.connectors, c)
				}
			}
			m.editors = g.usersWho(func(u *conformance.User) bool { return u.Organization == org && u.May(kind.Permission()) })
			slices.SortStableFunc(m.editors, func(a, b *conformance.User) int { return rank(a) - rank(b) })
			if len(m.editors) > 0 && len(m.connectors) > 0 && len(m.projects) > 0 {
				g.makers = append(g.makers, m)
			}
		}
	}
	return g
}

// rank puts users first who see everything.
func rank(u *conformance.User) int {
	if u.SeesAllProjects {
		return 0
	}
	return 1
}

// usable tells whether connections can be created on the connector.
func usable(kind conformance.Kind, c conformance.Connector) bool {
	return kind == conformance.ALM || c.Remote != nil && *c.Remote
}

func (g *ground) usersWho(fits func(*conformance.User) bool) []*conformance.User {
	var found []*conformance.User
	for _, u := range g.users {
		if fits(u) {
			found = append(found, u)
		}
	}
	return found
}

// user returns the user with that name, or nil.
func (g *ground) user(name string) *conformance.User {
	for _, u := range g.users {
		if u.Name == name {
			return u
		}
	}
	return nil
}

// colleagues are the users of the organization.
func (g *ground) colleagues(org string) []*conformance.User {
	return g.usersWho(func(u *conformance.User) bool { return u.Organization == org })
}

// maker returns where connections of the kind are made in the organization, or nil.
func (g *ground) maker(org string, kind conformance.Kind) *maker {
	for i := range g.makers {
		if g.makers[i].org == org && g.makers[i].kind == kind {
			return &g.makers[i]
		}
	}
	return nil
}

// connector returns the connector of the organization with that id.
func (g *ground) connector(org string, kind conformance.Kind, id int64) (conformance.Connector, bool) {
	all := g.target.Organizations[org].Connectors.Of(kind)
	i := slices.IndexFunc(all, func(c conformance.Connector) bool { return c.ID == id })
	if i < 0 {
		return conformance.Connector{}, false
	}
	return all[i], true
}

// frequencies are those that the organization's plan includes, and those that it doesn't.
func (g *ground) frequencies(org string) (granted, gated []string) {
	schema := spec().of(conformance.ALM, "create").input.Properties["frequency"].Value
	feature, _ := schema.Extensions["x-feature"].(map[string]any)
	list, _ := feature["gates"].([]any)
	for _, f := range schema.Enum {
		if slices.Contains(list, f) && !g.target.Organizations[org].AdvancedALM {
			gated = append(gated, f.(string))
		} else {
			granted = append(granted, f.(string))
		}
	}
	return granted, gated
}
