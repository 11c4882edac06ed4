package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/sdecontract/sdecontract/mock"
)

// newLogger returns what logs an exchange in that format.
func newLogger(format string, out io.Writer) (func(mock.Exchange), error) {
	var mu sync.Mutex
	style := styleFor(out)
	write := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(out, line)
	}
	switch format {
	case "text":
		return func(e mock.Exchange) { write(textLine(style, e)) }, nil
	case "json":
		return func(e mock.Exchange) { write(jsonLine(e)) }, nil
	case "none":
		return func(mock.Exchange) {}, nil
	}
	return nil, fmt.Errorf("--log: %q is not text, json or none", format)
}

// textLine is an exchange in one line, and a line or two for each finding.
func textLine(style style, e mock.Exchange) string {
	user := e.User
	if user == "" {
		user = "-"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %-6s %s  %s  %s\n", e.Time.Format("15:04:05"), style.status(e.Status), printable(e.Method),
		printable(e.Target), style.dim(user), style.dim(e.Duration.Round(10*time.Microsecond).String()))
	for _, f := range e.Findings {
		where := strings.TrimSpace(f.In + " " + f.Pointer)
		fmt.Fprintf(&b, "          %s %s: %s\n", style.severity(f.Severity), printable(where), printable(f.Message))
		if why := f.Why(); why != "" {
			fmt.Fprintf(&b, "          %s\n", style.dim("  "+printable(why)))
		}
	}
	return b.String()
}

// jsonLine is an exchange as one JSON object.
func jsonLine(e mock.Exchange) string {
	type finding struct {
		Severity mock.Severity `json:"severity"`
		In       string        `json:"in"`
		Pointer  string        `json:"pointer,omitempty"`
		Message  string        `json:"message"`
		Rule     string        `json:"rule,omitempty"`
		Location string        `json:"location,omitempty"`
		Source   string        `json:"source,omitempty"`
	}
	line := struct {
		Time       time.Time `json:"time"`
		Msg        string    `json:"msg"`
		Method     string    `json:"method"`
		Target     string    `json:"target"`
		Operation  string    `json:"operation,omitempty"`
		User       string    `json:"user,omitempty"`
		Status     int       `json:"status"`
		Bytes      int       `json:"bytes"`
		DurationUS int64     `json:"duration_us"`
		Findings   []finding `json:"findings,omitempty"`
	}{e.Time, "exchange", e.Method, e.Target, e.Operation, e.User, e.Status, e.Bytes, e.Duration.Microseconds(), nil}
	for _, f := range e.Findings {
		line.Findings = append(line.Findings, finding(f))
	}
	data, err := json.Marshal(line)
	if err != nil {
		return strconv.Quote(err.Error()) + "\n"
	}
	return string(data) + "\n"
}

// printable keeps what a client sent from moving the cursor or breaking the line.
func printable(s string) string {
	quoted := strconv.QuoteToGraphic(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// style colours text, if it goes to a terminal.
type style bool

func styleFor(out io.Writer) style {
	f, ok := out.(*os.File)
	return style(ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

func (s style) paint(code, text string) string {
	if !s {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.paint("1", text) }
func (s style) dim(text string) string  { return s.paint("2", text) }

func (s style) status(status int) string {
	code := map[int]string{2: "32", 3: "36", 4: "33", 5: "31"}[status/100]
	return s.paint(code, fmt.Sprintf("%3d", status)) // 0 if a fault kept the reply back
}

func (s style) severity(severity mock.Severity) string {
	code := map[mock.Severity]string{mock.Violation: "31", mock.Refusal: "33", mock.Note: "36", mock.Fault: "1;31", mock.Breach: "35", mock.Outage: "1;35"}[severity]
	return s.paint(code, fmt.Sprintf("%-9s", severity))
}
