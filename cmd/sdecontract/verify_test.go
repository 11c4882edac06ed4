package main

import (
	"bytes"
	"context"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// TestInterrupted: an interruption gives the report so far, which is incomplete and not in error.
func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	requests := 0
	handler := mock.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests == 3 {
			interrupt()
			<-r.Context().Done() // answering would be a race with the interruption
			return
		}
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	t.Setenv("SDE_TOKEN_EDITOR", "editor-token")
	file := filepath.Join(t.TempDir(), "target.yaml")
	text := strings.Replace(string(fixtures.TargetMock()), "http://127.0.0.1:8080", server.URL, 1)
	assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))

	var out, errOut bytes.Buffer
	status := run(ctx, []string{"verify", "--target", file, "--check", "*/list/status,*/list/envelope"}, &out, &errOut)
	assert.Equal(t, status, 3, "%s%s", out.String(), errOut.String())
	assert.Assert(t, strings.Contains(out.String(), "Interrupted: so far no broken promise in the selected scope (2 of "), out.String())
	assert.Assert(t, strings.Contains(out.String(), "2 checks: the run was interrupted\n"), out.String())
}

// TestUnaskedBodiesAreNotShown: what a server sends unasked, such as a body after HEAD, goes nowhere.
func TestUnaskedBodiesAreNotShown(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	handler, closed := mock.New(), make(chan bool, 2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			handler.ServeHTTP(w, r)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{\"alm_pass\": \"a secret\"}\r\n"))
		_, _ = buffered.ReadByte() // until the client closes the connection
		closed <- true
	}))
	defer server.Close()
	t.Setenv("SDE_TOKEN_EDITOR", "editor-token")
	file := filepath.Join(t.TempDir(), "target.yaml")
	text := strings.Replace(string(fixtures.TargetMock()), "http://127.0.0.1:8080", server.URL, 1)
	assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
	var out, errOut bytes.Buffer
	run(t.Context(), []string{"verify", "--target", file, "--check", "alm/http/head-options"}, &out, &errOut)
	<-closed
	assert.Equal(t, logged.String(), "")
	assert.Assert(t, !strings.Contains(out.String()+errOut.String(), "a secret"))
}
