package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// Badge writes an image (SVG) with what the run says in a few words, for a README or a dashboard. It
// needs nothing from elsewhere. It says conformant only of a whole run without a broken promise and
// without known deviations.
func Badge(w io.Writer, r *conformance.Report) error {
	const label, margin, height = "SD Elements API", 6, 20
	says, colour := badge(r)
	left, right := width(label)+2*margin, width(says)+2*margin
	part := func(x, length int, text string) string {
		return fmt.Sprintf(`<text x="%d" y="14" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`, x+margin, length-2*margin, text)
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" role="img" aria-label="%[3]s: %[4]s">
  <title>%[3]s: %[4]s</title>
  <clipPath id="corners"><rect width="%[1]d" height="%[2]d" rx="3"/></clipPath>
  <g clip-path="url(#corners)">
    <rect width="%[5]d" height="%[2]d" fill="#444"/>
    <rect x="%[5]d" width="%[6]d" height="%[2]d" fill="%[7]s"/>
  </g>
  <g fill="#fff" font-family="Verdana,'DejaVu Sans',sans-serif" font-size="11">
    %[8]s
    %[9]s
  </g>
</svg>
`, left+right, height, label, says, left, right, colour, part(0, left, label), part(left, right, says))
	return err
}

// The colours of a badge: white text can be read on each.
const (
	green  = "#2a7b2e"
	blue   = "#0b69b7"
	yellow = "#8a6100"
	red    = "#b3261e"
	grey   = "#6b6b6b"
)

// badge is what the run says, and the colour to say it in.
func badge(r *conformance.Report) (says, colour string) {
	scope := ""
	switch all := len(r.Results) + len(r.NotRun); {
	case len(r.NotRun) > 0:
		scope = fmt.Sprintf(" · %d of %d checks", len(r.Results), all)
	case !r.Whole():
		scope = " · " + string(conformance.Read)
	}
	unjudged := ""
	if n := r.Count(conformance.Blocked) + r.Count(conformance.Inconclusive); n > 0 {
		unjudged = fmt.Sprintf(", %d not judged", n)
	}
	known := len(known(r))
	broken := r.Unexpected(conformance.Fail)
	switch r.ExitStatus() {
	case conformance.ExitTargetFailed:
		if r.Count(conformance.Pass)+r.Count(conformance.Warn)+r.Count(conformance.Fail)+r.Count(conformance.Noted) == 0 {
			return "not reached", grey
		}
		says = count(r.Unexpected(conformance.Error), "error")
		if broken > 0 {
			says += ", " + count(broken, "broken promise")
		}
		return says + unjudged + scope, red
	case conformance.ExitNotConformant:
		if broken == 0 {
			return count(r.Stale(), "stale known deviation") + unjudged + scope, red
		}
		return count(broken, "broken promise") + unjudged + scope, red
	case conformance.ExitIncomplete:
		return "incomplete", yellow
	}
	switch na := r.Count(conformance.NA); {
	case known > 0:
		return count(known, "known deviation") + scope, yellow
	case !r.Whole():
		return "no broken promise" + scope, blue
	case na > 0:
		return fmt.Sprintf("conformant except %d n/a", na), green
	}
	return "conformant", green
}

// widths are how wide letters of DejaVu Sans are, and nearly those of Verdana, in tenths of a pixel at
// the size 11. The image states the length of its texts, so that another font can't break it.
var widths = map[int]string{31: "ijl", 32: "I", 35: " ,·-", 37: "/", 39: "f", 43: "t", 45: "r", 57: "s", 58: "z", 60: "c", 65: "kvxy", 90: "w", 107: "m"}

// width is how many pixels wide a text is.
func width(text string) int {
	sum := 0
	for _, letter := range text {
		tenths := 70 // most letters, and the digits
		for w, letters := range widths {
			if strings.ContainsRune(letters, letter) {
				tenths = w
			}
		}
		sum += tenths
	}
	return (sum + 9) / 10
}
