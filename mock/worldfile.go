package mock

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// worldFile is what a mock starts with: organizations, their users, connectors, projects and connections.
//
// The tags named schema are what [WorldSchema] says of the file.
type worldFile struct {
	// Users are those who may call the API, by name. Their ids are their places in the file, from 1.
	Users ordered[userFile] `yaml:"users" schema:"required,minProperties=1"`
	// Organizations are the customers, by name. None sees anything of the others.
	Organizations ordered[organizationFile] `yaml:"organizations" schema:"required"`
	// LastIDs are the greatest ids that were ever given, by kind of connection, if no connection has them any more.
	LastIDs ordered[int64] `yaml:"last_ids" schema:"minimum=0,keys=kinds"`
}

// userFile is somebody who may call the API.
type userFile struct {
	Organization located[string]   `yaml:"organization" schema:"required"`                     // one of this file
	Token        located[string]   `yaml:"token" schema:"required,pattern=^[^ \\t\\r\\n\"]+$"` // no other user's; without blanks and quotation marks
	Permissions  []located[string] `yaml:"permissions" schema:"items=permissions"`             // those that the user has
	Email        string            `yaml:"email"`                                              // as the API shows it; if empty, NAME@example.com
}

// organizationFile is a customer, and all that is theirs.
type organizationFile struct {
	Features    []located[string]                 `yaml:"features" schema:"items=features"` // those that the plan has
	Projects    []located[projectFile]            `yaml:"projects"`                         // what connections can serve
	Connectors  ordered[[]located[connectorFile]] `yaml:"connectors" schema:"keys=kinds"`   // what connections can use, by kind of connection
	Connections ordered[[]object]                 `yaml:"connections"`                      // those that are there already, by kind
}

// projectFile is what a connection serves.
type projectFile struct {
	ID           int64  `yaml:"id" schema:"required,minimum=1"`     // unique among the projects of all organizations
	Name         string `yaml:"name" schema:"required,minLength=1"` // what it is called; connections show it as sde_project
	Application  string `yaml:"application"`                        // the name of its application; connections show it as sde_application
	BusinessUnit string `yaml:"business_unit"`                      // the name of its business unit; connections show it as sde_businessunit

	URL                 string       `yaml:"url"`                   // where people find it; if empty, the default of the contract
	Profile             *profileFile `yaml:"profile"`               // what kind of software it makes; if there is none, the contract's defaults
	RiskPolicyCompliant *bool        `yaml:"risk_policy_compliant"` // whether it meets its risk policy; if nothing is said, the contract's default
}

// connectorFile is what a connection works through.
type connectorFile struct {
	ID           int64  `yaml:"id" schema:"required,minimum=1"`        // unique among the connectors of its kind of all organizations
	Name         string `yaml:"name" schema:"required,minLength=1"`    // what it is called: the default alias of analysis connections
	System       string `yaml:"system" schema:"required,minLength=1"`  // the product that it reaches, such as JIRA
	Command      string `yaml:"command" schema:"required,minLength=1"` // the job that synchronises, such as sync_jira
	Remote       bool   `yaml:"remote"`                                // whether it reaches its scanner over the network: analysis connections can be created on no other
	Inaccessible bool   `yaml:"inaccessible"`                          // whether its system can't be reached
	Params       object `yaml:"params"`                                // options that its connections inherit; any names and values
}

// worldReader collects everything that is wrong with a world's file.
type worldReader struct {
	*World
	contract *Contract
	file     string
	tokens   map[string]pos
	ids      map[entityKey]pos
	cuts     [][]piece // the lists of connections that were cut out of the file
	batches  []*batch
	errs     []error
}

// ReadWorld reads a world in YAML or JSON, of the form that fixtures/world.yaml shows. file names it in
// messages. The error names everything that is wrong, each with line and column.
func ReadWorld(file string, data []byte) (*World, error) {
	return ReadWorldProgress(file, data, nil)
}

// ReadWorldProgress is [ReadWorld] for a large world: it calls progress now and then with the share that is
// done, from 0 to 1, which only grows. nil is not called.
func ReadWorldProgress(file string, data []byte, progress func(share float64)) (*World, error) {
	if bytes.Contains(data, []byte(pieceTag)) {
		return nil, fmt.Errorf("%s: the tag %s is not for files", file, pieceTag)
	}
	g := &gauge{tell: progress}
	if jsontext.Value(data).IsValid() {
		data = jsonAsYAML(data)
	}
	if rest, cuts := cutPieces(data); cuts != nil {
		if w, err := readWorld(file, rest, cuts, g); w != nil || err != nil && !errors.Is(err, errPiece) {
			return w, err
		}
	}
	return readWorld(file, data, nil, g)
}

// readWorld reads a file, or what is left of it when its long lists of connections are cut out. The error is errPiece
// if they must not.
func readWorld(file string, data []byte, cuts [][]piece, g *gauge) (*World, error) {
	var f worldFile
	share := 0.5
	if cuts != nil {
		share = 0.01
	}
	if err := loadYAML(g.reading(data, share), &f); err != nil {
		if cuts != nil {
			return nil, errPiece
		}
		return nil, yamlErrors(file, err)
	}
	r := &worldReader{
		World: &World{
			byToken: map[string]*User{}, organizations: map[string]*organization{}, entities: map[entityKey]*entity{},
			lastID: map[string]int64{},
		},
		contract: DefaultContract(), file: file, tokens: map[string]pos{}, ids: map[entityKey]pos{}, cuts: cuts,
	}
	for _, o := range f.Organizations {
		r.addOrganization(o)
	}
	for _, o := range f.Organizations {
		r.findConnections(o)
	}
	r.addApplications()
	records, err := r.addConnections(g) // which may refer to any connector and project: they are all there now
	if err != nil {
		return nil, err
	}
	for _, u := range f.Users {
		r.addUser(u)
	}
	for _, last := range f.LastIDs {
		r.known(located[string]{last.name, last.pos}, "kind of connection", r.contract.kinds())
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
	g.next(0.95, 1, 1)
	r.lastBase.Store(r.baseOf(r.contract, r.seeds, records)) // so that no server has to wait for it
	g.add(1)
	return r.World, nil
}

func (r *worldReader) fail(at pos, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d:%d: %s", r.file, at.line, at.column, fmt.Sprintf(format, args...)))
}

// known fails if the name isn't one of those.
func (r *worldReader) known(name located[string], what string, names []string) {
	if !slices.Contains(names, name.value) {
		r.fail(name.pos, "%s %q is unknown: there is %s%s", what, name.value, quotedList(names), nearest.DidYouMean(name.value, names))
	}
}

func (r *worldReader) addUser(u named[userFile]) {
	user := &User{Name: u.name, Token: u.value.Token.value, Organization: u.value.Organization.value, Email: u.value.Email}
	if user.Email == "" {
		user.Email = defaultEmail(user.Name)
	}
	if r.organizations[user.Organization] == nil {
		r.fail(orElse(u.value.Organization.pos, u.pos), "user %s: organization %q is not in this file%s", u.name, user.Organization, nearest.DidYouMean(user.Organization, r.order))
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
	r.addUserEntity(user)
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
		r.addProject(o.name, p)
	}
	for _, kind := range o.value.Connectors {
		r.known(located[string]{kind.name, kind.pos}, "kind of connector", r.contract.kinds())
		for _, c := range kind.value {
			v := c.value
			r.addEntity(entityKey{"connectors", kind.name, v.ID}, c.pos, &entity{o.name, map[string]any{
				"id": v.ID, "kind": kind.name, "name": v.Name, "system": v.System, "command": v.Command,
				"remote": v.Remote, "inaccessible": v.Inaccessible, "params": v.Params.members,
			}, nil}, "name", "system", "command")
		}
	}
}

// addEntity adds a connector or a project, whose required attributes must not be empty.
func (r *worldReader) addEntity(key entityKey, at pos, e *entity, required ...string) {
	what := key.noun()
	takeID(r, r.ids, key, key.id, at, what)
	r.entities[key] = e
	for _, name := range required {
		if e.attributes[name] == "" {
			r.fail(at, "%s %d: %s is missing", what, key.id, name)
		}
	}
}

// takeID fails if the id isn't positive or was taken before: ids are unique in the whole world.
func takeID[K comparable](r *worldReader, ids map[K]pos, key K, id int64, at pos, what string) {
	switch first, taken := ids[key]; {
	case id < 1:
		r.fail(at, "%s: its id must be an integer from 1", what)
	case taken:
		r.fail(at, "%s %d: the id is already taken on line %d", what, id, first.line)
	default:
		ids[key] = at
	}
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
