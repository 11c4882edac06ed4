package mock_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
)

// oddParams are values that YAML likes to take for something else.
const oddParams = `{"yes":"yes","no":"no","010":"010","date":"2024-01-02","time":"2001-12-14t21:59:43.10-05:00","null":"null","~":"~","":"",
"0x1f":"0x1f","1_000":"1_000","1e3":"1e3","inf":".inf","=":"=","<<":"<<","*a":"*a","&a":"&a","!t":"!!str x","#":"# no comment",
"colon":"a: b","dash":"- a","quote":"it's \"so\"","back":"a\\b","tab":"a\tb\t","lines":"a\nb\n\n","cr":"a\r\nb","space":" a ","nul":"\u0000\u0001\u007f",
"nel":"\u0085\u2028\u2029\ufeff","emoji":"🚀 Größe – 接続 \ud83d\ude80","trail":"a \n b","doc":"---","end":"...","{":"{a}","[":"[a]","%":"%a","@":"@a","` + "`" + `":"` + "`" + `",
"true":true,"nothing":null,"int":7,"negative":-0,"big":9223372036854775807,"float":1.0,"exp":1E5,"small":-2.5e-3,"list":[1,"1",[],{},[null]],"deep":{"a":{"b":[{"c":"010"}]}},
"alm_pass":"s3cret-pass","long":"` + "word " + `"}`

// state is all that clients can see of a server's connections.
func state(t *testing.T, srv *mock.Server) string {
	t.Helper()
	var b strings.Builder
	for _, u := range srv.World().Users() {
		for _, kind := range []string{"alm", "analysis"} {
			_, body := ask(t, srv, u.Token, http.MethodGet, "/api/v2/connections/"+kind+"/", "")
			fmt.Fprintf(&b, "%s %s %v %v\n%s\n", u.Name, kind, u.Permissions, srv.Features(u.Organization), body)
		}
	}
	return b.String()
}

// firstDifference is where two long texts differ; empty if they don't.
func firstDifference(got, want string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%q, want %q", got[max(0, i-20):min(len(got), i+60)], want[max(0, i-20):min(len(want), i+60)])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d bytes, want %d", len(got), len(want))
	}
	return ""
}

// ask sends a request and returns the status and the body of the reply.
func ask(t *testing.T, srv *mock.Server, token, method, path, body string) (status int, reply string) {
	t.Helper()
	return askAny(t, srv.Client(), "http://mock.test"+path, token, method, body)
}

func askAny(t *testing.T, client *http.Client, url, token, method, body string) (status int, reply string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	assert.NilError(t, err)
	req.Header.Set("Authorization", "Token "+token)
	resp, err := client.Do(req)
	assert.NilError(t, err)
	defer resp.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(resp.Body)
	assert.NilError(t, err)
	return resp.StatusCode, b.String()
}

func TestWorldWrittenIsReadBack(t *testing.T) {
	srv := mock.New()
	for i, params := range []string{oddParams, "{}"} {
		alias := []string{"010", "yes"}[i]
		status, reply := ask(t, srv, "editor-token", http.MethodPost, "/api/v2/connections/alm/",
			`{"alias":"`+alias+`","connector":1,"project":1,"frequency":"daily","params":`+params+`}`)
		assert.Equal(t, status, http.StatusCreated, reply)
	}
	status, reply := ask(t, srv, "basic-token", http.MethodPut, "/api/v2/connections/analysis/8/",
		`{"alias":"2024-01-02","connector":5,"project":4,"params":{"own":1}}`)
	assert.Equal(t, status, http.StatusOK, reply)

	want := srv.Snapshot()
	for _, form := range []mock.WorldForm{{}, {JSON: true}} {
		var text bytes.Buffer
		assert.NilError(t, want.Write(&text, form))
		read, err := mock.ReadWorld("written", text.Bytes())
		assert.NilError(t, err, "%s", text.String())
		again := mock.New(mock.WithWorld(read))
		assert.Equal(t, firstDifference(state(t, again), state(t, srv)), "")

		var twice bytes.Buffer
		assert.NilError(t, read.Write(&twice, form))
		assert.Equal(t, twice.String(), text.String())
	}
}

func TestIDsAreNotGivenTwiceAfterReadingBack(t *testing.T) {
	srv := mock.New(mock.WithLatitude("delete-allowed"))
	create := func(s *mock.Server) string {
		_, reply := ask(t, s, "editor-token", http.MethodPost, "/api/v2/connections/alm/", `{"alias":"A","connector":1,"project":1,"params":{}}`)
		return reply
	}
	assert.Assert(t, cmp.Contains(create(srv), `"id":5,`))
	status, _ := ask(t, srv, "editor-token", http.MethodDelete, "/api/v2/connections/alm/5/", "")
	assert.Equal(t, status, http.StatusNoContent)

	var text bytes.Buffer
	assert.NilError(t, srv.Snapshot().WriteYAML(&text))
	assert.Assert(t, cmp.Contains(text.String(), "\nlast_ids:\n  alm: 5\n"))
	read, err := mock.ReadWorld("written", text.Bytes())
	assert.NilError(t, err)
	assert.Assert(t, cmp.Contains(create(mock.New(mock.WithWorld(read))), `"id":6,`))
	assert.Assert(t, cmp.Contains(create(mock.New(mock.WithWorld(srv.Snapshot()))), `"id":6,`))
}

func TestRedactedWorldShowsNoSecret(t *testing.T) {
	for _, form := range []mock.WorldForm{{Redacted: true}, {Redacted: true, JSON: true}} {
		var text bytes.Buffer
		assert.NilError(t, mock.DefaultWorld().Write(&text, form))
		for _, secret := range []string{"editor-token", "rally_password", "tfs-secret", "basic_password", "basic-token"} {
			assert.Assert(t, !strings.Contains(text.String(), secret), secret)
		}
		assert.Assert(t, cmp.Contains(text.String(), "rally1.rallydev.com"))
		_, err := mock.ReadWorld("written", text.Bytes())
		assert.ErrorContains(t, err, "user editor: the token was redacted when this world was written down")
	}
}

// FuzzWorldWritten writes down a world with any text in it, and reads it back.
func FuzzWorldWritten(f *testing.F) {
	for _, text := range []string{"a", "010", "yes", "\x00\u0085\u2028", "a: b # c", " ", "\n", "'\"\\", "<<", "1e400", "0.1e-999", "- x", "!!int 3", "?\t", "\ufffd\U0001f680"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		srv := mock.New()
		body := jsonText(t, map[string]any{"alias": text, "connector": 1, "project": 1, "params": map[string]any{name: text, "list": []any{text}}})
		if status, _ := ask(t, srv, "editor-token", http.MethodPost, "/api/v2/connections/alm/", body); status != http.StatusCreated {
			return
		}
		for _, form := range []mock.WorldForm{{}, {JSON: true}} {
			var written bytes.Buffer
			assert.NilError(t, srv.Snapshot().Write(&written, form))
			read, err := mock.ReadWorld("written", written.Bytes())
			assert.NilError(t, err, "%s", written.String())
			assert.Equal(t, firstDifference(state(t, mock.New(mock.WithWorld(read))), state(t, srv)), "")
		}
	})
}
