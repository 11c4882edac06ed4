package mock

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// worldFile is the form of a world's file: fixtures/world.yaml shows and explains it.
type worldFile struct {
	Users         ordered[userFile]         `yaml:"users"`
	Organizations ordered[organizationFile] `yaml:"organizations"`
	LastIDs       ordered[int64]            `yaml:"last_ids"`
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
	found    []foundConnection
	errs     []error
}

// foundConnection is a connection of the file, yet to be checked.
type foundConnection struct {
	organization string
	col          *collection
	object
}

// placedError is what is wrong with a connection, and where.
type placedError struct {
	pos
	message string
}

// ReadWorld reads a world in YAML or JSON, of the form that fixtures/world.yaml shows. file names it in
// messages. The error names everything that is wrong, each with line and column.
func ReadWorld(file string, data []byte) (*World, error) {
	return ReadWorldProgress(file, data, nil)
}

// ReadWorldProgress is [ReadWorld] for a large world: it calls progress now and then with the share that is
// done, from 0 to 1, which only grows. nil is not called.
func ReadWorldProgress(file string, data []byte, progress func(share float64)) (*World, error) {
	var f worldFile
	g := &gauge{tell: progress}
	if jsontext.Value(data).IsValid() {
		data = jsonAsYAML(data)
	}
	if err := loadYAML(g.reading(data), &f); err != nil {
		return nil, yamlErrors(file, err)
	}
	r := &worldReader{
		World: &World{
			byToken: map[string]*User{}, organizations: map[string]*organization{}, entities: map[entityKey]*entity{},
			lastID: map[string]int64{},
		},
		contract: DefaultContract(), file: file, tokens: map[string]pos{}, ids: map[entityKey]pos{},
	}
	for _, o := range f.Organizations {
		r.addOrganization(o)
	}
	for _, o := range f.Organizations {
		r.findConnections(o)
	}
	r.addConnections(g) // which may refer to any connector and project: they are all there now
	for _, u := range f.Users {
		r.addUser(u)
	}
	for _, last := range f.LastIDs {
		r.known(located[string]{last.name, last.pos}, "kind of connection", sortedKeys(r.contract.collections))
		if last.value < 0 {
			r.fail(last.pos, "last_ids: %s: must be an integer from 0", last.name)
		}
		r.lastID[last.name] = last.value
	}
	if len(f.Users) == 0 {
		r.fail(pos{1, 1}, "users: there are none, so nobody could call the API")
	}
	if r.errs != nil {
		return nil, errors.Join(r.errs...)
	}
	r.lastBase.Store(newBase(r.contract, r.World, g)) // so that no server has to wait for it
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
	case user.Token == redacted:
		r.fail(u.value.Token.pos, "user %s: the token was redacted when this world was written down", u.name)
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
	r.order = append(r.order, o.name)
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

// findConnections notes the connections of an organization.
func (r *worldReader) findConnections(o named[organizationFile]) {
	for _, kind := range o.value.Connections {
		r.known(located[string]{kind.name, kind.pos}, "kind of connection", sortedKeys(r.contract.collections))
		if col := r.contract.collections[kind.name]; col != nil {
			for _, connection := range kind.value {
				r.found = append(r.found, foundConnection{o.name, col, connection})
			}
		}
	}
}

// addConnections checks the connections that were found, several at a time, and adds them in their order.
func (r *worldReader) addConnections(g *gauge) {
	r.seeds = make([]seed, len(r.found))
	wrong := make([][]placedError, len(r.found))
	g.next(0.5, 0.7, len(r.found))
	inParallel(len(r.found), func(i int) {
		r.seeds[i], wrong[i] = r.check(&r.found[i])
		g.add(1)
	})
	for i, f := range r.found {
		kind, id := f.col.name, r.seeds[i].id
		r.takeID(entityKey{"connections", kind, id}, f.at(f.col.id), kind+" connection")
		for _, w := range wrong[i] {
			r.fail(w.pos, "%s connection %d: %s", kind, id, w.message)
		}
	}
}

// check holds a connection to what the contract says of creating one, except that it may stand on any
// connector of its kind: a rule for creation says nothing of what is there already.
func (r *worldReader) check(f *foundConnection) (seed, []placedError) {
	var wrong []placedError
	fail := func(name, format string, args ...any) {
		wrong = append(wrong, placedError{f.at(name), fmt.Sprintf(format, args...)})
	}
	sent, create := maps.Clone(f.members), f.col.create
	id, _ := asInt(sent[f.col.id])
	delete(sent, f.col.id)

	findings, _ := r.contract.validateInput(create, sent)
	for _, finding := range findings {
		fail(finding.field(), "%s %s", strings.TrimPrefix(finding.Pointer, "/"), finding.Message)
	}
	for _, name := range create.unknownFields(sent) {
		fail(name, "%s is not a field%s", name, didYouMean(name, sortedKeys(create.input.Properties)))
	}
	for i := range create.fields {
		field := &create.fields[i]
		value, ok := asInt(sent[field.name])
		if field.refersTo == nil || !ok {
			continue
		}
		if e, _ := r.refer(field.refersTo, f.organization, value); e == nil {
			fail(field.name, "organization %s has no %s with id %d", f.organization, field.name, value)
		}
	}
	return seed{f.col.name, f.organization, id, appendJSON(nil, sent)}, wrong
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
