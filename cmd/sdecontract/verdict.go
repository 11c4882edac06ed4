package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/sdecontract/sdecontract/mock"
)

// verdict is what the mock saw of a client, as far as it tells whether the client kept to the contract.
type verdict struct {
	secure   bool // the client needs to trust a certificate
	mu       sync.Mutex
	requests int
	had      map[mock.Severity]int // requests with findings of that severity
	remarks  map[subject]*remark
	order    []*remark // as they were first made
}

// subject is what makes two findings the same.
type subject struct {
	severity                            mock.Severity
	operation, in, pointer, rule, about string
}

// remark is a finding, the first exchange on which it was made, and on how many it was.
type remark struct {
	mock.Finding
	first mock.Exchange
	times int
}

// A client can make the mock remember so many different remarks, and a person can read so many.
const (
	maxRemarks = 1000
	maxShown   = 20
)

func newVerdict() *verdict {
	return &verdict{had: map[mock.Severity]int{}, remarks: map[subject]*remark{}}
}

// observe takes an exchange into account.
func (v *verdict) observe(e mock.Exchange) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	seen := map[mock.Severity]bool{}
	for _, f := range e.Findings {
		seen[f.Severity] = true
		v.remark(e, f)
	}
	for severity := range seen {
		v.had[severity]++
	}
}

func (v *verdict) remark(e mock.Exchange, f mock.Finding) {
	operation := e.Operation
	if operation == "" {
		path, _, _ := strings.Cut(e.Target, "?")
		operation = e.Method + " " + path
	}
	key := subject{f.Severity, operation, f.In, f.Pointer, f.Rule, f.Message}
	if r := v.remarks[key]; r != nil {
		r.times++
		return
	}
	if len(v.order) == maxRemarks {
		return
	}
	r := &remark{Finding: f, first: e, times: 1}
	v.remarks[key] = r
	v.order = append(v.order, r)
}

// conclude says what there is to say about the client whose command ended with that status. The error bears
// the exit status.
func (v *verdict) conclude(out io.Writer, status int, allowViolations bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var b strings.Builder
	style := styleFor(out)
	fmt.Fprintf(&b, "%s\n", style.bold("sdecontract: "+v.summary()))
	v.list(&b, style, mock.Fault)
	v.list(&b, style, mock.Violation)
	if status != exitOK { // else refusals were expected
		v.list(&b, style, mock.Refusal)
	}
	v.list(&b, style, mock.Note)
	status, why := v.judge(status, allowViolations)
	if status != exitOK {
		why += fmt.Sprintf(": exit status %d", status)
	}
	fmt.Fprintln(&b, "sdecontract: "+why)
	if _, err := io.WriteString(out, b.String()); err != nil {
		return err
	}
	return exitStatus(status)
}

// judge decides how the program ends, and says why.
func (v *verdict) judge(command int, allowViolations bool) (status int, why string) {
	broke := v.had[mock.Violation] > 0
	switch {
	case command != exitOK:
		return command, "the command failed"
	case v.had[mock.Fault] > 0:
		return exitFailed, "the mock was about to break the contract itself; please report this"
	case v.requests == 0 && allowViolations:
		return exitOK, "nothing was tested, which --allow-violations allows"
	case v.requests == 0:
		return exitBroken, "nothing was tested"
	case broke && allowViolations:
		return exitOK, "the client broke the contract, which --allow-violations allows"
	case broke:
		return exitBroken, "the client broke the contract"
	}
	return exitOK, "the client kept to the contract"
}

// summary counts the requests.
func (v *verdict) summary() string {
	if v.requests == 0 {
		hint := ""
		if v.secure {
			hint = " Does it trust the certificate in " + caVariable + "?"
		}
		if proxy := os.Getenv("HTTP_PROXY") + os.Getenv("http_proxy"); proxy != "" {
			hint += " Does HTTP_PROXY take its requests elsewhere?"
		}
		return "NO REQUEST reached the mock. Does the client call " + urlVariable + "?" + hint
	}
	parts := []string{counted(v.requests, "request", "requests")}
	for _, s := range []struct {
		severity mock.Severity
		of       string
	}{{mock.Fault, "failed by the mock"}, {mock.Violation, "broke the contract"}, {mock.Refusal, "refused"}, {mock.Note, "with notes"}} {
		if n := v.had[s.severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.of))
		}
	}
	return strings.Join(parts, ", ")
}

// list writes the remarks of a severity: which request, what the contract wants, and where it says so.
func (v *verdict) list(b *strings.Builder, style style, severity mock.Severity) {
	found := slices.DeleteFunc(slices.Clone(v.order), func(r *remark) bool { return r.Severity != severity })
	for i, r := range found[:min(len(found), maxShown)] {
		if i == 0 || !r.beside(found[i-1]) {
			fmt.Fprintf(b, "\n  %s  %s\n", style.severity(severity), r.request())
		}
		fmt.Fprintf(b, "    %s: %s\n", printable(strings.TrimSpace(r.In+" "+r.Pointer)), printable(r.Message))
		if why := r.Why(); why != "" {
			fmt.Fprintf(b, "      %s\n", style.dim(printable(why)))
		}
	}
	if more := len(found) - maxShown; more > 0 {
		least := ""
		if len(v.order) == maxRemarks {
			least = "at least "
		}
		fmt.Fprintf(b, "\n  %s  and %s%d more; --log text shows every request\n", style.severity(severity), least, more)
	}
	if len(found) > 0 {
		b.WriteString("\n")
	}
}

// beside tells whether both remarks were always made on the same request, as far as we know.
func (r *remark) beside(other *remark) bool {
	return r.first.Number == other.first.Number && r.times == other.times
}

// request tells on which request the remark was first made, and on how many.
func (r *remark) request() string {
	e := r.first
	text := printable(e.Method) + " " + printable(e.Target)
	if e.User != "" {
		text += " as " + e.User
	}
	if e.Status == 0 { // as a fault wanted it
		text += ", not answered"
	} else {
		text += fmt.Sprintf(", answered %d", e.Status)
	}
	if r.times > 1 {
		text += fmt.Sprintf(" (%d times)", r.times)
	}
	return text
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
