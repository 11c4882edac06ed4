// Package export writes what a mock saw, and what of the contract its clients covered, for people and programs.
// Its functions depend on what they are given only, and escape what a client sent.
package export

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/build"
	"github.com/sdecontract/sdecontract/mock"
)

// Exchanges writes them as a JSON array.
func Exchanges(w io.Writer, exchanges []mock.Exchange) error {
	if exchanges == nil {
		exchanges = []mock.Exchange{}
	}
	return writeJSON(w, exchanges)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// The parts of a HAR 1.2 document.
type (
	harLog struct {
		Version string     `json:"version"`
		Creator harName    `json:"creator"`
		Entries []harEntry `json:"entries"`
	}
	harName struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"` // milliseconds
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Comment  string      `json:"comment,omitempty"`

		Number     int64          `json:"_number"`
		Operation  string         `json:"_operation,omitempty"`
		User       string         `json:"_user,omitempty"`
		Findings   []mock.Finding `json:"_findings,omitempty"`
		Behaviours []string       `json:"_behaviours,omitempty"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		Post        *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"` // -1: not known
		BodySize    int       `json:"bodySize"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Comment  string `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// HAR writes exchanges as an HTTP archive 1.2, which the network panel of a browser's developer tools can load.
// What the mock found is in the members _findings, _operation, _user and _behaviours of each entry.
func HAR(w io.Writer, exchanges []mock.Exchange) error {
	log := harLog{Version: "1.2", Creator: harName{"sdecontract", build.Version()}, Entries: []harEntry{}}
	for _, e := range exchanges {
		log.Entries = append(log.Entries, entry(e))
	}
	return writeJSON(w, map[string]harLog{"log": log})
}

func entry(e mock.Exchange) harEntry {
	milliseconds := float64(e.Duration) / float64(time.Millisecond)
	out := harEntry{
		Started: e.Time.Format("2006-01-02T15:04:05.000Z07:00"), Time: milliseconds, Timings: harTimings{Wait: milliseconds},
		Request: harRequest{
			Method: e.Method, URL: e.URL(), HTTPVersion: e.Proto, Cookies: []harPair{}, Headers: pairs(e.RequestHeader),
			Query: query(e.Target), HeadersSize: -1, BodySize: len(e.RequestBody),
		},
		Response: harResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: e.Proto, Cookies: []harPair{},
			Headers: pairs(e.ReplyHeader), RedirectURL: e.ReplyHeader.Get("Location"), HeadersSize: -1, BodySize: e.Bytes,
			Content: harContent{Size: len(e.ReplyBody), MimeType: e.ReplyHeader.Get("Content-Type"), Text: e.ReplyBody},
		},
		Number: e.Number, Operation: e.Operation, User: e.User, Findings: e.Findings, Behaviours: e.Behaviours,
	}
	if e.RequestBody != "" {
		out.Request.Post = &harPost{MimeType: e.RequestHeader.Get("Content-Type"), Params: []harPair{}, Text: e.RequestBody}
	}
	if e.Cut != nil {
		out.Comment = "not whole: " + strings.Join(e.Cut, ", ")
	}
	return out
}

// pairs lists headers by name.
func pairs(h http.Header) []harPair {
	list := []harPair{}
	for name, values := range h {
		for _, v := range values {
			list = append(list, harPair{name, v})
		}
	}
	slices.SortStableFunc(list, func(a, b harPair) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// query lists the parameters as far as they can be read.
func query(target string) []harPair {
	_, raw, found := strings.Cut(target, "?")
	list := []harPair{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		text, err2 := url.QueryUnescape(value)
		if found && err == nil && err2 == nil {
			list = append(list, harPair{plain, text})
		}
	}
	return list
}
