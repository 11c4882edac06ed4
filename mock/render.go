package mock

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// record is a connection: what clients can see of it, and what lists are filtered by. It doesn't change:
// an update puts another in its place.
type record struct {
	id           int64
	organization string
	keys         []any       // the texts and integers of collection.filters, as filterKey has them; nil for anything else
	views        [][]byte    // in JSON, indexed as collection.hiddenFrom says
	faults       [][]Finding // by view, what the contract forbids in it: nil but on a defect of mock or contract

	// Most records need no more, and one piece of memory is better than three.
	keyRoom  [3]any
	viewRoom [2][]byte
}

func newRecord(col *collection, id int64, organization string) *record {
	rec := &record{id: id, organization: organization}
	rec.keys, rec.views = rec.keyRoom[:], rec.viewRoom[:]
	if len(col.filters) > len(rec.keys) {
		rec.keys = make([]any, len(col.filters))
	}
	if col.views() > len(rec.views) {
		rec.views = make([][]byte, col.views())
	}
	rec.keys, rec.views = rec.keys[:len(col.filters)], rec.views[:col.views()]
	return rec
}

// draft is what a connection is made of, before it is rendered: what it refers to, its values, and the members of one
// of them.
type draft struct {
	refs            map[string]*entity
	values, members map[string]any
}

// drafts are used again: rendering keeps nothing of them but texts.
var drafts = sync.Pool{New: func() any {
	return &draft{refs: map[string]*entity{}, values: map[string]any{}, members: map[string]any{}}
}}

// fill makes the draft one of what a client of the organization sent.
func (d *draft) fill(w *World, op *operation, organization string, sent map[string]any) {
	clear(d.refs)
	clear(d.values)
	clear(d.members)
	w.findReferences(d.refs, op, organization, sent)
	fillInto(d.values, d.members, op, sent, d.refs)
}

// fill completes what a client sent with what the contract says of the rest.
func fill(op *operation, sent map[string]any, refs map[string]*entity) map[string]any {
	values := map[string]any{}
	fillInto(values, nil, op, sent, refs)
	return values
}

func fillInto(values, members map[string]any, op *operation, sent map[string]any, refs map[string]*entity) {
	for i := range op.fields {
		f := &op.fields[i]
		value, ok := sent[f.name]
		switch {
		case ok && f.inherits != nil:
			if members == nil {
				members = map[string]any{}
			}
			f.inherits.completeInto(members, value, refs)
			value, members = members, nil
		case ok && f.refersTo != nil && refs[f.name] != nil:
			value = refs[f.name].attributes["id"] // 1.0 is the same id as 1
		case !ok && f.from != "":
			value = f.from.value(refs)
		case !ok:
			value = f.schema.Default
		}
		if value != nil || ok {
			values[f.name] = value
		}
	}
}

// complete adds the members that weren't sent: those of "*" first, then the named ones.
func (r inheritsRule) complete(sent any, refs map[string]*entity) any {
	members := map[string]any{}
	r.completeInto(members, sent, refs)
	return members
}

func (r inheritsRule) completeInto(members map[string]any, sent any, refs map[string]*entity) {
	all, _ := r["*"].value(refs).(map[string]any)
	own, _ := sent.(map[string]any)
	maps.Copy(members, all)
	for name, from := range r {
		if value := from.value(refs); name != "*" && value != nil {
			members[name] = value
		}
	}
	maps.Copy(members, own)
}

// scratch holds what a record is rendered into before its size is known, the members of a view, and the order of
// those of the last object: the next one's are probably the same.
type scratch struct {
	text  []byte
	shown map[string]any
	order []string
}

var scratches = sync.Pool{New: func() any { return &scratch{shown: map[string]any{}} }}

// render makes a record of the values. Each view of it is held to the contract, and written in JSON: from
// here on the bytes are all that there is.
func (c *Contract) render(col *collection, id int64, org string, values map[string]any, refs map[string]*entity) *record {
	rec := newRecord(col, id, org)
	values[col.id] = id
	for i := range col.properties {
		if p := &col.properties[i]; p.from != "" {
			values[p.name] = p.from.value(refs)
		}
	}
	for i, name := range col.filters {
		rec.keys[i] = filterKey(values[name])
	}
	s := scratches.Get().(*scratch)
	text, shown := s.text[:0], s.shown
	var few [4]int
	ends := few[:0] // of the views
	for view := range rec.views {
		text = append(text, '{')
		start := len(text)
		for i := range col.properties {
			p := &col.properties[i]
			value, ok := values[p.name]
			if !ok || !col.shows(p, view) {
				delete(shown, p.name)
				continue
			}
			if len(text) > start {
				text = append(text, ',')
			}
			if view == 0 || !col.shows(p, view-1) {
				shown[p.name] = value
			}
			text = append(append(text, p.spelled...), ':')
			if object, ok := value.(map[string]any); ok {
				text = s.appendObject(text, object)
			} else {
				text = appendJSON(text, value)
			}
		}
		text = append(text, '}')
		ends = append(ends, len(text))
		c.judge(col, rec, view, shown)
	}
	kept, from := bytes.Clone(text), 0
	clear(shown)
	s.text = text
	scratches.Put(s)
	for view, to := range ends {
		rec.views[view], from = kept[from:to:to], to
	}
	return rec
}

// filterKey is a value as lists are filtered by it: the text of a text or an integer, or nil.
func filterKey(value any) any {
	if text, ok := value.(string); ok {
		return text
	}
	if i, ok := value.(int64); ok {
		return strconv.FormatInt(i, 10)
	}
	if i, ok := asInt(value); ok {
		return strconv.FormatInt(i, 10)
	}
	return nil
}

// appendObject appends what appendJSON would.
func (s *scratch) appendObject(dst []byte, object map[string]any) []byte {
	if !s.inOrder(object) {
		s.order = slices.AppendSeq(s.order[:0], maps.Keys(object))
		slices.Sort(s.order)
	}
	dst = append(dst, '{')
	for i, name := range s.order {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst, _ = jsontext.AppendQuote(dst, name)
		dst = appendJSON(append(dst, ':'), object[name])
	}
	return append(dst, '}')
}

// inOrder tells whether the object has the members of the last one.
func (s *scratch) inOrder(object map[string]any) bool {
	if len(s.order) != len(object) {
		return false
	}
	for _, name := range s.order {
		if _, ok := object[name]; !ok {
			return false
		}
	}
	return true
}

// judge holds a view of the record to every schema that a reply with it must fit.
func (c *Contract) judge(col *collection, rec *record, view int, shown map[string]any) {
	for _, schema := range col.schemas {
		faults := c.faults(schema, shown)
		if faults == nil {
			continue
		}
		if rec.faults == nil {
			rec.faults = make([][]Finding, len(rec.views))
		}
		rec.faults[view] = append(rec.faults[view], faults...)
	}
}

// forbidden is what the contract forbids in a view of the record.
func (rec *record) forbidden(view int) []Finding {
	if rec.faults == nil {
		return nil
	}
	return rec.faults[view]
}

// full is the connection as those see it who may see everything.
func (rec *record) full() map[string]any {
	value, err := decodeJSON(rec.views[0])
	if err != nil {
		panic(err) // the store made it
	}
	return value.(map[string]any)
}

// value is that of a property: quickly, if lists can be filtered by it.
func (rec *record) value(col *collection, property string) any {
	if i := slices.Index(col.filters, property); i >= 0 {
		return rec.keys[i]
	}
	return rec.full()[property]
}

// meets tells whether the record meets all conditions.
func (rec *record) meets(col *collection, where []condition) bool {
	for _, w := range where {
		if rec.value(col, w.property) != w.value {
			return false
		}
	}
	return true
}

// ownMembers are the members of a field's value that the connection doesn't have from its connector or project.
func (f *field) ownMembers(values map[string]any, refs map[string]*entity) map[string]any {
	own := map[string]any{}
	members, _ := values[f.name].(map[string]any)
	inherited, _ := f.inherits.complete(nil, refs).(map[string]any)
	for name, value := range members {
		if same, ok := inherited[name]; !ok || string(appendJSON(nil, same)) != string(appendJSON(nil, value)) {
			own[name] = value
		}
	}
	return own
}
