package browser_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

// TestReport opens the page of a run that has failures, warnings and blocked checks.
func TestReport(t *testing.T) {
	browser := launch(t)
	r := runBroken(t)
	for _, v := range []conformance.Verdict{conformance.Fail, conformance.Warn, conformance.Blocked, conformance.NA} {
		assert.Assert(t, r.Count(v) > 0, v)
	}
	at := write(t, r)
	for name, test := range map[string]func(*testing.T, context.Context, string, *conformance.Report){
		"layout": testLayout, "filter": testFilter, "link": testLink, "evidence": testEvidence, "keyboard": testKeyboard,
		"without script": testWithoutScript, "print": testPrint, "axe": testAxe,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser, at, r) })
	}
}

// openEverything unfolds all of the page, and the exchanges of some checks.
const openEverything = `(async () => {
	const open = (selector) => { for (const e of document.querySelectorAll(selector)) e.open = true; return new Promise((done) => setTimeout(done, 100)); };
	await open('.panel, .group, .check');
	await open('#heading-1 .exchange');
	return true;
})()`

// openSome unfolds a few checks and their exchanges.
const openSome = `(async () => {
	const open = (all) => { for (const e of [...all].slice(0, 4)) e.open = true; return new Promise((done) => setTimeout(done, 100)); };
	await open(document.querySelectorAll('.panel'));
	await open(document.querySelectorAll('.check:not([hidden])'));
	await open(document.querySelectorAll('.check[open] .exchange'));
	return true;
})()`

// outside is what stands out of the window to the right, whether the page could be scrolled there or not.
const outside = `[...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5)
	.slice(0, 5).map((e) => e.tagName + '.' + e.className).join(', ')`

// contrasts are the lowest contrasts of text with what is behind it, for badges and the like.
const contrasts = `(() => {
	const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
	const light = (colour) => {
		canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
		const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
		if (a < 255) return null;
		const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
		return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
	};
	const found = {};
	for (const e of document.querySelectorAll('.badge, .chip, .counts a, .matrix td, .matrix td a, .matrix th, .tally span, .tag, .dim, .says, .cite, pre, a, button, p')) {
		if (!e.checkVisibility()) continue;
		let behind = e, back = null;
		while (behind && (back = light(getComputedStyle(behind).backgroundColor)) === null) behind = behind.parentElement;
		const [low, high] = [light(getComputedStyle(e).color), back].sort((a, b) => a - b);
		const ratio = (high + 0.05) / (low + 0.05), name = e.tagName + '.' + e.className;
		found[name] = Math.min(ratio, found[name] || 99);
	}
	return found;
})()`

func testLayout(t *testing.T, browser context.Context, at string, _ *conformance.Report) {
	for _, v := range []view{desk, phone, desk.in("dark"), phone.in("dark")} {
		t.Run(fmt.Sprintf("%d %s", v.width, v.scheme), func(t *testing.T) {
			tab := open(t, browser, at, v)
			assert.Equal(t, eval[int](t, tab, "document.documentElement.scrollWidth"), v.width)
			eval[bool](t, tab, openEverything)
			assert.Equal(t, eval[int](t, tab, "document.documentElement.scrollWidth"), v.width)
			assert.Equal(t, eval[string](t, tab, outside), "")
			ratios := eval[map[string]float64](t, tab, contrasts)
			assert.Assert(t, len(ratios) > 20, ratios)
			for name, ratio := range ratios {
				assert.Check(t, ratio >= 4.5, "%s: contrast %.2f", name, ratio)
			}
		})
	}
}

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// shown are the ids of the checks that the filter lets through.
func shown(t *testing.T, tab context.Context) []string {
	t.Helper()
	return eval[[]string](t, tab, "[...document.querySelectorAll('.check')].filter((c) => c.checkVisibility()).map((c) => c.id).sort()")
}

func testFilter(t *testing.T, browser context.Context, at string, r *conformance.Report) {
	tab := open(t, browser, at, desk)
	do(t, tab, click(`.chip.fail`), click(`.chip.warn`))
	assert.Equal(t, len(shown(t, tab)), r.Count(conformance.Fail)+r.Count(conformance.Warn))
	for name, value := range map[string]string{"kind": "alm", "level": "must"} {
		eval[bool](t, tab, fmt.Sprintf("{ const e = document.forms[0].elements[%q]; e.value = %q; e.dispatchEvent(new Event('input', { bubbles: true })) }", name, value))
	}
	do(t, tab, chromedp.SendKeys(chromedp.CSS(`input[name=q]`), "Frequency Default"))
	ids := shown(t, tab)
	assert.Assert(t, len(ids) > 0)
	for _, result := range r.Results {
		if strings.Contains(strings.Join(ids, " "), result.ID) {
			assert.Assert(t, result.Kind == conformance.ALM && result.Level == conformance.Must && result.Verdict == conformance.Fail, result.ID)
		}
	}
	said := eval[string](t, tab, "document.querySelector('output').textContent")
	assert.Equal(t, said, fmt.Sprintf("%d of %d checks shown", len(ids), len(r.Results)))

	// Its link shows the same.
	link := eval[string](t, tab, "location.href")
	assert.Assert(t, strings.Contains(link, "#q=Frequency+Default&"), link)
	again := open(t, browser, link, phone)
	assert.DeepEqual(t, shown(t, again), ids)

	do(t, tab, click(`button[type=reset]`))
	until(t, tab, "location.hash === ''")
	do(t, tab, click("#expand"))
	assert.Equal(t, len(shown(t, tab)), len(r.Results))

	// A cell of the matrix filters by verdict and heading.
	cell := `.matrix td.fail a`
	count := eval[int](t, tab, "parseInt(document.querySelector('"+cell+"').textContent)")
	do(t, tab, click(cell))
	contains(t, tab, "output", fmt.Sprintf("%d of %d checks shown", count, len(r.Results))) // the address changes before the filter
	assert.Equal(t, len(shown(t, tab)), count)
	assert.Assert(t, eval[bool](t, tab, "location.hash.includes('heading=')"))
}

func testLink(t *testing.T, browser context.Context, at string, r *conformance.Report) {
	id := r.Results[len(r.Results)-1].ID
	tab := open(t, browser, at+"#"+id, phone)
	assert.Assert(t, eval[bool](t, tab, fmt.Sprintf("document.getElementById(%q).open", id)))
	assert.Assert(t, eval[bool](t, tab, fmt.Sprintf("Math.abs(document.getElementById(%q).getBoundingClientRect().top) < innerHeight", id)))

	// What a filter hides is shown when it is asked for.
	filtered := open(t, browser, at+"#verdict=fail", desk)
	before := len(shown(t, filtered))
	eval[string](t, filtered, fmt.Sprintf("location.hash = %q", id))
	until(t, filtered, fmt.Sprintf("document.getElementById(%q).open", id))
	assert.Assert(t, len(shown(t, filtered)) > before)
}

// testEvidence: each exchange is there, and the command that repeats it is copied as it is.
func testEvidence(t *testing.T, browser context.Context, at string, r *conformance.Report) {
	tab := open(t, browser, at, desk)
	do(t, tab, click("#expand"))
	until(t, tab, "!document.querySelector('.exchanges:not([data-drawn])')")
	commands := eval[map[int]string](t, tab, `Object.fromEntries([...document.querySelectorAll('.exchanges .exchange')].map((e) => {
		const text = (slot) => e.querySelector('[data-slot=' + slot + ']').textContent;
		return [text('number'), text('exact') || text('curl')];
	}))`)
	looked := map[int]bool{}
	for _, result := range r.Results {
		for _, number := range result.Exchanges {
			looked[number] = true
		}
	}
	assert.Equal(t, len(commands), len(looked))
	exact := map[int]string{}
	for _, e := range r.Exchanges {
		if looked[e.Number] {
			exact[e.Number] = e.Curl()
		}
		if !utf8.ValidString(e.Curl()) { // it can't be shown
			exact[e.Number] = ""
		}
	}
	assert.DeepEqual(t, commands, exact)

	unfolded := eval[map[string]string](t, tab, `Object.fromEntries([...document.querySelectorAll('.check')]
		.filter((c) => c.querySelector('.exchange[open]'))
		.map((c) => [c.id, [...c.querySelectorAll('.exchange[open] [data-slot=number]')].map((e) => e.textContent).join()]))`)
	decided := map[string]string{}
	for _, result := range r.Results {
		if result.Decisive > 0 {
			decided[result.ID] = fmt.Sprint(result.Decisive)
		}
	}
	assert.Assert(t, len(decided) > 0)
	assert.DeepEqual(t, unfolded, decided)

	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		call(t, tab, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSettingGranted,
		})
	}
	const copied = `.check.fail .exchange[open] .copy`
	eval[bool](t, tab, "document.querySelector('.check.fail .exchange').open = true")
	do(t, tab, click(copied))
	until(t, tab, "document.querySelector('"+copied+"').textContent === 'Copied'")
	number := eval[string](t, tab, "document.querySelector('.check.fail .exchange [data-slot=number]').textContent")
	clipboard := eval[string](t, tab, "navigator.clipboard.readText()")
	for n, command := range exact {
		if fmt.Sprint(n) == number {
			assert.Equal(t, clipboard, command)
		}
	}
}

func testKeyboard(t *testing.T, browser context.Context, at string, _ *conformance.Report) {
	tab := open(t, browser, at, desk)
	focused := func() string {
		return eval[string](t, tab, "((e) => e.name || e.className || e.tagName)(document.activeElement)")
	}
	do(t, tab, chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, focused(), "skip")
	do(t, tab, chromedp.KeyEvent("/"))
	assert.Equal(t, focused(), "q")
	eval[bool](t, tab, "document.querySelector('.check.pass').parentElement.open = true")
	do(t, tab, chromedp.Focus(chromedp.CSS(`.check.pass > summary`)), chromedp.KeyEvent(kb.Enter))
	until(t, tab, "document.querySelector('.check.pass').open && document.querySelector('.check.pass .exchange')")
	do(t, tab, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
	assert.Assert(t, eval[bool](t, tab, "document.querySelector('.check.pass .exchange').open"))
	outline := eval[string](t, tab, "getComputedStyle(document.activeElement).outlineStyle")
	assert.Equal(t, outline, "solid")
}

func testWithoutScript(t *testing.T, browser context.Context, at string, r *conformance.Report) {
	v := desk
	v.noScript = true
	tab := open(t, browser, at, v)
	text, err := chromedp.Run(tab, chromedp.OuterHTML(chromedp.CSS("main")))
	assert.NilError(t, err)
	form, err := chromedp.Run(tab, chromedp.OuterHTML(chromedp.CSS("#filter")))
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(form, "hidden"))
	for _, result := range r.Results {
		if result.Verdict == conformance.Fail {
			assert.Assert(t, strings.Contains(text, `id="`+result.ID+`"`))
		}
	}
	assert.Assert(t, strings.Contains(text, `data-slot="reply">{`))
}

func testPrint(t *testing.T, browser context.Context, at string, _ *conformance.Report) {
	v := desk
	v.media = "print"
	tab := open(t, browser, at, v)
	assert.Assert(t, eval[bool](t, tab, "!document.querySelector('#filter').checkVisibility()"))
	assert.Assert(t, eval[bool](t, tab, "[...document.querySelectorAll('.check.trouble .cite')].every((e) => e.checkVisibility({ contentVisibilityAuto: true }))"))
	pdf, err := chromedp.Run(tab, chromedp.PrintToPDF())
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(string(pdf), "%PDF"))
}

// testAxe asks axe-core, whose rules are those of WCAG.
func testAxe(t *testing.T, browser context.Context, at string, _ *conformance.Report) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if os.IsNotExist(err) && os.Getenv("CI") != "true" && os.Getenv("SDECONTRACT_BROWSER") != "required" {
		t.Skip("axe-core isn't there: npm ci")
	}
	assert.NilError(t, err)
	for _, v := range []view{desk, phone.in("dark")} {
		tab := open(t, browser, at+"#verdict=fail&verdict=warn", v)
		eval[bool](t, tab, string(axe)+"; true")
		eval[bool](t, tab, openSome)
		violations := eval[[]string](t, tab, `axe.run().then((r) => r.passes.length < 20 ? ['few rules applied'] : r.violations.map((v) => v.id + ': ' + v.help + '\n' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join('\n')))`)
		assert.Check(t, len(violations) == 0, "%s", strings.Join(violations, "\n\n"))
	}
}
