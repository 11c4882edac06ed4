package conformance

import (
	"encoding/json"
	"fmt"
	"strings"
)

// createOdd are the checks of what a target may accept or refuse.
var createOdd = []promise{
	createParamsOfType("null", nil, Should),
	{
		id: "create/alias-blank", alm: "178", ana: "440", evidence: Silent, level: Probe, mode: Write, needs: creating,
		says:  "An alias may be blank, but where one is required it should be refused if it is empty or null.",
		fails: "Only a refusal that leaves a trace, or a status 5xx.",
		run:   createAliasBlank,
	},
	{
		id: "create/ref-types", alm: "131-132", ana: "395-396", evidence: Silent, level: Probe, mode: Write, needs: creating,
		says:  "A connector or project may be named by a string of digits, but values of other types should be refused.",
		fails: "Only a refusal that leaves a trace, or a status 5xx.",
		run:   createReferenceTypes,
	},
	{
		id: "create/limits", evidence: Silent, level: Probe, mode: Write, needs: creating,
		says:  "How long an alias may be, and how large and deep params, asked by updates of a connection of the run.",
		fails: "Only a status 5xx.",
		run:   createLimits,
	},
}

// createMalformed are the promises about bodies that are no JSON object.
var createMalformed = []promise{
	malformed("truncated", "JSON that breaks off", func(s string) string { return s[:len(s)/2] }),
	malformed("empty", "an empty body", func(string) string { return "" }),
	malformed("array", "an array", func(string) string { return "[]" }),
	malformed("string", "a string", func(string) string { return `"x"` }),
	malformed("null", "null", func(string) string { return "null" }),
	malformed("trailing-comma", "JSON with a comma before the closing brace", func(s string) string { return s[:len(s)-1] + ",}" }),
	malformed("nul", "JSON with a NUL in a string", func(s string) string { return strings.Replace(s, `"alias":"`, "\"alias\":\"\x00", 1) }),
	malformed("invalid-utf8", "JSON that isn't UTF-8", func(s string) string { return strings.Replace(s, `"alias":"`, "\"alias\":\"\xff", 1) }),
	{
		id: "create/malformed/duplicate-key", evidence: Silent, level: Probe, mode: Write, needs: creating,
		says:  "What a body means in which a member stands twice.",
		fails: "Only a refusal that leaves a trace, or a status 5xx.",
		run:   createDuplicateKey,
	},
}

func malformed(name, what string, spoil func(string) string) promise {
	return promise{
		id: "create/malformed/" + name, evidence: Silent, level: Should, mode: Write, needs: creating,
		says:  "A create is refused if its body is " + what + ".",
		fails: "Any status but 4xx, or a connection that appears nevertheless.",
		run: func(t *T) {
			shouldRefuseOffer(t, []byte(spoil(createText(t))))
		},
	}
}

// createText is a valid body as text, with nothing between its tokens.
func createText(t *T) string {
	text, err := json.Marshal(t.Body(t.freshAlias()))
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func createDuplicateKey(t *T) {
	text := createText(t)
	twice := t.freshAlias() + "-twice"
	reply, stored := offer(t, []byte(text[:len(text)-1]+`,"alias":"`+twice+`"}`))
	switch {
	case reply.Refused():
		t.Note("a member that stands twice is refused: status %d", reply.Status)
	case stored["alias"] == twice:
		t.Note("of a member that stands twice, the last counts")
	default:
		t.Note("a member that stands twice is answered with status %d, and the last doesn't count", reply.Status)
	}
}

// createAliasBlank asks by updates where a connection may come of it: one without a name can neither be
// told from others nor deleted.
func createAliasBlank(t *T) {
	for _, alias := range []any{"", "   ", nil} {
		required := t.Kind == ALM && alias != "   " // blanks are an alias, if a poor one
		reply, stored := offerBy(t, required && t.room(), with(t.Body(""), "alias", alias))
		if reply.Refused() {
			t.Note("the alias %s is refused: status %d", show(alias), reply.Status)
			continue
		}
		t.Note("the alias %s is accepted as %s", show(alias), show(stored["alias"]))
		if required {
			t.Should(false, "a refusal of the alias "+show(alias)+", status 4xx", statusOf(reply))
		}
	}
}

// wantSame judges that a value came back as it was sent. Blanks that were cut off at an end are noted.
func wantSame(t *T, pointer string, sent, got any) {
	s, sentText := sent.(string)
	g, gotText := got.(string)
	if sentText && gotText && s != g && strings.TrimSpace(s) == g {
		t.Note("blanks at an end of %s are cut off", pointer)
		return
	}
	t.WantEqual(pointer, sent, got)
}

func createLimits(t *T) {
	m := t.Made(noFrequency)
	usual := with(m.Sent, "frequency", "manually")
	defer func() { t.Update(m.User, m.ID, usual) }()
	ask := func(what string, body Object) {
		t.Note("%s: status %d", what, t.Update(m.User, m.ID, body).Status)
	}
	for _, length := range []int{256, 4 << 10, 64 << 10} {
		alias := t.freshAlias()
		ask(fmt.Sprintf("an alias of %d characters", length), with(usual, "alias", alias+strings.Repeat("x", max(0, length-len(alias)))))
	}
	many := Object{}
	for i := range 1000 {
		many[fmt.Sprintf("sdecontract_%d", i)] = i
	}
	ask("params of 1000 members", with(usual, "params", many))
	var deep any = "deep"
	for range 200 {
		deep = Object{"sdecontract": deep}
	}
	ask("params of depth 200", with(usual, "params", deep))
}
