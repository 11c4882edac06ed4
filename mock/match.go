package mock

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"
)

// memberPath is a path template that ends with a variable and a slash.
type memberPath struct {
	*path
	name string
}

// variables are those of a path: one, or more.
type variables struct {
	name, value string
	more        map[string]string
}

func (v variables) get(name string) string {
	if name == v.name {
		return v.value
	}
	return v.more[name]
}

// match finds the path that a request is for, and the path's variables, still escaped. It returns nil if the
// contract has none.
func (c *Contract) match(r *http.Request) (*path, variables) {
	if whole := r.URL.Path; r.URL.RawPath == "" { // then nothing in it is escaped that these paths have
		if p := c.fixed[whole]; p != nil {
			return p, variables{}
		}
		if rest, ok := strings.CutSuffix(whole, "/"); ok {
			last := strings.LastIndexByte(rest, '/') + 1
			if m, ok := c.members[rest[:last]]; ok && isDigits(rest[last:]) {
				return m.path, variables{name: m.name, value: rest[last:]}
			}
		}
	}
	if p := c.paths[r.URL.EscapedPath()]; p != nil { // no variables: a template's braces would be escaped
		return p, variables{}
	}
	var found mux.RouteMatch
	if !c.router.Match(r, &found) {
		return nil, variables{}
	}
	return c.paths[found.Route.GetName()], variables{more: found.Vars}
}

// isDigits tells whether the text is nothing else, so that it needs no unescaping.
func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
