package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"gotest.tools/v3/assert"
)

// openFirst unfolds the second check that failed, and its last exchange, and shows them.
const openFirst = `(async () => {
	const check = document.querySelectorAll('.check.fail')[1];
	check.open = true;
	await new Promise((done) => setTimeout(done, 100));
	check.querySelector('.exchanges > li:last-child > details').open = true;
	check.scrollIntoView();
	scrollBy(0, 16);
	return true;
})()`

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
		png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
	}
}

// TestScreenshotsOfInspector draws those of the inspector.
func TestScreenshotsOfInspector(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no directory")
	}
	browser := launch(t)
	s := inspect(t)
	s.work()
	const settled = "await new Promise((done) => setTimeout(done, 600))"
	for name, v := range map[string]struct {
		view
		fragment, ready, do string
	}{
		"violation":  {desk, "#/exchanges/7", "document.querySelector('.reasons')", ""},
		"list":       {desk.in("dark"), "#/exchanges", "document.querySelector('.row')", ""},
		"phone":      {phone.in("dark"), "#/exchanges/7", "document.querySelector('.reasons')", ""},
		"phone-list": {phone, "#/exchanges", "document.querySelector('.row')", ""},
		"steps":      {desk, "#/exchanges/4", "document.querySelector('.steps')", "document.querySelector('.pane').scrollTop = 9999"},
		"faults":      {desk, "#/faults", "document.querySelector('.latitudes li')", "document.querySelector('#fault-on').click()"},
		"faults-phone":      {phone.in("dark"), "#/faults", "document.querySelector('.latitudes li')", ""},
		"edit":      {desk, "#/world", "document.querySelector('.connections button')", "document.querySelector('.connections button').click()"},
		"world":      {desk, "#/world", "document.querySelector('.connections tr')", "document.querySelector('input[value=reader]').click()"},
		"world-phone":      {phone, "#/world", "document.querySelector('.connections tr')", ""},
		"coverage":   {desk, "#/coverage", "document.querySelector('.matrix')", ""},
		"coverage-phone":   {phone, "#/coverage", "document.querySelector('.matrix')", ""},
		"reference":  {desk.in("dark"), "#/reference", "document.querySelector('.operation')", ""},
		"reference-phone":  {phone, "#/reference/createAlmConnection", "document.querySelector('.operation')", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tab := s.see(t, browser, v.fragment, v.view)
			until(t, tab, v.ready)
			eval[bool](t, tab, "(async () => { "+v.do+"; "+settled+"; return true })()")
			png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
			assert.NilError(t, err)
			assert.NilError(t, os.WriteFile(filepath.Join(dir, "inspector-"+name+".png"), png, 0o644))
		})
	}
}
