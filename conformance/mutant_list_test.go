package conformance_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// listMutants get the list wrong, or what a connection looks like in any reply.
var listMutants = []mutant{
	{
		name: "list-of-one-project", says: "the list holds connections of the first project only",
		kills: "list/all-projects", also: "list/* create/* filter/* get/*",
		bend: onList(func(c *call) { c.keep(func(o conformance.Object) bool { return number(o["project"]) == 1 }) }),
	},
	{
		name: "list-truncated", says: "the list ends after five connections, without a word",
		kills: "list/complete", also: "create/* filter/* list/* get/* update/* params/*",
		bend: onList(func(c *call) { c.show(c.items()[:min(5, len(c.items()))]); c.hit() }),
	},
	{
		name: "list-leaves-out-manually", says: "the list leaves out connections that never synchronise",
		kills: "create/readback", also: "create/* update/* filter/* list/*",
		bend: onList(func(c *call) { c.keep(func(o conformance.Object) bool { return o["frequency"] != "manually" }) }),
	},
	{
		name: "list-repeats", says: "the list shows its first connection twice",
		kills: "list/id-unique", also: "filter/*",
		bend: onList(func(c *call) {
			if items := c.items(); len(items) > 0 {
				c.show(append(items, items[0]))
				c.hit()
			}
		}),
	},
	{
		name: "list-holds-the-other-kind", says: "the list holds the connections of the other kind as well",
		kills: "list/kind", also: "list/* filter/* get/* params/* create/* update/*",
		bend: onList(func(c *call) {
			other := c.ask(c.user, http.MethodGet, c.kind.Other().Path(), nil)
			c.show(append(c.items(), other.items()...))
			c.hit()
		}),
	},
	{
		name: "list-bare", says: "the list is an array, without an envelope", kills: "list/envelope", also: "list/*",
		bend: onList(func(c *call) { c.got = c.got.(conformance.Object)["results"]; c.hit() }),
	},
	{
		name: "list-under-another-name", says: "the list stands in the member connections", kills: "list/envelope", also: "list/*",
		bend: onList(func(c *call) {
			c.got = conformance.Object{"connections": c.got.(conformance.Object)["results"]}
			c.hit()
		}),
	},
	{
		name: "list-null-if-empty", says: "an empty list is null", kills: "filter/no-match", also: "filter/*",
		bend: onList(func(c *call) {
			if len(c.items()) == 0 {
				c.got = conformance.Object{"results": nil}
				c.hit()
			}
		}),
	},
	{
		name: "list-by-id", says: "the list is an object whose members are the connections", kills: "list/envelope", also: "list/*",
		bend: onList(func(c *call) {
			byID := conformance.Object{}
			for _, item := range c.items() {
				byID[string(toJSON(item["id"]))] = item
			}
			c.got = conformance.Object{"results": byID}
			c.hit()
		}),
	},
	{
		name: "list-lacks-command", says: "items of the list lack the command that a single connection has",
		kills: "list/fields get/same-as-list", also: "list/* create/readback* params/* update/readback",
		bend: onList(func(c *call) {
			c.each(func(o conformance.Object) bool { delete(o, "command"); return true })
		}),
	},
	{
		name: "list-spells-frequency-otherwise", says: "the list shows frequencies with a capital letter",
		kills: "list/frequency-domain get/same-as-list", also: "filter/* list/* create/* params/* update/readback",
		bend: onList(func(c *call) { c.each(capitalFrequency) }),
	},
	{
		name: "list-is-late", says: "the list doesn't show the newest connection until there is another",
		kills: "list/complete", also: "create/* filter/* update/* list/*", bend: lateList,
	},
	inEveryReply("id-is-text", "ids are texts", "list/types create/id-new", "list/* create/* get/* params/* filter/* update/*", asText("id")),
	inEveryReply("references-are-text", "connector and project are texts", "list/types create/echo/connector create/echo/project",
		"create/* update/* list/*", asText("connector", "project")),
	inEveryReply("inaccessible-is-text", "inaccessible is a text", "list/types", "create/* update/*", asText("inaccessible")),
	inEveryReply("inaccessible-is-number", "inaccessible is 0 or 1", "list/types", "create/* update/*", func(o conformance.Object) bool {
		o["inaccessible"] = map[any]int{true: 1, false: 0}[o["inaccessible"]]
		return true
	}),
	inEveryReply("system-is-object", "system is an object", "list/types", "list/* filter/* create/* update/*", func(o conformance.Object) bool {
		o["system"] = conformance.Object{"id": strings.ToLower(o["system"].(string)), "name": o["system"]}
		return true
	}),
	inEveryReply("connector-is-object", "connector is an object in place of an id", "list/types create/echo/connector",
		"list/* filter/* create/* update/*", func(o conformance.Object) bool {
			o["connector"] = conformance.Object{"id": o["connector"], "name": o["system"]}
			return true
		}),
	inEveryReply("params-is-list", "params is a list of names and values", "list/types", "params/* create/* update/* list/* perm/* cross/*",
		func(o conformance.Object) bool {
			params, shown := o["params"].(conformance.Object)
			list := []any{}
			for _, name := range slices.Sorted(maps.Keys(params)) {
				list = append(list, conformance.Object{"name": name, "value": params[name]})
			}
			if shown {
				o["params"] = list
			}
			return shown
		}),
	inEveryReply("params-is-text", "params is an object, encoded in a text", "list/types", "params/* create/* update/* list/* perm/* cross/*",
		func(o conformance.Object) bool {
			params, shown := o["params"].(conformance.Object)
			if shown {
				o["params"] = string(toJSON(params))
			}
			return shown
		}),
	inEveryReply("no-id", "connections have no id", "list/fields create/id-new", "*/*", dropMember("id")),
	inEveryReply("command-empty", "the command is empty", "create/command", "update/* list/*", setMember("command", "")),
	inEveryReply("command-of-another-system", "every connection has the command of Rally", "create/command", "update/*",
		setMember("command", "sync_rally")),
	inEveryReply("system-null", "system is null", "list/types create/system", "list/* create/* update/* filter/*", setMember("system", nil)),
	inEveryReply("renamed-in-camel-case", "inaccessible is called isInaccessible", "list/fields", "create/* update/* get/* list/*",
		func(o conformance.Object) bool {
			o["isInaccessible"] = o["inaccessible"]
			delete(o, "inaccessible")
			return true
		}),
}

// onList bends lists that came about.
func onList(change func(*call)) func(*call) {
	return func(c *call) {
		if c.serve(); c.listing() && c.ok() {
			change(c)
		}
	}
}

// inEveryReply changes every connection in every reply.
func inEveryReply(name, says, kills, also string, change func(conformance.Object) bool) mutant {
	return mutant{name: name, says: says, kills: kills, also: also, bend: func(c *call) {
		c.serve()
		c.each(change)
	}}
}

func asText(names ...string) func(conformance.Object) bool {
	return func(o conformance.Object) bool {
		for _, name := range names {
			o[name] = strings.Trim(string(toJSON(o[name])), `"`)
		}
		return true
	}
}

func dropMember(name string) func(conformance.Object) bool {
	return func(o conformance.Object) bool { delete(o, name); return true }
}

func setMember(name string, value any) func(conformance.Object) bool {
	return func(o conformance.Object) bool { o[name] = value; return true }
}

func capitalFrequency(o conformance.Object) bool {
	frequency, _ := o["frequency"].(string)
	if frequency == "" {
		return false
	}
	o["frequency"] = strings.ToUpper(frequency[:1]) + frequency[1:]
	return true
}

func lateList(c *call) {
	c.serve()
	if c.creating() && c.ok() {
		c.memory[c.kind.Path()] = number(c.one()["id"])
	}
	if latest, ok := c.memory[c.kind.Path()].(int64); ok && c.listing() && c.ok() {
		c.keep(func(o conformance.Object) bool { return number(o["id"]) != latest })
	}
}
