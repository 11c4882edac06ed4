package mock

import (
	"encoding/json"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// watchItem holds a connection in a reply to the rules that a schema can't state.
func (r *watched) watchItem(pointer string, item map[string]any) {
	col := r.op.collection
	for i := range col.properties {
		p := &col.properties[i]
		r.watchVisible(pointer, item, p)
		r.watchDerived(pointer, item, p)
	}
	if id, ok := asInt(item[col.id]); ok && r.id != 0 && id != r.id {
		r.breach(pointer+pointerTo(col.id), r.op.cited, "is %d; the path asks for %d", id, r.id)
	}
}

// watchVisible holds a property to its x-visible-with.
func (r *watched) watchVisible(pointer string, item map[string]any, p *property) {
	if p.visible == "" || r.user == nil {
		return
	}
	value, there := item[p.name]
	members, isObject := value.(map[string]any)
	there = there && value != nil
	source := p.cite.within(r.op).String()
	pointer += pointerTo(p.name)
	switch may := r.user.may(p.visible); {
	case !may && there && (!isObject || len(members) > 0): // {} shows nothing
		r.breachOf(p.schema, "x-visible-with", pointer, source, "is shown to %s, who lacks the permission %q", r.user.Name, p.visible)
	case may && !there && r.op.input == nil:
		r.breachOf(p.schema, "x-visible-with", pointer, source, "is hidden from %s, who has the permission %q", r.user.Name, p.visible)
	case may && !there: // which the samples show, and the text doesn't promise
		r.remark(pointer, source, "isn't shown in the reply to a write, though %s has the permission %q", r.user.Name, p.visible)
	}
}

// watchDerived holds a property that always comes from elsewhere to what is known of that.
func (r *watched) watchDerived(pointer string, item map[string]any, p *property) {
	if p.from == "" {
		return
	}
	got, there := item[p.name]
	want, id := r.declared(item, p.from)
	if there && want != nil && !same(got, want) {
		field, _ := p.from.split()
		r.breachOf(p.schema, "x-default-from", pointer+pointerTo(p.name), p.cite.within(r.op).String(),
			"is %s; %s %d has %s", display(got), field, id, display(want))
	}
}

// declared is what the source gives as far as it is known, and the id of the object that gives it.
func (r *watched) declared(values map[string]any, from source) (value any, id int64) {
	field, attribute := from.split()
	f := r.op.collection.create.field(field)
	id, ok := asInt(values[field])
	if f == nil || f.refersTo == nil || !ok {
		return nil, 0
	}
	if e := r.entity(f.refersTo, id); e != nil {
		return e.attributes[attribute], id
	}
	return nil, id
}

// watchList holds a list to the filters and the page that were asked for.
func (r *watched) watchList(envelope map[string]any) {
	seen := map[int64]bool{}
	for i, item := range r.items {
		if id, ok := asInt(item[r.op.collection.id]); ok {
			if seen[id] {
				r.breach(r.pointers[i]+pointerTo(r.op.collection.id), r.op.cited, "%d is in the list twice", id)
			}
			seen[id] = true
		}
	}
	for _, name := range sortedKeys(envelope) {
		if link, ok := envelope[name].(string); ok && r.op.collection.list.Properties[name] != nil {
			r.leavesProxy(pointerTo(name), link)
		}
	}
	query, err := url.ParseQuery(r.r.URL.RawQuery)
	if err != nil {
		return
	}
	r.watchFilters(query)
	if size := r.paged(); size != nil {
		if most, ok := asInt(r.query[size.name]); ok && most > 0 && int64(len(r.items)) > most {
			r.remark("", size.cited, "the list has %d connections, more than the %s of %d", len(r.items), size.name, most)
		}
	}
}

// watchFilters looks for connections that a filter should have kept out.
func (r *watched) watchFilters(query url.Values) {
	for i, item := range r.items {
		var missed []*parameter
		passed := 0
		for j := range r.op.params {
			p := &r.op.params[j]
			texts := query[p.name]
			if p.filters == "" || p.in != openapi3.ParameterInQuery || len(texts) == 0 || texts[0] == "" || texts[len(texts)-1] == "" {
				continue
			}
			if passes(item[p.filters], texts) {
				passed++
			} else {
				missed = append(missed, p)
			}
		}
		for _, p := range missed {
			pointer := r.pointers[i] + pointerTo(p.filters)
			if passed > 0 { // one filter that fits may be enough
				r.remark(pointer, p.cited, "is %s, and passes another filter only, not %s", display(item[p.filters]), p.name)
				continue
			}
			f := Finding{Severity: Breach, In: "reply", Pointer: pointer, Source: p.cited}
			f.Message = display(item[p.filters]) + " doesn't pass the filter " + p.name + "=" + clip(query.Get(p.name))
			f.Location = r.contract.placeOf(p.origin, "x-filters")
			r.find(f)
		}
	}
}

// passes tells whether a filter with one of the texts lets the value through: which of them counts, and whether
// the case does, is left open.
func passes(value any, texts []string) bool {
	text, ok := value.(string)
	for _, want := range texts {
		if !ok || strings.EqualFold(text, want) { // what isn't a text breaks the schema already
			return true
		}
	}
	return false
}

// same compares JSON values. Numbers are the same if they are equal.
func same(a, b any) bool {
	if x, ok := number64(a); ok {
		y, ok := number64(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			if other, there := b[name]; !there || !same(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	return a == b
}

func number64(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// derivations are what replies have shown of objects that connections refer to: what always comes from them.
type derivations struct {
	mu    sync.Mutex
	known map[derivation]any
}

type derivation struct {
	collection, property string
	id                   int64
}

// maxLearned bounds what a server can make the proxy remember.
const maxLearned = 10_000

// learn remembers what the reply shows, but for what the request may have made the server show.
func (p *Proxy) learn(r *watched) {
	p.learned.mu.Lock()
	defer p.learned.mu.Unlock()
	if p.learned.known == nil {
		p.learned.known = map[derivation]any{}
	}
	col := r.op.collection
	for _, item := range r.items {
		for i := range col.properties {
			property := &col.properties[i]
			field, _ := property.from.split()
			id, ok := asInt(item[field])
			_, sent := r.sent[property.name]
			if value := item[property.name]; ok && !sent && property.from != "" && len(p.learned.known) < maxLearned {
				if text, isText := value.(string); !isText || len(text) <= maxText {
					p.learned.known[derivation{col.name, property.name, id}] = value
				}
			}
		}
	}
}

// shown is what an earlier reply showed of the property for the same object, or nil.
func (p *Proxy) shown(col *collection, property *property, values map[string]any) any {
	field, _ := property.from.split()
	id, ok := asInt(values[field])
	if !ok {
		return nil
	}
	p.learned.mu.Lock()
	defer p.learned.mu.Unlock()
	return p.learned.known[derivation{col.name, property.name, id}]
}
