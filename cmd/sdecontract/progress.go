package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/sdecontract/sdecontract/conformance"
)

// progress is a line that is written over and over, on terminals only, once a run takes longer than a
// second.
type progress struct {
	out   io.Writer // nil: there is no terminal
	start time.Time
	shown bool
}

func newProgress(out io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.out = out
	}
	return p
}

// eraseLine goes to the start of the line and erases it.
const eraseLine = "\r\x1b[K"

func (p *progress) show(done, total int, r conformance.Result) {
	p.tell("%d of %d  %s", done, total, r.ID)
}

func (p *progress) tell(format string, args ...any) {
	if p.out == nil || time.Since(p.start) < time.Second {
		return
	}
	p.shown = true
	_, _ = fmt.Fprintf(p.out, eraseLine+format, args...)
}

func (p *progress) clear() {
	if p.shown {
		_, _ = io.WriteString(p.out, eraseLine)
	}
}
