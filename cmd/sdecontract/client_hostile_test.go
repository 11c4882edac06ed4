package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"gotest.tools/v3/assert"
)

// attack is a program for tests: it sends the mock of its environment all that could break a report or give a
// secret away.
func attack() {
	const poison = "\x01\x1b[31m\x1b]0;pwned\a\u202e\ufffe\xff\xfe ]]> </script><img src=x onerror=alert(1)> `````` | @somebody [x](javascript:alert(1)) &amp; "
	text, _ := json.Marshal(poison)
	token := os.Getenv("SDECONTRACT_TOKEN_EDITOR")
	send := func(method, target, auth, body string) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(os.Getenv("SDECONTRACT_URL"), "http://"))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		_, _ = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nX-Secret: %s\r\nUser-Agent: </script>\xff%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			method, target, "x", auth, passwordCanary, token, len(body), body)
		_, _ = bytes.NewBuffer(nil).ReadFrom(conn)
		_ = conn.Close()
	}
	const alm = "/api/v2/connections/alm/"
	good := "Token " + token
	for _, body := range []string{
		poison,
		fmt.Sprintf(`{"alias": %s, "connector": %s, "frequency": %s, %s: {%s: %s}}`, text, text, text, text, text, text),
		fmt.Sprintf(`{"alias": "a", "connector": 1, "project": 1, "params": {"alm_pass": %q, "x": %s}}`, passwordCanary, text),
		fmt.Sprintf(`{"alias": %q, "connector": 1, "project": 1, "frequency": %q, "params": {"alm_pass": %q}}`, passwordCanary, passwordCanary, passwordCanary),
		fmt.Sprintf(`{"alias": %q, "token": %q, "frequency": %q}`, token, token, token),
		strings.Repeat(poison, 1<<20/len(poison)-1),
		`{"alias": "` + strings.Repeat("a", 1<<20-100) + `"}`,
	} {
		send("POST", alm, good, body)
	}
	send("GET", alm+"?token="+token+"&password="+passwordCanary, good, "")
	send("GET", alm+"?alais=</script><img>%1b%ff%e2%80%ae", good, "")
	send("GET", "/\xff\xfe</script><img>/"+token, good, "")
	send("GET", alm+"1/", "Token "+passwordCanary, "")
	send("M|`@x", alm+strings.Repeat("x", 5000), good, "")
	for i := range 1200 {
		send("GET", fmt.Sprintf("/nope/%d/</script>|`@x/%s", i, token), good, "")
	}
}

// TestHostileClient: whatever a client sends, each report on it is well-formed, harmless, of bounded size, and
// holds no secret.
func TestHostileClient(t *testing.T) {
	dir := t.TempDir()
	world := filepath.Join(dir, "world.yaml")
	assert.NilError(t, os.WriteFile(world, fmt.Appendf(nil, `users:
  editor: {organization: acme, token: %q, permissions: ["Edit ALM connections"]}
organizations:
  acme:
    connectors: {alm: [{id: 1, name: Jira, system: JIRA, command: sync_jira}]}
    projects: [{id: 1, name: Shop}]
`, tokenCanary), 0o600))
	attacker, err := os.Executable()
	assert.NilError(t, err)
	t.Setenv("SDECONTRACT_ATTACK", "yes")
	args := []string{"mock", "--world", world, "--verbose", "--log", "text"}
	for _, form := range clientForms.names() {
		args = append(args, "--report", form+"="+filepath.Join(dir, "report."+form))
	}
	var out bytes.Buffer
	errOut, err := os.Create(filepath.Join(dir, "stderr")) // a file, which the mock and its command can share
	assert.NilError(t, err)
	status := run(t.Context(), append(args, "--", attacker), &out, errOut)
	assert.NilError(t, errOut.Close())
	said, err := os.ReadFile(errOut.Name())
	assert.NilError(t, err)
	assert.Equal(t, status, 1, string(said))

	outputs := map[string]string{"stdout": out.String(), "stderr": string(said)}
	for _, form := range clientForms.names() {
		data, err := os.ReadFile(filepath.Join(dir, "report."+form))
		assert.NilError(t, err)
		assert.Assert(t, len(data) > 1000, form)
		outputs[form] = string(data)
	}
	for name, text := range outputs {
		assert.Assert(t, utf8.ValidString(text), name)
		if name != "har" { // where JSON spells only what it must
			assert.Assert(t, !strings.ContainsAny(text, "\x00\x01\x1b\a\u202e\ufffe"), name)
		}
		for _, trace := range canaryTraces() {
			at := strings.Index(text, trace)
			assert.Assert(t, at < 0, "%q is in %s: %q", trace, name, text[max(0, at-200):min(len(text), max(0, at)+200)])
		}
	}
	for _, name := range []string{"json", "har"} {
		assert.Assert(t, json.Valid([]byte(outputs[name])), name)
	}
	wellFormed(t, outputs["junit"])
	for _, name := range []string{"junit", "html"} {
		assert.Assert(t, !strings.Contains(outputs[name], "<img") && !strings.Contains(outputs[name], "<script"), name)
	}
	for name, limit := range map[string]int{"markdown": 1 << 20, "html": 4 << 20, "junit": 4 << 20, "json": 64 << 20, "text": 4 << 20} {
		assert.Assert(t, len(outputs[name]) < limit, "%s has %d bytes", name, len(outputs[name]))
	}
}
