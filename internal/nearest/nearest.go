// Package nearest finds the name that somebody may have meant.
package nearest

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// DidYouMean ends a message about an unknown name with the nearest known one, if one is near. What is half wrong
// from its first letter on is no slip: name isn't page.
func DidYouMean(name string, known []string) string {
	best, distance := To(name, known)
	if name == "" || best == "" || distance > max(2, len(name)/3) {
		return ""
	}
	if other := best[0] != name[0]; other && distance > 1 && 2*distance >= len(name) {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// To returns the candidate that takes the fewest edits to make from name, and how many: -1 if there is no candidate.
func To(name string, candidates []string) (best string, distance int) {
	distance = -1
	length := utf8.RuneCountInString(name)
	for _, candidate := range candidates {
		fewest := utf8.RuneCountInString(candidate) - length // edits that it takes at least
		if distance >= 0 && max(fewest, -fewest) >= distance {
			continue
		}
		if d := editDistance(name, candidate); distance < 0 || d < distance {
			best, distance = candidate, d
		}
	}
	return best, distance
}

// maxNameLength bounds the time that a hostile name takes; what is longer than this is near nothing.
const maxNameLength = 200

// editDistance counts the edits to get from a to b.
func editDistance(a, b string) int {
	if len(a) > maxNameLength || len(b) > maxNameLength {
		return max(len(a), len(b))
	}
	return levenshtein.ComputeDistance(a, b)
}

// Fields are the names of the fields that a YAML file may have, by the Go type that they are read into: of t, and of
// whatever it holds.
func Fields(t reflect.Type) map[string][]string {
	fields := map[string][]string{}
	collectFields(t, fields)
	return fields
}

func collectFields(t reflect.Type, fields map[string][]string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collectFields(t.Elem(), fields)
	case reflect.Struct:
		if _, seen := fields[t.String()]; seen {
			return
		}
		fields[t.String()] = nil
		for f := range t.Fields() {
			if name := f.Tag.Get("yaml"); name != "" {
				name, _, _ = strings.Cut(name, ",")
				fields[t.String()] = append(fields[t.String()], name)
			}
			collectFields(f.Type, fields)
		}
	}
}
