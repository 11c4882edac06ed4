package explore

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// Expect is what the documentation lets one expect of a step. It only counts where the model agrees: what one
// of the two reads otherwise is open.
type Expect string

const (
	// Accepted is a request that is granted by any server that keeps to the documentation.
	Accepted Expect = "accepted"
	// Refused is one that is answered with a status 4xx, and leaves no trace.
	Refused Expect = "refused"
	// Unauthorized is one that is refused with 401 or 403, whatever it asks for.
	Unauthorized Expect = "unauthorized"
	// Open is one of which the documentation is silent: only what holds for any request is judged.
	Open Expect = "open"
)

// Step is a request of a sequence. Path, headers and body may hold these in braces: run, which begins every
// alias that an execution of the sequence gives; the label of a step that makes a connection, for its id;
// unknown, for an id that no connection has; quarter, for a quarter of the connections in the list; token
// and altered, for the user's token and one like it.
type Step struct {
	// Makes labels the connection that the step creates, for the steps behind it. While the budget lasts, it
	// is a new one; else one of the run's that the body replaces.
	Makes  string            `json:"makes,omitempty"`
	User   string            `json:"user,omitempty"` // name in the target file; empty: nobody
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Header map[string]string `json:"header,omitempty"` // in place of the usual; one with an empty value is not sent
	Body   conformance.Body  `json:"body,omitempty"`
	Expect Expect            `json:"expect"`
	// Doubtful says that the documentation only suggests what is expected.
	Doubtful bool   `json:"doubtful,omitempty"`
	Why      string `json:"why,omitempty"` // what is particular about the request

	fresh bool // a connection that it makes is a new one, if the budget allows
}

// label is a label of a step that makes a connection, in braces.
var label = regexp.MustCompile(`\{[A-Z]\}`)

// uses are the labels that the step needs.
func (s *Step) uses() []string {
	found := label.FindAllString(s.Path, -1)
	for i := range found {
		found[i] = strings.Trim(found[i], "{}")
	}
	return found
}

// safe tells whether the method changes nothing by definition.
func (s *Step) safe() bool {
	return slices.Contains([]string{"GET", "HEAD", "OPTIONS", "TRACE"}, s.Method)
}

// kind is the kind of connection that the path is about.
func (s *Step) kind() conformance.Kind {
	if strings.HasPrefix(s.Path+"/", conformance.Analysis.Path()) {
		return conformance.Analysis
	}
	return conformance.ALM
}

// Sequence is a list of requests that make sense one after the other.
type Sequence []Step

// whole tells whether each label is made before it is used.
func (s Sequence) whole() bool {
	made := []string{"unused"}
	for i := range s {
		for _, l := range s[i].uses() {
			if !slices.Contains(made, l) {
				return false
			}
		}
		made = append(made, s[i].Makes)
	}
	return len(s) > 0
}

// object is the body, if it is a JSON object without a name that stands twice.
func (s *Step) object() conformance.Object {
	var o conformance.Object
	d := json.NewDecoder(strings.NewReader(string(s.Body)))
	d.UseNumber()
	if d.Decode(&o) != nil || d.More() || strings.Count(string(s.Body), `"alias":`) > 1 {
		return nil
	}
	return o
}

// bodyOf is a value as a body.
func bodyOf(value any) conformance.Body {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // it is made of JSON values
	}
	return conformance.Body(strings.TrimSpace(b.String()))
}

// check says what is wrong with a sequence that was read from a file.
func (s Sequence) check(users map[string]conformance.User) error {
	for i := range s {
		if _, known := users[s[i].User]; !known && s[i].User != "" {
			return fmt.Errorf("step %d: the target file has no user %q with a token", i+1, s[i].User)
		}
		if s[i].Method == "" || !strings.HasPrefix(s[i].Path, "/") {
			return fmt.Errorf("step %d: it needs a method and a path that begins with /", i+1)
		}
		if !slices.Contains([]Expect{Accepted, Refused, Unauthorized, Open}, s[i].Expect) {
			return fmt.Errorf("step %d: expect is %q, not accepted, refused, unauthorized or open", i+1, s[i].Expect)
		}
	}
	if !s.whole() {
		return fmt.Errorf("a step uses a connection that no step before it makes")
	}
	return nil
}
