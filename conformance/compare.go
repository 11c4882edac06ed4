package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// Difference is a place where a JSON value isn't as expected.
type Difference struct {
	Pointer  string `json:"pointer"`            // JSON pointer; empty: the whole value
	Expected string `json:"expected,omitempty"` // JSON, or words
	Actual   string `json:"actual,omitempty"`
}

// pointerEscaper makes a name a token of a JSON pointer.
var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// differences compares two JSON values. Numbers are equal if their values are: 1 and 1.0.
func differences(pointer string, want, got any) []Difference {
	switch want := want.(type) {
	case Object:
		if got, ok := got.(Object); ok {
			var found []Difference
			names := slices.Collect(maps.Keys(want))
			for name := range got {
				if _, both := want[name]; !both {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				w, inWant := want[name]
				g, inGot := got[name]
				at := pointer + "/" + pointerEscaper.Replace(name)
				switch {
				case !inWant:
					found = append(found, Difference{at, "absent", showAt(at, g)})
				case !inGot:
					found = append(found, Difference{at, showAt(at, w), "absent"})
				default:
					found = append(found, differences(at, w, g)...)
				}
			}
			return found
		}
	case []any:
		if got, ok := got.([]any); ok && len(got) == len(want) {
			var found []Difference
			for i := range want {
				found = append(found, differences(fmt.Sprintf("%s/%d", pointer, i), want[i], got[i])...)
			}
			return found
		}
	default:
		if equalScalars(want, got) {
			return nil
		}
	}
	return []Difference{{pointer, showAt(pointer, want), showAt(pointer, got)}}
}

// equal tells whether two JSON values are the same.
func equal(a, b any) bool { return len(differences("", a, b)) == 0 }

func equalScalars(a, b any) bool {
	x, aIsNumber := a.(json.Number)
	y, bIsNumber := b.(json.Number)
	if !aIsNumber || !bIsNumber {
		return comparable(a) && comparable(b) && a == b
	}
	if x == y {
		return true
	}
	const longest = 40 // beyond, numbers are the same only if they are spelled the same
	if len(x) > longest || len(y) > longest {
		return false
	}
	p, err1 := json.Number(x).Float64()
	q, err2 := json.Number(y).Float64()
	if err1 != nil || err2 != nil || p != q {
		return false
	}
	r, ok1 := new(big.Rat).SetString(string(x))
	s, ok2 := new(big.Rat).SetString(string(y))
	return ok1 && ok2 && r.Cmp(s) == 0
}

func comparable(v any) bool {
	switch v.(type) {
	case Object, []any:
		return false
	}
	return true
}

// showAt shows the value at that place, unless the place's name says that it is a secret.
func showAt(pointer string, v any) string {
	name := pointer[strings.LastIndexByte(pointer, '/')+1:]
	if secretWord.MatchString(name) {
		return "[redacted]"
	}
	return show(v)
}

// show is a JSON value without the values under secret-looking names. Tokens in it are replaced, and its
// length is cut, where it is told.
func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	text := secretMember.ReplaceAllString(string(data), `$1"[redacted]"`)
	return cut(text, maxKept)
}

// normal is a value as it comes back from parse: numbers as json.Number, objects as Object.
func normal(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return v
	}
	value, _ := parse(data)
	return value
}

// integer returns the value if it is an integer of JSON.
func integer(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok || strings.ContainsAny(string(n), ".eE") {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}
