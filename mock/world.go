package mock

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sdecontract/sdecontract/fixtures"
)

// A World is what a mock starts with: organizations, their users, connectors, projects and
// connections. Reading one checks it, and it doesn't change afterwards, so servers can share it.
type World struct {
	users         []*User
	byToken       map[string]*User
	organizations map[string]*organization
	entities      map[entityKey]*entity
	order         []string // names of the organizations, as in the file
	seeds         []seed
	lastID        map[string]int64 // of each kind, if ids beyond its connections' were given already

	origin       *World // of a snapshot: what its server went back to when it was reset
	taken        *base  // of a snapshot: its connections, which are no seeds
	lastBase     atomic.Pointer[base]
	lastRedactor atomic.Pointer[redactor]
}

// User is somebody who may call the API.
type User struct {
	Name         string
	Token        string
	Organization string
	Permissions  []string // such as "Edit ALM connections"
	Email        string   // that the API shows of the user
}

// may tells whether the user has the permission; everybody has the empty one.
func (u *User) may(permission string) bool {
	return permission == "" || slices.Contains(u.Permissions, permission)
}

// organization is a customer: it sees nothing of the others.
type organization struct {
	name     string
	features []string
}

// entity is an object that connections refer to, or that is shown beside them.
type entity struct {
	organization string
	attributes   map[string]any
	belongs      map[string]*entity // to an application, or to a business unit
}

// entityKey finds an entity. Connectors of different kinds are numbered apart.
type entityKey struct {
	collection string // such as connectors or projects
	kind       string // of a connector; else empty
	id         int64
}

// noun is what such an entity is called, such as alm connector.
func (k entityKey) noun() string {
	return strings.TrimSpace(k.kind + " " + strings.ReplaceAll(strings.TrimSuffix(k.collection, "s"), "-", " "))
}

func (k entityKey) compare(other entityKey) int {
	return cmp.Or(cmp.Compare(k.collection, other.collection), cmp.Compare(k.kind, other.kind), cmp.Compare(k.id, other.id))
}

// seed is a connection that the world starts with.
type seed struct {
	collection   string
	organization string
	id           int64
	sent         []byte // JSON, as a client would have sent it
}

// Users returns the users in the order of the world's file.
func (w *World) Users() []User {
	users := make([]User, len(w.users))
	for i, u := range w.users {
		users[i] = *u
		users[i].Permissions = slices.Clone(u.Permissions)
	}
	return users
}

// Features returns the plan features of an organization, such as advanced-alm.
func (w *World) Features(organization string) []string {
	if o := w.organizations[organization]; o != nil {
		return slices.Clone(o.features)
	}
	return nil
}

// WorldSize is how much there is in a world, of all its organizations.
type WorldSize struct {
	Organizations, Users, Connectors, Projects, Connections int
}

// Size counts what is in the world.
func (w *World) Size() WorldSize {
	size := WorldSize{Organizations: len(w.organizations), Users: len(w.users), Connections: len(w.allSeeds())}
	for key := range w.entities {
		switch key.collection {
		case "connectors":
			size.Connectors++
		case "projects":
			size.Projects++
		}
	}
	return size
}

// DefaultWorld returns the world that this module ships with: fixtures/world.yaml.
func DefaultWorld() *World { return defaultWorld() }

var defaultWorld = sync.OnceValue(func() *World {
	w, err := ReadWorld(fixtures.WorldFile, fixtures.World())
	if err != nil {
		panic(err) // the embedded file is part of the program
	}
	return w
})

// refer finds the entity with that id to which the rule may refer. It returns nil if the
// organization has none; unmet says which condition of the rule the entity doesn't meet, if so.
func (w *World) refer(rule *refersRule, organization string, id int64) (e *entity, unmet string) {
	kind, _ := rule.Where["kind"].(string)
	e = w.entities[entityKey{rule.Collection, kind, id}]
	if e == nil || e.organization != organization {
		return nil, ""
	}
	last := ""
	for attribute, want := range rule.Where {
		if got := e.attributes[attribute]; got != want && attribute > last { // the same one in every run
			last, unmet = attribute, fmt.Sprintf("%q has %s %v, and must have %v", e.attributes["name"], attribute, got, want)
		}
	}
	return e, unmet
}

// references finds the entities that the fields sent to an operation refer to, by field.
func (w *World) references(op *operation, organization string, sent map[string]any) map[string]*entity {
	found := map[string]*entity{}
	w.findReferences(found, op, organization, sent)
	return found
}

func (w *World) findReferences(found map[string]*entity, op *operation, organization string, sent map[string]any) {
	for i := range op.fields {
		f := &op.fields[i]
		if f.refersTo == nil {
			continue
		}
		if id, ok := asInt(sent[f.name]); ok {
			found[f.name], _ = w.refer(f.refersTo, organization, id)
		}
	}
}

// value is what the source gives, or nil.
func (s source) value(refs map[string]*entity) any {
	field, attribute := s.split()
	if e := refs[field]; e != nil {
		return e.attributes[attribute]
	}
	return nil
}
