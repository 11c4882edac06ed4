package docs_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// masks are what differs from run to run. Both what a page shows and what is printed is read like this.
var masks = []struct {
	found *regexp.Regexp
	mask  string
}{
	{regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4}`), "DATE"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d(T(\d\d:\d\d:\d\d))?`), "DATE$2"},
	{regexp.MustCompile(`\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`), "TIME"},
	{regexp.MustCompile(`\b(\d+(\.\d+)?(ns|µs|us|ms|s|m|h))+\b`), "DURATION"},
	{regexp.MustCompile(`\b\d+(\.\d+)? (µs|ms|s|((milli|micro)?second|minute|hour)s?)\b`), "DURATION"},
	{regexp.MustCompile(`(127\.0\.0\.1|localhost|\[::1\]):\d+`), "$1:PORT"},
	{regexp.MustCompile(`\b[0-9a-f]{12,}\b`), "DIGEST"},
	{regexp.MustCompile(` *(DATE|TIME|DURATION) {2,}`), " $1 "}, // columns move with the length of what is masked
	{regexp.MustCompile(` {2,}(DATE|TIME|DURATION)`), " $1"},
}

// ellipsis stands for any text within a line; how many spaces are beside it says nothing.
var ellipsis = regexp.MustCompile(` *\.\.\. *`)

// masked is a line without what differs from run to run.
func masked(line string) string {
	for _, m := range masks {
		line = m.found.ReplaceAllString(line, m.mask)
	}
	return line
}

// wildcard is the pattern of a line in which an ellipsis may stand. A zero byte is in no line: see extent.
func wildcard(line string) string {
	parts := ellipsis.Split(line, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return strings.Join(parts, `[^\n\x00]*`)
}

// split makes lines of what was printed.
func split(output string) []string {
	if output = strings.TrimRight(output, "\n"); output == "" {
		return nil
	}
	return strings.Split(output, "\n")
}

// extent tells how many lines of the output are what is shown: all of them if whole is set, else the first ones. It is
// negative if they aren't. Each line is compared as it is, which an ellipsis in the place of a time needs, and masked.
func extent(shown, printed []string, whole bool) int {
	pattern := strings.Builder{}
	pattern.WriteString(`\A`)
	for _, line := range shown {
		if line = strings.TrimRight(line, " \t\r"); strings.TrimSpace(line) == "..." {
			pattern.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		fmt.Fprintf(&pattern, `(?:%s\x00[^\n]*|[^\n\x00]*\x00%s)\n`, wildcard(line), wildcard(masked(line)))
	}
	if whole {
		pattern.WriteString(`\z`)
	}
	var all strings.Builder
	for _, line := range printed {
		line = strings.TrimRight(strings.ReplaceAll(line, "\x00", ""), " \t\r")
		all.WriteString(line + "\x00" + masked(line) + "\n")
	}
	found := regexp.MustCompile(pattern.String()).FindStringIndex(all.String())
	if found == nil {
		return -1
	}
	return strings.Count(all.String()[:found[1]], "\n")
}

// differ tells where what is shown and what was printed part: an empty text if they don't. Line is that of the first
// line shown.
func differ(page string, line int, shown, printed []string, whole bool) string {
	if extent(shown, printed, whole) >= 0 {
		return ""
	}
	same := len(shown)
	for same > 0 && extent(shown[:same], printed, false) < 0 {
		same--
	}
	var b strings.Builder
	fmt.Fprintf(&b, "what is shown isn't what is printed\n")
	if same < len(shown) {
		fmt.Fprintf(&b, "  %s:%d shows\n    - %s\n", page, line+same, shown[same])
	} else {
		fmt.Fprintf(&b, "  %s:%d is the last line shown, but there is more\n", page, line+same-1)
	}
	from := max(extent(shown[:same], printed, false), 0)
	fmt.Fprintf(&b, "  printed after %d lines that agree:\n", from)
	for i, l := range printed[from:] {
		if i == 40 {
			fmt.Fprintf(&b, "    + ... and %d lines more\n", len(printed)-from-i)
			break
		}
		fmt.Fprintf(&b, "    + %s\n", l)
	}
	return b.String()
}

func TestOutput(t *testing.T) {
	printed := []string{"20:31:07  400  POST   /api/  editor  190µs  ok", "took 1m2.5s, 14 requests", "at http://127.0.0.1:34567/ for 12 milliseconds", "end"}
	for _, test := range []struct {
		name  string
		shown []string
		whole bool
		want  int
	}{
		{"as printed, on another day", []string{"09:00:00  400  POST   /api/  editor  2.1ms ok", "took 3s, 14 requests", "at http://127.0.0.1:8080/ for 1 millisecond", "end"}, true, 4},
		{"within a line", []string{"... 400  POST...", "took 3s, 14 requests"}, false, 2},
		{"a part as if it were all", []string{"... 400  POST...", "took 3s, 14 requests"}, true, -1},
		{"for a time", []string{"...", "at http://127.0.0.1:.../ for ... milliseconds", "end"}, true, 4},
		{"any lines", []string{"...", "end"}, true, 4},
		{"only any lines", []string{"..."}, true, 4},
		{"another number", []string{"...", "took 3s, 15 requests", "..."}, true, -1},
		{"another host", []string{"...", "at http://127.0.0.2:8080/", "..."}, true, -1},
		{"more than is printed", []string{"...", "end", "and more"}, true, -1},
	} {
		assert.Equal(t, extent(test.shown, printed, test.whole), test.want, test.name)
	}
	assert.Equal(t, extent([]string{"something"}, nil, true), -1)
	assert.Equal(t, extent([]string{"..."}, nil, true), 0)
	assert.Equal(t, differ("a.md", 10, []string{"...", "took 3s, 15 requests"}, printed[1:], true), `what is shown isn't what is printed
  a.md:11 shows
    - took 3s, 15 requests
  printed after 0 lines that agree:
    + took 1m2.5s, 14 requests
    + at http://127.0.0.1:34567/ for 12 milliseconds
    + end
`)
}
