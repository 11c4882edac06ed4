package mock_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// TestProxySend: what is sent by way of the proxy is a client's request; its reply isn't held.
func TestProxySend(t *testing.T) {
	const size = 20_000_000
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.RawQuery {
		case "page=2":
			_, _ = io.Copy(w, endless(size))
		case "page=3":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"results":`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}), func(c *mock.ProxyConfig) { c.MaxBody = 1 << 20 })
	send := func(query string) mock.Exchange {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://any.test"+alm+query, http.NoBody)
		assert.NilError(t, err)
		r.Header.Set("Authorization", "Token editor-token")
		e, ok := w.Send(r)
		assert.Assert(t, ok)
		return e
	}
	e := send("?page=2")
	assert.Equal(t, e.Number, int64(1))
	assert.Equal(t, e.User, "editor")
	assert.Equal(t, e.Bytes, size)
	assert.Equal(t, e.RequestHeader.Get("Authorization"), "Token $SDECONTRACT_TOKEN_EDITOR")
	e = send("?page=3")
	assert.Equal(t, e.Number, int64(2))
	assert.Assert(t, e.Has(mock.Outage), "%v", e.Findings)

	w.do(t, http.MethodPost, alm, strings.NewReader(strings.Repeat(" ", 200)), "Content-Type: application/json")
	e, _ = w.Exchange(3)
	assert.Equal(t, len(e.Cut), 0)
}

// TestProxyAnswersBeforeTheRequestEnds: a server that refuses a request while it is being sent is heard at once. Of such
// a request, there is no more to send again than was read.
func TestProxyAnswersBeforeTheRequestEnds(t *testing.T) {
	w := wireUp(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusUnauthorized)
	}), nil)
	body, send := io.Pipe()
	defer send.Close()
	go func() { _, _ = io.WriteString(send, `{"alias`) }()
	resp := w.do(t, http.MethodPost, alm, body)
	assert.Equal(t, resp.StatusCode, http.StatusUnauthorized)
	assert.Assert(t, resp.Close)
	assert.Equal(t, w.findings(t), "note: body: was not read to its end, and wasn't validated\n"+
		"note: reply: the body of the refusal has another form than the contract's, which the documentation doesn't define")
	e, _ := w.Exchange(1)
	assert.DeepEqual(t, e.Cut, []string{"request body"})
}
