package mock

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"
)

// fields is an object whose members have an order.
type fields []treeMember

type treeMember struct {
	name  string
	value any // fields, or what appendJSON knows
}

func (f *fields) add(name string, value any) { *f = append(*f, treeMember{name, value}) }

func (f fields) appendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	for i, member := range f {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSON(dst, member.name), ':')
		dst = appendTree(dst, member.value)
	}
	return append(dst, '}')
}

func appendTree(dst []byte, value any) []byte {
	switch value := value.(type) {
	case fields:
		return value.appendJSON(dst)
	case []any:
		dst = append(dst, '[')
		for i, item := range value {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendTree(dst, item)
		}
		return append(dst, ']')
	}
	return appendJSON(dst, value)
}

// appendYAML writes the object a member a line. It is made here because what the YAML library writes of some
// line breaks is not what it reads.
func (f fields) appendYAML(dst []byte, indent string) []byte {
	for i, m := range f {
		if i > 0 || indent == "" {
			dst = append(dst, indent...)
		}
		if name := yamlText(m.name); len(name) > longestKey {
			dst = append(append(append(append(append(dst, "? "...), name...), '\n'), indent...), ':')
		} else {
			dst = append(append(dst, name...), ':')
		}
		dst = appendYAML(dst, m.value, indent)
	}
	return dst
}

// longestKey is how long a key may be that stands before its colon on one line.
const longestKey = 1000

// appendYAML writes a value behind its name, and ends the line.
func appendYAML(dst []byte, value any, indent string) []byte {
	inner := indent + "  "
	switch value := value.(type) {
	case map[string]any:
		var f fields
		for _, name := range sortedKeys(value) {
			f.add(name, value[name])
		}
		return appendYAML(dst, f, indent)
	case fields:
		if len(value) == 0 {
			return append(dst, " {}\n"...)
		}
		return value.appendYAML(append(append(dst, '\n'), inner...), inner)
	case []any:
		if len(value) == 0 {
			return append(dst, " []\n"...)
		}
		dst = append(dst, '\n')
		for _, item := range value {
			dst = append(append(dst, inner...), '-')
			if f, ok := item.(fields); ok {
				dst = f.appendYAML(append(dst, ' '), inner+"  ")
				continue
			}
			dst = appendYAML(dst, item, inner)
		}
		return dst
	case string:
		return append(append(append(dst, ' '), yamlText(value)...), '\n')
	}
	return append(appendJSON(append(dst, ' '), value), '\n')
}

var (
	// plainText is a text that needs no quotation marks in YAML, if it is no yamlWord.
	plainText = regexp.MustCompile(`^\pL(?:[\pL\pN _./$-]*[\pL\pN_./$-])?$`)
	yamlWord  = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
	// notPrinted are characters that JSON doesn't escape, and YAML takes for something else.
	notPrinted = regexp.MustCompile("[\x7f-\u009f\u2028\u2029\ufeff\ufffe\uffff]")
)

// yamlText is a text as one line of YAML.
func yamlText(text string) string {
	if plainText.MatchString(text) && !yamlWord.MatchString(text) {
		return text
	}
	return string(jsonAsYAML(appendJSON(nil, text)))
}

// jsonEscape is an escape in a text of JSON; a pair of them if it takes two.
var jsonEscape = regexp.MustCompile(`\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\.`)

// jsonAsYAML spells JSON so that it means the same in YAML.
func jsonAsYAML(text []byte) []byte {
	text = notPrinted.ReplaceAllFunc(text, func(c []byte) []byte { return fmt.Appendf(nil, "\\u%04x", bytes.Runes(c)[0]) })
	return jsonEscape.ReplaceAllFunc(text, func(escape []byte) []byte {
		if len(escape) > 2 {
			escape, _ = jsontext.AppendUnquote(nil, append(append([]byte{'"'}, escape...), '"'))
		}
		return escape
	})
}
