package mock

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// watchWrite compares the reply to a create or an update with what was sent.
func (r *watched) watchWrite(item map[string]any) {
	for i := range r.op.fields {
		f := &r.op.fields[i]
		sent, isSent := r.sent[f.name]
		got, there := item[f.name]
		switch {
		case r.sent == nil || !there: // the schema says what must be there
		case !isSent:
			r.watchDefault(f, item)
		case f.inherits != nil:
			r.watchMembers(f, sent, got)
		default:
			r.watchEcho(f, sent, got)
		}
	}
	r.watchReadOnly(item)
}

// isCreate tells whether the request makes a connection.
func (x *passage) isCreate() bool { return x.op.input != nil && !x.op.names() }

// watchDefault looks at a field that wasn't sent. What an update makes of one is left open.
func (r *watched) watchDefault(f *field, item map[string]any) {
	if !r.isCreate() {
		return
	}
	got := item[f.name]
	if want := f.schema.Default; want != nil && !same(got, want) {
		r.breachOf(f.schema, "default", pointerTo(f.name), f.cited, "is %s; none was sent, and the default is %s", display(got), display(want))
	}
	if f.from == "" {
		return
	}
	if want, id := r.declared(r.sent, f.from); want != nil && !same(got, want) {
		field, attribute := f.from.split()
		r.breachOf(f.schema, "x-default-from", pointerTo(f.name), f.cited,
			"is %s; none was sent, and the %s of %s %d is %s", display(got), attribute, field, id, display(want))
	}
}

// watchMembers looks for the members that were sent, and for those that come from elsewhere.
func (r *watched) watchMembers(f *field, sent, got any) {
	members, ok := sent.(map[string]any)
	shown, visible := got.(map[string]any)
	if p := r.op.collection.property(f.name); !ok || !visible || p != nil && r.user != nil && !r.user.may(p.visible) {
		return
	}
	for _, name := range sortedKeys(members) {
		pointer := pointerTo(f.name) + pointerTo(name)
		switch value, there := shown[name]; {
		case !there:
			r.remark(pointer, f.cited, "was sent, and isn't in the reply")
		case !same(value, members[name]) && !secretWord(name): // a secret may be masked
			r.breach(pointer, f.cited, "is %s; %s was sent", display(value), display(members[name]))
		}
	}
	if !r.isCreate() {
		return
	}
	for _, name := range sortedKeys(f.inherits) {
		_, own := members[name]
		want, _ := r.declared(r.sent, f.inherits[name])
		if value := shown[name]; !own && name != "*" && want != nil && !same(value, want) {
			r.remark(pointerTo(f.name)+pointerTo(name), f.cited, "is %s; %s would be taken from %s", display(value), display(want), f.inherits[name])
		}
	}
}

// watchEcho compares a value with the one that was sent.
func (r *watched) watchEcho(f *field, sent, got any) {
	text, isText := sent.(string)
	gotText, _ := got.(string)
	beyond := f.feature != nil && isText && slices.Contains(f.feature.Gates, normal(text))
	pointer := pointerTo(f.name)
	switch plan := r.plan(); {
	case beyond && plan != nil && !slices.Contains(plan.features, f.feature.Name) && same(got, sent):
		r.breachOf(f.schema, "x-feature", pointer, f.cited, "%s was accepted; it needs the feature %s, which organization %s lacks",
			display(sent), f.feature.Name, plan.name)
	case same(got, sent):
	case f.refersTo != nil && !isText:
		if _, isID := asInt(sent); isID {
			r.breach(pointer, f.cited, "is %s; %s was sent", display(got), display(sent))
		}
	case f.refersTo != nil:
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && !same(got, json.Number(strconv.FormatInt(id, 10))) {
			r.breach(pointer, f.cited, "is %s; %s was sent", display(got), display(sent))
		}
	case !isText: // it isn't what the contract wants: see accepted
	case strings.TrimSpace(text) == gotText:
		r.remark(pointer, f.cited, "was sent with blanks around it, which were dropped")
	case f.schema.Enum != nil && normal(text) == gotText:
	case beyond && same(got, f.schema.Default) && (plan == nil || !slices.Contains(plan.features, f.feature.Name)):
		r.remark(pointer, f.cited, "is %s, though %s was sent, which some plans don't include", display(got), display(sent))
	case text == "" && f.schema.Default != nil && same(got, f.schema.Default):
	default:
		r.breach(pointer, f.cited, "is %s; %s was sent", display(got), display(sent))
	}
}

// normal is a value of an enum as a tolerant server reads it.
func normal(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// watchReadOnly looks for properties that the server has let the client set.
func (r *watched) watchReadOnly(item map[string]any) {
	col := r.op.collection
	for i := range col.properties {
		p := &col.properties[i]
		sent, isSent := r.sent[p.name]
		if !isSent || r.op.field(p.name) != nil || !same(item[p.name], sent) {
			continue
		}
		if before := r.proxy.shown(col, p, item); p.from != "" && before != nil && !same(before, sent) {
			field, attribute := p.from.split()
			r.breachOf(p.schema, "readOnly", pointerTo(p.name), p.cite.within(r.op).String(),
				"%s was taken from the request; before it was %s, the %s of the %s", display(sent), display(before), attribute, field)
		}
		if p.name == col.id && r.isCreate() {
			r.remark(pointerTo(p.name), p.cite.within(r.op).String(), "is the id that was sent, though the server assigns it")
		}
	}
}

// accepted finds requests that the contract forbids, and that the server has accepted. What the documentation
// leaves to the server is none of them: see docs/rulings.md.
func (x *passage) accepted() {
	if x.r.Header.Get("Authorization") == "" && x.r.Header.Get("Cookie") == "" {
		x.breach("", x.op.cited, "a request without a token was accepted: status %d", x.status)
	}
	if x.op.input == nil {
		return
	}
	data, why := x.request.complete()
	if why != "" {
		return
	}
	if x.sent == nil {
		if x.jsonSent() && !json.Valid(data) && len(data) > 0 {
			x.breach("", x.op.cited, "a body that is not JSON was accepted: status %d", x.status)
		}
		return
	}
	for _, e := range validate(x.op.input, x.sent, asRequest) {
		f := x.contract.finding(e, "reply")
		if known := x.op.field(f.field()); !x.tolerated(e, known) {
			f.Severity, f.Source = Breach, x.op.cited
			if known != nil {
				f.Source = known.cited
			}
			f.Message = "was accepted, though " + strings.TrimPrefix(f.Pointer, "/") + " " + f.Message
			f.Pointer = ""
			x.find(f)
		}
	}
	for _, f := range x.findings {
		if f.Severity == Refusal && f.In == "body" && strings.HasSuffix(f.Rule, "/x-refers-to") {
			f.Severity, f.In, f.Message = Breach, "reply", "was accepted, though "+strings.TrimPrefix(f.Pointer, "/")+" "+f.Message
			f.Pointer = ""
			x.find(f)
		}
	}
}

// jsonSent tells whether the request calls its body JSON, or nothing else.
func (x *passage) jsonSent() bool {
	contentType := x.r.Header.Get("Content-Type")
	return (contentType == "" || strings.Contains(contentType, "json")) && x.r.Header.Get("Content-Encoding") == "" && x.r.Method != http.MethodDelete
}

// tolerated tells whether a server may accept what the contract forbids, because the documentation doesn't.
func (x *passage) tolerated(e *openapi3.SchemaError, f *field) bool {
	text, isText := e.Value.(string)
	optional := f != nil && (f.schema.Default != nil || f.from != "" || f.inherits != nil)
	switch {
	case f == nil || e.SchemaField == "required":
		return f != nil && !x.isCreate() // what an update may leave out is left open
	case e.Value == nil:
		return optional // null may stand for nothing
	case isText && f.schema.Enum != nil:
		return text == "" && optional || slices.Contains(f.schema.Enum, any(normal(text)))
	case isText && f.refersTo != nil:
		_, err := strconv.ParseInt(text, 10, 64)
		return err == nil
	case f.schema.Type.Is(openapi3.TypeString) && f.schema.Enum == nil:
		_, isArray := e.Value.([]any)
		_, isObject := e.Value.(map[string]any)
		return !isArray && !isObject // how long a text may be, and whether others become one
	}
	return false
}
