package report_test

import (
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

func TestMarkdown(t *testing.T) {
	golden.Assert(t, draw(t, report.Markdown, fixed()), "markdown.golden")
}

// tags are the only HTML in a summary.
var tags = regexp.MustCompile(`</?(details|summary)>|&#[0-9]+;`)

// outsideCode returns the lines of Markdown without what is code: blocks, and spans within a line.
func outsideCode(t testing.TB, text string) []string {
	t.Helper()
	var outside []string
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case fence != "":
			if strings.Trim(line, "`") == "" && len(line) >= len(fence) {
				fence = ""
			}
		case strings.HasPrefix(line, "```"):
			fence = strings.TrimSuffix(line, "text")
			assert.Equal(t, strings.Trim(fence, "`"), "")
		default:
			outside = append(outside, withoutSpans(t, line))
		}
	}
	assert.Equal(t, fence, "", "a block of code doesn't end")
	return outside
}

// withoutSpans leaves out code: from a run of backticks to the next one of the same length.
func withoutSpans(t testing.TB, line string) string {
	t.Helper()
	runs := regexp.MustCompile("`+").FindAllStringIndex(line, -1)
	kept, from := "", 0
	for i := 0; i < len(runs); i++ {
		end := i + 1
		for end < len(runs) && runs[end][1]-runs[end][0] != runs[i][1]-runs[i][0] {
			end++
		}
		assert.Assert(t, end < len(runs), "code doesn't end: %s", line)
		kept += line[from:runs[i][0]] + "CODE"
		from, i = runs[end][1], end
	}
	return kept + line[from:]
}

// TestMarkdownHostile: what a target sends is neither markup nor a link, a mention or another line.
func TestMarkdownHostile(t *testing.T) {
	for _, n := range []int{0, 1, 60, 2000} {
		drawn := draw(t, report.Markdown, hostile(n))
		open := 0
		for _, line := range outsideCode(t, drawn) {
			open += strings.Count(line, "<details>") - strings.Count(line, "</details>")
			rest := tags.ReplaceAllString(line, "")
			assert.Assert(t, !strings.ContainsAny(rest, "<>[]!@\\$&") && !strings.Contains(rest, "://") && !strings.Contains(rest, "www."), line)
			structure := strings.TrimLeft(rest, " ")
			for _, mark := range []string{"---", "* * *", "# ", "> "} {
				assert.Assert(t, !strings.HasPrefix(structure, mark), line)
			}
		}
		assert.Equal(t, open, 0)
	}
}

// TestMarkdownTables: each row has the cells of its head.
func TestMarkdownTables(t *testing.T) {
	pipes := 0
	for _, line := range outsideCode(t, draw(t, report.Markdown, hostile(300))) {
		if !strings.HasPrefix(line, "|") {
			pipes = 0
			continue
		}
		if pipes > 0 {
			assert.Equal(t, strings.Count(line, "|"), pipes, line)
		}
		pipes = strings.Count(line, "|")
	}
}

// TestMarkdownLeavesOut: it says how many failures it leaves out, and tells of all the others.
func TestMarkdownLeavesOut(t *testing.T) {
	r := fixed()
	failed := r.Results[3]
	assert.Assert(t, failed.Verdict == conformance.Fail && failed.Known == "")
	for len(r.Results) < 5000 {
		r.Results = append(r.Results, failed)
	}
	drawn := draw(t, report.Markdown, r)
	assert.Assert(t, len(drawn) < 1<<20)
	found := regexp.MustCompile(`(?m)^### Broken promises \((\d+)\)$`).FindStringSubmatch(drawn)
	assert.Assert(t, found != nil)
	shown := strings.Count(drawn, "**`alm/create/frequency-default`**")
	left := regexp.MustCompile(`(\d+) more are left out`).FindStringSubmatch(drawn)
	assert.Assert(t, left != nil)
	assert.Equal(t, atoi(t, found[1]), r.Unexpected(conformance.Fail))
	assert.Equal(t, shown+atoi(t, left[1]), r.Unexpected(conformance.Fail))
	assert.Assert(t, strings.Contains(drawn, "### Blocked (1)"), "what else was found has its place")
}
