package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/sdecontract/sdecontract/mock"
)

// TestInspector does what a person does who watches a client, on a screen and on a phone.
func TestInspector(t *testing.T) {
	browser := launch(t)
	for name, test := range map[string]func(*testing.T, context.Context, *inspected, view){
		"violation": testViolation, "again": testSendAgain, "world": testWorldByUser, "edit": testEdit, "faults": testFaults,
		"latitude": testLatitude, "snapshot": testSnapshot, "coverage": testCoverageMap, "reference": testReference, "hostile": testHostile,
	} {
		for _, v := range []view{desk.in("dark"), phone} {
			t.Run(fmt.Sprintf("%s %d", name, v.width), func(t *testing.T) { test(t, browser, inspect(t), v) })
		}
	}
}

// text is what an element shows.
func text(t *testing.T, tab context.Context, selector string) string {
	t.Helper()
	return eval[string](t, tab, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// contains waits until an element shows a text.
func contains(t *testing.T, tab context.Context, selector, wanted string) {
	t.Helper()
	until(t, tab, fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, wanted))
}

// press clicks an element as soon as it is there.
func press(t *testing.T, tab context.Context, selector string) {
	t.Helper()
	until(t, tab, fmt.Sprintf("document.querySelector(%q)", selector))
	do(t, tab, click(selector))
}

// testViolation: it arrives, it is opened, and it says what is wrong where; it is copied as curl.
func testViolation(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "", v)
	contains(t, tab, ".empty", "Waiting for a client")
	s.ask("editor", "POST", alm, wrong)
	contains(t, tab, ".row.violation", "/frequency")
	press(t, tab, ".row.violation")
	contains(t, tab, ".reasons", `body /frequency "yearly" is not one of "hourly", "daily", "weekly", "monthly", "manually"`)
	assert.Assert(t, cmp.Contains(text(t, tab, ".reasons"), `"Create an ALM Connection", line 181`))
	assert.Assert(t, cmp.Contains(text(t, tab, ".reasons"), `openapi.yaml:`))
	for pointer, class := range map[string]string{"/frequency": "line violation", "/conector": "line note", "/connector": "line violation ghost", "/alias": "line "} {
		assert.Equal(t, eval[string](t, tab, fmt.Sprintf("document.querySelector('[data-pointer=%q]').className", pointer)), class, pointer)
	}
	assert.Assert(t, cmp.Contains(eval[string](t, tab, `document.querySelector('[data-pointer="/connector"]').nextSibling.innerText`), "is required"))
	assert.Assert(t, cmp.Contains(text(t, tab, ".steps .stopped"), "refuse invalid"))

	page := eval[string](t, tab, "document.documentElement.outerHTML")
	for _, secret := range []string{"hunter22", "editor-token"} {
		assert.Assert(t, !strings.Contains(page, secret), secret)
	}
	press(t, tab, "[data-press=secrets]")
	contains(t, tab, ".message", "hunter22")
	press(t, tab, "[data-press=secrets][aria-pressed=true]")
	until(t, tab, "!document.body.innerText.includes('hunter22')")

	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		call(t, tab, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSettingGranted,
		})
	}
	press(t, tab, "[data-press=copy]")
	contains(t, tab, "[data-press=copy]", "Copied")
	command := eval[string](t, tab, "navigator.clipboard.readText()")
	assert.Assert(t, cmp.Contains(command, `-H 'Authorization: Token '"$SDECONTRACT_TOKEN_EDITOR"`))
	assert.Assert(t, cmp.Contains(command, "'"+s.url+alm+"'"))
	assert.Assert(t, cmp.Contains(command, `"frequency": "yearly"`))
}

func testSendAgain(t *testing.T, browser context.Context, s *inspected, v view) {
	s.ask("editor", "POST", alm, right)
	tab := s.see(t, browser, "#/exchanges/1", v)
	until(t, tab, "document.querySelector('.joined select')")
	eval[bool](t, tab, "document.querySelector('.joined select').value = 'reader'; true")
	press(t, tab, ".again")
	until(t, tab, "location.hash === '#/exchanges/2'")
	contains(t, tab, ".reasons", `reader lacks the permission "Edit ALM connections"`)
	e, ok := s.server.RawExchange(2)
	assert.Assert(t, ok && e.User == "reader" && e.Status == http.StatusForbidden)
	press(t, tab, ".again")
	until(t, tab, "location.hash === '#/exchanges/3'")
}

func testWorldByUser(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "#/world", v)
	contains(t, tab, "#connections", "15 members")
	assert.Assert(t, !strings.Contains(text(t, tab, "#connections"), "hidden"))
	eval[bool](t, tab, "document.querySelector('#connections details').open = true")
	contains(t, tab, "#connections", `"alm_pass": "[redacted]"`)
	press(t, tab, "label:has(input[value=reader])")
	contains(t, tab, "#connections", "hidden from reader")
	assert.Assert(t, !strings.Contains(text(t, tab, "#connections"), "members"))
	eval[bool](t, tab, "{ const e = document.querySelector('#collection'); e.value = 'projects'; e.dispatchEvent(new Event('change')) }")
	until(t, tab, "document.querySelector('#connections [data-head=archived]')")
	assert.Assert(t, eval[bool](t, tab, "document.querySelector('#add').hidden && !document.querySelector('#connections button')"))
	assert.Equal(t, len(s.server.Exchanges()), 0)
	assert.Equal(t, s.server.Coverage().Covered, 0)
}

// testEdit: the client gets what was edited, and the password that nobody saw is still there.
func testEdit(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "#/world", v)
	press(t, tab, "[aria-label='Edit Rally Integration']")
	until(t, tab, "document.querySelector('#edit-alias')")
	eval[bool](t, tab, "{ const e = document.querySelector('#edit-alias'); e.value = ''; true }")
	press(t, tab, "#save")
	contains(t, tab, "[role=alert]", "400")
	do(t, tab, chromedp.SendKeys(chromedp.CSS("#edit-alias"), "Shop floor"))
	press(t, tab, "#save")
	contains(t, tab, "#connections", "Shop floor")
	var got struct {
		Alias  string
		Params map[string]any
	}
	assert.NilError(t, json.Unmarshal([]byte(s.ask("editor", "GET", alm+"1/", "")), &got))
	assert.Equal(t, got.Alias, "Shop floor")
	assert.Equal(t, got.Params["alm_pass"], "rally_password")

	press(t, tab, "#reset")
	until(t, tab, "!document.querySelector('#connections').innerText.includes('Shop floor')")
	assert.Assert(t, cmp.Contains(s.ask("editor", "GET", alm+"1/", ""), `"Rally Integration"`))
}

func testFaults(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "#/faults", v)
	until(t, tab, "document.querySelector('#fault-operation')")
	eval[bool](t, tab, "{ const e = document.querySelector('#fault-operation'); e.value = 'listAlmConnections'; e.dispatchEvent(new Event('change')) }")
	press(t, tab, "#fault-on")
	contains(t, tab, "#banners", "1 fault on: listAlmConnections for anybody: status 503, always")
	s.ask("editor", "GET", alm, "")
	s.ask("editor", "GET", analysis, "")
	contains(t, tab, "#faults-on", "1 of 1")
	e, _ := s.server.Exchange(1)
	assert.Equal(t, e.Status, http.StatusServiceUnavailable)
	press(t, tab, "#faults-on .off")
	until(t, tab, "!document.querySelector('.banner')")
	assert.Equal(t, len(s.server.Faults()), 0)
	eval[string](t, tab, "location.hash = '#/exchanges/1'")
	contains(t, tab, ".acted", "A fault acted: status 503")
}

func testLatitude(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "#/faults", v)
	for _, name := range []string{"accept-ignored", "accept-answers-others"} { // they exclude each other
		press(t, tab, "[name=latitude-"+name+"]")
		contains(t, tab, "#banners", name)
		assert.DeepEqual(t, s.server.Latitudes(), []mock.Latitude{mock.Latitude(name)})
	}
	press(t, tab, "#all-off")
	until(t, tab, "!document.querySelector('.banner') && !document.querySelector('.latitudes :checked')")
}

func testSnapshot(t *testing.T, browser context.Context, s *inspected, v view) {
	s.ask("editor", "POST", alm, right)
	tab := s.see(t, browser, "#/world/snapshots", v)
	do(t, tab, chromedp.SendKeys(chromedp.CSS("[name=snapshot]"), "with-shop"+kb.Enter))
	contains(t, tab, ".chapter table", "with-shop")
	s.server.Reset()
	press(t, tab, "[aria-label='Restore with-shop']")
	contains(t, tab, "#toasts", "that of with-shop again")
	assert.Assert(t, cmp.Contains(s.ask("editor", "GET", alm+"5/", ""), "Web Shop"))

	eval[string](t, tab, "location.hash = '#/world/users'")
	press(t, tab, "#tokens")
	contains(t, tab, ".chapter", "editor-token")
	press(t, tab, "#tokens[aria-pressed=true]")
	until(t, tab, "!document.body.innerText.includes('editor-token')")

	eval[string](t, tab, "location.hash = '#/world/file'")
	until(t, tab, "document.querySelector('#show-file')")
	assert.Assert(t, !strings.Contains(eval[string](t, tab, "document.documentElement.outerHTML"), "editor-token"))
	press(t, tab, "#show-file")
	until(t, tab, "document.querySelector('.file')?.value.includes('editor-token')")
	eval[bool](t, tab, "{ const e = document.querySelector('.file'); e.value = e.value.replace('permissions: []', 'permissions: [No such]'); true }")
	press(t, tab, "#put-file")
	contains(t, tab, "[role=alert]", "No such")
}

func testCoverageMap(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "#/coverage", v)
	contains(t, tab, "h2", "0 %")
	s.ask("reader", "GET", alm, "")
	until(t, tab, "document.querySelector('.matrix .met')")
	assert.Assert(t, cmp.Contains(text(t, tab, ".rules li.met"), "met"))
	press(t, tab, ".matrix .met")
	until(t, tab, "location.hash === '#/exchanges/1'")
}

func testReference(t *testing.T, browser context.Context, s *inspected, v view) {
	tab := s.see(t, browser, "#/reference/createAlmConnection", v)
	contains(t, tab, "#createAlmConnection", `“Create an ALM Connection”, line 178`)
	assert.Assert(t, cmp.Contains(text(t, tab, ".rulings"), "Not found."))
	press(t, tab, "#createAlmConnection .try > summary")
	press(t, tab, "#createAlmConnection .try button.main")
	contains(t, tab, "#createAlmConnection .answer", `"alias": "Example Connection"`)
	press(t, tab, "#createAlmConnection .answer a")
	contains(t, tab, ".exchange", "Nothing to remark")
	e, _ := s.server.Exchange(1)
	assert.Equal(t, e.Status, http.StatusCreated)
}

// testHostile: whatever a client sends is shown as text.
func testHostile(t *testing.T, browser context.Context, s *inspected, v view) {
	const script = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202ejavascript:`
	body := strings.Replace(right, "Web Shop", strings.ReplaceAll(script, `"`, `\"`), 1)
	s.ask("editor", "POST", alm, body)
	s.ask("editor", "POST", alm, strings.Replace(body, `"project": 1`, `"<b onclick=alert(1)>": "</script>", "project": "<svg onload=window.hacked=1>"`, 1))
	s.ask("editor", "GET", alm+"?%3Cscript%3E=<script>window.hacked=1</script>", "")
	for _, fragment := range []string{"#/exchanges/1", "#/exchanges/2", "#/exchanges/3", "#/world", "#/coverage"} {
		tab := s.see(t, browser, fragment, v)
		contains(t, tab, "main", map[bool]string{true: "200", false: "<"}[fragment == "#/coverage"])
		assert.Assert(t, eval[bool](t, tab, "window.hacked === undefined && !document.querySelector('main img, main script, main b[onclick], main svg[onload]')"))
		assert.Assert(t, !strings.Contains(eval[string](t, tab, "document.body.innerText"), "\u202e"))
		do(t, tab, chromedp.Navigate("about:blank")) // a browser has few connections to a host
	}
	edit := s.see(t, browser, "#/world", v)
	contains(t, edit, "#connections", "<img src=x")
	press(t, edit, "#connections tr:last-child button")
	until(t, edit, "document.querySelector('#edit-alias')?.value.startsWith('<img')")
	assert.Assert(t, eval[bool](t, edit, "window.hacked === undefined"))
}
