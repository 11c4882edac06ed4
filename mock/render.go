package mock

import (
	"bytes"
	"maps"
	"slices"
	"sync"
)

// record is a connection: what clients can see of it, and what lists are filtered by. It doesn't change:
// an update puts another in its place.
type record struct {
	id           int64
	organization string
	keys         []any       // the texts of collection.filters; nil for what isn't a text
	views        [][]byte    // in JSON, indexed as collection.hiddenFrom says
	faults       [][]Finding // by view, what the contract forbids in it: nil but on a defect of mock or contract
}

// fill completes what a client sent with what the contract says of the rest.
func fill(op *operation, sent map[string]any, refs map[string]*entity) map[string]any {
	values := make(map[string]any, 2*len(op.fields))
	for i := range op.fields {
		f := &op.fields[i]
		value, ok := sent[f.name]
		switch {
		case ok && f.inherits != nil:
			value = f.inherits.complete(value, refs)
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
	return values
}

// complete adds the members that weren't sent: those of "*" first, then the named ones.
func (r inheritsRule) complete(sent any, refs map[string]*entity) any {
	all, _ := r["*"].value(refs).(map[string]any)
	own, _ := sent.(map[string]any)
	members := make(map[string]any, len(all)+len(r)+len(own))
	maps.Copy(members, all)
	for name, from := range r {
		if value := from.value(refs); name != "*" && value != nil {
			members[name] = value
		}
	}
	maps.Copy(members, own)
	return members
}

// scratch holds what a record is rendered into before its size is known, and the members of a view.
type scratch struct {
	text  []byte
	shown map[string]any
}

var scratches = sync.Pool{New: func() any { return &scratch{shown: map[string]any{}} }}

// render makes a record of the values. Each view of it is held to the contract, and written in JSON: from
// here on the bytes are all that there is.
func (c *Contract) render(col *collection, id int64, org string, values map[string]any, refs map[string]*entity) *record {
	rec := &record{id: id, organization: org, keys: make([]any, len(col.filters)), views: make([][]byte, col.views())}
	values[col.id] = id
	for i := range col.properties {
		if p := &col.properties[i]; p.from != "" {
			values[p.name] = p.from.value(refs)
		}
	}
	for i, name := range col.filters {
		if _, ok := values[name].(string); ok {
			rec.keys[i] = values[name]
		}
	}
	s := scratches.Get().(*scratch)
	text, shown, ends := s.text[:0], s.shown, make([]int, len(rec.views))
	for view := range rec.views {
		clear(shown)
		text = append(text, '{')
		for i := range col.properties {
			p := &col.properties[i]
			value, ok := values[p.name]
			if !ok || !col.shows(p, view) {
				continue
			}
			if len(shown) > 0 {
				text = append(text, ',')
			}
			shown[p.name] = value
			text = appendJSON(append(append(text, p.spelled...), ':'), value)
		}
		text = append(text, '}')
		ends[view] = len(text)
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
