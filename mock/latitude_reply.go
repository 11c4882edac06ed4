package mock

import (
	"net/http"
	"strconv"
	"strings"
)

// Latitudes in what a reply looks like.
const (
	CharsetParameter  Latitude = "charset-parameter"   // Content-Type with charset=utf-8
	ChunkedReplies    Latitude = "chunked-replies"     // no Content-Length
	ExtraHeaders      Latitude = "extra-headers"       // cookies, caching, and other headers
	ExtraParams       Latitude = "extra-params"        // params have members that nobody sent
	ExtraReplyFields  Latitude = "extra-reply-fields"  // connections have more properties
	GzipReplies       Latitude = "gzip-replies"        // compressed for who accepts it
	JSONEscaped       Latitude = "json-escaped"        // \u escapes, \/
	JSONIndented      Latitude = "json-indented"       // blanks and new lines
	KeyOrderReversed  Latitude = "key-order-reversed"  // members in another order
	LocationHeader    Latitude = "location-header"     // 201 with Location
	LocationRelative  Latitude = "location-relative"   // 201 with a Location without a host
	OptionsDescribed  Latitude = "options-described"   // OPTIONS with a body
	ParamsEmptyObject Latitude = "params-empty-object" // {} for hidden params
	ParamsNull        Latitude = "params-null"         // null for hidden params
	SecretsMasked     Latitude = "secrets-masked"      // asterisks for passwords
)

var ofReplies = map[Latitude]allowance{
	CharsetParameter: {
		says: "Says charset=utf-8 in Content-Type.",
		loosen: func(_ *call, o *outgoing) {
			if mediaType := o.header.Get("Content-Type"); mediaType != "" {
				o.header.Set("Content-Type", mediaType+";charset=UTF-8")
			}
		},
	},
	ChunkedReplies: {says: "Sends replies without Content-Length."},
	ExtraHeaders: {
		says: "Sends headers for caches and browsers, and a cookie.",
		loosen: func(_ *call, o *outgoing) {
			o.header.Set("Cache-Control", "private, no-store")
			o.header.Set("Etag", `"none"`)
			o.header.Set("Set-Cookie", "session=none; HttpOnly")
			o.header.Set("Vary", "Accept, Cookie")
			o.header.Set("X-Frame-Options", "DENY")
		},
	},
	ExtraParams: {
		says: "Adds a member to the params that are shown.",
		loosen: func(_ *call, o *outgoing) {
			o.params(func(item, params map[string]any) {
				if len(params) > 0 {
					params["sync_window"] = item["id"]
				}
			})
		},
	},
	ExtraReplyFields: {
		says: "Adds debug_mode, in_progress and last_job to connections, as later releases do.",
		loosen: func(_ *call, o *outgoing) {
			for _, item := range o.items() {
				item["debug_mode"], item["in_progress"], item["last_job"] = false, false, nil
			}
		},
	},
	GzipReplies:      {says: "Compresses replies for clients that accept gzip."},
	JSONEscaped:      {says: "Escapes slashes and what isn't ASCII in JSON."},
	JSONIndented:     {says: "Indents JSON."},
	KeyOrderReversed: {says: "Orders the members of objects from z to a."},
	LocationHeader: {
		says: "Gives the URL of a new connection in Location.", question: "location",
		loosen: func(c *call, o *outgoing) { o.locate(c.absolute(nil)) },
	},
	LocationRelative: {
		says: "Gives the path of a new connection in Location.", question: "location",
		loosen: func(c *call, o *outgoing) { o.locate(c.r.URL.Path) },
	},
	OptionsDescribed: {
		says: "Describes a resource in the reply to OPTIONS.", question: "options",
		loosen: func(c *call, o *outgoing) {
			if c.r.Method == http.MethodOptions && o.status == http.StatusOK {
				o.body = map[string]any{"name": "Connections", "parses": []any{"application/json"}, "renders": []any{"application/json"}}
			}
		},
	},
	ParamsEmptyObject: {
		says: "Shows {} for params that the user may not see.", question: "hidden params",
		loosen: func(_ *call, o *outgoing) { o.hidden(func() any { return map[string]any{} }) },
	},
	ParamsNull: {
		says: "Shows null for params that the user may not see.", question: "hidden params",
		loosen: func(_ *call, o *outgoing) { o.hidden(func() any { return nil }) },
	},
	SecretsMasked: {
		says: "Shows asterisks for passwords in params.",
		loosen: func(_ *call, o *outgoing) {
			o.params(func(_, params map[string]any) {
				for name := range params {
					if strings.HasSuffix(name, "_pass") || strings.HasSuffix(name, "_token") {
						params[name] = "********"
					}
				}
			})
		},
	},
}

// outgoing is a reply that was valid, on its way to become an unusual one.
type outgoing struct {
	status int
	header http.Header
	body   any    // of JSON; nil if there is none
	text   string // in place of body, if not empty

	companion bool // shows no connections
}

// loosen makes of the documented reply what the latitudes say. What is left of the contract then is not
// validated: a latitude may well leave it.
func (c *call) loosen(a *reply) {
	if c.liberty == nil || a.status == 0 || a.status >= http.StatusInternalServerError {
		return
	}
	o := &outgoing{status: a.status, header: a.header, companion: c.op != nil && c.op.companion}
	if len(a.encoded) > 0 {
		body, err := decodeJSON(a.encoded)
		if err != nil {
			panic(err) // this package made it
		}
		o.body = body
	}
	for _, l := range c.liberty {
		if loosen := allowances[l].loosen; loosen != nil {
			loosen(c, o)
		}
	}
	if o.status >= http.StatusBadRequest && o.body != nil {
		for _, l := range c.liberty {
			if refusal := allowances[l].refusal; refusal != nil {
				refusal(o)
			}
		}
	}
	a.status = o.status
	if a.encoded = c.render(o); len(a.encoded) == 0 {
		o.header.Del("Content-Type")
	} else if o.header.Get("Content-Type") == "" {
		o.header.Set("Content-Type", "application/json")
	}
	a.chunked = c.takes(ChunkedReplies)
	if c.takes(GzipReplies) {
		c.compress(a)
	}
}

// compress shortens the body for a client that accepts it.
func (c *call) compress(a *reply) {
	a.header.Add("Vary", "Accept-Encoding")
	if len(a.encoded) > 0 && acceptsGzip(strings.Join(c.r.Header.Values("Accept-Encoding"), ",")) {
		a.encoded = compressed(a.encoded)
		a.header.Set("Content-Encoding", "gzip")
	}
}

// acceptsGzip reads an Accept-Encoding header, in which ;q=0 says no.
func acceptsGzip(header string) bool {
	others := false
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, weighed := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		q, err := strconv.ParseFloat(weight, 64)
		accepted := !weighed || err == nil && q > 0
		switch strings.ToLower(coding) {
		case "gzip", "x-gzip":
			return accepted
		case "*":
			others = accepted
		}
	}
	return others
}
