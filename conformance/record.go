package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
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
	RequestBody    Body          `json:"request_body,omitempty"`
	Status         int           `json:"status,omitempty"` // 0: no reply
	ResponseHeader http.Header   `json:"response_header,omitempty"`
	ResponseBody   Body          `json:"response_body,omitempty"`
	Truncated      bool          `json:"truncated,omitempty"` // the reply is longer than what is kept
	Error          string        `json:"error,omitempty"`     // why there is no reply
}

// Body is what was exchanged as a body. In JSON it is a string, or an object {"base64": "..."} if its bytes
// are not UTF-8, so that none is lost.
type Body string

type binary struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes a string, or an object with the member base64.
func (b Body) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(b)) {
		return json.Marshal(binary{[]byte(b)})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(string(b))
	return bytes.TrimSpace(out.Bytes()), err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Body) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(data, []byte("{")) {
		return json.Unmarshal(data, (*string)(b))
	}
	var raw binary
	err := json.Unmarshal(data, &raw)
	*b = Body(raw.Base64)
	return err
}

// maxKept is how many bytes of a body are kept as evidence.
const maxKept = 16 << 10

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
		b.WriteString(" --data-binary " + shellQuote(string(e.RequestBody)))
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

// evidence is what is kept of a request and what came of it. Passwords in the reply are secrets from now on.
func (r *runner) evidence(q request, req *http.Request, body []byte, started time.Time, reply *Reply, err error) Exchange {
	e := Exchange{
		Number: len(r.exchanges) + 1, Time: utc(started), Duration: time.Since(started), Method: q.method,
		URL: r.redact.text(req.URL.String()), RequestHeader: r.redact.header(req.Header), RequestBody: Body(r.kept(body, nil)),
	}
	if q.user != nil {
		e.User = q.user.Name
	}
	if err != nil {
		e.Error = cut(r.redact.text(err.Error()), maxShown)
		return e
	}
	r.redact.learn(reply.Value)
	e.Status, e.ResponseHeader = reply.Status, r.redact.header(reply.Header)
	e.ResponseBody = Body(r.kept(reply.Body, &e.Truncated))
	return e
}

// kept is the part of a body that is kept as evidence, redacted before it is cut.
func (r *runner) kept(body []byte, truncated *bool) string {
	text := r.redact.body(cut(string(body[:min(len(body), 2*maxKept)]), 2*maxKept))
	if len(body) > 2*maxKept { // at its end may be half a secret
		text = cut(text, max(0, len(text)-maxSecret))
	}
	if truncated != nil {
		*truncated = len(body) > 2*maxKept || len(text) > maxKept
	}
	return cut(text, maxKept)
}

// cut is the text's first bytes, up to a limit. It doesn't keep the rest in memory.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:limit], ""))
}
