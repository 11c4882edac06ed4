package conformance_test

import (
	"maps"
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// maskingMutants disclose params, or hide too much.
var maskingMutants = []mutant{
	{
		name: "params-in-list", says: "the list shows params to everybody",
		kills: "params/hidden/list params/other-permission", also: "params/* filter/masked*",
		bend: leakWhere(func(c *call) bool { return c.listing() && len(c.query) == 0 }),
	},
	{
		name: "params-in-detail", says: "a single connection shows params to everybody",
		kills: "params/hidden/detail params/other-permission", also: "params/*",
		bend: leakWhere((*call).detail),
	},
	leakInFilter("alias"), leakInFilter("frequency"), leakInFilter("system"),
	{
		name: "params-on-later-pages", says: "lists come in pages, and only the first hides params",
		kills: "params/hidden/list params/other-permission", also: "params/* filter/masked*", bend: leakOnLaterPages,
	},
	{
		name: "params-in-create-reply", says: "who may create but not see params is shown them in the reply",
		kills: "params/write-response", also: "params/* perm/*", bend: replyToReader(http.MethodPost),
	},
	{
		name: "params-in-update-reply", says: "who may update but not see params is shown them in the reply",
		kills: "params/write-response", also: "params/* perm/*", bend: replyToReader(http.MethodPut),
	},
	{
		name: "params-under-another-name", says: "params are hidden, but stand again in the member options",
		kills: "params/hidden/list params/hidden/detail", also: "params/*  filter/masked*",
		bend: forReaders(func(c *call, item conformance.Object) { item["options"] = c.stored(number(item["id"]))["params"] }),
	},
	{
		name: "params-joined-to-a-text", says: "params are hidden, but a text in another member repeats them",
		kills: "params/secret-nowhere", also: "params/*  filter/masked*",
		bend: forReaders(func(c *call, item conformance.Object) {
			item["summary"] = string(toJSON(c.stored(number(item["id"]))["params"]))
		}),
	},
	{
		name: "params-in-a-header", says: "a header shows a password to those who may not see params", kinds: onlyALM,
		kills: "params/secret-nowhere", also: "params/*",
		bend: func(c *call) {
			c.serve()
			for _, item := range c.items() {
				if params, _ := c.stored(number(item["id"]))["params"].(conformance.Object); !c.permitted() && params["alm_pass"] != nil {
					c.header.Add("X-Debug", params["alm_pass"].(string))
					c.hit()
				}
			}
		},
	},
	{
		name: "params-blanked", says: "hidden params keep their names, with empty values",
		kills: "params/hidden/list params/hidden/detail", also: "params/* filter/masked*", bend: maskedAs(""),
	},
	{
		name: "params-starred", says: "hidden params keep their names, with stars for values",
		kills: "params/hidden/list params/hidden/detail", also: "params/* filter/masked*", bend: maskedAs("***"),
	},
	{
		name: "only-passwords-hidden", says: "of hidden params only the passwords are missing",
		kills: "params/hidden/list params/hidden/detail", also: "params/* filter/masked*",
		bend: forReaders(func(c *call, item conformance.Object) {
			params := c.stored(number(item["id"]))["params"].(conformance.Object)
			maps.DeleteFunc(params, func(name string, _ any) bool { return strings.HasSuffix(name, "_pass") })
			item["params"] = params
		}),
	},
	{
		name: "other-permission-unlocks", says: "the permission for the other kind shows params as well",
		kills: "params/other-permission", also: "params/*",
		bend: leakWhere(func(c *call) bool { return c.user == "alm-editor" || c.user == "security-editor" }),
	},
	{
		name: "view-cached-by-url", says: "a reply is cached by its URL, whoever asked first",
		kills: "params/per-request", also: "params/* filter/masked* list/* cross/*", bend: cacheByURL,
	},
	{
		name: "masking-sticks", says: "who reads a connection first decides whether its params are shown afterwards",
		kills: "params/per-request", also: "params/* get/* list/* filter/*", bend: sticky(false),
	},
	{
		name: "masking-deletes-params", says: "to hide params deletes them from the store",
		kills: "params/no-side-effect", also: "params/* get/* list/* filter/* create/* update/*", bend: sticky(true),
	},
	{
		name: "params-hidden-in-list", says: "the list hides params from those who may see them",
		kills: "params/visible/list get/same-as-list", also: "params/* list/* create/readback* update/readback*",
		bend: hideWhere((*call).listing),
	},
	{
		name: "params-hidden-in-detail", says: "a single connection hides params from those who may see them",
		kills: "params/visible/detail get/same-as-list", also: "params/* get/* create/* update/*",
		bend: hideWhere((*call).detail),
	},
	{
		name: "params-need-both-permissions", says: "params are shown only to those who have both permissions",
		kills: "params/visible/list params/visible/detail", also: "params/*",
		bend: hideWhere(func(c *call) bool { return strings.HasSuffix(c.user, "-editor") }),
	},
	{
		name: "list-needs-permission", says: "who may not see params is refused the list",
		kills: "list/readable-without-permission", also: "params/*",
		bend: func(c *call) {
			if c.serve(); c.listing() && c.ok() && !c.permitted() {
				c.refuse(http.StatusForbidden, "no")
			}
		},
	},
	{
		name: "connection-needs-permission", says: "who may not see params is refused a single connection",
		kills: "get/readable-without-permission", also: "params/*",
		bend: func(c *call) {
			if c.serve(); c.method == http.MethodGet && c.id != 0 && c.ok() && !c.permitted() {
				c.refuse(http.StatusForbidden, "no")
			}
		},
	},
	{
		name: "masking-hides-more", says: "who may not see params doesn't see the command either",
		kills: "params/rest-unchanged", also: "list/fields",
		bend: forReaders(func(_ *call, item conformance.Object) { delete(item, "command") }),
	},
	{
		name: "masking-drops-items", says: "who may not see params doesn't see connections that synchronise often",
		kills: "list/readable-without-permission", also: "params/rest-unchanged",
		bend: func(c *call) {
			if c.serve(); c.listing() && c.ok() && !c.permitted() {
				c.keep(func(item conformance.Object) bool { return item["frequency"] != "hourly" })
			}
		},
	},
}

// forReaders changes connections in replies to those who may not see their params.
func forReaders(change func(*call, conformance.Object)) func(*call) {
	return func(c *call) {
		if c.serve(); !c.permitted() {
			c.each(func(item conformance.Object) bool { change(c, item); return true })
		}
	}
}

// leakWhere shows params in such reads.
func leakWhere(where func(*call) bool) func(*call) {
	return func(c *call) {
		if c.serve(); c.method == http.MethodGet && where(c) {
			c.unmask()
		}
	}
}

func (c *call) unmask() {
	c.each(func(item conformance.Object) bool {
		_, shown := item["params"]
		item["params"] = c.stored(number(item["id"]))["params"]
		return !shown
	})
}

func leakInFilter(parameter string) mutant {
	return mutant{
		name: "params-by-" + parameter, says: "a list filtered by " + parameter + " shows params to everybody",
		kills: "filter/masked*", also: "params/secret-nowhere params/other-permission",
		bend: leakWhere(func(c *call) bool { return c.listing() && c.query.Has(parameter) }),
	}
}

func leakOnLaterPages(c *call) {
	if c.listing() && !c.query.Has("page_size") {
		c.query.Set("page_size", "2")
	}
	if c.serve(); c.listing() && c.query.Get("page") > "1" {
		c.unmask()
	}
}

// replyToReader lets everybody write, and shows them params in the reply.
func replyToReader(method string) func(*call) {
	return func(c *call) {
		reader := !c.permitted() && c.user != "" && c.ask(c.user, http.MethodGet, c.kind.Path(), nil).status == http.StatusOK
		if reader && (c.creating() || c.updating()) {
			c.mockReply = c.ask("editor", c.method, c.path, c.sent)
			if item := c.one(); item != nil && c.method == method {
				c.hit()
			} else if item != nil {
				delete(item, "params")
			}
			return
		}
		c.serve()
	}
}

// maskedAs shows the names of hidden params, with one value for all.
func maskedAs(value any) func(*call) {
	return forReaders(func(c *call, item conformance.Object) {
		params, _ := c.stored(number(item["id"]))["params"].(conformance.Object)
		for name := range params {
			params[name] = value
		}
		item["params"] = params
	})
}

func hideWhere(where func(*call) bool) func(*call) {
	return func(c *call) {
		if c.serve(); c.method == http.MethodGet && where(c) {
			c.each(func(item conformance.Object) bool {
				_, shown := item["params"]
				delete(item, "params")
				return shown
			})
		}
	}
}

// cacheByURL forgets what it knows when anybody writes.
func cacheByURL(c *call) {
	if c.method != http.MethodGet {
		clear(c.memory)
	}
	key := c.path + "?" + c.query.Encode()
	organization := "main"
	if c.user == "basic" {
		organization = c.user
	}
	if cached, ok := c.memory[organization+key].(mockReply); ok && c.ask(c.user, http.MethodGet, c.kind.Path(), nil).status == http.StatusOK {
		c.mockReply = cached
		c.hit()
		return
	}
	if c.serve(); c.method == http.MethodGet && c.ok() {
		c.memory[organization+key] = c.mockReply
	}
}

// sticky hides params from everybody once somebody has read the connection who may not see them; but for
// those whose read came first, unless they are gone for good.
func sticky(deletes bool) func(*call) {
	return func(c *call) {
		c.serve()
		for _, item := range c.items() {
			key := c.itemPath(number(item["id"]))
			switch {
			case c.method != http.MethodGet:
				delete(c.memory, key)
			case c.memory[key] == nil && (deletes == false || !c.permitted()):
				c.memory[key] = map[bool]string{true: "shown", false: "hidden"}[c.permitted()]
			}
			if c.memory[key] == "hidden" && c.permitted() {
				delete(item, "params")
				c.hit()
			}
			if c.memory[key] == "shown" && !c.permitted() {
				item["params"] = c.stored(number(item["id"]))["params"]
				c.hit()
			}
		}
	}
}
