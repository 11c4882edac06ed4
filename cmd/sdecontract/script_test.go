package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if os.Getenv("SDECONTRACT_ATTACK") != "" {
		attack()
		return
	}
	testscript.Main(m, map[string]func(){"sdecontract": main, "client": client})
}

// TestScripts runs the real command line: testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			fixtures, err := filepath.Abs("../../fixtures")
			env.Setenv("FIXTURES", fixtures)
			env.Setenv("ROOT", filepath.Dir(fixtures))
			for _, name := range []string{"editor", "alm-editor", "security-editor", "reader", "basic"} {
				env.Setenv("SDE_TOKEN_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")), name+"-token")
			}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"call":   call,
			"status": status,
			"sigterm": func(ts *testscript.TestScript, _ bool, _ []string) {
				for _, c := range ts.BackgroundCmds() {
					ts.Check(c.Process.Signal(syscall.SIGTERM))
				}
			},
			"listens": listens,
			"waitfor": waitFor,
		},
	})
}

// listens waits until the log FILE of a mock in the background names its URL, and sets URL to it:
//
//	listens FILE
func listens(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		data, _ := os.ReadFile(ts.MkAbs(args[0]))
		if _, after, ok := strings.Cut(string(data), "http://"); ok {
			if end := strings.IndexAny(after, "\"\n"); end > 0 {
				ts.Setenv("URL", "http://"+after[:end])
				return
			}
		}
		time.Sleep(5 * time.Millisecond) // the other process tells by its output only
	}
	ts.Fatalf("no URL in %s", args[0])
}

// waitFor waits until a program in the background has made the FILE:
//
//	waitfor FILE
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond) // there is nothing else to wait for
	}
	ts.Fatalf("no file %s", args[0])
}

// call sends a request and fails unless the status is as said. The reply's body is in the file reply.
//
//	call METHOD PATH TOKEN STATUS [BODY]
func call(ts *testscript.TestScript, _ bool, args []string) {
	body := ""
	if len(args) > 4 {
		body = args[4]
	}
	req, err := http.NewRequestWithContext(context.Background(), args[0], ts.Getenv("URL")+args[1], strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Token "+args[2])
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("reply"), data, 0o600))
	if got := fmt.Sprint(resp.StatusCode); got != args[3] {
		ts.Fatalf("status %s, want %s: %s", got, args[3], data)
	}
}

// status runs a program and fails unless it exits with that status.
//
//	status STATUS PROGRAM [ARGUMENT ...]
func status(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// TestRequestsInFlightFinish interrupts the mock while a request's body is still arriving.
func TestRequestsInFlightFinish(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r, w := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, []string{"mock", "--listen", "127.0.0.1:0", "--log", "none"}, w, io.Discard)
	}()
	greeting := make([]byte, 4096)
	n, err := r.Read(greeting)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(greeting[:n]), "http://")
	address, _, _ := strings.Cut(after, "\n")

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"alias":"A","connector":1,"project":1,"params":{}}`
	_, _ = fmt.Fprintf(conn, "POST /api/v2/connections/alm/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token editor-token\r\n"+
		"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	answer := make([]byte, 4096)
	if n, err = conn.Read(answer); err != nil || !strings.Contains(string(answer[:n]), "100 Continue") {
		t.Fatalf("%v %s", err, answer[:n])
	}
	interrupt()
	_, _ = conn.Write([]byte(body))
	if n, err = conn.Read(answer); err != nil || !strings.Contains(string(answer[:n]), "201 Created") {
		t.Fatalf("%v %s", err, answer[:n])
	}
	if got := <-status; got != exitOK {
		t.Fatalf("exit status %d", got)
	}
}
