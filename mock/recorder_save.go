package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Files of a recording.
const (
	recordedWorld     = "world.yaml"
	recordedExchanges = "exchanges"
)

// exchangeFile is the form of a recorded exchange. A body is JSON, or else a text.
type exchangeFile struct {
	Operation string      `json:"operation,omitempty"`
	Request   requestFile `json:"request"`
	Reply     replyFile   `json:"reply"`
}

type requestFile struct {
	Method string `json:"method"`
	Target string `json:"target"`
	User   string `json:"user,omitempty"`
	bodyFile
}

type replyFile struct {
	Status int         `json:"status"`
	Header http.Header `json:"header,omitempty"`
	bodyFile
}

type bodyFile struct {
	Body json.RawMessage `json:"body,omitempty"`
	Text string          `json:"text,omitempty"`
}

// Save writes what was recorded into the directory, which it makes: world.yaml, which a mock can serve, and in
// exchanges a file for each exchange, which [ReadRecording] reads. In place of each secret stands a name, the same
// wherever the secret stood; ids stay as they are. If no request came, it writes nothing.
func (r *Recorder) Save(dir string) (Recorded, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := Recorded{Dropped: r.dropped}
	if len(r.users) == 0 && len(r.exchanges) == 0 {
		return sum, nil
	}
	secrets := r.secrets()
	if err := os.MkdirAll(filepath.Join(dir, recordedExchanges), 0o700); err != nil {
		return sum, err
	}
	for i, e := range r.exchanges {
		text, err := e.file(secrets)
		if err != nil {
			return sum, err
		}
		name := fmt.Sprintf("%05d-%s.json", i+1, orText(e.Operation, "other"))
		if err := os.WriteFile(filepath.Join(dir, recordedExchanges, name), text, 0o600); err != nil {
			return sum, err
		}
		sum.Exchanges++
	}
	text, err := r.worldText(secrets, &sum)
	if err != nil {
		return sum, err
	}
	return sum, os.WriteFile(filepath.Join(dir, recordedWorld), text, 0o600)
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// secrets knows all that must not be written, and what stands for it.
func (r *Recorder) secrets() *redactor {
	secrets := &redactor{tokens: map[string]string{}, names: map[string]string{}}
	for _, u := range r.world.users {
		secrets.learn(u.Token, placeholder(u.Name))
	}
	for _, u := range r.users {
		secrets.learn(u.Token, placeholder(u.Name))
	}
	for _, e := range r.exchanges {
		secrets.learnNamed(e.Exchange)
	}
	for _, key := range r.order {
		secrets.body(string(appendJSON(nil, r.seen[key].values)), secrets.learnOther)
	}
	return secrets
}

// placeholder is the token of a recorded user.
func placeholder(user string) string {
	return "recorded-token-" + strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '-'
	}, user)
}

// file is the exchange as it is written.
func (e recorded) file(secrets *redactor) ([]byte, error) {
	f := exchangeFile{
		Operation: e.Operation,
		Request:   requestFile{Method: secrets.known(e.Method), Target: secrets.target(e.Target), bodyFile: newBodyFile(secrets, e.RequestBody)},
		Reply:     replyFile{Status: e.Status, Header: secrets.header(e.ReplyHeader), bodyFile: newBodyFile(secrets, e.ReplyBody)},
	}
	if e.user != nil {
		f.Request.User = e.user.Name
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(f)
	return b.Bytes(), err
}

func newBodyFile(secrets *redactor, body string) bodyFile {
	text := secrets.body(body, nil)
	if json.Valid([]byte(text)) {
		return bodyFile{Body: json.RawMessage(text)}
	}
	return bodyFile{Text: text}
}
