package explore

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/plain"
)

// Colours of a terminal.
const red, yellow, bold, plainly = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"

// Text writes the report for people.
func Text(w io.Writer, r *Report, color bool) error {
	var b bytes.Buffer
	paint := func(code, text string) string {
		if !color {
			return text
		}
		return code + text + plainly
	}
	b.WriteString(paint(bold, r.Target))
	if product := strings.TrimSpace(r.Implementation.Product + " " + r.Implementation.Version); product != "" {
		fmt.Fprintf(&b, " (%s)", oneLine(strings.TrimSuffix(product+", "+r.Implementation.Organization, ", ")))
	}
	fmt.Fprintf(&b, "\nSeed %d: %s in %s, %s created, %s\n", r.Seed, plain.Count(r.Requests, "request"), plain.Count(r.Sequences, "sequence"),
		plain.Count(len(r.Created), "connection"), r.Duration.Round(100*time.Millisecond))
	if r.ReadOnly {
		b.WriteString("Nothing was written: the target is only read.\n")
	}
	for i, f := range r.Findings {
		level := paint(red, "broken  ")
		if f.Doubtful {
			level = paint(yellow, "doubtful")
		}
		fmt.Fprintf(&b, "\n%3d  %s  %s\n", i+1, level, paint(bold, f.Says))
		f.text(&b)
	}
	for _, f := range r.Unconfirmed {
		again := "and not when it was repeated"
		if f.Unrepeated {
			again = "and the limits of requests and creates left no way to repeat it"
		}
		fmt.Fprintf(&b, "\nSeen once, %s: %s %s: expected %s, got %s\n", again, f.Oracle, f.where(), f.Expected, f.Actual)
	}
	r.text(&b)
	_, err := w.Write(b.Bytes())
	return err
}

// text tells what was found, as a story and as a script.
func (f *Finding) text(b *bytes.Buffer) {
	times := "once"
	if f.Count > 1 {
		times = fmt.Sprintf("%d times", f.Count)
	}
	fmt.Fprintf(b, "       at        %s (%s, seen %s)\n       expected  %s\n       actual    %s\n", f.where(), f.Oracle, times,
		oneLine(f.Expected), oneLine(f.Actual))
	b.WriteString("       story\n")
	for i := range f.Evidence {
		fmt.Fprintf(b, "         %2d  %s\n", i+1, f.line(&f.Evidence[i]))
	}
	b.WriteString("       script\n")
	for line := range strings.Lines(f.Script()) {
		b.WriteString("         " + line)
	}
}

// text says what it comes to.
func (r *Report) text(b *bytes.Buffer) {
	broken := 0
	for _, f := range r.Findings {
		if !f.Doubtful {
			broken++
		}
	}
	b.WriteString("\n")
	left := 0
	for _, c := range r.Created {
		if c.Frequency != "manually" {
			left++
			fmt.Fprintf(b, "Not left at manually: %s connection %d, %q, frequency %q\n", c.Kind, c.ID, c.Alias, c.Frequency)
		}
	}
	switch {
	case r.Unreachable != "":
		fmt.Fprintf(b, "The target could not be reached: %s\n", r.Unreachable)
	case r.Incomplete != "":
		fmt.Fprintf(b, "Incomplete: %s.\n", r.Incomplete)
	case r.Stopped != "":
		fmt.Fprintf(b, "Stopped because %s: there may be more.\n", r.Stopped)
	}
	switch {
	case len(r.Findings) == 0:
		b.WriteString("No finding.\n")
	case broken == 0:
		fmt.Fprintf(b, "%s, all of them doubtful: the documentation only suggests otherwise.\n", plain.Count(len(r.Findings), "finding"))
	default:
		fmt.Fprintf(b, "%s, %d of them doubtful. They change no verdict on conformance: for that, 'sdecontract verify'.\n",
			plain.Count(len(r.Findings), "finding"), len(r.Findings)-broken)
	}
}
