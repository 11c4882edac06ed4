package mock

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// body redacts a body: what is JSON in it member by member, so that no spelling escapes, and leaves what holds
// no secret as it was. learn, if there is one, is told the secrets that stand by name.
func (r *redactor) body(body string, learn func(string)) string {
	d := jsontext.NewDecoder(strings.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var b strings.Builder
	done, secretNext := 0, false
	for {
		kind, count := d.StackIndex(d.StackDepth())
		isName := kind == '{' && count%2 == 0
		if !secretNext && d.PeekKind() != '"' {
			if _, err := d.ReadToken(); err != nil { // the end, or no JSON from here on
				return strings.ToValidUTF8(b.String()+r.text(body[done:]), "\uFFFD")
			}
			continue
		}
		raw, err := d.ReadValue()
		if err != nil && secretNext {
			return strings.ToValidUTF8(b.String(), "\uFFFD") + redacted
		} else if err != nil {
			return strings.ToValidUTF8(b.String()+r.text(body[done:]), "\uFFFD")
		}
		end := int(d.InputOffset())
		b.WriteString(body[done : end-len(raw)])
		done = end
		plain := unquoted(raw)
		switch {
		case secretNext && raw.Kind() != 'n':
			if learn != nil {
				learn(plain)
			}
			b.WriteString(`"` + r.insteadOf(raw, plain) + `"`)
		case learn == nil && raw.Kind() == '"':
			if text := r.text(plain); text != plain {
				raw = appendJSON(nil, text)
			}
			b.Write(raw)
		default:
			b.Write(raw)
		}
		secretNext = isName && secretWord(plain)
	}
}

// unquoted is the text of a JSON string; empty for other values.
func unquoted(raw jsontext.Value) string {
	if raw.Kind() != '"' {
		return ""
	}
	plain, _ := jsontext.AppendUnquote(nil, raw) // the decoder took it
	return string(plain)
}

// insteadOf is what stands for a JSON value that is a secret.
func (r *redactor) insteadOf(raw jsontext.Value, plain string) string {
	switch {
	case raw.Kind() != '"':
		return r.instead(string(raw))
	case r.names == nil:
		return redacted
	}
	for _, s := range r.secrets {
		if s.text == plain {
			return s.instead
		}
	}
	return r.instead(plain)
}
