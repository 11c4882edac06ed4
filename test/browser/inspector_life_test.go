package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

// TestInspectorUnderLoad: ten thousand exchanges cost the page what a few do, and new ones don't move what is read.
func TestInspectorUnderLoad(t *testing.T) {
	browser := launch(t)
	s := inspect(t, mock.WithJournal(10000, 64<<20))
	client := s.server.Client()
	ask := func(n int) {
		for i := range n {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s%s?alias=%d", s.url, alm, i), nil)
			assert.NilError(t, err)
			req.Header.Set("Authorization", "Token reader-token")
			resp, err := client.Do(req)
			assert.NilError(t, err)
			assert.NilError(t, resp.Body.Close())
		}
	}
	ask(9990)
	tab := s.see(t, browser, "", desk)
	contains(t, tab, "output", "9,990 of 9,990 exchanges")
	const nodes = "document.querySelectorAll('*').length"
	assert.Assert(t, eval[int](t, tab, nodes) < 1000)
	eval[bool](t, tab, "document.querySelector('.list').scrollTop = 200000; true")
	until(t, tab, "document.querySelector('#e6144')")
	assert.Assert(t, eval[int](t, tab, nodes) < 1000)
	ask(5)
	contains(t, tab, ".pill", "5 new")
	assert.Assert(t, eval[bool](t, tab, "!!document.querySelector('#e6144') && document.querySelector('.list').scrollTop === 200000"))
	do(t, tab, click(".pill"))
	until(t, tab, "document.querySelector('#e9995') && document.querySelector('.pill').hidden")
	do(t, tab, chromedp.SendKeys(chromedp.CSS("input[type=search]"), "alias=1234"))
	contains(t, tab, "output", "1 of 9,995")
}

// TestInspectorReconnects: the page says that the mock is gone, and that another one took its place.
func TestInspectorReconnects(t *testing.T) {
	browser := launch(t)
	var current atomic.Pointer[control.Handler]
	s := &inspected{t: t}
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler := current.Load()
		if handler == nil { // nobody listens
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	}))
	s.url = s.http.URL
	start := func() { current.Store(control.New(mock.NewHost(mock.New(), mock.HostLimits{}), control.Options{})) }
	stop := func() {
		current.Swap(nil).Close()
		s.http.CloseClientConnections()
	}
	t.Cleanup(s.http.Close)
	start()
	tab := s.see(t, browser, "", desk)
	s.ask("editor", "GET", alm, "")
	s.ask("editor", "GET", alm, "")
	until(t, tab, "document.querySelector('#e2')")
	stop()
	contains(t, tab, "#link", "reconnecting")
	start()
	t.Cleanup(stop)
	contains(t, tab, "#toasts", "The mock was restarted")
	contains(t, tab, "#link", "live")
	until(t, tab, "!document.querySelector('.row')")
	s.ask("reader", "GET", analysis, "")
	contains(t, tab, "#e1", "reader")
}

// TestInspectorLocked: a page that anybody may load shows nothing without the token.
func TestInspectorLocked(t *testing.T) {
	browser := launch(t)
	m := mock.New()
	s := inspectWith(t, m, control.Options{Token: "open-sesame"})
	s.ask("editor", "POST", alm, wrong)
	tab := openTab(t, browser, s.url+"/_mock/", desk, func(url string) bool { return strings.HasPrefix(url, s.url) })
	contains(t, tab, "dialog", "This mock is locked")
	assert.Assert(t, !strings.Contains(text(t, tab, "body"), "Web Shop"))
	do(t, tab, chromedp.SendKeys(chromedp.CSS("dialog input"), "open-sesame"+kb.Enter))
	until(t, tab, "document.querySelector('#e1') && document.getElementById('link').dataset.state === 'live'")
}

// TestInspectorOfSandbox: each sandbox has an inspector of its own, to which the mock's leads.
func TestInspectorOfSandbox(t *testing.T) {
	browser := launch(t)
	s := inspect(t)
	resp, err := http.Post(s.url+"/_mock/sandboxes", "application/json", strings.NewReader(`{"id":"checkout"}`))
	assert.NilError(t, err)
	assert.NilError(t, resp.Body.Close())
	tab := s.see(t, browser, "#/world/sandboxes", desk)
	press(t, tab, ".chapter a.button")
	until(t, tab, "location.pathname === '/_sandbox/checkout/_mock/' && document.getElementById('link')?.dataset.state === 'live'")
	s.ask("editor", "POST", "/_sandbox/checkout"+alm, right)
	contains(t, tab, "#e1", "createAlmConnection")
	eval[string](t, tab, "location.hash = '#/exchanges/1'")
	press(t, tab, ".again")
	until(t, tab, "location.hash === '#/exchanges/2'")
	assert.Equal(t, len(s.server.Exchanges()), 0)
}

func TestInspectorKeyboard(t *testing.T) {
	browser := launch(t)
	s := inspect(t)
	s.work()
	tab := s.see(t, browser, "", desk)
	until(t, tab, "document.querySelector('#e7')")
	do(t, tab, chromedp.KeyEvent("v"))
	until(t, tab, "!document.querySelector('#e4')")
	do(t, tab, chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"), chromedp.Focus(chromedp.CSS(".list")), chromedp.KeyEvent(kb.Enter))
	until(t, tab, "location.hash.startsWith('#/exchanges/') && document.querySelector('.reasons')")
	do(t, tab, chromedp.KeyEvent("?"))
	contains(t, tab, "dialog", "Keyboard shortcuts")
	do(t, tab, chromedp.KeyEvent(kb.Escape))
	until(t, tab, "!document.querySelector('dialog')")
	do(t, tab, chromedp.KeyEvent(kb.Escape))
	until(t, tab, "location.hash === '#/exchanges' && document.activeElement.className === 'list'")
	do(t, tab, chromedp.KeyEvent("/"))
	assert.Equal(t, eval[string](t, tab, "document.activeElement.name"), "q")
	do(t, tab, chromedp.KeyEvent(kb.Escape), click("#forget"))
	until(t, tab, "!document.querySelector('.row')")
	assert.Equal(t, len(s.server.Exchanges()), 0)
	do(t, tab, chromedp.KeyEvent("3"))
	until(t, tab, "location.hash === '#/coverage'")
}

// TestInspectorLayout: nothing stands out of the window, and axe-core has nothing to say.
func TestInspectorLayout(t *testing.T) {
	browser := launch(t)
	s := inspect(t)
	s.work()
	_, err := s.server.SetFault(mock.FaultRule{Operation: "listAlmConnections", Status: 503})
	assert.NilError(t, err)
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil && (os.Getenv("CI") == "true" || os.Getenv("SDECONTRACT_BROWSER") == "required") {
		t.Fatal(err)
	}
	for fragment, ready := range map[string]string{
		"#/exchanges": ".row", "#/exchanges/7": ".steps", "#/exchanges/4": ".behaviours", "#/world": ".connections", "#/world/users": ".chapter table",
		"#/world/organizations": ".chapter table", "#/world/snapshots": ".sentence", "#/world/file": "#show-file", "#/coverage": ".matrix", "#/faults": ".latitudes li", "#/reference": ".rulings table",
	} {
		for _, v := range []view{desk, phone.in("dark")} {
			t.Run(fmt.Sprintf("%s %d %s", fragment, v.width, v.scheme), func(t *testing.T) {
				tab := s.see(t, browser, fragment, v)
				until(t, tab, fmt.Sprintf("document.querySelector(%q) && document.querySelector('.banner')", ready))
				assert.Equal(t, eval[int](t, tab, "document.documentElement.scrollWidth"), v.width)
				if axe == nil {
					return
				}
				fitsAll(t, tab, string(axe))
			})
		}
	}
}

// fitsAll fails the test if axe-core has something to say of the page.
func fitsAll(t *testing.T, tab context.Context, axe string) {
	t.Helper()
	eval[bool](t, tab, axe+"; true")
	violations := eval[[]string](t, tab, `axe.run().then((r) => r.passes.length < 15 ? ['few rules applied'] : r.violations.map((v) => v.id + ': ' + v.help + '\n' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + n.failureSummary).join('\n')))`)
	assert.Check(t, len(violations) == 0, "%s", strings.Join(violations, "\n\n"))
}
