package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sdecontract/sdecontract/conformance"
)

// How many bytes of a page are for what comes from the target. A run against a correct target needs a
// third of it.
const (
	findingsRoom = 1 << 20
	inlineRoom   = 1 << 20
	scriptRoom   = 4 << 20
)

// room is what is left of a bound, in bytes.
type room int

// take tells whether there is room for so many bytes, and takes it.
func (r *room) take(n int) bool {
	if int(*r) < n {
		return false
	}
	*r -= room(n)
	return true
}

// exchange is what the page shows of an exchange, by slot of its template. An absent slot is empty.
type exchange map[string]string

// slots are those of the template.
var slots = []string{
	"number", "method", "path", "user", "status", "time", "took", "remark", "curl", "exact", "asked", "sent", "answered", "reply",
}

// transcript are the exchanges that the page's script shows: each one once, and each text once.
type transcript struct {
	Slots     []string      `json:"slots"`
	Texts     []plainText   `json:"texts"`
	Exchanges map[int][]int `json:"exchanges"` // by number, the position of each slot's text
	Omitted   int           `json:"omitted"`   // exchanges without room

	all    map[int]exchange
	inline room
	first  map[string]string // which exchange showed a text first in the page itself
}

// plainText is a string whose JSON spells each character that can't be seen.
type plainText string

// MarshalJSON writes a string.
func (p plainText) MarshalJSON() ([]byte, error) {
	quoted, err := json.Marshal(string(p))
	var out []byte
	for _, r := range string(quoted) {
		if unicode.IsGraphic(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out, err
}

func newTranscript(r *conformance.Report) *transcript {
	e := &transcript{Slots: slots, Exchanges: map[int][]int{}, all: map[int]exchange{}, inline: inlineRoom, first: map[string]string{}}
	places := map[string]int{}
	left := room(scriptRoom)
	for _, x := range r.Exchanges {
		shown := show(x, r.Target)
		e.all[x.Number] = shown
		size := 0
		for _, text := range shown {
			if _, ok := places[text]; !ok {
				size += len(text) + 8
			}
		}
		if !left.take(size + 64) {
			e.Omitted++
			continue
		}
		row := make([]int, len(slots))
		for i, slot := range slots {
			text := shown[slot]
			place, ok := places[text]
			if !ok {
				place, places[text] = len(e.Texts), len(e.Texts)
				e.Texts = append(e.Texts, plainText(text))
			}
			row[i] = place
		}
		e.Exchanges[x.Number] = row
	}
	return e
}

func show(x conformance.Exchange, target string) exchange {
	curl := x.Curl()
	shown := exchange{
		"number": fmt.Sprint(x.Number), "method": Clean(x.Method), "path": Clean(strings.TrimPrefix(x.URL, target)),
		"user": Clean(x.User), "status": fmt.Sprint(x.Status), "time": x.Time.UTC().Format("15:04:05.000 UTC"), "took": x.Duration.Round(10 * time.Microsecond).String(),
		"curl": Clean(curl), "asked": headers(x.RequestHeader), "sent": pretty(string(x.RequestBody)),
		"answered": headers(x.ResponseHeader), "reply": pretty(string(x.ResponseBody)),
	}
	if x.User == "" {
		shown["user"] = "nobody"
	}
	if x.Status == 0 {
		shown["status"], shown["answered"] = "no reply", Clean(x.Error)
	}
	var remarks []string
	if x.Truncated {
		remarks = append(remarks, "The reply was longer: this is its beginning.")
	}
	switch {
	case !utf8.ValidString(curl):
		remarks = append(remarks, "The request's body is not UTF-8, and no page can hold the command that sends it: the JSON report does.")
		shown["curl"] = ""
	case curl != shown["curl"]:
		shown["exact"] = curl
	}
	shown["remark"] = strings.Join(remarks, " ")
	return shown
}

// headers are header lines, in alphabetical order.
func headers(h http.Header) string {
	var lines []string
	for name, values := range h {
		for _, value := range values {
			lines = append(lines, Clean(name+": "+value))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// maxDepth is how deep JSON may nest to be indented: beyond it, blanks would outgrow the text.
const maxDepth = 32

// pretty is a body on several lines, if it is JSON.
func pretty(body string) string {
	depth, deepest := 0, 0
	for _, c := range body {
		switch c {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	var out bytes.Buffer
	if deepest > maxDepth || json.Indent(&out, []byte(body), "", "  ") != nil {
		return CleanLines(body)
	}
	return CleanLines(out.String())
}

// check is a check as the page shows it.
type check struct {
	conformance.Result
	Failed, Warned found
	Remarks        []string
	More           int // findings without room
	Trouble, Open  bool
	Inline         []exchange
	Elsewhere      []int // exchanges that only the script shows
}

// found are the differences that have room.
type found struct{ Shown []conformance.Difference }

// check takes what has room of a result.
func (e *transcript) check(r conformance.Result, left *room) check {
	c := check{Result: r}
	c.Trouble = slices.Contains([]conformance.Verdict{
		conformance.Fail, conformance.Error, conformance.Inconclusive, conformance.Blocked, conformance.Warn,
	}, r.Verdict)
	c.Failed = c.differences(r.Failures, left)
	c.Warned = c.differences(r.Warnings, left)
	for _, note := range r.Notes {
		if len(c.Remarks) < maxFindings && left.take(len(note)+16) {
			c.Remarks = append(c.Remarks, note)
		} else {
			c.More++
		}
	}
	for _, number := range r.Exchanges {
		if c.Trouble && e.inline.take(e.size(number)) {
			c.Inline = append(c.Inline, e.once(number, r.ID))
		} else {
			c.Elsewhere = append(c.Elsewhere, number)
		}
	}
	return c
}

// maxFindings is how many differences, or notes, are shown of one check.
const maxFindings = 20

func (c *check) differences(all []conformance.Difference, left *room) found {
	var f found
	for _, d := range all {
		if len(f.Shown) < maxFindings && left.take(len(d.Pointer)+len(d.Expected)+len(d.Actual)+256) {
			f.Shown = append(f.Shown, d)
		} else {
			c.More++
		}
	}
	return f
}

// long is from how many bytes on a text is worth not to be told twice.
const long = 300

// size is about how many bytes the exchange needs in the page itself; more than there are for one that
// the report doesn't have.
func (e *transcript) size(number int) int {
	x, ok := e.all[number]
	if !ok {
		return inlineRoom + 1
	}
	size := 1500 // of markup
	for _, text := range x {
		if len(text) <= long || e.first[text] == "" {
			size += len(text)
		}
	}
	return size
}

// once is the exchange, with a word in place of each long text that another check has already shown.
func (e *transcript) once(number int, id string) exchange {
	x := exchange{}
	for _, slot := range slots {
		text := e.all[number][slot]
		if slot == "exact" { // only for copying, which the script does
			continue
		}
		x[slot] = text
		if slot != "sent" && slot != "reply" || len(text) <= long {
			continue
		}
		if first := e.first[text]; first != "" {
			x[slot] = "the same as " + first
		} else {
			e.first[text] = fmt.Sprintf("in exchange %d, under %s", number, Clean(id))
		}
	}
	return x
}
