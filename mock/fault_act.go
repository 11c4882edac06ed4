package mock

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// disturb makes the trouble that comes before everything else, if a fault or the request asks for some.
func disturb(c *call) *reply {
	asks := !c.chaos.deaf && c.r.Header["Prefer"] != nil
	if !asks && !c.chaos.some.Load() {
		return nil
	}
	found := c.scout()
	if asks {
		if answer := c.readPreferences(found); answer != nil {
			return answer
		}
	}
	if c.fault == nil && c.chaos.some.Load() {
		c.fault = c.chaos.choose(found)
	}
	if c.fault == nil {
		return nil
	}
	c.find(Finding{Severity: Note, In: "reply", Message: "a fault that was asked for: " + c.fault.label()})
	served := c.wait()
	c.scene = c.now.Load() // it may have been reset meanwhile
	if served && c.fault.Effect != ConnectionReset && c.fault.Status == 0 {
		return nil
	}
	c.adopt(found)
	if !served || c.fault.Effect == ConnectionReset {
		return &reply{}
	}
	return c.documented(c.fault.FaultRule)
}

// scout finds out which operation and user a call is about, without any consequence.
func (c *call) scout() *call {
	found := &call{Server: c.Server, scene: c.scene, liberty: c.liberty, w: c.w, r: c.r}
	if matchOperation(found) == nil {
		authenticate(found)
	}
	return found
}

// adopt makes the call one about that operation and user.
func (c *call) adopt(found *call) {
	c.path, c.op, c.vars, c.user = found.path, found.op, found.vars, found.user
}

// label names the fault in messages.
func (f *actingFault) label() string {
	if f.ID == "" {
		return f.String() + " (by Prefer)"
	}
	return fmt.Sprintf("%s (%s)", f, f.ID)
}

// documented is the reply that the contract shows for a status.
func (c *call) documented(f FaultRule) *reply {
	documented := c.op.responses[f.Status]
	answer := &reply{status: f.Status, header: http.Header{}}
	if documented.mediaType != "" {
		answer.body = documented.example
		if answer.body == nil {
			answer.body = refuse(f.Status, "%s.", http.StatusText(f.Status)).body
		}
	}
	if documented.retryAfter {
		seconds := int(max(f.RetryAfter, time.Second) / time.Second)
		answer.header.Set("Retry-After", strconv.Itoa(seconds))
	}
	if f.Status == http.StatusMethodNotAllowed {
		answer.header.Set("Allow", c.path.allow())
	}
	return answer
}

// wait holds the call back for the delay of its fault. It returns false if the client is gone.
func (c *call) wait() bool {
	if c.fault.delay <= 0 {
		return true
	}
	// net/http notices that a client leaves only when the request is read to its end.
	if rest := c.r.Body; rest != nil {
		data, _ := io.ReadAll(io.LimitReader(rest, c.maxBody+1))
		c.r = c.r.WithContext(c.r.Context())
		c.r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(data), rest), rest}
	}
	return c.pause(c.fault.delay)
}

// pause waits until the time is over or ClearFaults ends it. It returns false if the client is gone.
func (c *call) pause(d time.Duration) bool {
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Time{}) // those of the server don't expect this
	_ = control.SetWriteDeadline(time.Time{})
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.fault.cleared:
	case <-c.r.Context().Done():
		return false
	}
	return true
}

// spoil changes a reply that is ready to be sent as the fault says: status 0 means that none is.
func (c *call) spoil(a *reply) {
	if c.applied != "" {
		a.header.Set("Preference-Applied", c.applied)
	}
	switch c.effect() {
	case EmptyReply:
		a.status, a.encoded = 0, nil
	case InvalidJSON:
		a.encoded = a.encoded[:len(a.encoded)/2]
	}
}

func (c *call) effect() Effect {
	if c.fault == nil {
		return ""
	}
	return c.fault.Effect
}

// The pieces of a slow body, unless the fault says otherwise.
const (
	chunkBytes = 64
	chunkDelay = 100 * time.Millisecond
)

// writeBody sends the body, or what the fault leaves of it.
func (c *call) writeBody(body []byte) {
	flush := http.NewResponseController(c.w).Flush
	switch c.effect() {
	case TruncatedBody:
		_, _ = c.w.Write(body[:len(body)/2])
		_ = flush()
	case SlowBody:
		size, delay := c.fault.ChunkBytes, c.fault.ChunkDelay
		if size == 0 {
			size = chunkBytes
		}
		if delay == 0 {
			delay = chunkDelay
		}
		for ; len(body) > size; body = body[size:] {
			if _, err := c.w.Write(body[:size]); err != nil || flush() != nil || !c.pause(delay) {
				return
			}
		}
		_, _ = c.w.Write(body)
	default:
		_, _ = c.w.Write(body) // a client that is gone needs no answer
	}
}

// sever cuts the connection of a reply that is missing or incomplete. It comes last, and may panic.
func (c *call) sever(a *reply) {
	switch {
	case c.effect() == ConnectionReset && a.status == 0 && c.reset():
	case a.status == 0:
		if c.r.Body != nil { // what is left unread would reset the connection
			_, _ = io.Copy(io.Discard, io.LimitReader(c.r.Body, c.maxBody))
		}
		panic(http.ErrAbortHandler)
	case c.effect() == TruncatedBody:
		panic(http.ErrAbortHandler)
	}
}

// reset makes the client see a reset connection. It returns false if there is no connection to reset.
func (c *call) reset() bool {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		return false
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // closing that of TLS would say goodbye
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	return true
}
