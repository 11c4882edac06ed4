// Package look is what the project's HTML pages have in common.
package look

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
)

// Style is the part of the style sheet that all pages share, in light and dark.
//
//go:embed style.css
var Style string

//go:embed icons.html
var icons embed.FS

// New is a template with the icons of verdicts: {{template "icons"}} once, then use href="#i-pass" and so on.
func New(name string) *template.Template {
	return template.Must(template.New(name).ParseFS(icons, "icons.html"))
}

// Policy is a content security policy for a page that loads nothing and runs this style sheet and script only.
// Without a script it runs none.
func Policy(style, script string) string {
	source := "'none'"
	if script != "" {
		source = digest(script)
	}
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", digest(style), source)
}

// digest is how a policy names an element by its text.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
