// Package browser_test opens the HTML report and the inspector in a browser.
package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"gotest.tools/v3/assert"
)

// program is the browser. There must be one in CI, and where SDECONTRACT_BROWSER=required.
func program(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no Chromium: set CHROMIUM, or install chromium, chromium-browser, google-chrome or headless-shell"
	if os.Getenv("CI") == "true" || os.Getenv("SDECONTRACT_BROWSER") == "required" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// launch starts a browser that ends with the test.
func launch(t *testing.T) context.Context {
	t.Helper()
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
	})
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel() })
	assert.NilError(t, chromedp.Do(ctx))
	return ctx
}

// view is how somebody looks at the page.
type view struct {
	width, height int
	scheme        string // light or dark
	media         string // print, or empty
	noScript      bool
}

var desk, phone = view{width: 1280, height: 900, scheme: "light"}, view{width: 380, height: 800, scheme: "light"}

func (v view) in(scheme string) view { v.scheme = scheme; return v }

// open opens a page that loads nothing in a tab of its own. Whatever the browser complains of fails the test.
func open(t *testing.T, browser context.Context, url string, v view) context.Context {
	t.Helper()
	page, _, _ := strings.Cut(url, "#")
	return openTab(t, browser, url, v, func(loaded string) bool { return loaded == page })
}

// openTab opens a page that loads only what it may. That something can't be reached is no complaint.
func openTab(t *testing.T, browser context.Context, url string, v view, mayLoad func(url string) bool) context.Context {
	t.Helper()
	var lock sync.Mutex
	var complaints []string
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(func(event any) {
		lock.Lock()
		defer lock.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, "console: "+string(e.Type))
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, fmt.Sprintf("exception: %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
		case *log.EventEntryAdded:
			if e.Entry.Source != log.EntrySourceNetwork {
				complaints = append(complaints, "log: "+e.Entry.Text)
			}
		case *network.EventRequestWillBeSent:
			if !mayLoad(e.Request.URL) {
				complaints = append(complaints, "loads "+e.Request.URL)
			}
		}
	}))
	t.Cleanup(cancel)
	assert.NilError(t, chromedp.Do(ctx))
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stop)
	t.Cleanup(func() {
		lock.Lock()
		defer lock.Unlock()
		assert.Check(t, len(complaints) == 0, "%s", strings.Join(complaints, "\n"))
	})
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: v.media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}},
	})
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.noScript})
	do(t, ctx, chromedp.EmulateViewport(int64(v.width), int64(v.height)), chromedp.Navigate(url))
	return ctx
}

// call calls the browser.
func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) {
	t.Helper()
	_, err := chromedp.Call(ctx, command, params)
	assert.NilError(t, err)
}

// do runs actions.
func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	assert.NilError(t, chromedp.Do(ctx, actions...))
}

// eval is what an expression gives in the page.
func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	assert.NilError(t, err)
	return result
}

// until waits until an expression is true in the page, or in the page that takes its place.
func until(t *testing.T, ctx context.Context, expression string) {
	t.Helper()
	look := chromedp.Evaluate[bool]("new Promise((done) => setTimeout(() => done(!!("+expression+")), 10))", chromedp.EvalAwaitPromise)
	var last error
	for ctx.Err() == nil {
		met, err := chromedp.Run(ctx, look)
		if met {
			return
		}
		if ctx.Err() == nil {
			last = err // a page that is left takes with it what waits there
		}
	}
	t.Fatalf("never so in the page: %s (%v)", expression, last)
}
