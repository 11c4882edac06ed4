package conformance_test

import (
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// sample is a connection that a server made of examples might always show.
const sample = `{"id": 1, "connector": 2, "project": 2, "system": "Rally", "alias": "Rally Integration", "frequency": "manually",
	"command": "sync_rally", "params": {"alm_project": "Rally Project"}, "inaccessible": false}`

// getMutants get single connections wrong.
var getMutants = []mutant{
	{
		name: "get-enveloped", says: "a single connection comes in the envelope of a list", kills: "get/bare", also: "*",
		bend: onDetail(func(c *call) { c.got = conformance.Object{"results": []any{c.got}}; c.hit() }),
	},
	{
		name: "get-in-list", says: "a single connection comes in an array", kills: "get/bare", also: "*",
		bend: onDetail(func(c *call) { c.got = []any{c.got}; c.hit() }),
	},
	{
		name: "get-differs-from-list", says: "a single connection shows its alias in capitals", kills: "get/same-as-list",
		also: "create/* update/* params/*",
		bend: onDetail(func(c *call) {
			c.each(func(o conformance.Object) bool {
				alias := o["alias"].(string)
				o["alias"] = strings.ToUpper(alias)
				return o["alias"] != alias
			})
		}),
	},
	{
		name: "get-shows-the-next", says: "the connection with the next id is shown", kills: "get/id get/same-as-list", also: "*",
		bend: func(c *call) {
			if c.detail() && c.stored(c.id) != nil && c.stored(c.id+1) != nil {
				c.path = c.itemPath(c.id + 1)
				c.hit()
			}
			c.serve()
		},
	},
	{
		name: "get-changes-the-alias", says: "to read a connection adds a mark to its alias", kills: "get/safe",
		also: "get/* params/* create/* update/* list/* perm/* cross/*",
		bend: func(c *call) {
			if c.serve(); c.detail() && c.ok() && c.permitted() {
				c.store(c.id, conformance.Object{"alias": c.one()["alias"].(string) + "'"})
			}
		},
	},
	{
		name: "get-unknown-shows-a-sample", says: "an unknown id is answered with an example", kills: "get/unknown", also: "get/* update/* cross/*",
		bend: onRefusedDetail(func(c *call) {
			c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), text: []byte(sample)}
			c.hit()
		}),
	},
	{
		name: "get-unknown-is-empty", says: "an unknown id is answered 200 with an empty object", kills: "get/unknown", also: "get/* update/* cross/*",
		bend: onRefusedDetail(func(c *call) {
			c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), got: conformance.Object{}}
			c.hit()
		}),
	},
	{
		name: "get-unknown-is-500", says: "an unknown id makes the server fail", kills: "get/unknown", also: "*",
		bend: onRefusedDetail(func(c *call) { c.refuse(http.StatusInternalServerError, "nil") }),
	},
	{
		name: "get-takes-the-other-kind", says: "an id that only the other kind has shows that connection", kills: "get/other-kind", also: "get/* cross/*",
		bend: onRefusedDetail(func(c *call) {
			if a := c.ask(c.user, http.MethodGet, strings.Replace(c.path, string(c.kind), string(c.kind.Other()), 1), nil); a.status == http.StatusOK {
				c.mockReply = a
				c.hit()
			}
		}),
	},
	{
		name: "get-takes-malformed-ids", says: "what isn't an id is read as 1", kills: "get/malformed-id", also: "get/* http/*",
		bend: func(c *call) {
			c.serve()
			malformed := c.id == 0 && c.method == http.MethodGet && !c.listing()
			if malformed && c.status == http.StatusNotFound && c.user == "editor" {
				c.mockReply = c.ask(c.user, http.MethodGet, c.itemPath(1), nil)
				c.hit()
			}
		},
	},
}

func jsonHeader() http.Header { return http.Header{"Content-Type": {"application/json"}} }

func onDetail(change func(*call)) func(*call) {
	return func(c *call) {
		if c.serve(); c.detail() && c.ok() {
			change(c)
		}
	}
}

func onRefusedDetail(change func(*call)) func(*call) {
	return func(c *call) {
		if c.serve(); c.detail() && c.status == http.StatusNotFound {
			change(c)
		}
	}
}
