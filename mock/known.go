package mock

import (
	"fmt"
	"strings"
)

// Known is what the operator of a server says of it. Whatever is missing isn't known.
type Known struct {
	Users         []User // by whose tokens a proxy knows who asks
	Organizations map[string]KnownOrganization
}

// KnownOrganization is a customer of the server.
type KnownOrganization struct {
	Features   []string // of its plan: all that it has
	Connectors map[string][]KnownConnector
	Projects   []KnownProject
}

// KnownConnector is a connector, in a map by its kind. Empty fields are not known.
type KnownConnector struct {
	ID           int64
	Name, System string
	Remote       *bool
}

// KnownProject is a project. Empty fields are not known.
type KnownProject struct {
	ID                              int64
	Name, Application, BusinessUnit string
}

// world is that as a world without connections.
func (k Known) world() (*World, error) {
	w := &World{byToken: map[string]*User{}, organizations: map[string]*organization{}, entities: map[entityKey]*entity{}}
	for _, name := range sortedKeys(k.Organizations) {
		o := k.Organizations[name]
		w.organizations[name] = &organization{name: name, features: o.Features}
		for kind, connectors := range o.Connectors {
			for _, c := range connectors {
				e := known(name, c.ID, map[string]string{"name": c.Name, "system": c.System})
				e.attributes["kind"] = kind
				if c.Remote != nil {
					e.attributes["remote"] = *c.Remote
				}
				w.entities[entityKey{"connectors", kind, c.ID}] = e
			}
		}
		for _, p := range o.Projects {
			w.entities[entityKey{"projects", "", p.ID}] = known(name, p.ID, map[string]string{
				"name": p.Name, "application": p.Application, "business_unit": p.BusinessUnit,
			})
		}
	}
	for _, u := range k.Users {
		if u.Token == "" || strings.ContainsAny(u.Token, " \t\r\n\"") {
			return nil, fmt.Errorf("user %s: the token is empty, or has blanks or quotation marks", u.Name)
		}
		if other := w.byToken[u.Token]; other != nil {
			return nil, fmt.Errorf("users %s and %s have the same token", other.Name, u.Name)
		}
		w.users = append(w.users, &u)
		w.byToken[u.Token] = &u
	}
	return w, nil
}

// known is an entity with the attributes that aren't empty.
func known(organization string, id int64, attributes map[string]string) *entity {
	e := &entity{organization: organization, attributes: map[string]any{"id": id}}
	for name, value := range attributes {
		if value != "" {
			e.attributes[name] = value
		}
	}
	return e
}
