package mock

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// root is the beginning that all paths of connections share, up to a slash. A server has more than the contract
// describes; but not there.
func (c *Contract) root() string {
	root := ""
	for _, template := range sortedKeys(c.paths) {
		if c.paths[template].companion() {
			continue // what the mock answers beside them is none of the proxy's business
		}
		if root == "" {
			root = template
		}
		for !strings.HasPrefix(template, root) {
			root = root[:len(root)-1]
		}
	}
	return root[:strings.LastIndex(root, "/")+1]
}

// inspect looks at a request before its body comes. Unlike a mock it goes on after the first problem: nothing of
// it keeps the upstream from answering.
func (x *passage) inspect() {
	defer x.survive()
	if !strings.HasPrefix(x.r.URL.Path, x.proxy.root) {
		x.outside = true
		x.find(Finding{Severity: Note, In: "path", Message: "is none that the contract describes, and was passed on unchecked"})
		return
	}
	if matchOperation(x.call); x.op == nil {
		return
	}
	negotiateFormat(x.call)
	x.identify()
	if x.user != nil {
		checkPermission(x.call)
	}
	for i := range x.op.params {
		if p := &x.op.params[i]; p.in == openapi3.ParameterInPath {
			x.id, _ = x.namedID(p)
		}
	}
	validateQuery(x.call)
	x.unsay()
}

// identify finds out who asks. A token that isn't known is nobody's business.
func (x *passage) identify() {
	if x.r.Header.Get("Authorization") == "" && x.r.Header.Get("Cookie") != "" {
		x.find(Finding{Severity: Note, In: "header", Pointer: "Authorization", Message: "is missing; the contract doesn't describe cookies"})
		return
	}
	if token, wrong := x.token(); wrong == "" {
		x.user = x.world.byToken[token]
	}
}

// unsay takes back what findings say of a mock: nobody knows what the upstream makes of such a thing.
func (x *passage) unsay() {
	for i := range x.findings {
		f := &x.findings[i]
		f.Message = strings.TrimSuffix(strings.TrimSuffix(f.Message, "; it was ignored"), "; the last one counts")
	}
}

// smallBody is what is read before the request is forwarded, whatever the config says: what it holds is found
// then, even if the upstream answers without having read it.
const smallBody = 64 << 10

// take reads the body, as far as it is held, and judges it. It returns false if the client broke off.
func (x *passage) take() bool {
	length := x.r.ContentLength
	if length == 0 || x.r.Body == nil || x.r.Body == http.NoBody {
		x.request.end()
	} else if x.proxy.config.Enforce || 0 < length && length <= min(smallBody, x.proxy.config.MaxBody) && x.r.Header.Get("Expect") == "" {
		if err := x.request.fill(x.r.Body); err != nil {
			x.find(Finding{Severity: Note, In: "body", Message: "broke off, and the request was not passed on: " + err.Error()})
			return false
		}
	} else {
		return true
	}
	x.inspectBody()
	return true
}

// inspectBody judges the body, once.
func (x *passage) inspectBody() {
	x.inspected.Do(func() {
		defer x.survive()
		if x.op == nil || x.op.input == nil {
			return
		}
		data, why := x.request.complete()
		if why != "" {
			x.find(Finding{Severity: Note, In: "body", Message: why})
			return
		}
		r := x.r
		x.r = r.WithContext(r.Context())
		x.r.Body = io.NopCloser(bytes.NewReader(data))
		refused := readBody(x.call)
		x.r = r
		if refused == nil {
			validateBody(x.call)
			if x.plan() != nil {
				refuseGatedValues(x.call)
			}
			x.refuseUnmet()
		}
		x.unsay()
	})
}

// plan is the organization of who asks, if its features are known.
func (x *passage) plan() *organization {
	if x.user == nil {
		return nil
	}
	return x.world.organizations[x.user.Organization]
}

// refuseUnmet finds references to objects that are known, and known not to be what the contract wants.
func (x *passage) refuseUnmet() {
	for i := range x.op.fields {
		f := &x.op.fields[i]
		id, ok := asInt(x.sent[f.name])
		if f.refersTo == nil || !ok {
			continue
		}
		e := x.entity(f.refersTo, id)
		if e == nil {
			continue
		}
		for _, attribute := range sortedKeys(f.refersTo.Where) {
			got, known := e.attributes[attribute]
			if want := f.refersTo.Where[attribute]; known && got != want {
				finding := Finding{
					Severity: Refusal, In: "body", Pointer: pointerTo(f.name), Source: f.cited,
					Message: fmt.Sprintf("%d has %s %v, and must have %v", id, attribute, got, want),
				}
				finding.Rule, finding.Location = x.contract.where(f.schema, "x-refers-to")
				x.find(finding)
			}
		}
	}
}

// entity is the object that the rule's field refers to, as far as it is known.
func (x *passage) entity(rule *refersRule, id int64) *entity {
	kind, _ := rule.Where["kind"].(string)
	e := x.world.entities[entityKey{rule.Collection, kind, id}]
	if e != nil && x.user != nil && e.organization != x.user.Organization {
		return nil
	}
	return e
}

// linger is how long a client may go on to send what nobody reads, so that it finds its reply in place of an error.
const linger = time.Second

// pending tells whether there is more of the body than was read.
func (x *passage) pending() bool { return x.r.ContentLength != 0 && !x.request.ended() }

// hasten makes a reply go out before its request is read to its end, which HTTP/1.1 would wait for otherwise. The
// connection ends with it.
func (x *passage) hasten() {
	if x.r.ProtoMajor == 1 && x.pending() {
		x.w.Header().Set("Connection", "close")
	}
}

// letGo ends the reading of a request that was answered, or that nobody can answer any more.
func (x *passage) letGo() {
	if x.pending() {
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Now().Add(linger)) // what can't do it, needn't
	}
}

// isForOther tells whether a client that takes this for a forward proxy asks for another server, which the upstream
// must not hear of.
func (p *Proxy) isForOther(r *http.Request) bool {
	return !strings.HasPrefix(r.RequestURI, "/") && r.RequestURI != "*" && r.RequestURI != "" && !strings.EqualFold(r.URL.Host, p.config.Upstream.Host)
}
