package explore

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// list asks for the whole list of a kind. ok tells whether one came.
func (e *execution) list(u *conformance.User, kind conformance.Kind) (items []object, ok bool) {
	return e.listed(u, kind.Path())
}

// listed asks for the whole list at the path. Where lists come in pages, it asks for large ones. A list that is too
// long is asked for once only.
func (e *execution) listed(u *conformance.User, path string) (items []object, ok bool) {
	s := Step{User: u.Name, Method: http.MethodGet, Path: path}
	if e.endless[s.kind()] {
		return nil, false
	}
	if e.paged == large {
		s.Path = withQuery(path, spec().size+"=1000")
	}
	at := e.at
	e.at = -1
	defer func() { e.at = at }()
	reply, err := e.send(onTarget, &s)
	e.at = at
	if err != nil || e.busy {
		return nil, false
	}
	switch {
	case e.paged == large && !reply.OK():
		e.paged = small
		return e.listed(u, path)
	case e.paged == unknown && reply.OK() && reply.Object()["next"] != nil:
		e.paged = large
		return e.listed(u, path)
	}
	e.universal(&s, reply)
	w := e.walk(&s, reply, maxPages)
	if w.long {
		e.endless[s.kind()] = true
	}
	if w.whole && path == s.kind().Path() {
		e.lengths[poolKey{u.Organization, s.kind()}] = len(w.items)
	}
	return w.items, w.whole
}

// pages are what is known of how lists come in pages that nobody asked for.
type pages int

const (
	unknown pages = iota // they don't, as far as is known
	large                // they do, and large ones are asked for instead
	small                // they do, and the target refuses that
)

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
