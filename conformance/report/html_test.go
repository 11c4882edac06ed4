package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/fixtures"
	"github.com/sdecontract/sdecontract/mock"
)

func page(t *testing.T, r *conformance.Report) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, report.HTML(&b, r))
	return b.String()
}

// rich is a report that has everything a page shows.
func rich() *conformance.Report {
	r := fixed()
	for i := range r.Results {
		switch result := &r.Results[i]; result.ID {
		case "alm/create/frequency-default":
			result.Known = "known since spring"
			result.Decisive = 2
			r.Known = []conformance.Known{
				{ID: result.ID, Verdict: conformance.Fail, Reason: result.Known, Until: "2026-12-31", Standing: conformance.KnownHolds},
				{ID: "alm/list/status", Verdict: conformance.Fail, Reason: "fixed meanwhile", Standing: conformance.KnownStale, Stale: "the check passes now"},
			}
		case "alm/errors/json":
			result.Exchanges = []int{2, 4}
		case "alm/filter/alias":
			result.Exchanges = []int{2, 99}
		}
	}
	r.Parts = []conformance.Part{{Start: r.Start, Stop: r.Stop, Mode: conformance.Write, Levels: r.Levels, Checks: 11}}
	r.Described.NotApplicable = []conformance.NotApplicable{{ID: "alm/filter/system", Reason: "planned"}}
	r.Exchanges[2].Truncated = true
	r.Exchanges[1].RequestBody = "{\"alias\":\"two\\nlines \u202e\"}"
	unanswered := r.Exchanges[0]
	unanswered.Number, unanswered.Status, unanswered.Error, unanswered.User = 4, 0, "connection refused", ""
	unanswered.ResponseBody = ""
	r.Exchanges = append(r.Exchanges, unanswered)
	return r
}

var assets = regexp.MustCompile(`(?s)<style>.+?</style>|<script>.+?</script>|sha256-.+?=`)

func TestHTML(t *testing.T) {
	golden.Assert(t, assets.ReplaceAllString(page(t, rich()), ""), "html.golden")
}

// TestHTMLSaysNoMoreThanTheText: the page begins with the sentence that ends the text, and is green for
// conformance alone.
func TestHTMLSaysNoMoreThanTheText(t *testing.T) {
	whole := fixed()
	whole.NotRun, whole.Results = nil, whole.Results[:1]
	part, stopped := fixed(), fixed()
	part.Results, stopped.Results, stopped.Complete = part.Results[:1], stopped.Results[:1], false
	accepted := fixed()
	accepted.Known, accepted.NotRun, accepted.Results = nil, nil, []conformance.Result{{ID: "alm/x", Verdict: conformance.Fail, Known: "it is old"}}
	for tone, r := range map[string]*conformance.Report{"pass": whole, "noted": part, "blocked": stopped, "error": fixed(), "warn": accepted} {
		if tone != "error" {
			r.Known = nil
		}
		lines := strings.Split(strings.TrimSpace(render(t, r, report.Style{})), "\n")
		shown := page(t, r)
		assert.Assert(t, strings.Contains(shown, `<p class="conclusion">`+lines[len(lines)-1]+`</p>`), tone)
		assert.Assert(t, strings.Contains(shown, `<div class="verdict `+tone+`">`), tone)
		assert.Equal(t, strings.Contains(shown, "This report is incomplete"), !r.Complete)
	}
}

// fill sets each text in v.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		fill(v.Elem(), text)
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			fill(value, text)
			v.SetMapIndex(key, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(text).Convert(v.Type().Key()), value)
		}
	default: // numbers and the like
	}
}

// TestHTMLOfHostileTexts: whatever the texts of a report are, the page has the same elements and
// attributes, and shows no character that can't be seen.
func TestHTMLOfHostileTexts(t *testing.T) {
	outline := func(text string) []string {
		r := rich()
		fill(reflect.ValueOf(r), text)
		root, err := html.Parse(strings.NewReader(page(t, r)))
		assert.NilError(t, err)
		var seen []string
		for n := range root.Descendants() {
			switch n.Type {
			case html.ElementNode:
				seen = append(seen, n.Data)
				for _, a := range n.Attr {
					seen = append(seen, n.Data+" "+a.Key)
					assert.Assert(t, !strings.HasPrefix(a.Key, "on") && (a.Key != "href" || strings.HasPrefix(a.Val, "#")), a)
				}
			case html.TextNode:
				if n.Parent.Data != "script" && !slices.Contains(n.Parent.Attr, html.Attribute{Key: "data-slot", Val: "exact"}) {
					odd := strings.IndexFunc(n.Data, func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' || r == unicode.ReplacementChar })
					assert.Assert(t, odd < 0, "%q", n.Data)
				}
			}
		}
		return seen
	}
	plain := outline("plain text")
	for _, hostile := range []string{
		`</script><script>alert(1)</script>`, `<!--<script>`, `"><img src=x onerror=alert(1)>`, `' onclick='alert(1)`, `</template></details><h1>`,
		"javascript:alert(1)", "\x1b[31mred\x1b[0m\x07", "\xff\xfe not UTF-8", "\u202egnp.exe", "{{.Policy}}", "</style><style>*{}", "a\x00b", "]]>\u2028",
	} {
		assert.DeepEqual(t, outline(hostile), plain)
	}
}

// TestHTMLIsBounded: a page of a target that breaks everything stays one that a browser can open, and
// says what it leaves out.
func TestHTMLIsBounded(t *testing.T) {
	r := fixed()
	d := conformance.Difference{Pointer: "/x", Expected: strings.Repeat("<", 500), Actual: strings.Repeat("\x1b", 500)}
	body := conformance.Body(strings.Repeat("\x1b", 16<<10))
	r.Exchanges = nil
	for i := range 300 {
		r.Exchanges = append(r.Exchanges, conformance.Exchange{Number: i + 1, ResponseBody: conformance.Body(fmt.Sprint(i)) + body})
	}
	r.Exchanges[0].ResponseBody = conformance.Body(strings.Repeat("[", 8000) + strings.Repeat("]", 8000))
	many := conformance.Result{ID: "alm/x", Verdict: conformance.Fail}
	many.Failures = slices.Repeat([]conformance.Difference{d}, 10_000)
	many.Exchanges = []int{1, 2, 3}
	r.Results = slices.Repeat([]conformance.Result{many}, 10_000)
	shown := page(t, r)
	assert.Assert(t, len(shown) < 16<<20, len(shown))
	assert.Assert(t, strings.Contains(shown, "9980 more findings</strong> in the JSON report"))
	assert.Assert(t, strings.Contains(shown, "8001 checks had no room in this page"))
	assert.Assert(t, strings.Contains(shown, "exchanges had no room in this page"))
}

// TestHTMLOfAWholeRun: the page of a run that passes is small enough to send, and holds every exchange.
func TestHTMLOfAWholeRun(t *testing.T) {
	target, err := conformance.ReadTarget(fixtures.TargetMockFile, fixtures.TargetMock())
	assert.NilError(t, err)
	for _, u := range mock.DefaultWorld().Users() {
		user := target.Users[u.Name]
		user.Token = conformance.Secret(u.Token)
		target.Users[u.Name] = user
	}
	target.URL, target.Transport = "", conformance.InProcess(mock.New())
	r, err := conformance.Run(t.Context(), target)
	assert.NilError(t, err)
	shown := page(t, r)
	assert.Assert(t, len(shown) < 2<<20, len(shown))
	for _, result := range r.Results {
		assert.Assert(t, strings.Contains(shown, `id="`+result.ID+`"`), result.ID)
	}
	_, rest, _ := strings.Cut(shown, `id="evidence">`)
	block, _, _ := strings.Cut(rest, "</script>")
	var evidence struct{ Exchanges map[int][]int }
	assert.NilError(t, json.Unmarshal([]byte(block), &evidence))
	assert.Equal(t, len(evidence.Exchanges), len(r.Exchanges))
	for _, user := range target.Users {
		assert.Assert(t, !strings.Contains(shown, string(user.Token)), user.Name)
	}
}
