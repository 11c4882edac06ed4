package mock_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// sendLines sends a request with exactly these lines, and returns what is left of the connection after the reply too.
func sendLines(t *testing.T, srv *httptest.Server, lines ...string) (resp *http.Response, body string, rest io.Reader) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	assert.NilError(t, err)
	t.Cleanup(func() { conn.Close() })
	if srv.TLS != nil {
		conn = tls.Client(conn, &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"})
	}
	method, target, _ := strings.Cut(lines[0], " ")
	head := append([]string{method + " " + api2 + target + " HTTP/1.1", "Host: sde.test"}, lines[1:]...)
	_, err = fmt.Fprintf(conn, "%s\r\n\r\n", strings.Join(head, "\r\n"))
	assert.NilError(t, err)
	r := bufio.NewReader(conn)
	resp, err = http.ReadResponse(r, &http.Request{Method: method})
	assert.NilError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	assert.NilError(t, err)
	return resp, string(data), r
}

// TestCompatibility goes through the rows of docs/compatibility.md: what clients send that people run against live
// servers, and what they need for an answer.
func TestCompatibility(t *testing.T) {
	const (
		token = "Authorization: Token editor-token"
		json  = "Content-Type: application/json"
		me    = `{"id":1,"email":"editor@example.com","first_name":"editor","last_name":"","is_active":true,"is_superuser":false,` +
			`"role":"No Role","groups":[],"password_reset_in_progress":false}`
		page    = `{"count":3,"next":"http://sde.test/api/v2/applications/?page=3&page_size=1","previous":"http://sde.test/api/v2/applications/?page=1&page_size=1",`
		missing = `{"alias":["This field is required."],"connector":["This field is required."],"params":["This field is required."],"project":["This field is required."]}`
	)
	srv := httptest.NewServer(mock.New())
	t.Cleanup(srv.Close)
	for _, tc := range []struct {
		row    string
		lines  []string
		status int
		begins string // what the body begins with
	}{
		{"Token", []string{"GET users/me/", token}, 200, me},
		{"token in lower case", []string{"GET users/me/", "Authorization: token editor-token"}, 200, me},
		{"GET with a Content-Type", []string{"GET connections/alm/1/", token, json}, 200, `{"id":1,`},
		{"DELETE with a Content-Type", []string{"DELETE connections/alm/1/", token, json}, 405, `{"detail":"Method \"DELETE\" not allowed."}`},
		{"neither Accept nor Content-Type", []string{"GET projects/", token}, 200, `{"results":[{"id":1,`},
		{"Accept: */*", []string{"GET connectors/alm/", token, "Accept: */*"}, 200, `{"results":[{"id":1,`},
		{"gzip", []string{"GET business-units/", token, "Accept-Encoding: gzip, deflate"}, 200, `{"results":[{"id":1,"name":"BU"},`},
		{"page_size=10000", []string{"GET projects/?page_size=10000", token}, 200, `{"count":3,"next":null,"previous":null,"results":[`},
		{"pages", []string{"GET applications/?page_size=1&page=2", token}, 200, page},
		{"POST without a body", []string{"POST connections/alm/", token, json, "Content-Length: 0"}, 400, missing},
		{"POST without a body, nor its length", []string{"POST connections/alm/", token}, 400, missing},
		{"invalid token", []string{"GET users/me/", "Authorization: Token wrong"}, 401, invalidToken},
		{"invalid token, unknown id", []string{"GET projects/4711/", "Authorization: Token wrong"}, 401, invalidToken},
		{"invalid token, wrong method", []string{"DELETE connections/alm/1/", "Authorization: Token wrong", json}, 401, invalidToken},
		{"no token, wrong method", []string{"PATCH connections/alm/4711/"}, 401, `{"detail":"Authentication credentials were not provided."}`},
		{"unknown project", []string{"GET projects/4711/", token}, 404, notFound},
		{"unknown connection", []string{"GET connections/analysis/4711/", token}, 404, notFound},
		{"include and expand", []string{"GET projects/1/?expand=application&include=permissions", token}, 200, `{"id":1,"name":"Proj 1","application":1,`},
	} {
		t.Run(tc.row, func(t *testing.T) {
			resp, body, _ := sendLines(t, srv, tc.lines...)
			assert.Equal(t, resp.StatusCode, tc.status, body)
			assert.Assert(t, strings.HasPrefix(body, tc.begins), body)
			if strings.HasPrefix(tc.begins, `{"detail"`) {
				assert.Equal(t, body, tc.begins)
			}
			assert.Equal(t, resp.Header.Get("Content-Type"), "application/json")
			assert.Equal(t, resp.Header.Get("Content-Encoding"), "")
			var challenges []string
			if tc.status == http.StatusUnauthorized {
				challenges = []string{"Token"}
			}
			assert.DeepEqual(t, resp.Header.Values("WWW-Authenticate"), challenges) // as many as are on the wire
			assert.Equal(t, strings.Contains(body, `"next"`), strings.Contains(tc.lines[0], "page_size"), body)
		})
	}
}

// TestCompatibilityClose: who asks for the end of the connection gets it, and is told.
func TestCompatibilityClose(t *testing.T) {
	srv := httptest.NewServer(mock.New())
	t.Cleanup(srv.Close)
	resp, _, rest := sendLines(t, srv, "GET connections/alm/", "Authorization: Token editor-token", "Connection: close")
	assert.Equal(t, resp.StatusCode, http.StatusOK)
	assert.Assert(t, resp.Close, resp.Header)
	left, err := io.ReadAll(rest)
	assert.NilError(t, err)
	assert.Equal(t, string(left), "")
}

// TestCompatibilityNoHost: without a name for the mock, as HTTP/1.0 allows, links are to its address.
func TestCompatibilityNoHost(t *testing.T) {
	srv := httptest.NewServer(mock.New())
	t.Cleanup(srv.Close)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	assert.NilError(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, "GET "+api2+"applications/?page_size=2 HTTP/1.0\r\nAuthorization: Token editor-token\r\n\r\n")
	assert.NilError(t, err)
	answer, err := io.ReadAll(conn)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(string(answer), `"next":"`+srv.URL+api2+`applications/?page=2`), string(answer))
}

// TestCompatibilityTLS: over https, links are to https.
func TestCompatibilityTLS(t *testing.T) {
	srv := httptest.NewTLSServer(mock.New())
	t.Cleanup(srv.Close)
	_, body, _ := sendLines(t, srv, "GET applications/?page_size=2", "Authorization: Token editor-token")
	assert.Assert(t, strings.HasPrefix(body, `{"count":3,"next":"https://sde.test/api/v2/applications/?page=2`), body)
}
