//go:build linux

package docs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// server is a command that serves until Ctrl-C, as in another terminal.
type server struct {
	line    int
	text    string
	address string
	process int    // the head of its process group
	output  string // the file with what it printed
	status  string // the file with its exit status, once it has ended
	url     string // the file that it writes when it serves, unless the page gives it another
	shown   int    // how many lines of its output the page has shown
}

var (
	starts  = regexp.MustCompile(`\b(sdecontract|cmd/sdecontract\S*) (mock|proxy)\b|\bmake serve\b|\bcurl -N\b`)
	ends    = regexp.MustCompile(` -- | --help\b|&\s*$`)
	listens = regexp.MustCompile(`(--listen[ =]|LISTEN=)\S*?:(\d+)`)
)

// serves is true of a command that the reader leaves running in its terminal. One that follows a stream, curl -N, is
// ready when it has printed something.
func serves(text string) bool { return starts.MatchString(text) && !ends.MatchString(text) }

// serve starts a server, and waits until it serves, or ends because it can't.
func (s *session) serve(st step) {
	v := &server{line: st.line, text: st.text, address: "127.0.0.1:" + s.ports.of("8080")}
	if strings.Contains(st.text, "curl -N") {
		v.address = ""
	}
	if said := listens.FindStringSubmatch(st.typed); said != nil {
		v.address = "127.0.0.1:" + said[2]
	}
	for _, other := range slices.Clone(s.servers) {
		if other.address == v.address && v.address != "" {
			s.stop(other, other.line)
		}
	}
	s.count++
	script := s.keep("command", st.typed)
	name := strings.TrimSuffix(script, "command")
	v.output, v.status, v.url = s.keep("output", ""), name+"status", name+"url"
	// A group of its own, for the signal. The outer shell outlives it to tell the status.
	said, err := s.tell(fmt.Sprintf(`%s; set -m; { trap : INT; ( export SDECONTRACT_URL_FILE='%s'; . '%s' ); echo "$?" >'%s'; } >'%s' 2>&1 </dev/null 3>&- & echo "$!" >&3; set +m`,
		s.listen(st), v.url, script, v.status, v.output))
	if err == nil {
		v.process, err = strconv.Atoi(said)
	}
	if err != nil {
		s.broken = true
		s.errorf(st.line, "%s\n  %v", st.text, err)
		return
	}
	s.servers = append(s.servers, v)
	ctx, cancel := context.WithTimeout(context.Background(), serverTimeout)
	defer cancel()
	err = until(ctx, func() bool { return v.ended() != "" || s.ready(v) })
	switch {
	case v.ended() != "": // as a page that shows a mistake says
		s.servers = slices.DeleteFunc(s.servers, func(other *server) bool { return other == v })
		if printed := s.printed(v.output); v.ended() != strconv.Itoa(st.status) {
			s.errorf(st.line, "%s\n  exit status %s, not %d\n%s", st.text, v.ended(), st.status, excerpt(printed))
		} else if difference := differ(s.page, st.from, st.shown, printed, true); st.shown != nil && difference != "" {
			s.errorf(st.line, "%s\n  %s", st.text, difference)
		}
	case err != nil:
		s.errorf(st.line, "%s\n  doesn't serve at %s: %v\n%s", st.text, v.address, err, excerpt(s.printed(v.output)))
	default:
		s.shows(v, st)
	}
}

func (s *session) ready(v *server) bool {
	switch {
	case v.address == "":
		return len(s.printed(v.output)) > 0
	case !strings.Contains(v.text, "--url-file"):
		_, err := os.Stat(v.url)
		return err == nil
	}
	conn, err := net.Dial("tcp", v.address)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// ended is the exit status of a server that has ended, else empty.
func (v *server) ended() string {
	data, _ := os.ReadFile(v.status)
	return strings.TrimSpace(string(data))
}

// shows waits until a server has printed what the page shows of it next; more may follow.
func (s *session) shows(v *server, st step) {
	ctx, cancel := context.WithTimeout(context.Background(), serverTimeout/6)
	defer cancel()
	var rest []string
	if err := until(ctx, func() bool {
		rest = s.printed(v.output)[v.shown:]
		return extent(st.shown, rest, false) >= 0
	}); err != nil {
		s.errorf(st.line, "%s\n  %s", v.text, differ(s.page, st.from, st.shown, rest, false))
		return
	}
	v.shown += extent(st.shown, rest, false)
}

// look compares what the server has printed since.
func (s *session) look(st step) {
	if len(s.servers) == 0 {
		s.errorf(st.line, "this block begins with output, and there is no server that could print it")
		return
	}
	s.shows(s.servers[len(s.servers)-1], st)
}

// interrupt is Ctrl-C in the terminal of the server that was started last.
func (s *session) interrupt(st step) {
	if len(s.servers) == 0 {
		s.errorf(st.line, "^C, and there is no server to end")
		return
	}
	last := s.servers[len(s.servers)-1]
	before := len(s.printed(last.output))
	s.stop(last, st.line)
	if difference := differ(s.page, st.from, st.shown, s.printed(last.output)[before:], true); st.shown != nil && difference != "" {
		s.errorf(st.line, "%s, after ^C\n  %s", last.text, difference)
	}
}

// stop ends a server as Ctrl-C does. It must end well; but make and curl tell every interrupt as an error.
func (s *session) stop(v *server, line int) {
	s.servers = slices.DeleteFunc(s.servers, func(other *server) bool { return other == v })
	_ = syscall.Kill(-v.process, syscall.SIGINT)
	ctx, cancel := context.WithTimeout(context.Background(), serverTimeout)
	defer cancel()
	if err := until(ctx, func() bool { return v.ended() != "" }); err != nil {
		_ = syscall.Kill(-v.process, syscall.SIGKILL)
		s.errorf(line, "%s\n  Ctrl-C doesn't end it: %v", v.text, err)
		return
	}
	others := strings.HasPrefix(v.text, "make ") || strings.HasPrefix(v.text, "curl ")
	if v.ended() != "0" && (!others || v.ended() != "130") {
		s.errorf(line, "%s\n  exit status %s after Ctrl-C\n%s", v.text, v.ended(), excerpt(s.printed(v.output)))
	}
}

// ports says which free port stands for one that a page names.
type ports struct{ real map[string]string }

// of chooses a port beyond those that systems give to clients, which could take it before the server does.
func (p *ports) of(shown string) string {
	for p.real[shown] == "" {
		port := strconv.Itoa(10000 + rand.IntN(20000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil && l.Close() == nil {
			p.real[shown] = port
		}
	}
	return p.real[shown]
}

var address = regexp.MustCompile(`((?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]|--listen[ =]|LISTEN=):)(\d+)\b`)

// in puts the real ports into what the page shows.
func (p *ports) in(text string) string {
	return address.ReplaceAllStringFunc(text, func(found string) string {
		parts := address.FindStringSubmatch(found)
		if parts[2] == "0" { // any free port: another one each time
			delete(p.real, "0")
		}
		return parts[1] + p.of(parts[2])
	})
}

// out puts the page's ports into what was printed.
func (p *ports) out(text string) string {
	for shown, real := range p.real {
		text = strings.ReplaceAll(text, ":"+real, ":"+shown)
	}
	return text
}
