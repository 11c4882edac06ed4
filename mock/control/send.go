package control

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/mock"
)

// maxShown is how much of a reply is shown to who sent a request by way of this API; the journal has the rest.
const maxShown = 64 << 10

// sending is a request that somebody wants sent as a user.
type sending struct {
	User        string `json:"user"`
	Method      string `json:"method"`
	Target      string `json:"target"`
	Body        string `json:"body"`
	ContentType string `json:"content_type"`
	Again       int64  `json:"again"`
	Change      bool   `json:"change"`
}

// sent is what came of it.
type sent struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
	Error  string `json:"error,omitempty"`
	Number int64  `json:"number,omitempty"`
}

// sendAs sends a request to the mock, or through the proxy, which treats it like a client's. Neither the user's token
// nor what is secret in a request that is sent again is shown for it.
func (c *call) sendAs() error {
	var asked sending
	if err := c.into(&asked); err != nil {
		return err
	}
	header := http.Header{"Accept": {"application/json"}, "Content-Type": {asked.ContentType}}
	if asked.Again != 0 {
		e, ok := c.srv.RawExchange(asked.Again)
		if !ok {
			return notFound("there is no request %d: it was never made, or forgotten since", asked.Again)
		}
		if slices.Contains(e.Cut, "request body") || slices.Contains(e.Cut, "request header") || len(e.Target) > maxText {
			return invalid(mistake{Pointer: "/again", Detail: "this request wasn't kept whole: a part of it was too long, or nobody read it to its end"})
		}
		asked.Method, asked.Target, asked.Body = e.Method, e.Target, e.RequestBody
		header = e.RequestHeader.Clone()
		header.Del("Authorization")
		header.Del("Cookie") // which may tell who somebody is as well
	}
	if asked.Method == "" || asked.Target == "" {
		return invalid(mistake{Detail: "method and target, or again, are needed"})
	}
	if asked.User != "" {
		token := c.token(asked.User)
		if token == "" {
			return invalid(mistake{Pointer: "/user", Detail: "no user of this name is known here"})
		}
		header.Set("Authorization", "Token "+token)
	}
	if c.proxy != nil && !asked.Change && !slices.Contains(safe, asked.Method) {
		return &problem{Status: http.StatusConflict, Detail: fmt.Sprintf(
			`this is a proxy before %s: %s may change what is there, and is sent with "change": true only`, c.options.Upstream, asked.Method)}
	}
	return c.sendWith(asked, header)
}

// safe are the methods that change nothing.
var safe = []string{http.MethodGet, http.MethodHead, http.MethodOptions}

// token is that of a user; empty if the world has none of this name.
func (c *call) token(user string) string {
	users := c.srv.World().Users()
	i := slices.IndexFunc(users, func(u mock.User) bool { return u.Name == user })
	if i < 0 {
		return ""
	}
	return users[i].Token
}

func (c *call) sendWith(asked sending, header http.Header) error {
	req, err := http.NewRequestWithContext(c.r.Context(), asked.Method, "http://"+c.address()+asked.Target, strings.NewReader(asked.Body))
	if err != nil {
		return invalid(mistake{Detail: "can't be sent: " + err.Error()})
	}
	req.Header = header
	if asked.Body == "" || header.Get("Content-Type") == "" {
		header.Del("Content-Type")
	}
	if c.proxy != nil {
		return c.pass(req)
	}
	client := c.srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil { // a fault may want it so
		return c.reply(http.StatusOK, sent{Error: "no reply was received: the connection broke off"})
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxShown))
	got := sent{Status: resp.StatusCode, Body: string(body)}
	if err != nil {
		got.Error = "the reply broke off"
	}
	return c.reply(http.StatusOK, got)
}

// pass sends the request through the proxy. The reply is shown as the journal shows it.
func (c *call) pass(req *http.Request) error {
	e, ok := c.proxy.Send(req)
	if !ok {
		return c.reply(http.StatusOK, sent{Error: "what came of it is forgotten already: the journal is too small"})
	}
	got := sent{Status: e.Status, Body: e.ReplyBody, Number: e.Number}
	if i := slices.IndexFunc(e.Findings, func(f mock.Finding) bool { return f.Severity == mock.Outage }); i >= 0 {
		got.Error = e.Findings[i].Message
	}
	return c.reply(http.StatusOK, got)
}

// address is the host that clients call.
func (c *call) address() string {
	if u, err := url.Parse(c.baseURL()); err == nil {
		return u.Host
	}
	return c.r.Host
}
