package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// documentedMembers are the documented members of a connection, with their types.
var documentedMembers = []struct{ name, shape string }{
	{"id", "integer"},
	{"connector", "integer"},
	{"project", "integer"},
	{"system", "string"},
	{"alias", "string"},
	{"frequency", "string"},
	{"command", "string"},
	{"params", "object"},
	{"inaccessible", "boolean"},
}

// isDocumented tells whether the documentation shows a member of that name.
func isDocumented(name string) bool {
	for _, m := range documentedMembers {
		if m.name == name {
			return true
		}
	}
	return false
}

// asDocumented is the connection without members that the documentation doesn't have. Those may differ
// from one reply to the next.
func asDocumented(connection Object) Object {
	known := Object{}
	for _, m := range documentedMembers {
		if value, ok := connection[m.name]; ok {
			known[m.name] = value
		}
	}
	return known
}

// shapeOf is the JSON type of a value, with integers told from other numbers.
func shapeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case json.Number:
		if _, ok := integer(v); ok {
			return "integer"
		}
		return "number"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	}
	return "object"
}

// NeedList is List where there must be some connection, else the check is blocked.
func (t *T) NeedList(u *User) []Object {
	list := t.List(u)
	if len(list) == 0 {
		t.Block("user %s sees no %s connection at the target", u.Name, t.Kind)
	}
	return list
}

// needMember blocks the check if no connection of the list has one of the members: there is nothing to judge.
func (t *T) needMember(list []Object, names ...string) {
	for _, item := range list {
		for _, name := range names {
			if _, present := item[name]; present {
				return
			}
		}
	}
	t.Block("no connection in the list has %s", strings.Join(names, ", or "))
}

// placeOf is where a connection is in the list, for messages.
func placeOf(item Object) string {
	if id, ok := integer(item["id"]); ok {
		return placeOfID(id)
	}
	return "/results[no id]"
}

// placeOfID is where the connection with that id is in the list.
func placeOfID(id int64) string { return fmt.Sprintf("/results[id=%d]", id) }

// wantNone judges that nothing was found to differ.
func (t *T) wantNone(found []Difference) bool {
	t.asked++
	return t.differ(t.check.Level, found)
}

// wantList judges that a reply is a list.
func (t *T) wantList(r *Reply) bool {
	_, ok := r.Object()["results"].([]any)
	return t.WantStatus(r, http.StatusOK) && t.Want(ok, `an object with an array "results"`, shapeOf(r.Value)+" without one")
}

// wantIn judges that the lists of a user hold the connection.
func (t *T) wantIn(items map[int64]Object, id int64, why string) bool {
	return t.Want(items[id] != nil, "connection "+strconv.FormatInt(id, 10)+" "+why, "absent")
}

// Colleague is As for somebody whose lists can be compared with the editor's.
func (t *T) Colleague(role Need) *User {
	u := t.As(role)
	if u.Organization != t.As(editor).Organization {
		t.Block("user %s is of another organization than user %s", u.Name, t.As(editor).Name)
	}
	return u
}
