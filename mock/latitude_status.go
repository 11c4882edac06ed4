package mock

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// Latitudes in how a refusal is said.
const (
	ChallengeAbsent    Latitude = "challenge-absent"     // 401 without WWW-Authenticate
	ContentType400     Latitude = "content-type-400"     // 400 for 415
	ErrorBodiesEmpty   Latitude = "error-bodies-empty"   // refusals without a body
	ErrorBodiesHTML    Latitude = "error-bodies-html"    // refusals in HTML
	ErrorBodiesList    Latitude = "error-bodies-list"    // a list of sentences
	ErrorBodiesOther   Latitude = "error-bodies-other"   // a list of codes and messages
	ErrorBodiesProblem Latitude = "error-bodies-problem" // problem details of RFC 9457
	HeadRefused        Latitude = "head-refused"         // 405 for HEAD
	IDMalformed400     Latitude = "id-malformed-400"     // 400 for an id that is no number
	NonRemote409       Latitude = "non-remote-409"       // 409 for a connector that can't be used
	NoSlash301         Latitude = "no-slash-301"         // 301 for all methods
	NoSlash308         Latitude = "no-slash-308"         // 308 for all methods
	NoSlash404         Latitude = "no-slash-404"         // 404 for all methods
	OptionsRefused     Latitude = "options-refused"      // 405 for OPTIONS
	Plan403            Latitude = "plan-403"             // 403 for what the plan doesn't include
	Reference404       Latitude = "reference-404"        // 404 for an unknown connector or project
	Status403For401    Latitude = "status-403-for-401"   // 403 for 401
	Status422For400    Latitude = "status-422-for-400"   // 422 for 400
	UnknownID403       Latitude = "unknown-id-403"       // 403 for an unknown id
	WrongMethod404     Latitude = "wrong-method-404"     // 404 for 405
)

var ofStatuses = map[Latitude]allowance{
	ChallengeAbsent: {
		says:   "Leaves WWW-Authenticate out of a 401.",
		loosen: func(_ *call, o *outgoing) { o.header.Del("WWW-Authenticate") },
	},
	ContentType400:     {says: "Answers 400 for 415.", question: "request type", loosen: instead(http.StatusUnsupportedMediaType, http.StatusBadRequest)},
	ErrorBodiesEmpty:   {says: "Refuses without a body.", question: "error bodies", refusal: emptyError},
	ErrorBodiesHTML:    {says: "Refuses with a page in HTML.", question: "error bodies", refusal: htmlError},
	ErrorBodiesList:    {says: "Refuses with a list of sentences.", question: "error bodies", refusal: listError},
	ErrorBodiesOther:   {says: "Refuses with a list of codes, fields and messages.", question: "error bodies", refusal: codedErrors},
	ErrorBodiesProblem: {says: "Refuses with the problem details of RFC 9457.", question: "error bodies", refusal: problemDetails},
	HeadRefused: {
		says: "Refuses HEAD with 405.",
		loosen: func(c *call, o *outgoing) {
			if o.disallow(http.MethodHead); c.r.Method == http.MethodHead && o.status == http.StatusOK {
				o.refuse(http.StatusMethodNotAllowed, "Method \"HEAD\" not allowed.")
				o.header.Set("Allow", c.path.allow())
				o.disallow(http.MethodHead)
			}
		},
	},
	IDMalformed400: {
		says: "Answers 400 for an id in the path that is no number.",
		loosen: func(c *call, o *outgoing) {
			if id, ok := c.pathID(); ok && o.status == http.StatusNotFound {
				if _, err := strconv.ParseUint(id, 10, 64); err != nil {
					o.status = http.StatusBadRequest
				}
			}
		},
	},
	NonRemote409: {
		says: "Answers 409 for an analysis connector that isn't remote.",
		loosen: func(c *call, o *outgoing) {
			if o.status == http.StatusBadRequest && c.unmetReference() {
				o.status = http.StatusConflict
			}
		},
	},
	NoSlash301: {says: "Answers a path without its slash 301, whatever the method.", question: "slash", loosen: redirected(http.StatusMovedPermanently)},
	NoSlash308: {says: "Answers a path without its slash 308, whatever the method.", question: "slash", loosen: redirected(http.StatusPermanentRedirect)},
	NoSlash404: {
		says: "Answers a path without its slash 404, whatever the method.", question: "slash",
		loosen: func(_ *call, o *outgoing) {
			if o.status == http.StatusMovedPermanently {
				o.refuse(http.StatusNotFound, notFound)
				o.header.Del("Location")
			}
		},
	},
	OptionsRefused: {
		says: "Refuses OPTIONS with 405.", question: "options",
		loosen: func(c *call, o *outgoing) {
			if o.disallow(http.MethodOptions); c.r.Method == http.MethodOptions && o.status == http.StatusOK {
				o.refuse(http.StatusMethodNotAllowed, "Method \"OPTIONS\" not allowed.")
			}
		},
	},
	Plan403: {
		says: "Answers 403 for a frequency that the plan doesn't include.", question: "plan",
		loosen: func(c *call, o *outgoing) {
			if o.status == http.StatusBadRequest && len(c.invalid) == 1 && c.gated("frequency") {
				o.status = http.StatusForbidden
			}
		},
	},
	Reference404: {
		says: "Answers 404 for an unknown connector or project.",
		loosen: func(c *call, o *outgoing) {
			if o.status == http.StatusBadRequest && c.unknownReference() {
				o.status = http.StatusNotFound
			}
		},
	},
	Status403For401: {says: "Answers 403 for 401.", loosen: instead(http.StatusUnauthorized, http.StatusForbidden)},
	Status422For400: {says: "Answers 422 for 400.", loosen: instead(http.StatusBadRequest, http.StatusUnprocessableEntity)},
	UnknownID403: {
		says: "Answers 403 for an unknown id.",
		loosen: func(c *call, o *outgoing) {
			if _, ok := c.pathID(); ok && o.status == http.StatusNotFound && c.record == nil {
				o.status = http.StatusForbidden
			}
		},
	},
	WrongMethod404: {
		says: "Answers 404 for 405.",
		loosen: func(_ *call, o *outgoing) {
			if o.status == http.StatusMethodNotAllowed {
				o.refuse(http.StatusNotFound, notFound)
				o.header.Del("Allow")
			}
		},
	},
}

// instead puts one status in place of another.
func instead(of, status int) func(*call, *outgoing) {
	return func(_ *call, o *outgoing) {
		if o.status == of {
			o.status = status
		}
	}
}

// redirected sends the client to the path with its slash.
func redirected(status int) func(*call, *outgoing) {
	return func(c *call, o *outgoing) {
		if c.op != nil || c.path != nil {
			return
		}
		if location, template := c.withSlash(); template != "" {
			o.status, o.body = status, nil
			o.header.Set("Location", location)
		}
	}
}

// pathID is the id in the path, as the client wrote it.
func (c *call) pathID() (text string, ok bool) {
	if c.op == nil {
		return "", false
	}
	for _, p := range c.op.params {
		if p.in == openapi3.ParameterInPath {
			return c.vars.get(p.name), true
		}
	}
	return "", false
}

// unknownReference tells whether the only fault of the request is an object that there isn't.
func (c *call) unknownReference() bool {
	return c.onlyReferences() && !c.unmetReference()
}

// unmetReference tells whether the only fault is an object that can't be used here.
func (c *call) unmetReference() bool {
	return c.onlyReferences() && slices.ContainsFunc(c.op.fields, func(f field) bool {
		id, ok := asInt(c.sent[f.name])
		if f.refersTo == nil || !ok || c.invalid[f.name] == nil {
			return false
		}
		e, _ := c.world.refer(f.refersTo, c.user.Organization, id)
		return e != nil
	})
}

// onlyReferences tells whether integers that refer to other objects are all that is wrong.
func (c *call) onlyReferences() bool {
	for name := range c.invalid {
		f := c.op.field(name)
		if _, isID := asInt(c.sent[name]); f == nil || f.refersTo == nil || !isID {
			return false
		}
	}
	return len(c.invalid) > 0
}
