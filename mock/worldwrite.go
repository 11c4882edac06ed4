package mock

import (
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// WorldForm is how [World.Write] writes.
type WorldForm struct {
	JSON bool // in place of YAML
	// Redacted writes [redacted] for each token, and for the values of params that are called like a secret,
	// such as alm_pass. ReadWorld refuses such a world.
	Redacted bool
	// Bare leaves the connections out, of which there may be many.
	Bare bool
}

// WriteYAML writes the world, with its tokens and passwords, as a file that [ReadWorld] reads back to the
// same. What a connection has from its connector is left out. A connection that was stored though the
// contract forbids it, with validation=off, is written as it is: ReadWorld names it.
func (w *World) WriteYAML(out io.Writer) error { return w.Write(out, WorldForm{}) }

// Write writes the world in that form. ReadWorld reads JSON too.
func (w *World) Write(out io.Writer, form WorldForm) error {
	writer := worldWriter{World: w, bare: form.Bare, redact: func(params map[string]any) map[string]any { return params }}
	if form.Redacted {
		writer.redact, writer.hidden = w.redactor().params, true
	}
	tree := writer.tree()
	if form.JSON {
		text := jsontext.Value(tree.appendJSON(nil))
		if err := text.Indent(jsontext.WithIndent("  ")); err != nil {
			return err
		}
		_, err := out.Write(append(jsonAsYAML(text), '\n'))
		return err
	}
	_, err := out.Write(tree.appendYAML(nil, ""))
	return err
}

// params redacts the values that are called like a secret, and known secrets anywhere.
func (r *redactor) params(params map[string]any) map[string]any {
	value, err := decodeJSON([]byte(r.body(string(appendJSON(nil, params)), nil)))
	shown, ok := value.(map[string]any)
	if err != nil || !ok { // better nothing than a secret
		return map[string]any{}
	}
	return shown
}

// worldWriter makes the tree of a world's file.
type worldWriter struct {
	*World
	redact func(params map[string]any) map[string]any
	hidden bool
	bare   bool
}

func (w worldWriter) tree() fields {
	var users, organizations, root fields
	for _, u := range w.users {
		var f fields
		f.add("organization", u.Organization)
		token := u.Token
		if w.hidden {
			token = redacted
		}
		f.add("token", token)
		f.add("permissions", texts(u.Permissions))
		if u.Email != defaultEmail(u.Name) {
			f.add("email", u.Email)
		}
		users.add(u.Name, f)
	}
	var connections map[string]fields
	if !w.bare {
		connections = w.connections()
	}
	for _, name := range w.order {
		var f fields
		f.add("features", texts(w.organizations[name].features))
		f.add("projects", w.projects(name))
		f.add("connectors", w.connectors(name))
		if !w.bare {
			f.add("connections", connections[name])
		}
		organizations.add(name, f)
	}
	root.add("users", users)
	root.add("organizations", organizations)
	if last := w.lastIDs(); len(last) > 0 {
		var f fields
		for _, kind := range sortedKeys(last) {
			f.add(kind, last[kind])
		}
		root.add("last_ids", f)
	}
	return root
}

// of returns the ids of an organization's entities, in order.
func (w worldWriter) of(organization, collection string) []entityKey {
	var keys []entityKey
	for key, e := range w.entities {
		if key.collection == collection && e.organization == organization {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, entityKey.compare)
	return keys
}

func (w worldWriter) projects(organization string) []any {
	list := []any{}
	for _, key := range w.of(organization, "projects") {
		f := w.entity(key, "id", "name", "application", "business_unit")
		for _, name := range []string{"url", "profile", "risk_policy_compliant"} {
			if value, ok := w.entities[key].attributes[name]; ok {
				f.add(name, value)
			}
		}
		list = append(list, f)
	}
	return list
}

func (w worldWriter) connectors(organization string) fields {
	lists := map[string][]any{}
	for _, key := range w.of(organization, "connectors") {
		lists[key.kind] = append(lists[key.kind], w.entity(key, "id", "name", "system", "command", "remote", "inaccessible", "params"))
	}
	var kinds fields
	for _, kind := range sortedKeys(lists) {
		kinds.add(kind, lists[kind])
	}
	return kinds
}

// entity writes the attributes that aren't empty.
func (w worldWriter) entity(key entityKey, attributes ...string) fields {
	var f fields
	for _, name := range attributes {
		switch value := w.entities[key].attributes[name].(type) {
		case map[string]any:
			if value != nil {
				f.add(name, w.redact(value))
			}
		case bool:
			if value {
				f.add(name, value)
			}
		case string:
			if value != "" {
				f.add(name, value)
			}
		default:
			f.add(name, value)
		}
	}
	return f
}

// connections are those of each organization, by kind.
func (w worldWriter) connections() map[string]fields {
	lists := map[owner][]any{}
	for _, s := range w.allSeeds() {
		value, err := decodeJSON(s.sent)
		if err != nil {
			panic(err) // the world's reader or the store wrote it
		}
		sent := value.(map[string]any)
		var f fields
		f.add("id", s.id) // findings name connections by it
		for _, name := range sortedKeys(sent) {
			if params, ok := sent[name].(map[string]any); ok {
				sent[name] = w.redact(params)
			}
			f.add(name, sent[name])
		}
		of := owner{s.collection, s.organization}
		lists[of] = append(lists[of], f)
	}
	byOrganization := map[string]fields{}
	for of := range lists {
		kinds := byOrganization[of.organization]
		kinds.add(of.kind, lists[of])
		slices.SortFunc(kinds, func(a, b treeMember) int { return strings.Compare(a.name, b.name) })
		byOrganization[of.organization] = kinds
	}
	return byOrganization
}

func texts(list []string) []any {
	values := make([]any, len(list))
	for i, text := range list {
		values[i] = text
	}
	return values
}
