package mock

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getkin/kin-openapi/openapi3"
)

// Latitudes in what is read of a request.
const (
	AcceptAnswersOthers      Latitude = "accept-answers-others"       // XML or HTML for who asks for it
	AcceptIgnored            Latitude = "accept-ignored"              // JSON, whatever the client accepts
	BearerAccepted           Latitude = "bearer-accepted"             // the scheme Bearer besides Token
	ContentTypeAny           Latitude = "content-type-any"            // a body is JSON whatever its type says
	ContentTypeRequired      Latitude = "content-type-required"       // 415 for a body without a type
	DeleteAllowed            Latitude = "delete-allowed"              // DELETE removes a connection
	DuplicateNamesAccepted   Latitude = "duplicate-names-accepted"    // the last of two members with one name counts
	EmptyFilterIgnored       Latitude = "empty-filter-ignored"        // a parameter without a value is none
	NoSlashAnswers           Latitude = "no-slash-answers"            // a path without its slash is answered
	OptionsNeedsToken        Latitude = "options-needs-token"         // 401 for OPTIONS without a token
	PatchAllowed             Latitude = "patch-allowed"               // PATCH changes what is sent
	QuotesRefused            Latitude = "quotes-refused"              // quotation marks are part of the token
	RepeatedFilterFirst      Latitude = "repeated-filter-first"       // the first of several values counts
	SchemeCaseSensitive      Latitude = "scheme-case-sensitive"       // only Token, spelled so
	UnknownQueryRefused      Latitude = "unknown-query-refused"       // 400 for a parameter that isn't documented
	BadFrequencyFilterRefuse Latitude = "bad-frequency-filter-refuse" // 400 for a frequency that there isn't
)

var ofRequests = map[Latitude]allowance{
	AcceptAnswersOthers: {
		says: "Answers in XML or HTML a client that asks for it.", question: "accept",
		arrive: answerOthers,
	},
	AcceptIgnored: {
		says: "Answers in JSON, whatever the client accepts.", question: "accept",
		arrive: func(c *call) *reply { c.r.Header.Del("Accept"); return nil },
	},
	BearerAccepted: {
		says:   "Takes the scheme Bearer for Token.",
		arrive: func(c *call) *reply { return c.authorization("Bearer ", "Token ") },
	},
	ContentTypeAny: {
		says: "Reads a body as JSON, whatever its Content-Type says.", question: "request type",
		arrive: func(c *call) *reply { c.r.Header.Del("Content-Type"); return nil },
	},
	ContentTypeRequired: {
		says: "Refuses a body without Content-Type with 415.", question: "request type",
		reread: func(c *call) *reply {
			if c.op.input != nil && c.undocumented != http.MethodDelete && c.r.Header.Get("Content-Type") == "" {
				return refuse(http.StatusUnsupportedMediaType, "Unsupported media type %q in request.", "")
			}
			return nil
		},
	},
	DeleteAllowed: {
		says:   "Deletes a connection for who may edit it: 204.",
		arrive: func(c *call) *reply { return c.addMethod(http.MethodDelete) },
		reread: remove, loosen: emptied,
	},
	DuplicateNamesAccepted: {
		says:   "Lets the last of several members with one name count.",
		arrive: dropDuplicates,
	},
	EmptyFilterIgnored: {
		says: "Ignores a query parameter without a value.",
		arrive: func(c *call) *reply {
			return c.requery(func(query url.Values, name string) {
				if query.Get(name) == "" {
					query.Del(name)
				}
			})
		},
	},
	NoSlashAnswers: {
		says: "Answers a path without the slash at its end as if it were there.", question: "slash",
		arrive: func(c *call) *reply {
			if !strings.HasSuffix(c.r.URL.Path, "/") {
				c.r.URL.RawPath = c.r.URL.EscapedPath() + "/"
				c.r.URL.Path += "/"
			}
			return nil
		},
	},
	OptionsNeedsToken: {
		says: "Refuses OPTIONS without a token with 401.", question: "options",
		loosen: func(c *call, o *outgoing) {
			if c.r.Method == http.MethodOptions && c.r.Header.Get("Authorization") == "" {
				o.refuse(http.StatusUnauthorized, noCredentials)
				o.header.Set("WWW-Authenticate", "Token")
			}
		},
	},
	PatchAllowed: {
		says:   "Changes with PATCH the fields and the members of params that are sent, and no others.",
		arrive: func(c *call) *reply { return c.addMethod(http.MethodPatch) },
		reread: func(c *call) *reply {
			if c.undocumented == http.MethodPatch {
				_ = mergeParams(c)
				return keepOmitted(c)
			}
			return nil
		},
		loosen: func(_ *call, o *outgoing) { o.allow(http.MethodPut, http.MethodPatch) },
	},
	QuotesRefused: {
		says:   "Takes quotation marks for a part of the token, and so refuses it.",
		arrive: func(c *call) *reply { return c.authorization(`Token "`, `Token quoted-`) },
	},
	RepeatedFilterFirst: {
		says: "Lets the first of several values of a query parameter count.",
		arrive: func(c *call) *reply {
			return c.requery(func(query url.Values, name string) { query.Set(name, query.Get(name)) })
		},
	},
	SchemeCaseSensitive: {
		says:   "Refuses the scheme token in lower case.",
		arrive: func(c *call) *reply { return c.authorization("token ", "Lower ") },
	},
	UnknownQueryRefused: {
		says: "Refuses query parameters that aren't documented with 400.",
		reread: func(c *call) *reply {
			for _, name := range sortedKeys(c.r.URL.Query()) {
				if c.parameter(name) == nil {
					c.reject(name, "Unknown parameter.")
				}
			}
			return nil
		},
	},
	BadFrequencyFilterRefuse: {
		says:       "Refuses to filter by a value that no connection can have with 400.",
		reconsider: refuseBadFilters,
	},
}

// authorization puts another scheme, and what is behind it, in place of one.
func (c *call) authorization(from, to string) *reply {
	if rest, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), from); ok {
		c.r.Header.Set("Authorization", to+rest)
	}
	return nil
}

// addMethod answers a method that the path doesn't have by way of PUT, which has the same rights.
func (c *call) addMethod(method string) *reply {
	if p, _ := c.contract.match(c.r); c.r.Method == method && p != nil && p.operations[http.MethodPut] != nil {
		c.r.Method, c.undocumented = http.MethodPut, method
	}
	return nil
}

func remove(c *call) *reply {
	if c.undocumented != http.MethodDelete {
		return nil
	}
	c.store.remove(c.op.collection, c.record)
	return c.show(c.record)
}

func emptied(c *call, o *outgoing) {
	o.allow(http.MethodPut, http.MethodDelete)
	if c.undocumented == http.MethodDelete && o.status == http.StatusOK {
		o.status, o.body = http.StatusNoContent, nil
	}
}

// requery changes each parameter of a query that can be read.
func (c *call) requery(change func(query url.Values, name string)) *reply {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil || len(query) == 0 {
		return nil
	}
	for _, name := range sortedKeys(query) {
		change(query, name)
	}
	c.r.URL.RawQuery = query.Encode()
	return nil
}

// dropDuplicates makes strict JSON of a body that is JSON but for names that occur twice.
func dropDuplicates(c *call) *reply {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, c.maxBody+1))
	rest := c.r.Body
	c.r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), rest))
	if err != nil || int64(len(data)) > c.maxBody {
		return nil
	}
	if _, err := decodeJSON(data); err == nil || !jsontext.Value(data).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil
	}
	if value, err := decodeLenient(data); err == nil {
		c.r.Body = io.NopCloser(bytes.NewReader(appendJSON(nil, value)))
	}
	return nil
}

// answerOthers notes which format the client prefers to JSON.
func answerOthers(c *call) *reply {
	for _, format := range []string{"application/xml", "text/html"} {
		if accept := c.r.Header.Get("Accept"); accept != "" && !accepts(accept, "application/json") && accepts(accept, format) {
			c.format = format
			c.r.Header.Del("Accept")
		}
	}
	return nil
}

// parameter returns the operation's parameter with that name, or nil.
func (c *call) parameter(name string) *parameter {
	for i, p := range c.op.params {
		if p.name == name && p.in == openapi3.ParameterInQuery {
			return &c.op.params[i]
		}
	}
	return nil
}

func refuseBadFilters(c *call) *reply {
	for _, property := range c.op.collection.properties {
		for _, name := range sortedKeys(c.query) {
			if c.parameter(name).filters == property.name && validate(property.schema, c.query[name], asResponse) != nil {
				c.reject(name, quoted(c.query[name])+" is not a valid choice.")
			}
		}
	}
	return nil
}
