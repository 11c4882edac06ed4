package mock

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// worldFile is the form of a world's file: fixtures/world.yaml shows and explains it.
type worldFile struct {
	Users         ordered[userFile]         `yaml:"users"`
	Organizations ordered[organizationFile] `yaml:"organizations"`
}

type userFile struct {
	Organization located[string]   `yaml:"organization"`
	Token        located[string]   `yaml:"token"`
	Permissions  []located[string] `yaml:"permissions"`
}

type organizationFile struct {
	Features    []located[string]                 `yaml:"features"`
	Projects    []located[projectFile]            `yaml:"projects"`
	Connectors  ordered[[]located[connectorFile]] `yaml:"connectors"`
	Connections ordered[[]object]                 `yaml:"connections"`
}

type projectFile struct {
	ID           int64  `yaml:"id"`
	Name         string `yaml:"name"`
	Application  string `yaml:"application"`
	BusinessUnit string `yaml:"business_unit"`
}

type connectorFile struct {
	ID           int64  `yaml:"id"`
	Name         string `yaml:"name"`
	System       string `yaml:"system"`
	Command      string `yaml:"command"`
	Remote       bool   `yaml:"remote"`
	Inaccessible bool   `yaml:"inaccessible"`
	Params       object `yaml:"params"`
}

// worldReader collects everything that is wrong with a world's file.
type worldReader struct {
	*World
	contract *Contract
	file     string
	tokens   map[string]pos
	ids      map[entityKey]pos
	errs     []error
}

// ReadWorld reads a world in YAML, of the form that fixtures/world.yaml shows. file names it in
// messages. The error names everything that is wrong, each with line and column.
func ReadWorld(file string, data []byte) (*World, error) {
	var f worldFile
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s:1:1: the file is empty", file)
	}
	if err := yaml.Load(data, &f, yaml.WithKnownFields()); err != nil {
		return nil, yamlErrors(file, err)
	}
	r := &worldReader{
		World: &World{
			byToken: map[string]*User{}, organizations: map[string]*organization{}, entities: map[entityKey]*entity{},
		},
		contract: DefaultContract(), file: file, tokens: map[string]pos{}, ids: map[entityKey]pos{},
	}
	for _, o := range f.Organizations {
		r.addOrganization(o)
	}
	for _, o := range f.Organizations { // they may refer to any connector and project, which are all there now
		r.addConnections(o)
	}
	for _, u := range f.Users {
		r.addUser(u)
	}
	if len(f.Users) == 0 {
		r.fail(pos{1, 1}, "users: there are none, so nobody could call the API")
	}
	if r.errs != nil {
		return nil, errors.Join(r.errs...)
	}
	return r.World, nil
}

func (r *worldReader) fail(at pos, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d:%d: %s", r.file, at.line, at.column, fmt.Sprintf(format, args...)))
}

// known fails if the name isn't one of those.
func (r *worldReader) known(name located[string], what string, names []string) {
	if !slices.Contains(names, name.value) {
		r.fail(name.pos, "%s %q is unknown: there is %s%s", what, name.value, quotedList(names), didYouMean(name.value, names))
	}
}

func (r *worldReader) addUser(u named[userFile]) {
	user := &User{Name: u.name, Token: u.value.Token.value, Organization: u.value.Organization.value}
	if r.organizations[user.Organization] == nil {
		r.fail(orElse(u.value.Organization.pos, u.pos), "user %s: organization %q is not in this file", u.name, user.Organization)
	}
	for _, p := range u.value.Permissions {
		r.known(p, "user "+u.name+": permission", r.contract.permissions)
		user.Permissions = append(user.Permissions, p.value)
	}
	switch first, taken := r.tokens[user.Token]; {
	case user.Token == "":
		r.fail(u.pos, "user %s: the token is missing", u.name)
	case strings.ContainsAny(user.Token, " \t\r\n\""):
		r.fail(u.value.Token.pos, "user %s: a token has no blanks or quotation marks", u.name)
	case taken:
		r.fail(u.value.Token.pos, "user %s: the token is already another user's, on line %d", u.name, first.line)
	default:
		r.tokens[user.Token] = u.value.Token.pos
	}
	r.users = append(r.users, user)
	r.byToken[user.Token] = user
}

func (r *worldReader) addOrganization(o named[organizationFile]) {
	org := &organization{name: o.name}
	r.organizations[o.name] = org
	for _, f := range o.value.Features {
		r.known(f, "feature", r.contract.features)
		org.features = append(org.features, f.value)
	}
	for _, p := range o.value.Projects {
		r.addEntity(entityKey{"projects", "", p.value.ID}, p.pos, &entity{o.name, map[string]any{
			"id": p.value.ID, "name": p.value.Name, "application": p.value.Application, "business_unit": p.value.BusinessUnit,
		}}, "name")
	}
	for _, kind := range o.value.Connectors {
		r.known(located[string]{kind.name, kind.pos}, "kind of connector", sortedKeys(r.contract.collections))
		for _, c := range kind.value {
			v := c.value
			r.addEntity(entityKey{"connectors", kind.name, v.ID}, c.pos, &entity{o.name, map[string]any{
				"id": v.ID, "kind": kind.name, "name": v.Name, "system": v.System, "command": v.Command,
				"remote": v.Remote, "inaccessible": v.Inaccessible, "params": v.Params.members,
			}}, "name", "system", "command")
		}
	}
}

// addEntity adds a connector or a project, whose required attributes must not be empty.
func (r *worldReader) addEntity(key entityKey, at pos, e *entity, required ...string) {
	what := strings.TrimSpace(key.kind + " " + strings.TrimSuffix(key.collection, "s"))
	r.takeID(key, at, what)
	r.entities[key] = e
	for _, name := range required {
		if e.attributes[name] == "" {
			r.fail(at, "%s %d: %s is missing", what, key.id, name)
		}
	}
}

// takeID fails if the id isn't positive or was taken before: ids are unique in the whole world.
func (r *worldReader) takeID(key entityKey, at pos, what string) {
	switch first, taken := r.ids[key]; {
	case key.id < 1:
		r.fail(at, "%s: its id must be an integer from 1", what)
	case taken:
		r.fail(at, "%s %d: the id is already taken on line %d", what, key.id, first.line)
	default:
		r.ids[key] = at
	}
}

func (r *worldReader) addConnections(o named[organizationFile]) {
	for _, kind := range o.value.Connections {
		r.known(located[string]{kind.name, kind.pos}, "kind of connection", sortedKeys(r.contract.collections))
		col := r.contract.collections[kind.name]
		if col == nil {
			continue
		}
		for _, connection := range kind.value {
			r.addConnection(o.name, col, connection)
		}
	}
}

// addConnection holds a connection to what the contract says of creating one, except that it may
// stand on any connector of its kind: a rule for creation says nothing of what is there already.
func (r *worldReader) addConnection(org string, col *collection, o object) {
	sent := maps.Clone(o.members)
	id, _ := asInt(sent[col.id])
	delete(sent, col.id)
	what := col.name + " connection"
	r.takeID(entityKey{"connections", col.name, id}, orElse(o.at[col.id], o.pos), what)
	at := func(name string) pos { return orElse(o.at[name], o.pos) }

	findings, _ := r.contract.validateInput(col.create, sent)
	for _, f := range findings {
		r.fail(at(f.field()), "%s %d: %s %s", what, id, strings.TrimPrefix(f.Pointer, "/"), f.Message)
	}
	for _, name := range sortedKeys(sent) {
		if col.create.field(name) == nil {
			r.fail(at(name), "%s %d: %s is not a field%s", what, id, name, didYouMean(name, sortedKeys(col.create.input.Properties)))
		}
	}
	for _, f := range col.create.fields {
		value, ok := asInt(sent[f.name])
		if f.refersTo == nil || !ok {
			continue
		}
		if e, _ := r.refer(f.refersTo, org, value); e == nil {
			r.fail(at(f.name), "%s %d: organization %s has no %s with id %d", what, id, org, f.name, value)
		}
	}
	r.seeds = append(r.seeds, seed{col.name, org, id, appendJSON(nil, sent)})
}

func orElse(at, otherwise pos) pos {
	if at.line == 0 {
		return otherwise
	}
	return at
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}
