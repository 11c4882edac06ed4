package conformance_test

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/sdecontract/sdecontract/conformance"
)

// refusalMutants accept what must be refused, or refuse it in word only.
var refusalMutants = []mutant{
	basicAllowed("basic-may-create-hourly", "without advanced ALM, a create may choose any frequency", "create/frequency-basic/*", (*call).creating),
	basicAllowed("basic-may-update-to-hourly", "without advanced ALM, an update may choose any frequency", "update/frequency-basic*", (*call).updating),
	{
		name: "basic-coerced", says: "without advanced ALM, a create with any other frequency makes it manually", kills: "create/frequency-basic/*",
		bend: beforeWrite((*call).creating, func(c *call) bool {
			gated := c.user == "basic" && slices.Contains(gatedFrequencies, c.sent["frequency"])
			if gated {
				c.sent["frequency"] = "manually"
			}
			return gated
		}),
	},
	basicStored("basic-gets-daily", "without advanced ALM, a create with another frequency makes it daily"),
	accepts("create/unknown-ref/project*", "unknown-project", "an unknown project is taken for the first", "project", func(v any) (any, bool) {
		return json.Number("1"), isInteger(v) && number(v) > 3 && number(v) != 4
	}),
	accepts("create/unknown-ref/connector*", "unknown-connector", "an unknown connector is taken for the first", "connector", func(v any) (any, bool) {
		return json.Number("1"), isInteger(v) && number(v) > 7
	}),
	accepts("create/unknown-ref/*", "connector-zero", "connector 0 is taken for the first", "connector", func(v any) (any, bool) {
		return json.Number("1"), isInteger(v) && number(v) == 0
	}),
	accepts("create/unknown-ref/*", "project-negative", "a negative project is taken for its amount", "project", func(v any) (any, bool) {
		return json.Number("1"), isInteger(v) && number(v) < 0
	}),
	accepts("create/ref-kind", "connector-of-the-other-kind", "a connector of the other kind is accepted", "connector", func(v any) (any, bool) {
		return json.Number("1"), isInteger(v) && (number(v) == 7 || number(v) == 3 || number(v) == 4)
	}),
	accepts("create/params-dictionary/array", "params-array", "params may be an array", "params", func(v any) (any, bool) {
		_, array := v.([]any)
		return conformance.Object{}, array
	}),
	accepts("create/params-dictionary/string", "params-text", "params may be a text", "params", func(v any) (any, bool) {
		_, text := v.(string)
		return conformance.Object{}, text
	}),
	accepts("create/params-dictionary/number", "params-number", "params may be a number", "params", func(v any) (any, bool) {
		_, numeric := v.(json.Number)
		return conformance.Object{}, numeric
	}),
	accepts("create/params-dictionary/bool", "params-bool", "params may be true", "params", func(v any) (any, bool) {
		_, boolean := v.(bool)
		return conformance.Object{}, boolean
	}),
	accepts("create/frequency-invalid/* update/frequency-invalid*", "frequency-yearly", "a frequency that isn't known is taken for manually", "frequency",
		func(v any) (any, bool) {
			return "manually", v == "yearly" || v == "never" || v == "sometimes"
		}),
	accepts("create/frequency-invalid/*", "frequency-of-another-type", "a frequency that isn't a text is taken for manually", "frequency",
		func(v any) (any, bool) {
			_, text := v.(string)
			return "manually", !text && v != nil
		}),
	{
		name: "frequency-kept-as-spelled", says: "a frequency with a capital letter is stored as it is", kills: "create/frequency-spelling*", also: "create/* list/*",
		bend: keepSpelling,
	},
	{
		name: "refused-create-leaves-a-trace", says: "a create that is refused for its values is stored all the same", kills: "create/no-trace",
		also: "create/*",
		bend: func(c *call) {
			sent := c.sent
			if c.serve(); c.creating() && c.status == http.StatusBadRequest && sent != nil && sent["alias"] != nil {
				c.ask("editor", c.method, c.path, conformance.Object{"alias": sent["alias"], "connector": 1, "project": 1, "params": conformance.Object{}})
				c.hit()
			}
		},
	},
	{
		name: "only-basic-refusal-leaves-a-trace", says: "a create that the plan doesn't allow is refused, but stored", kills: "create/frequency-basic/*",
		also: "create/no-trace",
		bend: func(c *call) {
			if c.serve(); c.creating() && c.user == "basic" && slices.Contains(gatedFrequencies, c.sent["frequency"]) {
				c.sent["frequency"] = "manually"
				c.ask("basic", c.method, c.path, c.sent)
				c.hit()
			}
		},
	},
}

var gatedFrequencies = []any{"hourly", "daily", "weekly", "monthly"}

func isInteger(v any) bool {
	n, ok := v.(json.Number)
	_, err := n.Int64()
	return ok && err == nil
}

// accepts takes another value in place of one that must be refused.
func accepts(kills, name, says, field string, instead func(v any) (any, bool)) mutant {
	return mutant{name: "accepts-" + name, says: says, kills: kills, also: "create/* update/* cross/*", bend: beforeWrite(
		func(c *call) bool { return c.creating() || c.updating() },
		func(c *call) bool {
			value, ok := c.sent[field]
			if !ok {
				return false
			}
			other, taken := instead(value)
			if taken {
				c.sent[field] = other
			}
			return taken
		})}
}

// basicAllowed lets the organization without the feature choose a frequency in such writes.
func basicAllowed(name, says, kills string, where func(*call) bool) mutant {
	return mutant{name: name, says: says, kills: kills, also: "create/frequency-basic* update/frequency-basic*", bend: func(c *call) {
		frequency := c.sent["frequency"]
		gated := where(c) && c.user == "basic" && slices.Contains(gatedFrequencies, frequency)
		if gated {
			c.sent["frequency"] = "manually"
		}
		c.serve()
		if o := c.one(); o != nil && (c.creating() || c.updating()) {
			delete(c.memory, c.itemPath(number(o["id"])))
			if gated {
				c.memory[c.itemPath(number(o["id"]))] = conformance.Object{"frequency": frequency}
			}
		}
		c.recall()
	}}
}

func basicStored(name, says string) mutant {
	m := basicAllowed(name, says, "create/frequency-basic/*", (*call).creating)
	allowed := m.bend
	m.bend = func(c *call) {
		if c.creating() && slices.Contains(gatedFrequencies, c.sent["frequency"]) && c.user == "basic" {
			c.sent["frequency"] = "daily"
		}
		allowed(c)
	}
	return m
}

// keepSpelling stores Hourly as Hourly.
func keepSpelling(c *call) {
	spelled, _ := c.sent["frequency"].(string)
	odd := spelled == "Hourly" || spelled == "HOURLY" || spelled == " hourly" || spelled == "hourly "
	if odd {
		c.sent["frequency"] = "hourly"
	}
	c.serve()
	if o := c.one(); o != nil && (c.creating() || c.updating()) {
		delete(c.memory, c.itemPath(number(o["id"])))
		if odd {
			c.memory[c.itemPath(number(o["id"]))] = conformance.Object{"frequency": spelled}
		}
	}
	c.recall()
}
