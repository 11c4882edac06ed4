package conformance_test

import (
	"net/http"

	"github.com/sdecontract/sdecontract/conformance"
)

// isolationMutants mix organizations up.
var isolationMutants = []mutant{
	{
		name: "reads-across-organizations", says: "a connection of another organization can be read by its id", kills: "cross/*", also: "cross/*",
		bend: func(c *call) {
			if c.serve(); c.detail() && c.status == http.StatusNotFound && c.user == "basic" {
				if o := c.stored(c.id); o != nil {
					c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), got: o}
					c.hit()
				}
			}
		},
	},
	{
		name: "lists-across-organizations", says: "the list holds the connections of all organizations", kills: "cross/*", also: "list/* filter/*",
		bend: onList(func(c *call) {
			if c.user == "basic" && len(c.query) == 0 {
				other := c.ask("editor", c.method, c.path, nil)
				c.show(append(c.items(), other.items()...))
				c.hit()
			}
		}),
	},
	{
		name: "updates-across-organizations", says: "a connection of another organization can be updated", kills: "cross/*",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.user == "basic" && c.status == http.StatusNotFound && c.stored(c.id) != nil {
				body := c.stored(c.id)
				body["alias"] = c.sent["alias"]
				c.mockReply = c.ask("editor", c.method, c.path, body)
				c.hit()
			}
		},
	},
	{
		name: "updates-across-organizations-in-silence", says: "an update of another organization's connection is refused, but carried out",
		kills: "cross/*",
		bend: func(c *call) {
			if c.serve(); c.updating() && c.user == "basic" && c.status == http.StatusNotFound && c.stored(c.id) != nil {
				reply := c.mockReply
				c.store(c.id, conformance.Object{"alias": "taken over"})
				c.mockReply = reply
			}
		},
	},
	{
		name: "uses-things-across-organizations", says: "a connector and a project of another organization can be used", kills: "cross/*",
		bend: beforeWrite(func(c *call) bool { return c.creating() || c.updating() }, func(c *call) bool {
			foreign := c.user == "basic" && (number(c.sent["connector"]) == 1 || number(c.sent["project"]) == 1)
			if foreign {
				c.sent["connector"], c.sent["project"] = 5, 4
			}
			return foreign
		}),
	},
}
