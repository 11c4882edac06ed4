//go:build linux

package docs_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// markdown puts fences into a text that a Go literal can hold.
func markdown(text string) []byte { return []byte(strings.ReplaceAll(text, "~~~", "```")) }

// TestMistakes: pages that are wrong are told so, by the line; one that is right isn't.
func TestMistakes(t *testing.T) {
	source := checkout(t)
	for _, test := range []struct {
		name, text string
		want       []string // how what is told begins, one after the other
	}{
		{"right", `
<!-- file: new/greeting.txt -->
~~~text
hello
~~~

~~~console
$ export name=world; cd new; f() { echo "$1 $name"; }
$ cat greeting.txt && f hi
hello
...ld
$ f 'two
lines'
two
lines world
$ echo "$SDE_TOKEN_READER"; export SDE_TOKEN_READER=...
$ echo $SDE_TOKEN_READER
reader-token
$ sdecontract mock --listen 127.0.0.1:9000
SD Elements API v2 connections, mocked at http://127.0.0.1:9000
...
Ctrl-C stops it.
$ curl http://localhost:9000/_mock/health
{"status":"ok"}
$ curl -i -H "Authorization: Token $SDE_TOKEN_READER" http://localhost:9000/api/v2/connections/alm/4711/
HTTP/1.1 404 Not Found
...
~~~

~~~console
...  404  GET ...
...
^C
$ sdecontract mock --listen 127.0.0.1:9000 --url-file url --tls
$ curl -H "Authorization: Token $SDE_TOKEN_READER" https://sde.example.com/api/v2/connections/alm/?alias=none
{"results":[]}
~~~

<!-- exit status 3 -->
~~~console
$ true
$ (exit 3)
~~~
`, nil},
		{"wrong output", `
~~~console
$ echo one; echo two
one
$ echo one; echo two
one
three
$ true
something
$ sdecontract mock
An unknown greeting
~~~
`, []string{
			"wrong.md:3: echo one; echo two\n  what is shown isn't what is printed\n  wrong.md:4 is the last line shown, but there is more\n",
			"wrong.md:5: echo one; echo two\n  what is shown isn't what is printed\n  wrong.md:7 shows\n    - three\n",
			"wrong.md:8: true\n  what is shown isn't what is printed\n  wrong.md:9 shows\n    - something\n",
			"wrong.md:10: sdecontract mock\n  what is shown isn't what is printed\n  wrong.md:11 shows\n    - An unknown greeting\n",
		}},
		{"wrong status", `
<!-- exit status 1 -->
~~~console
$ false
$ true
~~~

~~~console
$ sdecontract mock
$ curl http://127.0.0.1:8080/_mock/nothing
$ curl https://www.rfc-editor.org/
$ exit
$ false
~~~
`, []string{
			"wrong.md:4: false\n  exit status 1, not 0\n",
			"wrong.md:5: true\n  exit status 0, not 1\n",
			"wrong.md:10: curl http://127.0.0.1:8080/_mock/nothing\n  exit status 22, not 0\n",
			"wrong.md:11: curl https://www.rfc-editor.org/\n  exit status ",
			"wrong.md:12: exit\n  this ended the shell\n",
		}},
		{"commands that would escape", `
~~~sh
sdecontract mock
~~~

~~~text
$ sdecontract mock
~~~

<!-- not run: -->
~~~console
$ true
~~~

<!-- exit status 1 -->

~~~console
^C
~~~
`, []string{
			`wrong.md:2: commands stand in a block of the language console, each after "$ ", not in "sh"`,
			`wrong.md:6: commands stand in a block of the language console, each after "$ ", not in "text"`,
			`wrong.md:10: the comment "not run" lacks the name, the reason or the status`,
			`wrong.md:15: this comment isn't directly before a block, so it does nothing`,
			`wrong.md:18: ^C, and there is no server to end`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := parse("wrong.md", markdown(test.text))
			todo, _ := plan(p)
			problems := follow(t, source, p, todo)
			for i, problem := range problems {
				assert.Assert(t, i < len(test.want) && strings.HasPrefix(problem, test.want[i]), problem)
			}
			assert.Equal(t, len(problems), len(test.want))
		})
	}
}
