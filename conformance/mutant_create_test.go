package conformance_test

import (
	"maps"
	"net/http"

	"github.com/sdecontract/sdecontract/conformance"
)

// createMutants accept a create, and then do something else than it says.
var createMutants = []mutant{
	{
		name: "create-stores-nothing", says: "the reply to a create is right, but nothing is stored",
		kills: "create/readback", also: "*", bend: forgetful,
	},
	{
		name: "create-stores-another-alias", says: "the reply to a create is right, but another alias is stored",
		kills: "create/readback", also: "create/* filter/*",
		bend: afterCreate(func(c *call, o conformance.Object) {
			c.store(number(o["id"]), conformance.Object{"alias": o["alias"].(string) + "?"})
		}),
	},
	{
		name: "create-stores-another-frequency", says: "the reply to a create is right, but a frequency of manually is stored as daily",
		kills: "create/readback create/frequency-default", also: "create/*",
		bend: afterCreate(func(c *call, o conformance.Object) {
			if o["frequency"] == "manually" {
				c.store(number(o["id"]), conformance.Object{"frequency": "daily"})
			}
		}),
	},
	{
		name: "create-stores-another-project", says: "the reply to a create is right, but project 2 is stored as 1",
		kills: "*", also: "create/* list/* filter/* update/*",
		bend: afterCreate(func(c *call, o conformance.Object) {
			if number(o["project"]) == 2 {
				c.store(number(o["id"]), conformance.Object{"project": 1})
			}
		}),
	},
	{
		name: "create-shows-other-params", says: "the reply to a create shows only the params that were sent",
		kills: "create/readback create/params-inherited", also: "create/*",
		bend: func(c *call) {
			sent := c.sent
			if c.serve(); c.creating() && c.ok() {
				c.each(func(o conformance.Object) bool { o["params"] = sent["params"]; return true })
			}
		},
	},
	{
		name: "create-lacks-system", says: "the reply to a create lacks system and command", kills: "create/shape create/readback", also: "create/*",
		bend: onWrite((*call).creating, func(_ *call, o conformance.Object) { delete(o, "system"); delete(o, "command") }),
	},
	{
		name: "create-says-only-id", says: "the reply to a create holds the id alone", kills: "create/shape create/echo/alias create/readback", also: "create/*",
		bend: onWrite((*call).creating, func(_ *call, o conformance.Object) {
			maps.DeleteFunc(o, func(name string, _ any) bool { return name != "id" })
		}),
	},
	{
		name: "create-is-empty", says: "the reply to a create has no body", kills: "create/shape", also: "*",
		bend: onWrite((*call).creating, func(c *call, _ conformance.Object) { c.got, c.text = nil, []byte{} }),
	},
	{
		name: "create-enveloped", says: "the reply to a create comes in the envelope of a list", kills: "create/shape", also: "*",
		bend: onWrite((*call).creating, func(c *call, o conformance.Object) { c.got = conformance.Object{"results": []any{o}} }),
	},
	{
		name: "create-in-location-only", says: "a create is answered 303 with the place of the connection", kills: "create/status", also: "*",
		bend: onWrite((*call).creating, func(c *call, o conformance.Object) {
			c.mockReply = mockReply{status: http.StatusSeeOther, header: http.Header{"Location": {c.itemPath(number(o["id"]))}}}
		}),
	},
	{
		name: "create-reuses-ids", says: "every create says the id of the first", kills: "create/id-new", also: "create/* update/* list/* filter/*",
		bend: onWrite((*call).creating, func(c *call, o conformance.Object) {
			first, ok := c.memory[c.kind.Path()]
			if !ok {
				c.memory[c.kind.Path()] = o["id"]
				return
			}
			o["id"] = first
		}),
	},
	{
		name: "create-twice", says: "a create stores two connections", kills: "list/complete", also: "create/* filter/*",
		bend: func(c *call) {
			if c.serve(); c.creating() && c.ok() {
				c.ask(c.user, c.method, c.path, c.sent)
				c.hit()
			}
		},
	},
	{
		name: "same-alias-refused", says: "a second connection with an alias is refused", kills: "create/same-alias-twice", also: "create/* filter/alias-all",
		bend: func(c *call) {
			list := c.ask("editor", http.MethodGet, c.kind.Path(), nil)
			for _, o := range list.items() {
				if c.creating() && c.user == "editor" && o["alias"] == c.sent["alias"] {
					c.refuse(http.StatusBadRequest, "there is one already")
					return
				}
			}
			c.serve()
		},
	},
	{
		name: "default-frequency-of-create", says: "a create without a frequency makes it weekly", kills: "create/frequency-default", also: "create/*",
		bend: beforeWrite((*call).creating, func(c *call) bool {
			_, sent := c.sent["frequency"]
			if !sent && c.user == "editor" {
				c.sent["frequency"] = "weekly"
			}
			return !sent && c.user == "editor"
		}),
	},
	{
		name: "default-frequency-of-basic", says: "without advanced ALM, a create without a frequency is refused",
		kills: "create/frequency-basic-default", also: "create/frequency-basic*",
		bend: func(c *call) {
			if _, sent := c.sent["frequency"]; c.creating() && c.user == "basic" && !sent {
				c.refuse(http.StatusBadRequest, "frequency")
				return
			}
			c.serve()
		},
	},
	{
		name: "explicit-manually-refused", says: "without advanced ALM, even manually is refused", kills: "create/frequency-basic-manually", also: "create/*",
		bend: func(c *call) {
			if c.creating() && c.user == "basic" && c.sent["frequency"] == "manually" {
				c.refuse(http.StatusBadRequest, "frequency")
				return
			}
			c.serve()
		},
	},
	{
		name: "alias-default-is-system", says: "without an alias it is the system, not the connector's name", kinds: onlyAnalysis,
		kills: "create/alias-default",
		bend: beforeWrite((*call).creating, func(c *call) bool {
			_, sent := c.sent["alias"]
			if !sent {
				c.sent["alias"] = map[int64]string{1: "WhiteHat", 2: "Veracode", 5: "WhiteHat"}[number(c.sent["connector"])]
			}
			return !sent && c.sent["alias"] != ""
		}),
	},
	{
		name: "alias-default-always", says: "the alias is the connector's name, whatever is sent", kinds: onlyAnalysis,
		kills: "create/alias-explicit create/echo/alias", also: "create/* filter/* update/*",
		bend: beforeWrite((*call).creating, func(c *call) bool {
			_, sent := c.sent["alias"]
			delete(c.sent, "alias")
			return sent
		}),
	},
	{
		name: "alias-needed", says: "a create without an alias is refused", kinds: onlyAnalysis, kills: "create/alias-optional", also: "create/*",
		bend: func(c *call) {
			if _, sent := c.sent["alias"]; c.creating() && c.sent != nil && !sent {
				c.refuse(http.StatusBadRequest, "alias")
				return
			}
			c.serve()
		},
	},
	overridden("server-fields-honoured", "system and command are what the client sends", "create/server-fields", "create/* update/* list/* filter/*",
		[]string{"system", "command"}),
	overridden("inaccessible-honoured", "inaccessible is what the client sends", "create/server-fields", "create/* update/*", []string{"inaccessible"}),
	{
		name: "remote-inverted", says: "only connectors that are not remote are accepted", kinds: onlyAnalysis, kills: "create/remote-ok",
		also: "create/*",
		bend: func(c *call) {
			switch id := number(c.sent["connector"]); {
			case c.creating() && (id == 3 || id == 4):
				c.sent["connector"] = 1
				c.hit()
			case c.creating() && c.user == "editor" && (id == 1 || id == 2):
				c.refuse(http.StatusBadRequest, "connector")
				return
			}
			c.serve()
		},
	},
	{
		name: "remote-applied-to-alm", says: "one of two ALM connectors is refused", kinds: onlyALM, kills: "create/remote-not-applied",
		also: "create/* update/*",
		bend: func(c *call) {
			if c.creating() && number(c.sent["connector"]) == 2 {
				c.refuse(http.StatusBadRequest, "connector")
				return
			}
			c.serve()
		},
	},
}

// onWrite changes the reply to a write that came about.
func onWrite(where func(*call) bool, change func(*call, conformance.Object)) func(*call) {
	return func(c *call) {
		if c.serve(); where(c) && c.ok() && c.one() != nil {
			change(c, c.one())
			c.hit()
		}
	}
}

// afterCreate does something behind the back of the reply.
func afterCreate(change func(*call, conformance.Object)) func(*call) {
	return func(c *call) {
		if c.serve(); c.creating() && c.ok() {
			change(c, c.one())
		}
	}
}

// beforeWrite changes the body of a write; change tells whether it did.
func beforeWrite(where func(*call) bool, change func(*call) bool) func(*call) {
	return func(c *call) {
		if where(c) && c.sent != nil && change(c) {
			c.hit()
		}
		c.serve()
	}
}

// forgetful never shows again what was created.
func forgetful(c *call) {
	if c.id != 0 && c.memory[c.itemPath(c.id)] != nil {
		c.refuse(http.StatusNotFound, "Not found.")
		return
	}
	c.serve()
	if c.creating() && c.ok() {
		c.memory[c.itemPath(number(c.one()["id"]))] = true
	}
	if c.listing() && c.ok() {
		c.keep(func(o conformance.Object) bool { return c.memory[c.itemPath(number(o["id"]))] == nil })
	}
}

// overridden keeps members that are the server's to set as the client sends them.
func overridden(name, says, kills, also string, members []string) mutant {
	return mutant{name: name, says: says, kills: kills, also: also, bend: func(c *call) {
		sent := c.sent
		c.serve()
		if o := c.one(); o != nil && (c.creating() || c.updating()) {
			honoured := conformance.Object{}
			for _, member := range members {
				if value, ok := sent[member]; ok {
					honoured[member] = value
				}
			}
			c.memory[c.itemPath(number(o["id"]))] = honoured
		}
		c.recall()
	}}
}

// recall shows members of connections as they are remembered.
func (c *call) recall() {
	for _, o := range c.items() {
		if remembered, _ := c.memory[c.itemPath(number(o["id"]))].(conformance.Object); len(remembered) > 0 {
			maps.Copy(o, remembered)
			c.hit()
		}
	}
}
