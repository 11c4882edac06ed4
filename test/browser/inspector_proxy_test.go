package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

// watchedServer is a server with faults behind a proxy with its inspector.
type watchedServer struct {
	*inspected
	back   *httptest.Server
	writes atomic.Int64 // that reached the server
}

// watchServer starts them. The proxy knows all users but basic.
func watchServer(t *testing.T) *watchedServer {
	t.Helper()
	w := &watchedServer{}
	faulty := broken()
	w.back = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.writes.Add(1)
		}
		faulty.ServeHTTP(out, r)
	}))
	t.Cleanup(w.back.Close)
	upstream, err := url.Parse(w.back.URL)
	assert.NilError(t, err)
	known := mock.Known{Organizations: map[string]mock.KnownOrganization{"main": {Features: []string{"advanced-alm"}}}}
	for _, u := range mock.DefaultWorld().Users() {
		if u.Name != "basic" {
			known.Users = append(known.Users, u)
		}
	}
	proxy, err := mock.NewProxy(mock.ProxyConfig{Upstream: upstream, Known: known, KeepHost: true})
	assert.NilError(t, err)
	handler := control.NewProxy(proxy, control.Options{})
	front := httptest.NewServer(handler)
	t.Cleanup(func() { handler.Close(); front.Close() })
	w.inspected = &inspected{t: t, server: proxy.Server, url: front.URL, http: front}
	return w
}

// pass is traffic with breaches, violations, a refusal and an outage.
func (w *watchedServer) pass() {
	w.ask("editor", "GET", alm, "")
	w.ask("editor", "GET", alm+"1/", "")
	w.ask("editor", "POST", alm, right)
	w.ask("editor", "POST", alm, wrong)
	w.ask("editor", "POST", alm, strings.Replace(right, `"project"`, `"extra": 1, "project"`, 1))
	w.ask("reader", "POST", alm, right)
	w.ask("", "GET", analysis, "")
	w.back.CloseClientConnections()
	w.back.Close()
	w.ask("reader", "GET", alm+"1/", "")
}

// TestProxyPage does what a person does who watches a server.
func TestProxyPage(t *testing.T) {
	browser := launch(t)
	for name, test := range map[string]func(*testing.T, context.Context, *watchedServer, view){
		"breach": testBreach, "filters": testSides, "again": testSendToServer, "try": testTryServer,
	} {
		for _, v := range []view{desk.in("dark"), phone} {
			t.Run(fmt.Sprintf("%s %d", name, v.width), func(t *testing.T) { test(t, browser, watchServer(t), v) })
		}
	}
}

// testBreach: it arrives, and is shown at its place in the reply; nothing is offered that only a mock has.
func testBreach(t *testing.T, browser context.Context, w *watchedServer, v view) {
	tab := w.see(t, browser, "", v)
	contains(t, tab, "#watches", "watches "+w.back.URL)
	contains(t, tab, ".empty", "Waiting for a client")
	assert.Equal(t, eval[string](t, tab, "document.title"), "Exchanges · sdecontract proxy")
	assert.Equal(t, eval[string](t, tab, "[...document.querySelectorAll('nav a')].map((a) => a.textContent).join(' ')"), "Exchanges Coverage Reference")
	w.ask("editor", "GET", alm+"1/", "")
	contains(t, tab, ".row.breach", "breach reply /command: is required")
	press(t, tab, ".row.breach")
	contains(t, tab, ".reasons", `reply /command is required`)
	contains(t, tab, ".facts", "1 breach")
	const place = `document.querySelector('.message.reply [data-pointer="/command"]')`
	assert.Equal(t, eval[string](t, tab, place+".className"), "line breach ghost")
	assert.Assert(t, cmp.Contains(eval[string](t, tab, place+".nextSibling.innerText"), "breach is required"))
	press(t, tab, ".reasons .place")
	until(t, tab, place+".classList.contains('flash')")
	assert.Assert(t, !eval[bool](t, tab, "!!document.querySelector('.banner, .steps')"))
	eval[string](t, tab, "location.hash = '#/world'")
	until(t, tab, "document.title.startsWith('Exchanges') && !document.querySelector('.connections')")
}

// testSides: client and server are told apart, in the list and by its filters.
func testSides(t *testing.T, browser context.Context, w *watchedServer, v view) {
	w.pass()
	tab := w.see(t, browser, "", v)
	contains(t, tab, "output", "8 of 8 exchanges, 2 with violations, 3 with breaches, 1 with outages")
	contains(t, tab, ".row.outage", "outage upstream:")
	for name, want := range map[string]string{"violations": "2 of 8", "outages": "1 of 8"} {
		press(t, tab, ".chip:has([name="+name+"])")
		contains(t, tab, "output", want)
		press(t, tab, ".chip:has([name="+name+"])")
		contains(t, tab, "output", "8 of 8")
	}
	do(t, tab, chromedp.Focus(chromedp.CSS(".list")), chromedp.KeyEvent("b"))
	contains(t, tab, "output", "3 of 8")
	eval[string](t, tab, "location.hash = '#/exchanges/8'")
	contains(t, tab, ".message.reply", "outage")
	do(t, tab, chromedp.KeyEvent("?"))
	contains(t, tab, "dialog", "breaches only")
	assert.Assert(t, cmp.Contains(text(t, tab, "dialog"), "1 – 3"))
}

// testSendToServer: a write is sent again only to who has said so, and a read at once.
func testSendToServer(t *testing.T, browser context.Context, w *watchedServer, v view) {
	w.ask("editor", "POST", alm, right)
	tab := w.see(t, browser, "#/exchanges/1", v)
	until(t, tab, "document.querySelector('.joined select')")
	offered := eval[string](t, tab, "[...document.querySelector('.joined select').options].map((o) => o.value).join()")
	assert.Assert(t, strings.Contains(offered, "reader") && !strings.Contains(offered, "basic"), offered)
	for _, no := range []chromedp.Action[chromedp.Void]{click("#no"), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.Enter)} {
		press(t, tab, ".again")
		contains(t, tab, "dialog", "It goes to "+w.back.URL+" as editor, and may change what is there: POST "+alm)
		assert.Equal(t, eval[string](t, tab, "document.activeElement.id"), "no")
		do(t, tab, no)
		until(t, tab, "!document.querySelector('dialog')")
	}
	assert.Equal(t, w.writes.Load(), int64(1))
	press(t, tab, ".again")
	press(t, tab, "#yes")
	until(t, tab, "location.hash === '#/exchanges/2'")
	assert.Equal(t, w.writes.Load(), int64(2))
	e, _ := w.server.RawExchange(2)
	assert.Assert(t, e.User == "editor" && e.Status == http.StatusCreated && strings.Contains(e.RequestBody, "hunter22"))
	assert.Assert(t, !strings.Contains(eval[string](t, tab, "document.documentElement.outerHTML"), "hunter22"))

	w.ask("editor", "GET", alm+"1/", "")
	eval[string](t, tab, "location.hash = '#/exchanges/3'")
	contains(t, tab, "#title", "GET")
	eval[bool](t, tab, "document.querySelector('.joined select').value = 'reader'; true")
	press(t, tab, ".again")
	until(t, tab, "location.hash === '#/exchanges/4'")
	contains(t, tab, ".facts", "as reader")
}

// testTryServer: the reference leads to the server too, and asks as well.
func testTryServer(t *testing.T, browser context.Context, w *watchedServer, v view) {
	tab := w.see(t, browser, "#/reference/createAlmConnection", v)
	press(t, tab, "#createAlmConnection .try > summary")
	press(t, tab, "#createAlmConnection .try button.main")
	press(t, tab, "#no")
	press(t, tab, "#createAlmConnection .try button.main")
	press(t, tab, "#yes")
	contains(t, tab, "#createAlmConnection .answer", "See exchange 1")
	assert.Assert(t, !strings.Contains(text(t, tab, ".answer"), "secret"))
	assert.Equal(t, w.writes.Load(), int64(1))
	eval[string](t, tab, "location.hash = '#/coverage'")
	contains(t, tab, "#statuses ~ .scroll", "createAlmConnection")
}

// TestProxyLayout: nothing stands out of the window, and axe-core has nothing to say.
func TestProxyLayout(t *testing.T) {
	browser := launch(t)
	w := watchServer(t)
	w.pass()
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil && (os.Getenv("CI") == "true" || os.Getenv("SDECONTRACT_BROWSER") == "required") {
		t.Fatal(err)
	}
	for fragment, ready := range map[string]string{
		"#/exchanges": ".row.outage", "#/exchanges/2": ".line.breach", "#/exchanges/3": ".again", "#/exchanges/8": ".remark.outage", "#/coverage": ".matrix", "#/reference": ".rulings table",
	} {
		for _, v := range []view{desk, desk.in("dark"), phone, phone.in("dark")} {
			t.Run(fmt.Sprintf("%s %d %s", fragment, v.width, v.scheme), func(t *testing.T) {
				tab := w.see(t, browser, fragment, v)
				until(t, tab, fmt.Sprintf("document.querySelector(%q) && document.querySelector('#watches b')", ready))
				if ready == ".again" {
					press(t, tab, ready)
					until(t, tab, "document.querySelector('dialog')")
				}
				assert.Equal(t, eval[int](t, tab, "document.documentElement.scrollWidth"), v.width)
				if axe != nil {
					fitsAll(t, tab, string(axe))
				}
			})
		}
	}
}

// TestProxyTakesThePlaceOfMock: a page that was a mock's becomes a proxy's.
func TestProxyTakesThePlaceOfMock(t *testing.T) {
	browser := launch(t)
	w := watchServer(t)
	behind := w.http.Config.Handler
	var current atomic.Pointer[control.Handler]
	current.Store(control.New(mock.NewHost(mock.New(), mock.HostLimits{}), control.Options{}))
	w.http = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) { current.Load().ServeHTTP(out, r) }))
	w.url = w.http.URL
	t.Cleanup(func() { current.Load().Close(); w.http.Close() })
	tab := w.see(t, browser, "", desk)
	contains(t, tab, "nav", "World")
	before := current.Swap(behind.(*control.Handler))
	before.Close()
	until(t, tab, "document.documentElement.dataset.of === 'proxy'")
	contains(t, tab, "#watches", w.back.URL)
	until(t, tab, "document.getElementById('link')?.dataset.state === 'live'")
	assert.Assert(t, !strings.Contains(text(t, tab, "nav"), "World"))
}
