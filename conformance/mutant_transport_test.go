package conformance_test

import (
	"bytes"
	"net/http"

	"github.com/sdecontract/sdecontract/conformance"
)

// transportMutants speak HTTP or JSON badly.
var transportMutants = []mutant{
	{
		name: "stack-trace", says: "a refusal shows where in its code the server is", kills: "http/error-body", also: "http/*",
		bend: onRefusal(func(c *call) {
			c.got = conformance.Object{"detail": "Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 7, in dispatch\nKeyError"}
		}),
	},
	{
		name: "password-in-error", says: "a refusal shows a password of the connector", kills: "http/error-body", also: "http/* params/*", kinds: onlyALM,
		bend: onRefusal(func(c *call) {
			c.got = conformance.Object{"detail": "refused", "connector": conformance.Object{"alm_pass": "rally_password"}}
		}),
	},
	{
		name: "html-errors", says: "refusals are HTML", kills: "http/error-body", also: "http/*",
		bend: onRefusal(func(c *call) {
			c.header.Set("Content-Type", "text/html")
			c.text = []byte("<html><body><h1>Refused</h1></body></html>")
		}),
	},
	{
		name: "empty-errors", says: "refusals have no body", kills: "http/error-body", also: "http/*",
		bend: onRefusal(func(c *call) { c.got, c.text = nil, []byte{} }),
	},
	garbled("trailing-comma", "JSON has a comma too many, as the documentation's samples have", func(b []byte) []byte {
		return append(bytes.TrimSuffix(b, []byte("}")), ",}"...)
	}),
	garbled("duplicate-names", "JSON objects name a member twice", func(b []byte) []byte {
		return bytes.Replace(b, []byte(`"alias":`), []byte(`"alias":"","alias":`), 1)
	}),
	garbled("text-behind-json", "something stands behind the JSON", func(b []byte) []byte { return append(b, "\n<!-- 3 ms -->"...) }),
	garbled("json-in-brackets", "JSON is guarded against scripts", func(b []byte) []byte { return append([]byte(")]}',\n"), b...) }),
	garbled("latin-1", "replies are Latin-1", func(b []byte) []byte {
		out := []byte{}
		for _, r := range string(b) {
			if r < 256 {
				out = append(out, byte(r))
			} else {
				out = append(out, '?')
			}
		}
		return out
	}),
	garbled("single-quotes", "JSON is written with single quotes", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`"`), []byte(`'`)) }),
	typed("no-content-type", "replies have no Content-Type", ""),
	typed("html-content-type", "replies are called HTML", "text/html; charset=utf-8"),
	typed("text-content-type", "replies are called plain text", "text/plain"),
	failing("fails-on-malformed-json", "malformed JSON makes the server fail", func(c *call) bool {
		return c.sent == nil && (c.creating() || c.updating()) && fromJSON(c.raw) == nil && len(c.raw) > 0
	}),
	failing("fails-on-array", "an array as a body makes the server fail", func(c *call) bool {
		_, array := fromJSON(c.raw).([]any)
		return array && c.creating()
	}),
	failing("fails-on-empty-body", "an empty body makes the server fail", func(c *call) bool { return len(c.raw) == 0 && c.creating() }),
	failing("fails-on-long-alias", "an alias of more than 255 characters makes the server fail", func(c *call) bool {
		alias, _ := c.sent["alias"].(string)
		return len(alias) > 255
	}),
	failing("fails-on-null-params", "params null makes the server fail", func(c *call) bool {
		params, sent := c.sent["params"]
		return sent && params == nil
	}),
	failing("fails-on-large-ids", "an id beyond 64 bits makes the server fail", func(c *call) bool {
		return c.method == http.MethodGet && len(c.path) > len(c.kind.Path())+18
	}),
	failing("fails-on-unknown-frequency-filter", "a frequency that isn't known makes the filter fail", func(c *call) bool {
		return c.listing() && c.query.Get("frequency") == "yearly"
	}),
	failing("fails-on-unknown-reference", "an unknown project makes the server fail", func(c *call) bool {
		return number(c.sent["project"]) > 100
	}),
	onCollection("put-on-list", http.MethodPut), onCollection("patch-on-list", http.MethodPatch),
	{
		name: "errors-are-200", says: "refusals have status 200", kills: "get/unknown auth/missing update/frequency-invalid", also: "*",
		bend: onRefusal(func(c *call) { c.status = http.StatusOK }),
	},
	{
		name: "says-the-same-to-everything", says: "every request is answered 200 with an empty object", kills: "list/envelope", also: "*",
		bend: func(c *call) {
			c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), got: conformance.Object{}}
			c.hit()
		},
	},
	{
		name: "fails-always", says: "every request is answered 500", kills: "list/status", also: "*",
		bend: func(c *call) { c.refuse(http.StatusInternalServerError, "no") },
	},
}

func onRefusal(change func(*call)) func(*call) {
	return func(c *call) {
		if c.serve(); c.status/100 == 4 {
			change(c)
			c.hit()
		}
	}
}

// garbled changes the bytes of lists and connections.
func garbled(name, says string, change func([]byte) []byte) mutant {
	return mutant{name: name, says: says, kills: "http/*", also: "*", bend: func(c *call) {
		if c.serve(); c.ok() && c.got != nil {
			before := toJSON(c.got)
			if c.text = change(bytes.Clone(before)); !bytes.Equal(before, c.text) {
				c.hit()
			}
		}
	}}
}

func typed(name, says, contentType string) mutant {
	return mutant{name: name, says: says, kills: "http/json", also: "http/*", bend: func(c *call) {
		if c.serve(); c.ok() && c.got != nil {
			c.header.Del("Content-Type")
			if contentType != "" {
				c.header.Set("Content-Type", contentType)
			}
			c.hit()
		}
	}}
}

func failing(name, says string, where func(*call) bool) mutant {
	return mutant{name: name, says: says, kills: "http/no-5xx", also: "*", bend: func(c *call) {
		if c.user != "" && where(c) {
			c.refuse(http.StatusInternalServerError, "The server failed.")
			return
		}
		c.serve()
	}}
}

func onCollection(name, method string) mutant {
	return mutant{name: name, says: method + " on the list is answered 200", kills: "http/method/collection", also: "http/*", bend: func(c *call) {
		if c.serve(); c.method == method && c.path == c.kind.Path() && c.status == http.StatusMethodNotAllowed {
			c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), got: conformance.Object{}}
			c.hit()
		}
	}}
}
