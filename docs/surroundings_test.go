//go:build linux

package docs_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	sdecontract "github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

// tools is the directory with sdecontract, and with stand-ins for tools that belong to other people.
var tools string

func TestMain(m *testing.M) {
	status, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// build makes the command before the tests run. Paths are trimmed, as in the clones: they share what is compiled.
func build(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "docs")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	tools = dir
	out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", dir, "../cmd/sdecontract").CombinedOutput()
	if err != nil {
		return 1, fmt.Errorf("%w\n%s", err, out)
	}
	return m.Run(), nil
}

// environment is what a page's shell gets: no token, no configuration, no network but for the hosts that pages name.
func environment(t *testing.T, dir, source, listen string) []string {
	t.Helper()
	home := filepath.Join(dir, "home")
	assert.NilError(t, os.Mkdir(home, 0o700))
	for name, content := range map[string]string{
		".curlrc":    "silent\nshow-error\n",                 // as on a terminal
		"../.curlrc": "silent\nshow-error\nfail-with-body\n", // that of CURL_HOME
		".gitconfig": "[url \"" + source + "\"]\n\tinsteadOf = https://github.com/sdecontract/sdecontract\n",
	} {
		assert.NilError(t, os.WriteFile(filepath.Join(home, name), []byte(content), 0o600))
	}
	authority := filepath.Join(home, "ca.pem")
	proxy := internet(t, authority)
	standIns, err := filepath.Abs("testdata/bin")
	assert.NilError(t, err)
	list := append([]string{
		"PATH=" + strings.Join([]string{standIns, tools, os.Getenv("PATH")}, string(os.PathListSeparator)),
		"HOME=" + home, "LANG=C.UTF-8", "TERM=dumb", "TMPDIR=" + dir,
		"GOFLAGS=-trimpath -buildvcs=false", "GOPROXY=off", "GOTOOLCHAIN=local", "npm_config_offline=true", "npm_config_update_notifier=false",
		"HTTP_PROXY=" + proxy, "HTTPS_PROXY=" + proxy, "http_proxy=" + proxy, "https_proxy=" + proxy,
		"NO_PROXY=127.0.0.1,localhost,::1", "no_proxy=127.0.0.1,localhost,::1",
		"SSL_CERT_FILE=" + authority, "CURL_CA_BUNDLE=" + authority, "NODE_EXTRA_CA_CERTS=" + authority,
		"LISTEN=" + listen, // of the Makefile
	}, gitEnv...)
	if pyenv, ok := os.LookupEnv("PYENV_ROOT"); ok {
		list = append(list, "PYENV_ROOT="+pyenv)
	}
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	assert.NilError(t, err)
	for i, value := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		list = append(list, []string{"GOCACHE=", "GOMODCACHE=", "GOPATH="}[i]+value)
	}
	return list
}

// internet starts a proxy that knows live servers at all hosts below example.com, and nothing else. The one at
// staging.example.com breaks the contract: it shows params to everybody. The rest are mocks, for each page its own.
func internet(t *testing.T, authority string) string {
	t.Helper()
	var starting sync.Mutex
	hosts := map[string]*httptest.Server{}
	host := func(name string) *httptest.Server {
		starting.Lock()
		defer starting.Unlock()
		if hosts[name] == nil {
			hosts[name] = httptest.NewTLSServer(live(name))
			t.Cleanup(hosts[name].Close)
		}
		return hosts[name]
	}
	certificate := host("sde.example.com").Certificate() // all have the same
	assert.NilError(t, os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}), 0o600))
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := r.URL.Hostname(); {
		case !strings.HasSuffix(name, ".example.com"):
			http.Error(w, "the tests of the pages have no network", http.StatusForbidden)
		case r.Method == http.MethodConnect:
			tunnel(w, host(name).Listener.Addr().String())
		default:
			host(name).Config.Handler.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func live(name string) http.Handler {
	if !strings.HasPrefix(name, "staging.") {
		return mock.New(mock.WithoutPrefer())
	}
	contract, err := mock.LoadContract("openapi.yaml", bytes.ReplaceAll(sdecontract.Spec(), []byte("x-visible-with: Edit ALM connections"), nil))
	if err != nil {
		panic(err)
	}
	return mock.New(mock.WithoutPrefer(), mock.WithContract(contract), mock.WithLooseReplies())
}

// tunnel connects a client with an address, until either has no more to say.
func tunnel(w http.ResponseWriter, address string) {
	server, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
}
