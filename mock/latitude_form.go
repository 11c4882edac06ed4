package mock

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// refuse makes a refusal of the reply.
func (o *outgoing) refuse(status int, detail string) {
	o.status, o.body = status, map[string]any{"detail": detail}
}

// list is the envelope of a list and its items; nil if the reply is none.
func (o *outgoing) list() (envelope map[string]any, items []any) {
	envelope, _ = o.body.(map[string]any)
	items, ok := envelope["results"].([]any)
	if o.status != http.StatusOK || !ok {
		return nil, nil
	}
	return envelope, items
}

// items are the connections in the reply.
func (o *outgoing) items() []map[string]any {
	if o.companion {
		return nil
	}
	var found []map[string]any
	_, list := o.list()
	for _, item := range list {
		found = append(found, item.(map[string]any))
	}
	if single, ok := o.body.(map[string]any); ok && single["id"] != nil && o.status < http.StatusMultipleChoices {
		found = append(found, single)
	}
	return found
}

// params calls f with the connections that show params.
func (o *outgoing) params(f func(item, params map[string]any)) {
	for _, item := range o.items() {
		if params, ok := item["params"].(map[string]any); ok {
			f(item, params)
		}
	}
}

// hidden shows a value for params that aren't there.
func (o *outgoing) hidden(value func() any) {
	for _, item := range o.items() {
		if _, shown := item["params"]; !shown {
			item["params"] = value()
		}
	}
}

// locate tells where a new connection is.
func (o *outgoing) locate(collection string) {
	if created, ok := o.body.(map[string]any); ok && o.status == http.StatusCreated {
		o.header.Set("Location", fmt.Sprintf("%s%v/", collection, created["id"]))
	}
}

// allow adds a method to Allow where another is.
func (o *outgoing) allow(beside, method string) {
	methods := strings.Split(o.header.Get("Allow"), ", ")
	if slices.Contains(methods, beside) {
		methods = append(methods, method)
		slices.Sort(methods)
		o.header.Set("Allow", strings.Join(methods, ", "))
	}
}

// disallow takes a method out of Allow.
func (o *outgoing) disallow(method string) {
	methods := strings.Split(o.header.Get("Allow"), ", ")
	if slices.Contains(methods, method) {
		o.header.Set("Allow", strings.Join(slices.DeleteFunc(methods, func(m string) bool { return m == method }), ", "))
	}
}

// messages are the sentences of a refusal, with the field that each is about.
func (o *outgoing) messages() (fields, texts []string) {
	body, _ := o.body.(map[string]any)
	for _, name := range sortedKeys(body) {
		list, ok := body[name].([]any)
		if !ok {
			list = []any{body[name]}
		}
		for _, text := range list {
			fields, texts = append(fields, name), append(texts, fmt.Sprint(text))
		}
	}
	return fields, texts
}

func emptyError(o *outgoing) { o.body = nil }

func htmlError(o *outgoing) {
	_, texts := o.messages()
	o.header.Set("Content-Type", "text/html")
	o.text = "<!doctype html><title>" + http.StatusText(o.status) + "</title><p>" + html.EscapeString(strings.Join(texts, " "))
}

func listError(o *outgoing) {
	_, texts := o.messages()
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	o.body = list
}

func codedErrors(o *outgoing) {
	fields, texts := o.messages()
	list := []any{}
	for i, text := range texts {
		list = append(list, map[string]any{"code": o.status*10 + i, "field": fields[i], "message": text})
	}
	o.body = map[string]any{"errors": list}
}

func problemDetails(o *outgoing) {
	_, texts := o.messages()
	o.header.Set("Content-Type", "application/problem+json")
	o.body = map[string]any{"type": "about:blank", "title": http.StatusText(o.status), "status": o.status, "detail": strings.Join(texts, " ")}
}

// render writes the body in the format and style that the latitudes say.
func (c *call) render(o *outgoing) []byte {
	switch {
	case o.body == nil && o.text == "":
		return nil
	case o.text != "":
		return []byte(o.text)
	case c.format == "application/xml":
		o.header.Set("Content-Type", c.format)
		return append(appendXML([]byte(xml.Header+"<root>"), o.body), "</root>"...)
	case c.format == "text/html":
		o.header.Set("Content-Type", c.format)
		return []byte("<!doctype html><title>API</title><pre>" + html.EscapeString(string(appendJSON(nil, o.body))) + "</pre>")
	}
	text := appendJSON(nil, o.body)
	if c.takes(KeyOrderReversed) {
		text = appendReversed(nil, o.body)
	}
	if c.takes(JSONEscaped) {
		text = escaped(text)
	}
	if c.takes(JSONIndented) {
		var b bytes.Buffer
		_ = json.Indent(&b, text, "", "    ") // it is JSON
		text = append(b.Bytes(), '\n')
	}
	return text
}

// appendXML writes the value as the framework's XML renderer does.
func appendXML(dst []byte, value any) []byte {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range sortedKeys(value) {
			dst = append(appendXML(append(dst, "<"+name+">"...), value[name]), "</"+name+">"...)
		}
	case []any:
		for _, item := range value {
			dst = append(appendXML(append(dst, "<list-item>"...), item), "</list-item>"...)
		}
	case nil:
	default:
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(fmt.Sprint(value))) // a buffer takes everything
		dst = append(dst, b.Bytes()...)
	}
	return dst
}

// appendReversed is appendJSON with the members of objects from z to a.
func appendReversed(dst []byte, value any) []byte {
	switch value := value.(type) {
	case map[string]any:
		dst = append(dst, '{')
		names := sortedKeys(value)
		slices.Reverse(names)
		for i, name := range names {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendReversed(append(appendJSON(dst, name), ':'), value[name])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, item := range value {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendReversed(dst, item)
		}
		return append(dst, ']')
	}
	return appendJSON(dst, value)
}

// escaped writes JSON in ASCII. Slashes and other characters than ASCII occur in strings only.
func escaped(text []byte) []byte {
	var b []byte
	for _, r := range string(text) {
		high, low := utf16.EncodeRune(r)
		switch {
		case r == '/':
			b = append(b, `\/`...)
		case r < utf8.RuneSelf:
			b = utf8.AppendRune(b, r)
		case high != utf8.RuneError:
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}

func compressed(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// decodeLenient is decodeJSON, but of several members with one name the last counts.
func decodeLenient(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // Token returns it as it is
		return nil, fmt.Errorf("there is more after the value")
	}
	canonical := jsontext.Value(appendJSON(nil, value))
	return decodeJSON(canonical)
}
