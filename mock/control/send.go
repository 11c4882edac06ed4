package control

import (
	"io"
	"net/http"
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
}

// sendAs sends a request to the mock, which treats it like a client's. Neither the user's token nor what is
// secret in a request that is sent again leaves the mock for it.
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
		if slices.Contains(e.Cut, "request body") {
			return invalid(mistake{Pointer: "/again", Detail: "the body of this request was too long to be kept whole"})
		}
		asked.Method, asked.Target, asked.Body = e.Method, e.Target, e.RequestBody
		header = e.RequestHeader.Clone()
		header.Del("Authorization")
	}
	if asked.Method == "" || asked.Target == "" {
		return invalid(mistake{Detail: "method and target, or again, are needed"})
	}
	if asked.User != "" {
		token := c.token(asked.User)
		if token == "" {
			return invalid(mistake{Pointer: "/user", Detail: "the world has no user of this name"})
		}
		header.Set("Authorization", "Token "+token)
	}
	return c.sendWith(asked, header)
}

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
	req, err := http.NewRequestWithContext(c.r.Context(), asked.Method, "http://"+c.r.Host+asked.Target, strings.NewReader(asked.Body))
	if err != nil {
		return invalid(mistake{Detail: "can't be sent: " + err.Error()})
	}
	req.Header = header
	if asked.Body == "" || header.Get("Content-Type") == "" {
		header.Del("Content-Type")
	}
	client := c.srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	type answer struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
		Error  string `json:"error,omitempty"`
	}
	resp, err := client.Do(req)
	if err != nil { // a fault may want it so
		return c.reply(http.StatusOK, answer{Error: "no reply was received: the connection broke off"})
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxShown))
	got := answer{Status: resp.StatusCode, Body: string(body)}
	if err != nil {
		got.Error = "the reply broke off"
	}
	return c.reply(http.StatusOK, got)
}
