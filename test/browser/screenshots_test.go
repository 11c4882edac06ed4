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
