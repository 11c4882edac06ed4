package mock

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

func matchOperation(c *call) *reply {
	if c.path, c.vars = c.contract.match(c.r); c.path == nil {
		return c.unknownPath()
	}
	c.op = c.path.operationFor(c.r.Method)
	switch {
	case c.op != nil:
		return nil
	case c.r.Method == http.MethodOptions:
		return &reply{status: http.StatusOK, header: http.Header{"Allow": {c.path.allow()}}}
	}
	c.find(Finding{Severity: Violation, In: "method", Message: fmt.Sprintf("%s has no %s, only %s",
		c.path.template, c.r.Method, c.path.allow())})
	return nil // first of all, who asks must be known
}

// refuseMethod answers a method that the path doesn't have.
func refuseMethod(c *call) *reply {
	if c.op != nil {
		return nil
	}
	answer := refuse(http.StatusMethodNotAllowed, "Method %q not allowed.", c.r.Method)
	answer.header = http.Header{"Allow": {c.path.allow()}}
	return answer
}

// unknownPath answers a path that the contract doesn't have, and names the one that was probably meant.
func (c *call) unknownPath() *reply {
	asked := c.r.URL.EscapedPath()
	slashed, template := c.withSlash()
	if template == "" {
		nearest := c.contract.nearest(c.r.Method, c.r.URL.Path)
		c.find(Finding{Severity: Violation, In: "path", Message: fmt.Sprintf("the contract has no %s; the nearest operation is %s", asked, nearest)})
		return refuse(http.StatusNotFound, "Not found. The nearest operation is %s.", nearest)
	}
	c.find(Finding{
		Severity: Violation, In: "path", Source: c.contract.paths[template].cite(c.r.Method),
		Message: fmt.Sprintf("%s lacks the slash at the end: the operation is %s %s", asked, c.r.Method, template),
	})
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return refuse(http.StatusNotFound, "Not found. The path lacks the slash at the end: the operation is %s %s.",
			c.r.Method, template)
	}
	return &reply{status: http.StatusMovedPermanently, header: http.Header{"Location": {slashed}}}
}

// withSlash is what was asked for with a slash at the end of the path, and the template that this matches;
// both are empty if it matches none or the path has its slash.
func (c *call) withSlash() (location, template string) {
	slashed := c.r.Clone(c.r.Context())
	slashed.URL.Path, slashed.URL.RawPath = c.r.URL.Path+"/", ""
	p, _ := c.contract.match(slashed)
	if strings.HasSuffix(c.r.URL.EscapedPath(), "/") || p == nil {
		return "", ""
	}
	u := url.URL{Path: slashed.URL.Path, RawQuery: c.r.URL.RawQuery}
	return c.basePath + u.String(), p.template
}

func negotiateFormat(c *call) *reply {
	if c.op == nil {
		return nil
	}
	accept := strings.Join(c.r.Header["Accept"], ",")
	offer := c.op.responses[c.op.success].mediaType
	if accept == "" || offer == "" || accept == offer || accept == "*/*" || c.unvalidated || accepts(accept, offer) {
		return nil
	}
	c.find(Finding{
		Severity: Violation, In: "header", Pointer: "Accept",
		Message: fmt.Sprintf("%q doesn't include %s, which is all that the contract offers", accept, offer),
	})
	return refuse(http.StatusNotAcceptable, notAcceptable)
}

// accepts tells whether an Accept header includes the media type; what can't be read in it doesn't count.
func accepts(header, offer string) bool {
	family, _, _ := strings.Cut(offer, "/")
	for part := range strings.SplitSeq(header, ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil || !slices.Contains([]string{"*/*", family + "/*", offer}, mediaType) {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); params["q"] == "" || err == nil && q > 0 {
			return true
		}
	}
	return false
}

func authenticate(c *call) *reply {
	token, detail := c.token()
	if detail == "" {
		if c.user = c.world.byToken[token]; c.user != nil {
			return nil
		}
		detail = unknownToken
		c.find(Finding{Severity: Refusal, In: "header", Pointer: "Authorization", Message: "no user of the world has this token"})
	}
	answer := refuse(http.StatusUnauthorized, "%s", detail)
	if c.op == nil { // else the contract tells it of the operation
		answer.header = http.Header{}
		answer.header.Set("WWW-Authenticate", c.scheme())
	}
	return answer
}

// scheme is that of the header Authorization, as a 401 of the path names it.
func (c *call) scheme() string {
	op := c.op
	if op == nil { // the path lacks the method: any other will do
		op = c.path.operations[sortedKeys(c.path.operations)[0]]
	}
	return op.responses[http.StatusUnauthorized].header["WWW-Authenticate"]
}

// token is what the client authenticates with. If that isn't as it should be, it finds so, and says what a
// refusal says.
func (c *call) token() (token, detail string) {
	scheme := c.scheme()
	first, token, _ := strings.Cut(strings.TrimSpace(c.r.Header.Get("Authorization")), " ")
	token = strings.TrimSpace(token)
	if len(token) > 1 && strings.HasPrefix(token, `"`) && strings.HasSuffix(token, `"`) {
		token = strings.TrimSpace(token[1 : len(token)-1])
	}
	message := ""
	switch {
	case !strings.EqualFold(first, scheme):
		detail, message = noCredentials, fmt.Sprintf("must be %q and an access token", scheme)
	case token == "":
		detail, message = emptyToken, "the token is missing"
	case strings.ContainsAny(token, " \t"):
		detail, message = spacedToken, "the token has blanks in it"
	default:
		return token, ""
	}
	c.find(Finding{Severity: Violation, In: "header", Pointer: "Authorization", Message: message})
	return "", detail
}

func checkPermission(c *call) *reply {
	c.sawPermission()
	if c.user.may(c.op.requires) || c.takes(ReaderWrites) {
		return nil
	}
	c.find(Finding{
		Severity: Refusal, In: "header", Pointer: "Authorization", Source: c.op.cited,
		Message: fmt.Sprintf("%s lacks the permission %q, which %s requires", c.user.Name, c.op.requires, c.op.id),
	})
	return refuse(http.StatusForbidden, notAuthorized)
}

func findConnection(c *call) *reply {
	for i := range c.op.params {
		p := &c.op.params[i]
		if p.in != openapi3.ParameterInPath {
			continue
		}
		id, ok := c.namedID(p)
		if !ok {
			return refuse(http.StatusNotFound, notFound)
		}
		if c.record = c.store.get(c.op.collection, c.user.Organization, id); c.record == nil {
			c.find(Finding{
				Severity: Refusal, In: "path", Pointer: p.name, Source: p.cited,
				Message: fmt.Sprintf("organization %s has no %s %d", c.user.Organization, c.op.collection.one, id),
			})
			return refuse(http.StatusNotFound, notFound)
		}
	}
	return nil
}

// namedID is the id that the path names. It finds what is wrong with one that is none.
func (c *call) namedID(p *parameter) (id int64, ok bool) {
	text, err := url.PathUnescape(c.vars.get(p.name))
	value, ok := parameterValue(p.schema, text)
	if err != nil || !ok || validate(p.schema, value, asRequest) != nil {
		c.find(Finding{
			Severity: Violation, In: "path", Pointer: p.name, Source: p.cited,
			Message: fmt.Sprintf("%s is not an id: an integer from 1, without sign or leading zeros", display(text)),
		})
		return 0, false
	}
	id, ok = asInt(value)
	return id, ok
}

func refuseUnknownReferences(c *call) *reply {
	for i := range c.op.fields {
		f := &c.op.fields[i]
		value, sent := c.sent[f.name]
		if f.refersTo == nil || !sent || c.invalid[f.name] != nil {
			continue
		}
		id, ok := asInt(value)
		e, unmet := c.world.refer(f.refersTo, c.user.Organization, id)
		if ok && e != nil && unmet == "" {
			c.saw(f.items.accepted)
			continue
		}
		finding := Finding{Severity: Refusal, In: "body", Pointer: "/" + f.name, Source: f.cited}
		finding.Rule, finding.Location = c.contract.where(f.schema, "x-refers-to")
		switch {
		case !ok || e == nil:
			c.saw(f.items.unknown)
			c.reject(f.name, fmt.Sprintf(unknownPK, value))
			finding.Message = fmt.Sprintf("organization %s has no %s %s", c.user.Organization, f.name, value)
			c.find(finding)
		default:
			c.saw(f.items.unmet)
			c.reject(f.name, fmt.Sprintf(unusableObject, id, unmet))
			finding.Message = unmet
			c.find(finding)
		}
	}
	return nil
}

func refuseGatedValues(c *call) *reply {
	for i := range c.op.fields {
		f := &c.op.fields[i]
		c.sawPlan(f)
		if !c.gated(f.name) {
			continue
		}
		value := c.sent[f.name]
		c.reject(f.name, fmt.Sprintf("%q is not a valid choice.", value))
		finding := Finding{
			Severity: Refusal, In: "body", Pointer: "/" + f.name, Source: f.cited,
			Message: fmt.Sprintf("%q needs the feature %s, which organization %s lacks", value, f.feature.Name, c.user.Organization),
		}
		finding.Rule, finding.Location = c.contract.where(f.schema, "x-feature")
		c.find(finding)
	}
	return nil
}

// gated tells whether the field asks for what the plan doesn't include.
func (c *call) gated(name string) bool {
	f := c.op.field(name)
	if f == nil || f.feature == nil || c.has(c.user.Organization, f.feature.Name) {
		return false
	}
	text, _ := c.sentText(name)
	return slices.Contains(f.feature.Gates, text)
}

func refuseInvalid(c *call) *reply {
	if c.invalid == nil {
		return nil
	}
	return refuseFields(c.invalid)
}

func fillDefaults(c *call) *reply {
	if c.op.input != nil {
		d := drafts.Get().(*draft)
		d.fill(c.world, c.op, c.user.Organization, c.sent)
		c.draft = d
		c.sawFilled()
	}
	return nil
}

func act(c *call) *reply { return c.op.verb(c) }
