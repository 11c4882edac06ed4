package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// disclosed finds what a connection shows of params to somebody who may not see them; full is the same
// connection as the editor sees it, or nil. It names places only, never what is there.
func disclosed(at string, seen, full Object) []Difference {
	params, _ := full["params"].(Object)
	var found []Difference
	switch v := seen["params"].(type) {
	case Object:
		if len(v) > 0 {
			found = append(found, Difference{at + "/params", "absent, null or {}", fmt.Sprintf("an object with %d members", len(v))})
		}
	case []any:
		if len(v) > 0 {
			found = append(found, Difference{at + "/params", "absent, null or {}", fmt.Sprintf("an array of %d items", len(v))})
		}
	case string:
		if tells(v, params) {
			found = append(found, Difference{at + "/params", "absent, null or {}", "a text that tells of params"})
		}
	}
	for _, name := range sorted(seen) {
		if _, isParam := params[name]; isParam && !isDocumented(name) && telling(params[name]) && equal(params[name], seen[name]) {
			found = append(found, Difference{at + "/" + name, "absent, as params are withheld", "a member of params"})
		}
		if name != "params" {
			found = append(found, copied(at+"/"+name, seen[name], params)...)
		}
	}
	return found
}

// copied finds members of params inside another member.
func copied(at string, v any, params Object) []Difference {
	var found []Difference
	switch v := v.(type) {
	case Object:
		for _, name := range sorted(v) {
			if p, isParam := params[name]; isParam && telling(p) && equal(p, v[name]) {
				found = append(found, Difference{at + "/" + name, "absent, as params are withheld", "a member of params"})
			}
			found = append(found, copied(at+"/"+name, v[name], params)...)
		}
	case []any:
		for i, item := range v {
			found = append(found, copied(fmt.Sprintf("%s/%d", at, i), item, params)...)
		}
	case string:
		if value, err := parse([]byte(v)); err == nil {
			if o, ok := value.(Object); ok {
				return copied(at, o, params)
			}
		}
	}
	return found
}

// telling tells whether a value is so particular that it isn't found elsewhere by chance.
func telling(v any) bool {
	s, ok := v.(string)
	return ok && len(s) >= 4
}

// tells tells whether a text in the place of params holds one of their names or values, or an object.
func tells(text string, params Object) bool {
	if value, err := parse([]byte(text)); err == nil {
		if o, ok := value.(Object); ok && len(o) > 0 {
			return true
		}
	}
	for name, value := range params {
		if strings.Contains(text, name) || telling(value) && strings.Contains(text, value.(string)) {
			return true
		}
	}
	return false
}

// isBlank tells whether params show nothing: no member has a value.
func isBlank(params any) bool {
	o, _ := params.(Object)
	for _, v := range o {
		if v != nil && v != "" {
			return false
		}
	}
	return true
}

// withParams returns the connections whose params show something.
func withParams(items []Object) map[int64]Object {
	index := byID(items)
	for id, item := range index {
		if isBlank(item["params"]) {
			delete(index, id)
		}
	}
	return index
}

// sample returns at most n ids: of as many systems as there are, and of connections with params first.
func sample(items map[int64]Object, n int) []int64 {
	var first, rest, blank []int64
	systems := map[string]bool{}
	for _, id := range sorted64(items) {
		system := show(items[id]["system"])
		switch {
		case isBlank(items[id]["params"]):
			blank = append(blank, id)
		case systems[system]:
			rest = append(rest, id)
		default:
			first = append(first, id)
			systems[system] = true
		}
	}
	all := slices.Concat(first, rest, blank)
	return all[:min(n, len(all))]
}

// secret is a password or token in the params of a connection.
type secret struct {
	place, name, value string
}

// secretName is how the members of params are called whose values are secrets.
var secretName = regexp.MustCompile(`(?i)pass|token`)

// secrets returns the passwords and tokens that a list shows. Short ones are left out, and so are those
// that stand for a hidden value, such as ****.
func (t *T) secrets(list []Object) []secret {
	var found []secret
	for _, item := range list {
		params, _ := item["params"].(Object)
		for _, name := range sorted(params) {
			value, _ := params[name].(string)
			if secretName.MatchString(name) && len(value) >= 4 && strings.Trim(value, value[:1]) != "" && !strings.HasPrefix(value, "•") {
				found = append(found, secret{placeOf(item) + "/params/" + name, name, value})
			}
		}
	}
	return found
}

// paramsSecretNowhere looks through all that the reader got in the whole run, not only here.
func paramsSecretNowhere(t *T) {
	u := t.Colleague(reader)
	list := t.List(t.As(editor))
	if m := t.run.made[string(t.Kind)+"/"+odd.name]; m != nil && m.Reply.OK() {
		list = append(slices.Clone(list), Object{"id": m.Reply.Object()["id"], "params": m.Sent["params"]})
	}
	all := t.secrets(list)
	if len(all) == 0 && len(withParams(list)) > 0 {
		t.Note("params show user %s no password or token in clear: there is none to look for elsewhere", t.As(editor).Name)
		return
	}
	secrets := notShownAnyway(list, all)
	if len(secrets) == 0 {
		t.Block("no %s connection at the target has a password or a token that is found nowhere else", t.Kind)
	}
	t.Items(u, t.Listing(u))
	for _, look := range []view{inPages, inFilters, inDetails} {
		look(t, u, withParams(list), func(string, Object, Object) {})
	}
	t.Get(u, t.UnusedID())
	t.Send(request{user: u, method: http.MethodGet, path: t.Kind.Path() + "abc/"})
	t.Send(request{user: u, method: http.MethodOptions, path: t.Kind.Path()})
	t.wantNone(t.leaks(u, secrets))
}

// leaks finds the secrets in what the user was answered.
func (t *T) leaks(u *User, secrets []secret) []Difference {
	var found []Difference
	for _, s := range t.run.replies {
		if s.user != u.Name || s.kind != t.Kind {
			continue
		}
		body := string(s.reply.Body)
		if s.reply.Value != nil {
			body += plainJSON(s.reply.Value)
		}
		for _, hidden := range secrets {
			if where := holds(body, s.reply.Header, hidden.value); where != "" {
				t.sees(s.reply.exchange)
				found = append(found, Difference{where, "not what the editor sees at " + hidden.place, fmt.Sprintf("the same, in exchange %d", s.reply.exchange)})
			}
		}
	}
	return found
}

// notShownAnyway leaves out the secrets that are also in what everybody may see of the connections.
func notShownAnyway(list []Object, secrets []secret) []secret {
	var public []string
	for _, item := range list {
		public = append(public, plainJSON(without(item, "params")))
	}
	return slices.DeleteFunc(slices.Clone(secrets), func(s secret) bool {
		return slices.ContainsFunc(public, func(text string) bool { return holdsText(text, s.value, false) })
	})
}

// holds tells where a reply has the value: in the body or a header; empty if it hasn't. A value that is
// but a word or short is only taken for the secret if it stands alone.
func holds(body string, header http.Header, value string) string {
	word := len(value) < 8 || !strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) })
	if holdsText(body, value, word) {
		return "the body"
	}
	for name, values := range header {
		for _, v := range values {
			if v == value || !word && strings.Contains(v, value) {
				return "the header " + name
			}
		}
	}
	return ""
}

// holdsText tells whether a text has the value, either as it is or escaped for JSON; if alone, then
// between quotation marks only.
func holdsText(text, value string, alone bool) bool {
	escaped := plainJSON(value)
	forms := []string{value, escaped[1 : len(escaped)-1]}
	for _, form := range slices.Compact(forms) {
		if !alone {
			if strings.Contains(text, form) {
				return true
			}
			continue
		}
		for _, quote := range []string{`"`, `'`, `\`} {
			if strings.Contains(text, `"`+form+quote) || strings.Contains(text, `'`+form+quote) {
				return true
			}
		}
	}
	return false
}

// plainJSON is a value as JSON in which only what must be is escaped.
func plainJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return `""`
	}
	return strings.TrimSpace(b.String())
}
