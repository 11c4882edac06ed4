package mock

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// companionTag marks the operations that clients ask for beside the connections.
const companionTag = "Companion"

// entityRows are the world's objects as the contract's operations show them.
func (w *World) entityRows(c *Contract) map[owner]*rows {
	sorted, keys := map[owner][]*record{}, w.entityKeys()
	for _, name := range sortedKeys(c.collections) {
		col := c.collections[name]
		if !col.fixed() {
			continue
		}
		for _, key := range keys {
			if key.collection == col.entities.collection && key.kind == col.entities.kind {
				of := owner{name, w.entities[key].organization}
				sorted[of] = append(sorted[of], w.entities[key].render(c, col, key.id))
			}
		}
	}
	all := map[owner]*rows{}
	for of, list := range sorted {
		all[of] = loadRows(c.collections[of.kind], list)
	}
	return all
}

// entityKeys are those of all entities, by collection, kind and id.
func (w *World) entityKeys() []entityKey {
	keys := make([]entityKey, 0, len(w.entities))
	for key := range w.entities {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, entityKey.compare)
	return keys
}

// render makes a record of the entity: what the world doesn't say of it is the default.
func (e *entity) render(c *Contract, col *collection, id int64) *record {
	values := map[string]any{}
	for i := range col.properties {
		p := &col.properties[i]
		value, ok := e.attributes[p.name]
		if !ok {
			value = defaultOf(p.schema)
		}
		if value != nil {
			values[p.name] = value
		}
	}
	return c.render(col, id, e.organization, values, e.belongs)
}

// defaultOf is the schema's default; of an object, that of its properties.
func defaultOf(schema *openapi3.Schema) any {
	if schema.Default != nil || !schema.Type.Is(openapi3.TypeObject) {
		return schema.Default
	}
	members := map[string]any{}
	for name, property := range schema.Properties {
		if value := defaultOf(property.Value); value != nil {
			members[name] = value
		}
	}
	return members
}

// addUserEntity adds what the API shows of the user, whose id is the place in the file.
func (r *worldReader) addUserEntity(u *User) {
	r.entities[entityKey{"users", "", int64(len(r.users))}] = &entity{u.Organization, map[string]any{
		"id": int64(len(r.users)), "first_name": u.Name, "email": u.Email, "groups": []any{},
	}, nil}
}

// defaultEmail is that of a user of whom the world's file tells none.
func defaultEmail(name string) string { return strings.ReplaceAll(name, " ", ".") + "@example.com" }

// addApplications adds the applications and the business units that the projects name. They are numbered in the
// order of the organizations, and within each in the order of the projects' ids.
func (r *worldReader) addApplications() {
	known := map[[3]string]*entity{}
	last := map[string]int64{}
	find := func(collection, organization, unit, name string, belongs map[string]*entity) *entity {
		at := [3]string{collection, organization, unit + "\x00" + name}
		if known[at] == nil && name != "" {
			last[collection]++
			id := last[collection]
			known[at] = &entity{organization, map[string]any{"id": id, "name": name}, belongs}
			r.entities[entityKey{collection, "", id}] = known[at]
		}
		return known[at]
	}
	keys := r.entityKeys()
	for _, organization := range r.order {
		for _, key := range keys {
			project := r.entities[key]
			if key.collection != "projects" || project.organization != organization {
				continue
			}
			unit, _ := project.attributes["business_unit"].(string)
			application, _ := project.attributes["application"].(string)
			project.belongs = map[string]*entity{}
			project.belongs["business_unit"] = find("business-units", organization, "", unit, nil)
			project.belongs["application"] = find("applications", organization, unit, application, map[string]*entity{
				"business_unit": project.belongs["business_unit"],
			})
		}
	}
}

// profileFile is the kind of software that a project makes.
type profileFile struct {
	ID      string `yaml:"id"`       // of the profile; if empty, the contract's default
	Name    string `yaml:"name"`     // what it is called; if empty, the contract's default
	LogoURL string `yaml:"logo_url"` // where its picture is; if empty, the contract's default
}

// addProject adds a project, with those of its attributes that the file tells.
func (r *worldReader) addProject(organization string, p located[projectFile]) {
	v := p.value
	e := &entity{organization: organization, attributes: map[string]any{
		"id": v.ID, "name": v.Name, "application": v.Application, "business_unit": v.BusinessUnit,
	}}
	if v.URL != "" {
		e.attributes["url"] = v.URL
	}
	if v.RiskPolicyCompliant != nil {
		e.attributes["risk_policy_compliant"] = *v.RiskPolicyCompliant
	}
	if v.Profile != nil {
		if v.Profile.ID == "" || v.Profile.Name == "" {
			r.fail(p.pos, "project %d: profile: it needs an id and a name", v.ID)
		}
		e.attributes["profile"] = map[string]any{"id": v.Profile.ID, "name": v.Profile.Name, "logo_url": v.Profile.LogoURL}
	}
	r.addEntity(entityKey{"projects", "", v.ID}, p.pos, e, "name")
}
