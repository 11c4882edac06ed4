package explore

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// maxPages bounds how far next is followed.
const maxPages = 1000

// pageSize is asked for where lists come in pages.
const pageSize = "?page_size=1000"

// list asks for the whole list of a kind. ok tells whether one came.
func (e *execution) list(u *conformance.User, kind conformance.Kind) (items []object, ok bool) {
	s := Step{User: u.Name, Method: http.MethodGet, Path: kind.Path()}
	if e.paged {
		s.Path += pageSize
	}
	at := e.at
	e.at = -1
	defer func() { e.at = at }()
	reply, err := e.send(onTarget, &s)
	e.at = at
	if err != nil || e.busy {
		return nil, false
	}
	if e.paged && !reply.OK() {
		e.paged = false
		return nil, false
	}
	e.universal(&s, reply)
	items, ok = e.items(&s, reply)
	return items, ok
}

// items are those of the list, and of the pages behind it.
func (e *execution) items(s *Step, reply *conformance.Reply) (items []object, ok bool) {
	op := spec().of(s.kind(), "list")
	for range maxPages {
		results, isList := reply.Object()["results"].([]any)
		if reply.Status != op.status || !isList {
			return nil, false
		}
		for _, r := range results {
			o, _ := r.(object)
			if id, ok := conformance.Integer(o["id"]); ok {
				if e.ids[op.kind] == nil {
					e.ids[op.kind] = map[int64]bool{}
				}
				e.ids[op.kind][id] = true
			}
			items = append(items, o)
		}
		path, err := e.senders[onTarget].Follow(reply)
		if err != nil || path == "" {
			return items, err == nil
		}
		if !strings.Contains(s.Path, "page") {
			e.paged = true
		}
		next := *s
		next.Path = path
		if reply, err = e.send(onTarget, &next); err != nil || e.busy {
			return nil, false
		}
		e.universal(&next, reply)
	}
	return items, false
}

// learn takes note of passwords that somebody permitted is shown.
func (x *executor) learn(items []object) {
	for _, o := range items {
		params, _ := o["params"].(object)
		for member, value := range params {
			text, _ := value.(string)
			if secretName(member) && len(text) >= 8 && !conformance.Masked(text) && len(x.secrets) < 100 {
				x.secrets[text] = true
			}
		}
	}
}

func secretName(member string) bool {
	member = strings.ToLower(member)
	return strings.HasSuffix(member, "pass") || strings.HasSuffix(member, "password") || strings.HasSuffix(member, "token")
}

// itemMisfits are where an item doesn't fit the schema. Most items come again and again.
func (x *executor) itemMisfits(op *operation, o object) []misfit {
	o = withoutNullParams(o)
	data, err := json.Marshal(o)
	if err != nil {
		return nil
	}
	key := string(op.kind) + string(data)
	found, known := x.fits[key]
	if !known {
		if len(x.fits) > 10_000 {
			clear(x.fits)
		}
		found = misfits(spec().of(op.kind, "get").output, o)
		x.fits[key] = found
	}
	return found
}

// withoutNullParams leaves out params that are null: one of the ways not to show them.
func withoutNullParams(o object) object {
	if params, has := o["params"]; !has || params != nil {
		return o
	}
	shown := object{}
	for name, value := range o {
		if name != "params" {
			shown[name] = value
		}
	}
	return shown
}
