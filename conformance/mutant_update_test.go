package conformance_test

import (
	"maps"
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// updateMutants get updates wrong.
var updateMutants = []mutant{
	{
		name: "update-stores-nothing", says: "the reply to an update is right, but nothing is stored", kills: "update/readback",
		also: "update/*",
		bend: func(c *call) {
			if !c.updating() {
				c.serve()
				return
			}
			before := c.stored(c.id)
			if c.serve(); c.ok() && before != nil {
				reply := c.mockReply
				c.store(c.id, before)
				c.mockReply = reply
			}
		},
	},
	notUpdating("alias"), notUpdating("frequency"), notUpdating("connector"), notUpdating("project"),
	{
		name: "update-ignores-params", says: "an update leaves params as they were", kills: "update/params-sent", also: "update/*",
		bend: beforeUpdate(func(c *call, before conformance.Object) bool {
			was := string(toJSON(c.sent["params"]))
			c.sent["params"] = before["params"]
			return was != string(toJSON(before["params"]))
		}),
	},
	{
		name: "update-loses-inherited-params", says: "an update leaves nothing of params but what was sent", kills: "update/params-inherited",
		also: "update/* create/*",
		bend: func(c *call) {
			sent := c.sent
			c.serve()
			if o := c.one(); o != nil && (c.creating() || c.updating()) {
				delete(c.memory, c.itemPath(number(o["id"])))
				if params, ok := sent["params"].(conformance.Object); ok && c.updating() && len(params) < len(o["params"].(conformance.Object)) {
					c.memory[c.itemPath(c.id)] = params
				}
			}
			for _, o := range c.items() {
				if params := c.memory[c.itemPath(number(o["id"]))]; params != nil && o["params"] != nil {
					o["params"] = params
					c.hit()
				}
			}
		},
	},
	{
		name: "update-hits-the-previous", says: "an update changes the connection with the previous id", kills: "update/only-target update/readback",
		also: "update/* cross/*",
		bend: func(c *call) {
			if c.updating() && c.stored(c.id) != nil && c.stored(c.id-1) != nil {
				c.path = c.itemPath(c.id - 1)
				if c.serve(); c.ok() {
					c.one()["id"] = numberOf(c.id)
				}
				c.hit()
				return
			}
			c.serve()
		},
	},
	{
		name: "update-hits-all", says: "an update sets the frequency of all connections", kills: "update/only-target", also: "update/*",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.ok() {
				reply, frequency := c.mockReply, c.one()["frequency"]
				for _, o := range c.all() {
					if o["frequency"] != frequency {
						c.store(number(o["id"]), conformance.Object{"frequency": frequency})
					}
				}
				c.mockReply = reply
			}
		},
	},
	{
		name: "update-copies", says: "an update stores a new connection as well", kills: "update/id-stable", also: "update/* create/no-trace",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.ok() {
				c.ask(c.user, http.MethodPost, c.kind.Path(), c.sent)
				c.hit()
			}
		},
	},
	{
		name: "update-shows-another-id", says: "the reply to an update says another id", kills: "update/id-stable", also: "update/*",
		bend: onWrite((*call).updating, func(_ *call, o conformance.Object) { o["id"] = numberOf(number(o["id"]) + 1000) }),
	},
	{
		name: "update-creates-unknown", says: "an update of an unknown id creates a connection", kills: "update/unknown-id", also: "update/* cross/* create/no-trace",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.status == http.StatusNotFound && c.stored(c.id) == nil {
				if a := c.ask(c.user, http.MethodPost, c.kind.Path(), c.sent); a.status == http.StatusCreated {
					c.mockReply = a
					c.hit()
				}
			}
		},
	},
	{
		name: "update-creates-unknown-in-silence", says: "an update of an unknown id is refused, but creates a connection",
		kills: "update/unknown-id", also: "update/* cross/* create/no-trace",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.status == http.StatusNotFound && c.stored(c.id) == nil {
				c.ask(c.user, http.MethodPost, c.kind.Path(), c.sent)
				c.hit()
			}
		},
	},
	{
		name: "update-of-unknown-is-200", says: "an update of an unknown id is answered as if it were known", kills: "update/unknown-id",
		also: "update/* cross/*",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.status == http.StatusNotFound {
				c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), text: []byte(sample)}
				c.hit()
			}
		},
	},
	{
		name: "update-takes-the-other-kind", says: "an update under the other kind's path is carried out", kills: "update/other-kind",
		also: "update/* cross/*",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.status == http.StatusNotFound {
				path := strings.Replace(c.path, string(c.kind), string(c.kind.Other()), 1)
				if a := c.ask(c.user, c.method, path, c.sent); a.status == http.StatusOK {
					c.mockReply = a
					c.hit()
				}
			}
		},
	},
	{
		name: "update-is-201", says: "an update is answered 201", kills: "update/status", also: "update/*",
		bend: onWrite((*call).updating, func(c *call, _ conformance.Object) { c.status = http.StatusCreated }),
	},
	{
		name: "update-is-204", says: "an update is answered 204 without a body", kills: "update/status", also: "update/*",
		bend: onWrite((*call).updating, func(c *call, _ conformance.Object) { c.mockReply = mockReply{status: http.StatusNoContent} }),
	},
	{
		name: "update-lacks-params", says: "the reply to an update lacks params", kills: "update/status update/params-sent", also: "update/*",
		bend: onWrite((*call).updating, func(_ *call, o conformance.Object) { delete(o, "params") }),
	},
	{
		name: "update-keeps-system", says: "after an update of the connector, system and command stay", kills: "update/system-follows", also: "update/* list/*",
		bend: func(c *call) {
			before := conformance.Object{}
			if c.updating() {
				before = c.stored(c.id)
			}
			c.serve()
			if o := c.one(); o != nil && c.updating() && o["system"] != before["system"] && c.memory[c.itemPath(c.id)] == nil {
				c.memory[c.itemPath(c.id)] = conformance.Object{"system": before["system"], "command": before["command"]}
			}
			c.recall()
		},
	},
	{
		name: "update-keeps-project-names", says: "after an update of the project, params names the one before", kills: "update/project-follows",
		also: "update/* list/*", bend: keepProjectNames,
	},
	{
		name: "update-not-idempotent", says: "an update that changes nothing adds a mark to the alias", kills: "update/idempotent", also: "update/*",
		bend: beforeUpdate(func(c *call, before conformance.Object) bool {
			same := c.sent["alias"] == before["alias"] && c.sent["frequency"] == before["frequency"]
			if same && c.sent["alias"] != nil {
				c.sent["alias"] = c.sent["alias"].(string) + "'"
			}
			return same
		}),
	},
	overridden("update-honours-server-fields", "an update sets system and command as the client sends them", "update/server-fields", "update/* create/*",
		[]string{"system", "command"}),
	{
		name: "refused-update-is-half-applied", says: "an update that is refused changes the alias all the same", kills: "update/atomic/frequency", also: "update/*",
		bend: halfApplied("alias"),
	},
	{
		name: "refused-update-changes-project", says: "an update that is refused changes the project all the same", kills: "update/atomic/frequency", also: "update/*",
		bend: halfApplied("project"),
	},
	{
		name: "refused-update-stops-synchronising", says: "an update that is refused sets the frequency to manually", kills: "update/atomic/frequency", also: "update/*",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.status == http.StatusBadRequest {
				if before := c.stored(c.id); before != nil && before["frequency"] != "manually" {
					reply := c.mockReply
					c.store(c.id, conformance.Object{"frequency": "manually"})
					c.mockReply = reply
				}
			}
		},
	},
	{
		name: "refused-update-deletes-params", says: "an update that is refused empties params", kills: "update/atomic/frequency", also: "update/* cross/* create/alias-blank",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.status == http.StatusBadRequest && c.stored(c.id) != nil {
				reply := c.mockReply
				c.store(c.id, conformance.Object{"params": conformance.Object{}})
				c.mockReply = reply
			}
		},
	},
}

// all are the connections of the organization.
func (c *call) all() []conformance.Object {
	list := c.ask(c.user, http.MethodGet, c.kind.Path(), nil)
	return list.items()
}

// beforeUpdate changes the body of an update.
func beforeUpdate(change func(c *call, before conformance.Object) bool) func(*call) {
	return func(c *call) {
		if c.updating() && c.sent != nil {
			if before := c.stored(c.id); before != nil && change(c, before) {
				c.hit()
			}
		}
		c.serve()
	}
}

// ignoring keeps a field as it was.
func notUpdating(field string) mutant {
	return mutant{
		name: "update-ignores-" + field, says: "an update leaves the " + field + " as it was", kills: "update/applied/" + field,
		also: "update/* create/frequency-enum/*",
		bend: beforeUpdate(func(c *call, before conformance.Object) bool {
			was := c.sent[field]
			if _, sent := c.sent[field]; sent && valid(c, before) {
				c.sent[field] = before[field]
			}
			return string(toJSON(was)) != string(toJSON(c.sent[field]))
		}),
	}
}

// valid tells whether the update would be accepted, and leaves things as they are.
func valid(c *call, before conformance.Object) bool {
	ok := c.ask(c.user, c.method, c.path, c.sent).status == http.StatusOK
	if ok {
		c.ask(c.user, c.method, c.path, before)
	}
	return ok
}

// halfApplied stores one field of an update that is refused.
func halfApplied(field string) func(*call) {
	return func(c *call) {
		if c.serve(); !c.updating() || c.status != http.StatusBadRequest {
			return
		}
		before, reply := c.stored(c.id), c.mockReply
		value, sent := c.sent[field]
		if before == nil || !sent || string(toJSON(before[field])) == string(toJSON(value)) {
			return
		}
		changed := maps.Clone(before)
		changed[field] = value
		if c.ask(c.user, c.method, c.path, changed).status == http.StatusOK {
			c.hit()
		}
		c.mockReply = reply
	}
}
