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

// watched is a successful reply under judgement.
type watched struct {
	*passage
	items    []map[string]any // the connections in it
	pointers []string         // where they stand
}

// judge finds what is wrong with the reply, once. What the documentation leaves open is no breach.
func (x *passage) judge() {
	x.judged.Do(func() {
		defer x.survive()
		x.inspectBody()
		if x.status == 0 {
			return
		}
		x.brokenOff()
		x.leavesProxy("Location", x.header.Get("Location"))
		if x.op == nil {
			return
		}
		x.watchSecrets()
		switch x.status / 100 {
		case 2:
			x.judgeSuccess()
		case 3:
			if x.status != http.StatusNotModified {
				x.remark("", x.op.cited, "the status %d isn't documented for %s", x.status, x.op.id)
			}
		case 4:
			x.judgeRefusal()
		case 5:
			x.judgeFailure()
		}
	})
}

// survive makes a fault of a panic, when it is deferred: traffic must pass whatever happens to the proxy.
func (x *passage) survive() {
	if p := recover(); p != nil {
		x.find(Finding{Severity: Fault, In: "proxy", Message: fmt.Sprintf("panic: %v", p)})
	}
}

// breach notes a breach of the contract by the server.
func (x *passage) breach(pointer, source, format string, args ...any) {
	x.find(Finding{Severity: Breach, In: "reply", Pointer: pointer, Source: source, Message: fmt.Sprintf(format, args...)})
}

// breachOf notes a breach of a rule of the schema.
func (x *passage) breachOf(schema *openapi3.Schema, rule, pointer, source, format string, args ...any) {
	f := Finding{Severity: Breach, In: "reply", Pointer: pointer, Source: source, Message: fmt.Sprintf(format, args...)}
	f.Rule, f.Location = x.contract.where(schema, rule)
	x.find(f)
}

// remark notes what is legal in a reply, and worth knowing.
func (x *passage) remark(pointer, source, format string, args ...any) {
	x.find(Finding{Severity: Note, In: "reply", Pointer: pointer, Source: source, Message: fmt.Sprintf(format, args...)})
}

// brokenOff tells who broke the exchange off, if somebody did.
func (x *passage) brokenOff() {
	switch {
	case x.reply.whole || x.status == http.StatusSwitchingProtocols:
	case x.reply.err == nil || x.r.Context().Err() != nil:
		x.remark("", "", "the client left before it had the whole reply")
	default:
		x.find(Finding{Severity: Outage, In: "upstream", Message: "the reply broke off: " + x.reply.err.Error()})
	}
}

// leavesProxy notes a link that would lead the client past the proxy.
func (x *passage) leavesProxy(name, link string) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || strings.EqualFold(u.Host, x.r.Host) {
		return
	}
	x.remark(name, "", "leads to %s, and so past this proxy; --keep-host may help", clip(u.Host))
}

// judgeSuccess holds a successful reply to the contract.
func (x *passage) judgeSuccess() {
	if x.status != x.op.success {
		x.breach("", x.op.cited, "the status is %d; %s is answered %d", x.status, x.op.id, x.op.success)
	}
	x.accepted()
	if x.r.Method == http.MethodHead {
		return
	}
	object := x.object(x.op.responses[x.op.success])
	if object == nil {
		return
	}
	r := &watched{passage: x}
	r.find(r.schemaBreaches(x.op.responses[x.op.success].schema, object)...)
	r.collect(object)
	x.connections = r.items
	for i, item := range r.items {
		r.watchItem(r.pointers[i], item)
	}
	switch op := x.op; {
	case op.input == nil && !op.names():
		r.watchList(object)
	case len(r.items) == 1 && op.input != nil:
		r.watchWrite(r.items[0])
	}
	x.proxy.learn(r)
	x.proxy.learnSecrets(r)
}

// object is the body, if it is what the documented response has. If not, that is found.
func (x *passage) object(documented response) map[string]any {
	data, why := x.reply.complete()
	if why != "" {
		if x.reply.over {
			x.remark("", "", "%s", why)
		}
		return nil
	}
	mediaType, _, _ := mime.ParseMediaType(x.header.Get("Content-Type"))
	if documented.schema == nil || mediaType != documented.mediaType && x.wantsOther(documented.mediaType) {
		return nil
	}
	if mediaType != documented.mediaType {
		x.breach("", x.op.cited, "the Content-Type is %q, not %s", clip(x.header.Get("Content-Type")), documented.mediaType)
		return nil
	}
	text, why := plain(data, x.header, x.proxy.config.MaxBody)
	if why != "" {
		if strings.Contains(why, "as Content-Encoding says") {
			x.breach("", x.op.cited, "the body %s", why)
		} else {
			x.remark("", "", "the body %s", why)
		}
		return nil
	}
	value, err := decodeJSON(text)
	if err != nil {
		x.breach("", x.op.cited, "the body is not JSON: %v", err)
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		x.find(x.schemaBreaches(documented.schema, value)...)
	}
	return object
}

// wantsOther tells whether the client asked for another media type.
func (x *passage) wantsOther(offer string) bool {
	accept := strings.Join(x.r.Header["Accept"], ",")
	return accept != "" && !accepts(accept, offer)
}

// schemaBreaches is what the contract's schema forbids in the body.
func (x *passage) schemaBreaches(schema *openapi3.Schema, value any) []Finding {
	found := x.contract.faults(schema, value)
	found = slices.DeleteFunc(found, func(f Finding) bool {
		p := x.property(f.Pointer)
		return p != nil && p.visible != "" && strings.HasSuffix(f.Message, "null") // null may stand for what is hidden: see watchVisible
	})
	for i := range found {
		found[i].Severity = Breach
		if p := x.property(found[i].Pointer); p != nil {
			found[i].Source = p.cite.within(x.op).String()
		}
	}
	return found
}

// property is that of a connection to which the pointer leads, or nil.
func (x *passage) property(pointer string) *property {
	parts := strings.Split(pointer, "/")[1:]
	if len(parts) > 2 && parts[0] == x.op.collection.results {
		parts = parts[2:]
	}
	if len(parts) == 0 {
		return nil
	}
	return x.op.collection.property(untoken(parts[0]))
}

// property returns the property with that name, or nil.
func (col *collection) property(name string) *property {
	i := slices.IndexFunc(col.properties, func(p property) bool { return p.name == name })
	if i < 0 {
		return nil
	}
	return &col.properties[i]
}

// collect finds the connections in the reply.
func (r *watched) collect(object map[string]any) {
	name := r.op.collection.results
	if r.op.input != nil || r.op.names() {
		r.items, r.pointers = []map[string]any{object}, []string{""}
		return
	}
	list, _ := object[name].([]any)
	for i, value := range list {
		if item, ok := value.(map[string]any); ok {
			r.items = append(r.items, item)
			r.pointers = append(r.pointers, pointerTo(name)+"/"+strconv.Itoa(i))
		}
	}
}

// judgeRefusal notes a refusal that nothing explains. That is no breach: who knows what the server knows?
func (x *passage) judgeRefusal() {
	documented, known := x.op.responses[x.status]
	if !known {
		x.remark("", x.op.cited, "the status %d isn't documented for %s", x.status, x.op.id)
	} else {
		x.judgeRefusalBody(documented)
	}
	explained := slices.ContainsFunc(x.findings, func(f Finding) bool { return f.Severity == Violation || f.Severity == Refusal })
	switch x.status {
	case http.StatusNotFound:
		explained = explained || x.id != 0
	case http.StatusUnauthorized, http.StatusForbidden:
		explained = explained || x.user == nil
	case http.StatusTooManyRequests:
		explained = true
	}
	if _, unjudged := x.request.complete(); !explained && unjudged == "" {
		x.remark("", x.op.cited, "a request that fits the contract was refused with %d; nothing that is known here explains it", x.status)
	}
}

// judgeRefusalBody notes a refusal that isn't of the contract's form, which the documentation doesn't define.
func (x *passage) judgeRefusalBody(documented response) {
	data, why := x.reply.complete()
	if why != "" || x.r.Method == http.MethodHead || documented.schema == nil {
		return
	}
	if text, why := plain(data, x.header, x.proxy.config.MaxBody); why == "" {
		value, err := decodeJSON(text)
		if err != nil || validate(documented.schema, value, asResponse) != nil {
			x.remark("", "", "the body of the refusal has another form than the contract's, which the documentation doesn't define")
		}
	}
}

// judgeFailure tells a server that failed from one that only can't answer now, or that a gateway didn't reach.
func (x *passage) judgeFailure() {
	if documented, known := x.op.responses[x.status]; known && documented.retryAfter {
		x.remark("", x.op.cited, "the server can't answer now: status %d", x.status)
		return
	}
	switch x.status {
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		x.find(Finding{Severity: Outage, In: "upstream", Message: fmt.Sprintf("a gateway got no answer from the server: status %d", x.status)})
	default:
		x.breach("", x.op.cited, "the server failed: status %d", x.status)
	}
}
