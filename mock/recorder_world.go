package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// recordedOrganization collects what is written of an organization.
type recordedOrganization struct {
	features    map[string]bool
	projects    map[int64]map[string]any
	connectors  map[string]map[int64]map[string]any
	connections map[string][]any
}

// worldText is a world's file with the connections as they were last seen, and with what they refer to.
func (r *Recorder) worldText(secrets *redactor, sum *Recorded) ([]byte, error) {
	users, organizations := map[string]any{}, map[string]*recordedOrganization{}
	for _, u := range r.users {
		r.organization(organizations, u.Organization)
		users[u.Name] = map[string]any{
			"organization": u.Organization, "token": placeholder(u.Name), "permissions": u.permissions(),
		}
	}
	for _, key := range r.order {
		s := r.seen[key]
		if r.place(secrets, r.organization(organizations, s.organization), key, s) {
			sum.Connections++
		} else {
			sum.Skipped++
		}
	}
	file := map[string]any{}
	for name, o := range organizations {
		file[name] = o.file()
	}
	text, err := yaml.Dump(map[string]any{"users": users, "organizations": file})
	if err != nil {
		return nil, err
	}
	world, err := ReadWorld(recordedWorld, text)
	if err != nil {
		return nil, fmt.Errorf("the recorded world can't be served: %w", err)
	}
	out := bytes.NewBufferString("# Recorded by sdecontract proxy --record. Tokens and secrets are made up; ids are as they were.\n")
	err = world.WriteYAML(out)
	return out.Bytes(), err
}

// permissions are those that the user is known to have, else those that what was shown takes.
func (u *recordedUser) permissions() []string {
	if u.known {
		return u.Permissions
	}
	sees := maps.Clone(u.sees)
	delete(sees, "")
	return slices.Sorted(maps.Keys(sees))
}

// organization is the one of that name, with what is declared of it.
func (r *Recorder) organization(all map[string]*recordedOrganization, name string) *recordedOrganization {
	o := all[name]
	if o == nil {
		o = &recordedOrganization{map[string]bool{}, map[int64]map[string]any{}, map[string]map[int64]map[string]any{}, map[string][]any{}}
		for _, feature := range r.world.Features(name) {
			o.features[feature] = true
		}
		all[name] = o
	}
	return o
}

// place adds a connection, with the connector and the project that it refers to. It returns false if no world can
// hold it.
func (r *Recorder) place(secrets *redactor, o *recordedOrganization, key entityKey, s *sighting) bool {
	values, err := decodeJSON([]byte(secrets.body(string(appendJSON(nil, s.values)), nil)))
	shown, ok := values.(map[string]any)
	if err != nil || !ok {
		return false
	}
	connection := map[string]any{}
	for i := range s.col.create.fields {
		f := &s.col.create.fields[i]
		value, there := shown[f.name]
		if f.inherits != nil && !there {
			value, there = map[string]any{}, true // nobody who asked sees them
		}
		if there {
			connection[f.name] = value
		}
	}
	findings, _ := r.contract.validateInput(s.col.create, connection)
	if len(findings) > 0 || !r.refer(o, s, shown) {
		return false
	}
	connection[s.col.id] = json.Number(strconv.FormatInt(key.id, 10))
	o.connections[s.col.name] = append(o.connections[s.col.name], unnumbered(connection))
	for i := range s.col.create.fields {
		f := &s.col.create.fields[i]
		if text, _ := shown[f.name].(string); f.feature != nil && slices.Contains(f.feature.Gates, text) && r.world.organizations[s.organization] == nil {
			o.features[f.feature.Name] = true
		}
	}
	return true
}

// refer adds the objects that a connection refers to, as far as it shows them.
func (r *Recorder) refer(o *recordedOrganization, s *sighting, shown map[string]any) bool {
	for i := range s.col.create.fields {
		f := &s.col.create.fields[i]
		if f.refersTo == nil {
			continue
		}
		id, ok := asInt(shown[f.name])
		if !ok || id < 1 {
			return false
		}
		kind, _ := f.refersTo.Where["kind"].(string)
		object := map[string]any{"id": id, "name": fmt.Sprintf("%s %d", f.name, id)}
		for attribute, value := range f.refersTo.Where { // so that more can be created on it
			if attribute != "kind" {
				object[attribute] = value
			}
		}
		for attribute, value := range s.attributes(f.name, shown) {
			object[attribute] = unnumbered(value)
		}
		if e := r.world.entities[entityKey{f.refersTo.Collection, kind, id}]; e != nil {
			for attribute, value := range e.attributes {
				if attribute != "kind" {
					object[attribute] = value
				}
			}
		}
		objects := o.projects
		if kind != "" {
			if o.connectors[kind] == nil {
				o.connectors[kind] = map[int64]map[string]any{}
			}
			objects = o.connectors[kind]
		}
		objects[id] = object
	}
	return true
}

// attributes are what a connection shows of the object that the field refers to.
func (s *sighting) attributes(field string, shown map[string]any) map[string]any {
	found := map[string]any{}
	note := func(from source, value any, there bool) {
		if of, attribute := from.split(); there && of == field {
			found[attribute] = value
		}
	}
	for i := range s.col.properties {
		p := &s.col.properties[i]
		value, there := shown[p.name]
		note(p.from, value, there)
	}
	for i := range s.col.create.fields {
		f := &s.col.create.fields[i]
		members, _ := shown[f.name].(map[string]any)
		for member, from := range f.inherits {
			text, isText := members[member].(string)
			note(from, text, isText && text != "" && member != "*")
		}
	}
	return found
}

// file is the organization as it stands in a world's file.
func (o *recordedOrganization) file() map[string]any {
	connectors := map[string]any{}
	for kind, objects := range o.connectors {
		connectors[kind] = byID(objects)
	}
	return map[string]any{
		"features": slices.Sorted(maps.Keys(o.features)), "projects": byID(o.projects), "connectors": connectors, "connections": o.connections,
	}
}

func byID(objects map[int64]map[string]any) []any {
	var list []any
	for _, id := range slices.Sorted(maps.Keys(objects)) {
		list = append(list, objects[id])
	}
	return list
}

// unnumbered is the value with numbers of Go's types, which YAML writes as numbers.
func unnumbered(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = unnumbered(v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, value := range v {
			object[name] = unnumbered(value)
		}
		return object
	}
	return v
}
