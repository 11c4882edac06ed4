package browser_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

// openFirst unfolds the second check that failed, which unfolds the request that decided, and shows it.
const openFirst = `(async () => {
	const check = document.querySelectorAll('.check.fail')[1];
	check.open = true;
	await new Promise((done) => setTimeout(done, 100));
	check.scrollIntoView();
	scrollBy(0, 16);
	return true;
})()`

// shoot writes what the window shows.
func shoot(t *testing.T, tab context.Context, file string) {
	t.Helper()
	shot, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	assert.NilError(t, err)
	assert.Assert(t, len(shot) < 200_000, "%s: %d bytes", file, len(shot))
	assert.NilError(t, os.WriteFile(file, shot, 0o644))
}

// TestScreenshots draws the pictures of the README into the directory SCREENSHOTS.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no directory")
	}
	browser := launch(t)
	at := write(t, runBroken(t))
	tall := phone.in("dark")
	tall.height = 1100
	for name, v := range map[string]struct {
		view
		do string
	}{
		"report-top": {desk, ""}, "report-check": {desk, openFirst}, "report-phone": {tall, ""},
	} {
		tab := open(t, browser, at, v.view)
		if v.do != "" {
			eval[bool](t, tab, v.do)
		}
		shoot(t, tab, filepath.Join(dir, name+".png"))
	}
}

// TestScreenshotsOfInspector draws those of the inspector.
func TestScreenshotsOfInspector(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no directory")
	}
	plain := strings.NewReplacer("計測", "Messung", "接続 🚀", "Anschluss") // fonts that not every machine has
	world, err := mock.ReadWorld("world.yaml", []byte(plain.Replace(string(fixtures.World()))))
	assert.NilError(t, err)
	browser := launch(t)
	s := inspect(t, mock.WithWorld(world))
	s.work()
	low := desk
	low.height = 760
	for name, v := range map[string]struct {
		view
		fragment, ready, do string
	}{
		"violation": {low, "#/exchanges/7", ".steps", ""},
		"world":     {low, "#/world", ".connections td", "document.querySelector('input[value=reader]').click()"},
		"coverage":  {low.in("dark"), "#/coverage", ".matrix", ""},
		"phone":     {phone.in("dark"), "#/exchanges/7", ".steps", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tab := s.see(t, browser, v.fragment, v.view)
			until(t, tab, "document.querySelector('"+v.ready+"')")
			eval[bool](t, tab, "(async () => { "+v.do+"; await new Promise((done) => setTimeout(done, 700)); return true })()")
			shoot(t, tab, filepath.Join(dir, "inspector-"+name+".png"))
		})
	}
}

// TestScreenshotsOfProxy draws that of the inspector before a server.
func TestScreenshotsOfProxy(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no directory")
	}
	browser := launch(t)
	w := watchServer(t)
	w.pass()
	low := desk
	low.height = 760
	tab := w.see(t, browser, "#/exchanges/5", low)
	until(t, tab, "document.querySelector('.remark.breach') && document.querySelector('#watches b')")
	eval[bool](t, tab, "(async () => { document.querySelector('#watches b').textContent = 'https://sde.example.com'; await new Promise((done) => setTimeout(done, 700)); return true })()")
	shoot(t, tab, filepath.Join(dir, "inspector-proxy.png"))
}
