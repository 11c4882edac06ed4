package mock

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// What else it takes to meet something: CoverageItem.OnDemand.
const (
	violating = "a request that breaks the contract"
	unlikely  = "a request that was probably not meant so"
	tooLarge  = "a body that is larger than the mock reads"
	injected  = "a fault or a latitude"
	beside    = "a client that asks for more than connections"
)

// always needs the same in every world; nothing, if it is empty.
func always(reason string) func(*scene) string {
	if reason == "" {
		return nil
	}
	return func(*scene) string { return reason }
}

// onDemand tells what it takes beyond a client that keeps the contract to make the steps answer with the
// status. Steps answer those that are named here, and the successful one; any other takes a fault.
func (op *operation) onDemand(status int) string {
	var byClient bool // that keeps the contract
	switch status {
	case op.success, http.StatusUnauthorized:
		byClient = true
	case http.StatusForbidden:
		if op.requires == "" {
			return injected
		}
		return "" // as x-requires/refused
	case http.StatusBadRequest:
		byClient = slices.ContainsFunc(op.fields, func(f field) bool { return f.refersTo != nil || f.feature != nil })
	case http.StatusNotFound:
		if !op.names() && !op.paginates() {
			return injected
		}
		byClient = true
	case http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
		if status == http.StatusUnsupportedMediaType && op.input == nil {
			return injected
		}
	case http.StatusRequestEntityTooLarge:
		if op.input == nil {
			return injected
		}
		return tooLarge
	default:
		return injected
	}
	if byClient {
		return ""
	}
	return violating
}

// names tells whether the path names a connection.
func (op *operation) names() bool {
	return slices.ContainsFunc(op.params, func(p parameter) bool { return p.in == openapi3.ParameterInPath })
}

func (op *operation) paginates() bool {
	return slices.ContainsFunc(op.params, func(p parameter) bool { return p.paginate == "page" })
}

// somebody needs a user with the permission, or one without it.
func somebody(permission string, has bool) func(*scene) string {
	return func(n *scene) string {
		if slices.ContainsFunc(n.world.users, func(u *User) bool { return u.may(permission) == has }) {
			return ""
		}
		return fmt.Sprintf("a user who %s the permission %q: the world has none", hasOrLacks(has), permission)
	}
}

// someOrganization needs a user of an organization with the feature, or without it.
func (r *featureRule) someOrganization(has bool) func(*scene) string {
	return func(n *scene) string {
		if slices.ContainsFunc(n.world.users, func(u *User) bool { return n.has(u.Organization, r.Name) == has }) {
			return ""
		}
		return fmt.Sprintf("a user whose organization %s the feature %s: there is none", hasOrLacks(has), r.Name)
	}
}

func hasOrLacks(has bool) string {
	if has {
		return "has"
	}
	return "lacks"
}

// somewhereUnmet needs an object that the rule finds, but doesn't allow.
func (r *refersRule) somewhereUnmet(n *scene) string {
	for key, e := range n.world.entities {
		if _, unmet := n.world.refer(r, e.organization, key.id); key.collection == r.Collection && unmet != "" {
			return ""
		}
	}
	return fmt.Sprintf("a %s that is not %s: the world has none", strings.TrimSuffix(r.Collection, "s"), r.conditions())
}

// conditions are what the rule demands of an object that it finds, in words; empty if nothing.
func (r *refersRule) conditions() string {
	var list []string
	for _, name := range sortedKeys(r.Where) {
		switch value := r.Where[name]; {
		case name == "kind": // by which it is found
		case value == true:
			list = append(list, name)
		default:
			list = append(list, fmt.Sprintf("%s %v", name, value))
		}
	}
	return strings.Join(list, " and ")
}

// ruleName is a short name of a schema, made of its JSON pointer.
func ruleName(pointer string) string {
	short := strings.TrimPrefix(strings.TrimPrefix(pointer, "#/"), "components/schemas/")
	return strings.ReplaceAll(strings.ReplaceAll(short, "/properties/", "/"), "~1", "/")
}

// location tells where the contract says the rule of the schema.
func (c *Contract) location(s *openapi3.Schema, key string) string {
	_, location := c.where(s, key)
	return location
}

// at is the place of a key of an object of the contract.
func (c *Contract) at(o *openapi3.Origin, key string) string {
	if line := lineOf(o, key); line > 0 {
		return fmt.Sprintf("%s:%d", c.file, line)
	}
	return ""
}
