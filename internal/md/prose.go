package md

import (
	"regexp"
	"strings"
)

var (
	// asCode is what looks better as code: flags, paths, addresses, names with underscores, commands in quotation marks.
	asCode = regexp.MustCompile("`[^`]*`|'sdecontract[^']*'|--[a-z][a-z-]*(?:=\\S*[^\\s.,;:)])?|(?:\\w+: \\{\\w|\\{)[^{}]*\\}|\\w+@[\\w.]*\\w|https?://[^\\s,;)]+[^\\s,;:.)]|/[_a-z][\\w/]*/?|\\b[A-Za-z]+_\\w+\\b")
	markup = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, `<`, `&lt;`, `[`, `\[`, `|`, `\|`, "`", "\\`")
)

// Prose writes a text of the program's own, such as a help text or a comment, on one line of Markdown, also in a table:
// flags, paths and names are code.
func Prose(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	var b strings.Builder
	from := 0
	for _, at := range asCode.FindAllStringIndex(text, -1) {
		word := at[0] == 0 || strings.ContainsRune(" (,", rune(text[at[0]-1]))
		if !word {
			continue
		}
		b.WriteString(markup.Replace(text[from:at[0]]))
		b.WriteString("`" + strings.ReplaceAll(strings.Trim(text[at[0]:at[1]], "`'"), "|", `\|`) + "`")
		from = at[1]
	}
	return b.String() + markup.Replace(text[from:])
}
