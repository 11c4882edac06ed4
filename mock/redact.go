package mock

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redacted stands for a secret that is nobody's token.
const redacted = "[redacted]"

// harmless are the headers whose values are shown, once known secrets are replaced in them. Any other might
// hold a secret that nobody knows of.
var harmless = []string{
	"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Access-Control-Allow-Origin", "Allow", "Cache-Control",
	"Connection", "Content-Encoding", "Content-Language", "Content-Length", "Content-Type", "Contract-Explanation", "Date",
	"Location", "Origin", "Prefer", "Preference-Applied", "Referer", "Retry-After", "Server", "Transfer-Encoding", "User-Agent", "Vary", "Www-Authenticate",
}

// secretWords are what the name of a secret holds one of.
var secretWords = []string{"pass", "pwd", "token", "secret", "credential", "private", "apikey", "api_key", "api-key", "authoriz", "session", "cookie"}

// secretWord tells whether the text holds one of them.
func secretWord(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(text, word) })
}

var (
	// secretSetting is a name with a secret in what isn't JSON, or not quite.
	secretSetting = regexp.MustCompile(`([\w-]*(?i:` + strings.Join(secretWords, "|") + `)[\w-]*)(\\*["']?\s*(?:=>|[:=>])\s*\\*["']?)([^\s"'\\,;&<>{}\[\]]+)`)
	// secretUser is the password in a URL.
	secretUser = regexp.MustCompile(`(://[^/?#\s:@"]*):[^/?#\s@"]+@`)
)

// A secret shorter than shortSecret isn't looked for elsewhere than where it stands by name: it might be any word.
const shortSecret = 8

// redactor replaces secrets, such as the tokens of the world's users, in what was exchanged.
type redactor struct {
	secrets []secret
	tokens  map[string]string // what stands for a user's token in a header
	names   map[string]string // what stands for any other secret; nil if nobody needs to tell them apart
}

// instead is what stands for a secret that is nobody's token.
func (r *redactor) instead(secret string) string {
	if r.names == nil {
		return redacted
	}
	name := r.names[secret]
	if name == "" {
		name = fmt.Sprintf("secret-%d", len(r.names)+1)
		r.names[secret] = name
	}
	return name
}

// secret is a text that must not be shown, and what is shown instead.
type secret struct{ text, instead string }

// redactor returns what knows the secrets of the world's users.
func (w *World) redactor() *redactor {
	if r := w.lastRedactor.Load(); r != nil {
		return r
	}
	r := newRedactor(w)
	w.lastRedactor.Store(r)
	return r
}

func newRedactor(w *World) *redactor {
	r := &redactor{tokens: map[string]string{}}
	for _, u := range w.users {
		r.tokens[u.Token] = "$" + tokenVariable(u.Name)
		r.learn(u.Token, r.tokens[u.Token])
	}
	return r
}

// tokenVariable is the name of an environment variable for a user's token.
func tokenVariable(user string) string {
	return "SDECONTRACT_TOKEN_" + strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, strings.ToUpper(user))
}

// learn adds a secret in the forms in which it may stand, the longest first: one may hold another.
func (r *redactor) learn(text, instead string) {
	if len(text) < shortSecret || len(text) > maxKeptHeader {
		return
	}
	inJSON := string(appendJSON(nil, text))
	for _, form := range []string{text, url.QueryEscape(text), url.PathEscape(text), inJSON[1 : len(inJSON)-1]} {
		if !slices.ContainsFunc(r.secrets, func(s secret) bool { return s.text == form }) {
			r.secrets = append(r.secrets, secret{form, instead})
		}
	}
	slices.SortStableFunc(r.secrets, func(a, b secret) int { return cmp.Compare(len(b.text), len(a.text)) })
}

// brief redacts what there is of an exchange without headers and bodies.
func (r *redactor) brief(e Exchange) Exchange {
	e.Method, e.Host, e.Target = r.known(e.Method), r.known(e.Host), r.target(e.Target)
	for i, f := range e.Findings {
		if pointer, message := r.known(f.Pointer), r.known(f.Message); pointer != f.Pointer || message != f.Message {
			e.Findings = slices.Clone(e.Findings)
			e.Findings[i].Pointer, e.Findings[i].Message = pointer, message
		}
	}
	return e
}

// exchange redacts a whole exchange. A password or an unknown token that stands somewhere by name is
// replaced everywhere in it.
func (r *redactor) exchange(e Exchange) Exchange {
	own := &redactor{slices.Clone(r.secrets), r.tokens, nil}
	own.learnNamed(e)
	e.RequestBody, e.ReplyBody = own.body(e.RequestBody, nil), own.body(e.ReplyBody, nil)
	if e.Cut != nil {
		e.RequestBody, e.ReplyBody = own.tail(e.RequestBody), own.tail(e.ReplyBody)
	}
	e.RequestHeader, e.ReplyHeader = own.header(e.RequestHeader), own.header(e.ReplyHeader)
	return own.brief(e)
}

// learnNamed learns the secrets that stand by name in the exchange.
func (r *redactor) learnNamed(e Exchange) {
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		for _, value := range e.RequestHeader.Values(name) {
			_, credential, _ := strings.Cut(value, " ")
			r.learnOther(strings.Trim(credential, `" `))
		}
	}
	for _, value := range append(e.RequestHeader.Values("Cookie"), e.ReplyHeader.Values("Set-Cookie")...) {
		for pair := range strings.SplitSeq(value, ";") {
			_, cookie, _ := strings.Cut(pair, "=")
			r.learnOther(cookie)
		}
	}
	_, query, _ := strings.Cut(e.Target, "?")
	for part := range strings.SplitSeq(query, "&") {
		if pair, err := url.ParseQuery(part); err == nil {
			for name := range pair {
				if secretWord(name) {
					r.learnOther(pair.Get(name))
				}
			}
		}
	}
	for _, body := range []string{e.RequestBody, e.ReplyBody} {
		r.body(body, r.learnOther)
	}
}

// learnOther adds a secret that is nobody's token.
func (r *redactor) learnOther(text string) {
	if len(text) >= shortSecret {
		r.learn(text, r.instead(text))
	}
}

// known replaces the secrets that are known.
func (r *redactor) known(text string) string {
	for _, s := range r.secrets {
		if strings.Contains(text, s.text) {
			text = strings.ReplaceAll(text, s.text, s.instead)
		}
	}
	if whole, wasClipped := strings.CutSuffix(text, "..."); wasClipped {
		return r.tail(whole) + "..."
	}
	return text
}

// tail redacts the beginning of a secret at the end of a text that was cut.
func (r *redactor) tail(text string) string {
	for _, s := range r.secrets {
		for n := len(s.text) - 1; n >= shortSecret/2; n-- {
			if whole, found := strings.CutSuffix(text, s.text[:n]); found {
				return whole + redacted
			}
		}
	}
	return text
}

// text redacts a text that isn't known to be JSON.
func (r *redactor) text(text string) string {
	text = r.known(text)
	if strings.Contains(text, "://") {
		text = secretUser.ReplaceAllString(text, "$1:"+redacted+"@")
	}
	if !secretWord(text) {
		return text
	}
	return secretSetting.ReplaceAllStringFunc(text, func(found string) string {
		m := secretSetting.FindStringSubmatch(found)
		if m[1] == "pass" || m[3] == "null" { // pass is a key of task_status_mapping
			return found
		}
		return m[1] + m[2] + r.instead(m[3])
	})
}

// target redacts a URL, however it is escaped.
func (r *redactor) target(target string) string {
	path, query, found := strings.Cut(target, "?")
	path = r.escaped(path, url.PathUnescape)
	if !found {
		return path
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); (err != nil || secretWord(plain)) && value != "" {
			parts[i] = r.escaped(name, url.QueryUnescape) + "=" + redacted
			continue
		}
		parts[i] = r.escaped(part, url.QueryUnescape)
	}
	return path + "?" + strings.Join(parts, "&")
}

// escaped redacts a text that may spell a secret in another form than it is known in.
func (r *redactor) escaped(text string, unescape func(string) (string, error)) string {
	text = r.known(text)
	if plain, err := unescape(text); err == nil && r.known(plain) != plain {
		return r.known(plain)
	}
	return text
}

// header redacts the values of headers. Of the credential in Authorization it shows whose it is.
func (r *redactor) header(h http.Header) http.Header {
	shown := http.Header{}
	for name, values := range h {
		for _, value := range values {
			scheme, credential, isPair := strings.Cut(value, " ")
			switch {
			case slices.Contains(harmless, name) && name == explanationHeader:
				value = r.known(value)
			case slices.Contains(harmless, name) && (name == "Location" || name == "Referer"):
				value = r.text(r.target(value))
			case slices.Contains(harmless, name):
				value = r.text(value)
			case name == "Authorization" && isPair:
				value = scheme + " " + cmp.Or(r.tokens[strings.Trim(credential, `" `)], redacted)
			default:
				value = redacted
			}
			shown.Add(name, value)
		}
	}
	return shown
}
