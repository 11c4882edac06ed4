// Package md writes texts of strangers into GitHub's Markdown, so that nothing in them is markup, a link or
// a mention.
package md

import (
	"fmt"
	"strings"

	"github.com/sdecontract/sdecontract/internal/plain"
)

// Code is a text as code, of bearable length.
func Code(text string) string {
	text = plain.Clean(plain.Cut(text, 300))
	if strings.TrimSpace(text) == "" {
		return "(empty)"
	}
	fence := strings.Repeat("`", longestRun(text)+1)
	if len(fence) > 1 || strings.HasPrefix(text, " ") || strings.HasSuffix(text, " ") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// Block is lines of text as a block of code. They are clean already, and the last one ends.
func Block(lines string) string {
	fence := strings.Repeat("`", max(3, longestRun(lines)+1))
	return fence + "text\n" + lines + fence + "\n"
}

// longestRun is how many backticks stand in a row at most.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		run++
		if r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// Escape is a sentence or a name, of bearable length. A name after @ is a mention even if that is escaped, unless
// it is code.
func Escape(text string) string {
	var b strings.Builder
	letters := []rune(plain.Clean(plain.Cut(text, 200)))
	for i, r := range letters {
		switch {
		case r == '@':
			b.WriteString("`@`")
		case strings.ContainsRune("\\`*_{}[]<>#|&~:!$^=", r), r == '.' && i+1 < len(letters) && letters[i+1] != ' ':
			_, _ = fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
