package conformance

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// keptHeaders are the headers that are kept. Any other might hold a secret that nobody knows of.
var keptHeaders = []string{
	"Accept", "Allow", "Authorization", "Content-Length", "Content-Type", "Contract-Explanation", "Date", "Location",
	"Retry-After", "Server", "Www-Authenticate",
}

// maxShown is how many bytes of a header, an error or a difference are kept.
const maxShown = 1 << 10

// secretWords is what the name of a member with a secret value holds.
const secretWords = `(?i:pass|token|secret|credential|private|api_?key)`

// secretMember finds a member of a JSON object whose name says that its value is a secret. It works on
// bytes that are not quite JSON, too.
var secretMember = regexp.MustCompile(`("[^"]*` + secretWords + `[^"]*"\s*:\s*)` +
	`("(?:[^"\\]|\\.)*"?|-?[0-9][0-9.eE+-]*|true|false)`)

// secretSetting finds the same where it isn't JSON: in JSON inside a string, in a form, in a program's
// dump, in XML.
var secretSetting = regexp.MustCompile(`([\w-]*` + secretWords + `[\w-]*)(\\*["']?\s*(?:=>|[:=>])\s*\\*["']?)([^\s"'\\,;&<>{}\[\]]+)`)

// redactor replaces secrets in what was exchanged. It never touches the suite's own words.
//
// A token is replaced by the name of its variable, in whatever usual form it stands there. One that is
// shorter than 8 characters is no secret: it is replaced only where it stands alone. A password that the
// target shows in a reply is a secret from then on.
type redactor struct {
	instead map[string]string // of a secret in one of its forms
	alone   map[string]string // of a secret that is too short to be one
	learned int
	known   []string // the keys of instead, the longest first: one secret may hold another; nil when stale
	short   *regexp.Regexp
	bodies  map[string]string // bodies without secrets, by what they were
}

// Longer passwords than maxSecret are not learned, nor more of them than maxLearned.
const shortSecret, maxSecret, maxLearned = 8, 4 << 10, 1000

// newRedactor knows the tokens of the target's users.
func newRedactor(users map[string]User) *redactor {
	r := &redactor{instead: map[string]string{}, alone: map[string]string{}}
	// A probe alters one character, and the rest is as good as the token: see altered.
	for _, u := range users {
		if token := string(u.Token); len(token) >= shortSecret {
			for _, form := range append(forms(token[1:]), forms(token[:len(token)-1])...) {
				r.instead[form] = "[redacted]"
			}
		}
	}
	for _, name := range sorted(users) {
		u := users[name]
		switch token := string(u.Token); {
		case token == "":
		case len(token) < shortSecret:
			r.alone[token] = u.variable()
		default:
			for _, form := range forms(token) {
				r.instead[form] = u.variable()
			}
		}
	}
	return r
}

// forms are the token as it may stand in a reply that repeats a request.
func forms(token string) []string {
	all := []string{html.EscapeString(token), hex.EncodeToString([]byte(token)), strings.ReplaceAll(jsonString(token), "/", `\/`)}
	for _, cased := range []string{token, strings.ToUpper(token), strings.ToLower(token)} { // a filter may be asked for in another case
		all = append(all, cased, url.QueryEscape(cased), url.PathEscape(cased), jsonString(cased))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			// Of the encoded bytes around the token, only what the token alone decides.
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + token))
			all = append(all, encoded[(before*8+5)/6:(before+len(token))*8/6])
		}
	}
	return all
}

func jsonString(s string) string {
	data, _ := json.Marshal(s)
	return string(data[1 : len(data)-1])
}

// learn takes note of passwords in a reply.
func (r *redactor) learn(value any) {
	switch value := value.(type) {
	case Object:
		for name, member := range value {
			secret, isText := member.(string)
			if isText && len(secret) >= shortSecret && len(secret) <= maxSecret && r.learned < maxLearned && mayHoldSecret(name) && secretWord.MatchString(name) && r.instead[secret] == "" {
				r.instead[secret], r.instead[jsonString(secret)] = "[redacted]", "[redacted]"
				r.learned++
				r.known = nil
			}
			r.learn(member)
		}
	case []any:
		for _, item := range value {
			r.learn(item)
		}
	}
}

var secretWord = regexp.MustCompile(secretWords)

// build puts what is known in order.
func (r *redactor) build() {
	if r.known != nil {
		return
	}
	r.known = append([]string{}, sorted(r.instead)...) // never nil: there may be nothing to know
	slices.SortStableFunc(r.known, func(a, b string) int { return len(b) - len(a) })
	r.bodies = nil
	if len(r.alone) > 0 && r.short == nil {
		var alternatives []string
		for _, token := range sorted(r.alone) {
			alternatives = append(alternatives, regexp.QuoteMeta(token))
		}
		r.short = regexp.MustCompile(`(^|[^A-Za-z0-9_$])(` + strings.Join(alternatives, "|") + `)($|[^A-Za-z0-9_])`)
	}
}

// replace replaces the secrets in the text that may be replaced. Few texts hold one, so a replacer is
// made only of those that occur.
func (r *redactor) replace(s string, may func(secret string) bool) string {
	r.build()
	var pairs []string
	for _, secret := range r.known {
		if strings.Contains(s, secret) && may(secret) {
			pairs = append(pairs, secret, r.instead[secret])
		}
	}
	if pairs == nil {
		return s
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// isWord tells whether a secret might be a word of the suite's own.
func isWord(secret string) bool {
	return len(secret) < 16 && strings.Trim(strings.ToLower(secret), "abcdefghijklmnopqrstuvwxyz") == ""
}

// text is exchanged text without secrets.
func (r *redactor) text(s string) string {
	s = r.replace(s, func(string) bool { return true })
	if r.short == nil {
		return s
	}
	for range 2 { // neighbours share the character between them
		s = r.short.ReplaceAllStringFunc(s, func(found string) string {
			m := r.short.FindStringSubmatch(found)
			return m[1] + r.alone[m[2]] + m[3]
		})
	}
	return s
}

// quoted is a JSON string.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// words is a text in which the suite says, in its own words, what it saw. A secret that might be such a
// word is replaced only inside quotation marks.
func (r *redactor) words(s string) string {
	certain := r.replace(s, func(secret string) bool { return !isWord(secret) })
	return quoted.ReplaceAllStringFunc(certain, r.text)
}

// maxCleaned bounds the bodies that needn't be gone through again.
const maxCleaned = 256

// body is an exchanged body without secrets. The suite reads the same lists again and again, so what came
// of a body is remembered until something new is learned.
func (r *redactor) body(s string) string {
	if r.build(); r.bodies == nil || len(r.bodies) >= maxCleaned {
		r.bodies = map[string]string{}
	}
	clean, known := r.bodies[s]
	if !known {
		clean = r.cleaned(s)
		r.bodies[s] = clean
	}
	return clean
}

func (r *redactor) cleaned(s string) string {
	s = r.text(s)
	if !mayHoldSecret(s) {
		return s
	}
	s = secretMember.ReplaceAllString(s, `$1"[redacted]"`)
	return secretSetting.ReplaceAllStringFunc(s, func(found string) string {
		m := secretSetting.FindStringSubmatch(found)
		if m[1] == "pass" || m[3] == "null" { // pass is a key of task_status_mapping
			return found
		}
		return m[1] + m[2] + "[redacted]"
	})
}

// mayHoldSecret saves most bodies the expressions, which take their time.
func mayHoldSecret(s string) bool {
	s = strings.ToLower(s)
	for _, word := range []string{"pass", "token", "secret", "credential", "private", "api"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// header keeps the headers that may be kept. An unknown credential is a secret as well.
func (r *redactor) header(h http.Header) http.Header {
	kept := http.Header{}
	for _, name := range keptHeaders {
		for _, value := range h.Values(name) {
			shown := r.text(value)
			if name == "Authorization" {
				shown = r.credential(value)
			}
			kept.Add(name, cut(shown, maxShown))
		}
	}
	return kept
}

// credential shows a header Authorization's scheme, and whose token it is.
func (r *redactor) credential(value string) string {
	scheme, credential, found := strings.Cut(value, " ")
	if !found {
		if value == "" {
			return ""
		}
		return "[redacted]"
	}
	shown := r.text(credential)
	name := strings.Trim(shown, `"`)
	for _, known := range []map[string]string{r.instead, r.alone} {
		for _, variable := range known {
			if name == variable {
				return scheme + " " + shown
			}
		}
	}
	if credential == "" {
		return value
	}
	return scheme + " [redacted]"
}

// report goes over all that is kept once more, for the sake of what was learned late.
func (r *redactor) report(report *Report) {
	if r.learned == 0 {
		return
	}
	clean := map[string]string{} // the suite reads the same lists again and again
	for i := range report.Exchanges {
		e := &report.Exchanges[i]
		for _, s := range []*string{&e.URL, (*string)(&e.RequestBody), (*string)(&e.ResponseBody), &e.Error} {
			if _, known := clean[*s]; !known {
				clean[*s] = r.text(*s)
			}
			*s = clean[*s]
		}
		e.ResponseHeader = r.header(e.ResponseHeader)
	}
	for i := range report.Results {
		result := &report.Results[i]
		for _, s := range []*string{&result.Blocked, &result.Inconclusive, &result.Error} {
			*s = r.words(*s)
		}
		for j := range result.Notes {
			result.Notes[j] = r.words(result.Notes[j])
		}
		for _, found := range [][]Difference{result.Failures, result.Warnings} {
			for j := range found {
				d := &found[j]
				d.Pointer, d.Expected, d.Actual = r.words(d.Pointer), r.words(d.Expected), r.words(d.Actual)
			}
		}
	}
}
