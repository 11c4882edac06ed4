package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

const editorToken = "editor-token"

func TestAuthentication(t *testing.T) {
	nobody := func(x *exchange) bool {
		return x.r.Header.Get("Authorization") == "" && x.r.Method != http.MethodOptions
	}
	altered := func(x *exchange) bool {
		return strings.HasPrefix(x.r.Header.Get("Authorization"), "Token editor-toke0")
	}
	asEditor := func(when func(*exchange) bool, methods ...string) func(*exchange) *answer {
		return func(x *exchange) *answer {
			for _, m := range methods {
				if x.r.Method == m && when(x) {
					return x.as(editorToken).serve()
				}
			}
			return x.serve()
		}
	}
	tryEach(t, []unlike{
		{"lets nobody read", asEditor(nobody, http.MethodGet), "fail alm/auth/missing"},
		{"lets nobody create", asEditor(nobody, http.MethodPost), "fail alm/auth/missing-write\nfail alm/auth/no-effect"},
		{"lets nobody update", asEditor(nobody, http.MethodPut), "fail alm/auth/missing-write"},
		{"takes the beginning of a token for reading", asEditor(altered, http.MethodGet), "fail alm/auth/invalid"},
		{"takes the beginning of a token for creating", asEditor(altered, http.MethodPost), "fail alm/auth/invalid-write\nfail alm/auth/no-effect"},
		{"takes the beginning of a token for updating", asEditor(altered, http.MethodPut), "fail alm/auth/invalid-write"},
		{"takes a token with something behind it", asEditor(func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Authorization"), "Token editor-token0")
		}, http.MethodGet), "fail alm/auth/invalid"},
		{"takes a token without its end", asEditor(func(x *exchange) bool {
			return x.r.Header.Get("Authorization") == "Token editor-toke"
		}, http.MethodGet), "fail alm/auth/invalid"},
		{
			"takes an empty token", asEditor(func(x *exchange) bool { return x.r.Header.Get("Authorization") == "Token " }, http.MethodGet),
			"fail alm/auth/invalid",
		},
		{
			"answers 403 for 401", restatus(http.StatusUnauthorized, http.StatusForbidden),
			"warn alm/auth/missing\nwarn alm/auth/missing-write\nwarn alm/auth/invalid\nwarn alm/auth/invalid-write",
		},
		{
			"answers 400 for 401", restatus(http.StatusUnauthorized, http.StatusBadRequest),
			"fail alm/auth/missing\nfail alm/auth/missing-write\nfail alm/auth/invalid\nfail alm/auth/invalid-write",
		},
		{"refuses nobody, and obeys", func(x *exchange) *answer {
			if nobody(x) && x.r.Method != http.MethodGet {
				x.as(editorToken).serve()
			}
			return x.serve()
		}, "fail alm/auth/missing-write\nfail alm/auth/no-effect\nfail alm/create/no-trace"},
		{"doesn't challenge", func(x *exchange) *answer {
			a := x.serve()
			a.header.Del("WWW-Authenticate")
			return a
		}, "warn alm/auth/challenge"},
		{"fails for Bearer", status(http.StatusInternalServerError, func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Authorization"), "Bearer")
		}), "fail alm/auth/scheme\nfail alm/http/no-5xx"},
		{"fails for a quoted token", status(http.StatusInternalServerError, func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Authorization"), `Token "`)
		}), "fail alm/auth/token/quoted\nfail alm/http/no-5xx"},
	})
}

// TestTokenUnknown: a server that knows nobody has nothing to pass.
func TestTokenUnknown(t *testing.T) {
	report := run(t, mockTarget(amended(func(x *exchange) *answer { return x.as("nobody").serve() })), conformance.WithSelection("alm/auth/token"))
	assert.Equal(t, complaints(report), "fail alm/auth/token")
}

// TestLateEffect: what somebody unknown sent has an effect when nobody looks any more.
func TestLateEffect(t *testing.T) {
	var late []*exchange
	report := run(t, mockTarget(amended(func(x *exchange) *answer {
		if x.r.Method == http.MethodPost && x.r.Header.Get("Authorization") == "" && !x.isItem() {
			late = append(late, x.as(editorToken))
		}
		if x.r.Method == http.MethodPatch {
			for _, then := range late {
				then.serve()
			}
			late = nil
		}
		return x.serve()
	})), conformance.WithSelection("alm/auth/*", "alm/http/method/item", "alm/create/no-trace"))
	assert.Equal(t, complaints(report), "fail alm/http/method/item\nfail alm/auth/no-effect\nfail alm/create/no-trace", failures(report))
}

// TestAlteredTokenIsNotKept: the altered token is nearly a secret; nothing of the evidence shows it.
func TestAlteredTokenIsNotKept(t *testing.T) {
	report := run(t, mockTarget(amended(func(x *exchange) *answer {
		a := x.serve()
		if a.status == http.StatusUnauthorized {
			a.body = []byte(`{"detail": "Who is ` + strings.ReplaceAll(x.r.Header.Get("Authorization"), `"`, "") + `?"}`)
		}
		return a
	})), conformance.WithSelection("alm/auth/*"))
	for _, e := range report.Exchanges {
		assert.Assert(t, !strings.Contains(string(e.ResponseBody), "editor-toke"), e.ResponseBody)
		assert.Assert(t, !strings.Contains(strings.Join(e.RequestHeader.Values("Authorization"), ""), "editor-toke"), e.RequestHeader)
		assert.Assert(t, !strings.Contains(e.Curl(), "editor-toke"), e.Curl())
	}
}

// TestDecisive: a failure names the request that showed it, whatever the check asks afterwards.
func TestDecisive(t *testing.T) {
	report := run(t, mockTarget(amended(func(x *exchange) *answer {
		if x.r.Header.Get("Authorization") == "" {
			return x.as(editorToken).serve()
		}
		return x.serve()
	})), conformance.WithSelection("alm/auth/missing"))
	found := report.Results[0]
	assert.Equal(t, found.Verdict, conformance.Fail)
	assert.Equal(t, report.Exchanges[found.Decisive-1].User, "")
	assert.Assert(t, found.Decisive < found.Exchanges[len(found.Exchanges)-1])
}
