package conformance_test

import (
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// authMutants know callers badly.
var authMutants = []mutant{
	nobody("list-without-token", "the list needs no token", "auth/missing*", (*call).listing),
	nobody("detail-without-token", "a single connection needs no token", "auth/missing*", (*call).detail),
	nobody("create-without-token", "a create needs no token", "auth/missing* auth/no-effect", (*call).creating),
	nobody("update-without-token", "an update needs no token", "auth/missing-write", (*call).updating),
	{
		name: "login-page", says: "without a token, the reply is 302 to a login page", kills: "auth/missing*", also: "auth/* http/*",
		bend: onUnauthorized(func(c *call) {
			c.mockReply = mockReply{status: http.StatusFound, header: http.Header{"Location": {"/login/"}}}
			c.hit()
		}),
	},
	{
		name: "unauthorized-is-200", says: "without a token, the reply is 200 with an error in the body", kills: "auth/missing*", also: "auth/*",
		bend: onUnauthorized(func(c *call) { c.status = http.StatusOK; c.hit() }),
	},
	{
		name: "unauthorized-is-404", says: "without a token, nothing is found", kills: "auth/missing*", also: "auth/*",
		bend: onUnauthorized(func(c *call) { c.status = http.StatusNotFound; c.hit() }),
	},
	{
		name: "empty-for-nobody", says: "without a token, the list is empty", kills: "auth/missing*", also: "auth/*",
		bend: onUnauthorized(func(c *call) {
			if c.listing() {
				c.mockReply = mockReply{status: http.StatusOK, header: jsonHeader(), got: conformance.Object{"results": []any{}}}
				c.hit()
			}
		}),
	},
	{
		name: "any-token", says: "any token will do", kills: "auth/invalid*", also: "auth/*",
		bend: withToken(func(_, token string) bool { return token != "" }),
	},
	{
		name: "token-prefix", says: "a token that differs in its last character will do", kills: "auth/invalid*", also: "auth/*",
		bend: withToken(func(_, token string) bool { return strings.HasPrefix(token, "editor-toke") }),
	},
	{
		name: "empty-token", says: "an empty token will do", kills: "auth/invalid*", also: "auth/*",
		bend: withToken(func(header, token string) bool { return strings.HasPrefix(header, "Token") && token == "" }),
	},
	{
		name: "refused-but-done", says: "a create without a good token is refused, but carried out", kills: "auth/no-effect", also: "auth/* create/no-trace",
		bend: onUnauthorized(func(c *call) {
			if c.creating() && c.sent != nil {
				c.ask("editor", c.method, c.path, c.sent)
				c.hit()
			}
		}),
	},
	{
		name: "refused-but-updated", says: "an update without a good token is refused, but carried out", kills: "auth/missing-write", also: "auth/*",
		bend: onUnauthorized(func(c *call) {
			if c.updating() && c.sent != nil {
				c.ask("editor", c.method, c.path, c.sent)
				c.hit()
			}
		}),
	},
	{
		name: "no-challenge", says: "a 401 doesn't say how to authenticate", kills: "auth/challenge", also: "auth/*",
		bend: onUnauthorized(func(c *call) { c.header.Del("WWW-Authenticate"); c.hit() }),
	},
	{
		name: "token-in-error", says: "a refusal repeats the token", kills: "http/error-body", also: "http/* auth/*",
		bend: onRefusal(func(c *call) { c.got = conformance.Object{"detail": "refused: " + c.r.Header.Get("Authorization")} }),
	},
}

// nobody serves those who send no token.
func nobody(name, says, kills string, where func(*call) bool) mutant {
	return mutant{name: name, says: says, kills: kills, also: "auth/*", bend: func(c *call) {
		if c.r.Header.Get("Authorization") == "" && where(c) {
			c.mockReply = c.ask("editor", c.method, c.path, c.body())
			c.hit()
			return
		}
		c.serve()
	}}
}

func onUnauthorized(change func(*call)) func(*call) {
	return func(c *call) {
		if c.serve(); c.status == http.StatusUnauthorized {
			change(c)
		}
	}
}

// withToken serves those whose token the mock doesn't know, if it fits.
func withToken(fits func(header, token string) bool) func(*call) {
	return onUnauthorized(func(c *call) {
		header := c.r.Header.Get("Authorization")
		_, token, _ := strings.Cut(header, " ")
		if fits(header, token) {
			c.mockReply = c.ask("editor", c.method, c.path, c.body())
			c.hit()
		}
	})
}
