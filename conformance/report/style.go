package report

import (
	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/plain"
)

// Style is how a text report looks.
type Style struct {
	Color   bool // with the escape sequences of terminals
	Verbose bool // with each check that passed, and all the evidence
}

func (s Style) paint(code, text string) string {
	if !s.Color || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string { return s.paint("1", text) }
func (s Style) dim(text string) string  { return s.paint("2", text) }

// verdict paints a text in the colour of the verdict.
func (s Style) verdict(v conformance.Verdict, text string) string {
	codes := map[conformance.Verdict]string{
		conformance.Pass: "32", conformance.Fail: "1;31", conformance.Error: "1;31", conformance.Warn: "33",
		conformance.Inconclusive: "35", conformance.Blocked: "35", conformance.Noted: "36",
	}
	return s.paint(codes[v], text)
}

// Clean keeps what a target sent from moving the cursor, colouring or breaking the line. What it replaces
// is spelled as in JSON.
func Clean(text string) string { return plain.Clean(text) }

// Request is a curl line that sends the request of an exchange again. One that is too long to paste ends
// in dots.
func Request(e conformance.Exchange) string { return Clean(cut(e.Curl(), 2000)) }

// Body is a body in one line of bearable length.
func Body(body string) string { return Clean(cut(body, 300)) }

// cut shortens a text to so many characters.
func cut(text string, length int) string { return plain.Cut(text, length) }

// count is a number with its noun.
func count(n int, noun string) string { return plain.Count(n, noun) }

// CleanLines is [Clean] for a text of several lines.
func CleanLines(text string) string { return plain.CleanLines(text) }
