package conformance_test

import (
	"encoding/json"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

// bodyMutants spoil what they store, or show.
var bodyMutants = []mutant{
	onALM(inEveryReply("priority-is-text", "an integer of params comes back as a text", "create/params-types", "create/* update/* params/*",
		onParam(func(v any) any {
			if n, ok := v.(json.Number); ok {
				return n.String()
			}
			return v
		}))),
	onALM(inEveryReply("digits-are-a-number", "a text of digits in params comes back as a number", "create/params-types", "create/* update/*",
		onParam(func(v any) any {
			if v == "5" || v == "1" {
				return json.Number(v.(string))
			}
			return v
		}))),
	inEveryReply("json-text-is-parsed", "JSON in a text of params comes back as an object", "create/*", "update/* list/*",
		onParam(func(v any) any {
			if text, ok := v.(string); ok && (strings.HasPrefix(text, "{") || text == "5") {
				return fromJSON([]byte(text))
			}
			return v
		})),
	onALM(inEveryReply("numbers-are-floats", "integers of params come back as 5.5", "create/params-types", "create/* update/*",
		onParam(func(v any) any {
			if n, ok := v.(json.Number); ok {
				return n + ".5"
			}
			return v
		}))),
	spoiled("params-cut", "texts in params are cut to eight characters", "create/echo-params update/params-sent", func(c *call) {
		bendParams(c, func(_ string, v any) any {
			if text, ok := v.(string); ok {
				return string([]rune(text)[:min(8, len([]rune(text)))])
			}
			return v
		})
	}),
	spoiled("params-dropped", "sent params are lost", "create/echo-params update/params-sent", func(c *call) {
		if params, ok := c.sent["params"].(conformance.Object); ok && len(params) > 0 {
			c.sent["params"] = conformance.Object{}
			c.hit()
		}
	}),
	spoiled("params-lose-unknown", "params that no sample has are lost", "create/fidelity*", func(c *call) {
		params, _ := c.sent["params"].(conformance.Object)
		for name := range params {
			if strings.HasPrefix(name, "sdecontract") {
				delete(params, name)
				c.hit()
			}
		}
	}),
	spoiled("params-null-lost", "nulls nested in params are lost", "create/fidelity*", func(c *call) {
		bendParams(c, func(_ string, v any) any { return withoutNulls(v) })
	}),
	spoiledAlias("alias-cut", "the alias is cut to 50 characters", func(s string) string { return string([]rune(s)[:min(50, len([]rune(s)))]) }),
	spoiledAlias("alias-html", "the alias comes back as HTML", strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace),
	spoiledAlias("alias-mojibake", "the alias is read as Latin-1", func(s string) string {
		runes := []rune{}
		for _, b := range []byte(s) {
			runes = append(runes, rune(b))
		}
		return string(runes)
	}),
	spoiledAlias("alias-ascii", "the alias loses what isn't ASCII", asciiOnly),
	spoiledAlias("alias-basic-plane", "the alias loses characters beyond the basic plane", func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xffff {
				return '\ufffd'
			}
			return r
		}, s)
	}),
	spoiledAlias("alias-unescaped", "percent signs in the alias are decoded", strings.NewReplacer("%25", "%").Replace),
	spoiledAlias("alias-lower", "the alias is put in lower case", strings.ToLower),
	spoiledAlias("alias-backslash", "the alias loses backslashes", strings.NewReplacer(`\`, ``).Replace),
	spoiledAlias("alias-quotes", "the alias loses quotation marks", strings.NewReplacer(`"`, ``, `'`, ``).Replace),
}

// onALM leaves analysis connections in peace: their samples have no such params.
func onALM(m mutant) mutant {
	m.kinds = onlyALM
	return m
}

func onParam(change func(any) any) func(conformance.Object) bool {
	return func(o conformance.Object) bool {
		params, _ := o["params"].(conformance.Object)
		changed := false
		for name, value := range params {
			if bent := change(value); string(toJSON(bent)) != string(toJSON(value)) {
				params[name], changed = bent, true
			}
		}
		return changed
	}
}

// spoiled changes what is written.
func spoiled(name, says, kills string, change func(*call)) mutant {
	return mutant{name: name, says: says, kills: kills, also: "create/* update/* filter/*", bend: func(c *call) {
		if c.sent != nil && (c.creating() || c.updating()) {
			change(c)
		}
		c.serve()
	}}
}

func spoiledAlias(name, says string, change func(string) string) mutant {
	return spoiled(name, says, "create/fidelity*", func(c *call) {
		if alias, ok := c.sent["alias"].(string); ok && change(alias) != alias {
			c.sent["alias"] = change(alias)
			c.hit()
		}
	})
}

func bendParams(c *call, change func(name string, v any) any) {
	params, _ := c.sent["params"].(conformance.Object)
	for name, value := range params {
		if bent := change(name, value); string(toJSON(bent)) != string(toJSON(value)) {
			params[name] = bent
			c.hit()
		}
	}
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case conformance.Object:
		kept := conformance.Object{}
		for name, value := range v {
			if value != nil {
				kept[name] = withoutNulls(value)
			}
		}
		return kept
	case []any:
		kept := []any{}
		for _, value := range v {
			if value != nil {
				kept = append(kept, withoutNulls(value))
			}
		}
		return kept
	}
	return v
}

// keepProjectNames shows the names in params that the connection had before its project was changed.
func keepProjectNames(c *call) {
	var before conformance.Object
	if c.updating() {
		before = c.stored(c.id)
	}
	c.serve()
	if o := c.one(); before != nil && c.ok() && o["project"] != before["project"] && c.memory[c.itemPath(c.id)] == nil {
		c.memory[c.itemPath(c.id)] = before["params"]
	}
	c.each(func(o conformance.Object) bool {
		names, _ := c.memory[c.itemPath(number(o["id"]))].(conformance.Object)
		params, shown := o["params"].(conformance.Object)
		for _, name := range []string{"sde_project", "sde_application", "sde_businessunit"} {
			if names != nil && shown {
				params[name] = names[name]
			}
		}
		return names != nil && shown
	})
}
