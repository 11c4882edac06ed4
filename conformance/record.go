package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Exchange is a request of the suite and the target's reply, with every secret replaced. It is kept as
// evidence. Bodies are cut at [maxKept] bytes.
type Exchange struct {
	Number         int           `json:"number"` // counted from 1, in the order of sending
	Time           time.Time     `json:"time"`
	Duration       time.Duration `json:"duration_ns"`
	User           string        `json:"user,omitempty"` // empty: nobody
	Method         string        `json:"method"`
	URL            string        `json:"url"`
	RequestHeader  http.Header   `json:"request_header,omitempty"`
	RequestBody    string        `json:"request_body,omitempty"`
	Status         int           `json:"status,omitempty"` // 0: no reply
	ResponseHeader http.Header   `json:"response_header,omitempty"`
	ResponseBody   string        `json:"response_body,omitempty"`
	Truncated      bool          `json:"truncated,omitempty"` // the reply is longer than what is kept
	Error          string        `json:"error,omitempty"`     // why there is no reply
}

// maxKept is how many bytes of a body are kept as evidence.
const maxKept = 16 << 10

// keptHeaders are the headers that are kept. Any other might hold a secret that nobody knows of.
var keptHeaders = []string{
	"Accept", "Allow", "Authorization", "Content-Length", "Content-Type", "Contract-Explanation", "Date", "Location",
	"Retry-After", "Server", "Www-Authenticate",
}

// secretMember finds a member of a JSON object whose name says that its value is a secret. It works on
// bytes that are not quite JSON, too.
var secretMember = regexp.MustCompile(`("[^"]*(?i:pass|token|secret|credential|private|api_?key)[^"]*"\s*:\s*)` +
	`("(?:[^"\\]|\\.)*"?|-?[0-9][0-9.eE+-]*|true|false)`)

// redactor replaces secrets in what was exchanged. It never touches the suite's own words.
type redactor struct {
	replace *strings.Replacer
	bodies  map[string]string // that were redacted before: a run sees the same lists many times
}

// newRedactor knows the tokens of the target's users, and replaces each by the name of its variable. A
// token that lacks its last character is as good as known, and the suite sends such: see altered.
func newRedactor(users map[string]User) redactor {
	tokens := []string{}
	names := map[string]string{}
	for _, u := range users {
		if u.Token != "" {
			tokens = append(tokens, string(u.Token))
			names[string(u.Token)] = u.variable()
		}
	}
	slices.SortFunc(tokens, func(a, b string) int { return len(b) - len(a) }) // the longest first: one may hold another
	pairs := []string{}
	for _, token := range tokens {
		pairs = append(pairs, token, names[token])
	}
	for _, token := range tokens {
		if len(token) >= shortestAltered {
			pairs = append(pairs, token[:len(token)-1], "[redacted]")
		}
	}
	return redactor{strings.NewReplacer(pairs...), map[string]string{}}
}

func (r redactor) text(s string) string { return r.replace.Replace(s) }

func (r redactor) body(s string) string {
	redacted, known := r.bodies[s]
	if !known {
		redacted = r.text(secretMember.ReplaceAllString(s, `$1"[redacted]"`))
		if len(s) <= maxKept {
			r.bodies[s] = redacted
		}
	}
	return redacted
}

// header keeps the headers that may be kept. An unknown credential is a secret as well.
func (r redactor) header(h http.Header) http.Header {
	kept := http.Header{}
	for _, name := range keptHeaders {
		for _, value := range h.Values(name) {
			shown := r.text(value)
			if name == "Authorization" && shown == value && value != "" {
				scheme, credential, _ := strings.Cut(value, " ")
				shown = scheme
				if credential != "" {
					shown += " [redacted]"
				}
			}
			kept.Add(name, shown)
		}
	}
	return kept
}

// Curl is a shell command that sends the request again, with variables in place of tokens.
func (e Exchange) Curl() string {
	var b strings.Builder
	b.WriteString("curl -i")
	if e.Method != http.MethodGet {
		b.WriteString(" -X " + e.Method)
	}
	for _, name := range keptHeaders {
		for _, value := range e.RequestHeader.Values(name) {
			if name != "Content-Length" {
				fmt.Fprintf(&b, " -H %s", shellQuote(name+": "+value))
			}
		}
	}
	if e.RequestBody != "" {
		b.WriteString(" --data-binary " + shellQuote(e.RequestBody))
	}
	return b.String() + " " + shellQuote(e.URL)
}

// shellVariable is a variable that the shell shall expand.
var shellVariable = regexp.MustCompile(`\$[A-Za-z_][A-Za-z0-9_]*`)

// shellQuote quotes for a POSIX shell, leaving the names of token variables to it.
func shellQuote(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	if !strings.HasPrefix(s, "Authorization: ") {
		return quoted
	}
	return shellVariable.ReplaceAllString(quoted, `'"${0}"'`)
}
