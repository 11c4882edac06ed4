package conformancetest_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/conformancetest"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// A test of a server that is a handler in the same process.
func ExampleTest() {
	_ = func(t *testing.T) {
		target, err := conformance.ReadTarget("target.yaml", fixtures.TargetMock())
		if err != nil {
			t.Fatal(err)
		}
		target.Transport = conformance.InProcess(mock.New()) // your handler
		conformancetest.Test(t, target, conformance.WithLevels(conformance.Must))
	}
	// Output:
}

// target serves the handler as the mock's default world, without the users whose names are given.
func target(t *testing.T, h http.Handler, missing ...string) *conformance.Target {
	t.Helper()
	target, err := conformance.ReadTarget(fixtures.TargetMockFile, fixtures.TargetMock())
	assert.NilError(t, err)
	for _, u := range mock.DefaultWorld().Users() {
		user := target.Users[u.Name]
		user.Token = conformance.Secret(u.Token)
		target.Users[u.Name] = user
	}
	for _, name := range missing {
		delete(target.Users, name)
	}
	target.Transport = conformance.InProcess(h)
	return target
}

func TestMock(t *testing.T) {
	conformancetest.Test(t, target(t, mock.New()), conformance.WithSelection("*/list/*"))
}

func TestAllowBlocked(t *testing.T) {
	conformancetest.Suite{AllowBlocked: true}.Test(t, target(t, mock.New(), "editor"), conformance.WithSelection("*/list/*"))
}

// TestFailures runs tests that must fail, in a process of their own.
func TestFailures(t *testing.T) {
	if os.Getenv("CONFORMANCETEST_FAIL") != "" {
		broken := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
		t.Run("broken", func(t *testing.T) {
			conformancetest.Test(t, target(t, broken), conformance.WithSelection("alm/list/status"))
		})
		known := conformance.WithKnown([]conformance.Known{{ID: "alm/list/status", Verdict: conformance.Fail, Reason: "it is a teapot"}})
		t.Run("known", func(t *testing.T) {
			conformancetest.Test(t, target(t, broken), conformance.WithSelection("alm/list/status"), known)
		})
		t.Run("mended", func(t *testing.T) {
			conformancetest.Test(t, target(t, mock.New()), conformance.WithSelection("alm/list/status"), known)
		})
		t.Run("blocked", func(t *testing.T) {
			conformancetest.Test(t, target(t, mock.New(), "editor"), conformance.WithSelection("alm/list/status"))
		})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestFailures$", "-test.v")
	cmd.Env = append(os.Environ(), "CONFORMANCETEST_FAIL=1")
	out, err := cmd.CombinedOutput()
	assert.ErrorContains(t, err, "exit status 1")
	for _, want := range []string{
		"--- FAIL: TestFailures/broken/alm/list/status", "at the reply: expected status 200, got status 418",
		`curl -i -H 'Accept: application/json' -H 'Authorization: Token '"$SDE_TOKEN_EDITOR"'' 'http://127.0.0.1:8080/api/v2/connections/alm/'`,
		"--- PASS: TestFailures/known", "--- SKIP: TestFailures/known/alm/list/status", "known deviation: it is a teapot",
		"--- FAIL: TestFailures/mended", "known deviation alm/list/status: its verdict is pass, no longer fail: remove it",
		"--- FAIL: TestFailures/blocked/alm/list/status", "blocked: it needs a user who may edit both kinds",
	} {
		assert.Assert(t, strings.Contains(string(out), want), "%s\n%s", want, out)
	}
}
