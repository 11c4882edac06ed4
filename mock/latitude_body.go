package mock

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Latitudes in what is taken from the body of a create or an update.
const (
	AliasLengthLimited      Latitude = "alias-length-limited"      // 400 for more than 255 characters
	AliasTrimmed            Latitude = "alias-trimmed"             // blanks around an alias are dropped
	AliasesUnique           Latitude = "aliases-unique"            // 400 for an alias that is taken
	BlankAliasAccepted      Latitude = "blank-alias-accepted"      // an alias may be empty
	FrequencyNormalised     Latitude = "frequency-normalised"      // Hourly is hourly
	NonRemoteUpdateRefused  Latitude = "non-remote-update-refused" // an update may not change to such a connector
	NullFrequencyDefault    Latitude = "null-frequency-default"    // null and "" are no frequency
	ParamsEmptyRefused      Latitude = "params-empty-refused"      // a create needs some option
	ParamsNullAccepted      Latitude = "params-null-accepted"      // null is an empty dictionary
	ParamsUnknownDropped    Latitude = "params-unknown-dropped"    // options that no connector has are dropped
	PlanCoerced             Latitude = "plan-coerced"              // manually for what the plan doesn't include
	ServerFieldsRefused     Latitude = "server-fields-refused"     // 400 for what only the server sets
	StringReferencesCoerced Latitude = "string-references-coerced" // "1" is 1
	UnknownFieldsRefused    Latitude = "unknown-fields-refused"    // 400 for fields that aren't documented
	UpdateDefaultsOmitted   Latitude = "update-defaults-omitted"   // an alias left out is the connector's name
	UpdateKeepsOmitted      Latitude = "update-keeps-omitted"      // fields left out stay as they are
	UpdateMergesParams      Latitude = "update-merges-params"      // members of params left out stay as they are
)

var ofBodies = map[Latitude]allowance{
	AliasLengthLimited: {
		says: "Refuses an alias of more than 255 characters with 400.",
		reread: func(c *call) *reply {
			if alias, _ := c.sentText("alias"); utf8.RuneCountInString(alias) > 255 {
				c.reject("alias", "Ensure this field has no more than 255 characters.")
			}
			return nil
		},
	},
	AliasTrimmed: {
		says: "Drops blanks around an alias.",
		reread: func(c *call) *reply {
			if alias, ok := c.sentText("alias"); ok {
				c.sent["alias"] = strings.TrimSpace(alias)
			}
			return nil
		},
	},
	AliasesUnique: {
		says:       "Refuses an alias that another connection of the kind has with 400.",
		reconsider: refuseTakenAlias,
	},
	BlankAliasAccepted: {
		says: "Accepts an empty alias.",
		reconsider: func(c *call) *reply {
			if alias, ok := c.sentText("alias"); ok && alias == "" {
				c.forgive("alias")
			}
			return nil
		},
	},
	FrequencyNormalised: {
		says: "Takes a frequency in any case, with blanks around it.",
		reread: func(c *call) *reply {
			if text, ok := c.sentText("frequency"); ok {
				c.sent["frequency"] = strings.ToLower(strings.TrimSpace(text))
			}
			return nil
		},
	},
	NonRemoteUpdateRefused: {
		says:       "Refuses to update a connection to an analysis connector that isn't remote with 400.",
		reconsider: refuseLocalConnector,
	},
	NullFrequencyDefault: {
		says: "Takes a frequency that is null or empty as one that wasn't sent.",
		reread: func(c *call) *reply {
			if value, ok := c.sent["frequency"]; ok && (value == nil || value == "") {
				delete(c.sent, "frequency")
			}
			return nil
		},
	},
	ParamsEmptyRefused: {
		says: "Refuses to create a connection without any option in params with 400.",
		reread: func(c *call) *reply {
			if params := c.sentParams(); c.isCreate() && params != nil && len(params) == 0 {
				c.reject("params", "This connector needs options.")
			}
			return nil
		},
	},
	ParamsNullAccepted: {
		says: "Takes params that are null for empty ones.",
		reread: func(c *call) *reply {
			if value, ok := c.sent["params"]; ok && value == nil {
				c.sent["params"] = map[string]any{}
			}
			return nil
		},
	},
	ParamsUnknownDropped: {
		says: "Drops members of params that no connector knows.",
		reread: func(c *call) *reply {
			maps.DeleteFunc(c.sentParams(), func(name string, _ any) bool {
				return name == "alm_parent_issue" || !begins(name, "alm_", "analysis_", "sde_", "jira_", "rally_", "conflict_",
					"asset_", "import_", "integration_", "task_")
			})
			return nil
		},
	},
	PlanCoerced: {
		says: "Makes manually of a frequency that the plan doesn't include, without a word.", question: "plan",
		reread: func(c *call) *reply {
			if c.gated("frequency") {
				c.sent["frequency"] = c.op.field("frequency").schema.Default
			}
			return nil
		},
	},
	ServerFieldsRefused: {
		says:   "Refuses id, system, command and inaccessible in a body with 400.",
		reread: func(c *call) *reply { return c.refuseFields(true, "This field is read-only.") },
	},
	StringReferencesCoerced: {
		says: "Takes a string of digits for the id of a connector or project.",
		reread: func(c *call) *reply {
			for _, f := range c.op.fields {
				text, _ := c.sentText(f.name)
				if id, err := strconv.ParseInt(text, 10, 64); err == nil && f.refersTo != nil {
					c.sent[f.name] = json.Number(strconv.FormatInt(id, 10))
				}
			}
			return nil
		},
	},
	UnknownFieldsRefused: {
		says:   "Refuses fields that aren't documented with 400.",
		reread: func(c *call) *reply { return c.refuseFields(false, "Unknown field.") },
	},
	UpdateDefaultsOmitted: {
		says: "Gives the connector's name to a connection whose update leaves the alias out.", question: "omitted",
		reread: defaultAlias,
	},
	UpdateKeepsOmitted: {
		says: "Leaves fields as they are that an update leaves out.", question: "omitted",
		reread: keepOmitted,
	},
	UpdateMergesParams: {
		says:   "Leaves members of params as they are that an update leaves out.",
		reread: mergeParams,
	},
}

// forgive takes back what is wrong with a field.
func (c *call) forgive(name string) {
	delete(c.invalid, name)
	if len(c.invalid) == 0 {
		c.invalid = nil
	}
}

// refuseFields rejects what the operation doesn't take: properties of the reply, or any other.
func (c *call) refuseFields(properties bool, message string) *reply {
	for _, name := range sortedKeys(c.sent) {
		if c.op.field(name) == nil && c.op.collection.has(name) == properties {
			c.reject(name, message)
		}
	}
	return nil
}

func refuseTakenAlias(c *call) *reply {
	alias, ok := c.sentText("alias")
	if !ok {
		return nil
	}
	taken, _ := c.store.list(c.op.collection, c.user.Organization, []condition{{"alias", alias}}, page{})
	if slices.ContainsFunc(taken, func(rec *record) bool { return c.record == nil || rec.id != c.record.id }) {
		c.reject("alias", "A connection with this alias already exists.")
	}
	return nil
}

// refuseLocalConnector holds an update to the rules that the contract states for a create.
func refuseLocalConnector(c *call) *reply {
	id, ok := asInt(c.sent["connector"])
	if !ok || !c.isUpdate() {
		return nil
	}
	if _, unmet := c.world.refer(c.op.collection.create.field("connector").refersTo, c.user.Organization, id); unmet != "" {
		c.reject("connector", unmet)
	}
	return nil
}

// defaultAlias treats an update without an alias as the contract treats a create without one.
func defaultAlias(c *call) *reply {
	if _, sent := c.sent["alias"]; sent || !c.isUpdate() || c.undocumented != "" {
		return nil
	}
	from := c.op.collection.create.field("alias").from
	if name := from.value(c.world.references(c.op, c.user.Organization, c.sent)); name != nil {
		c.sent["alias"] = name
	}
	return nil
}

func keepOmitted(c *call) *reply {
	if !c.isUpdate() {
		return nil
	}
	for _, f := range c.op.fields {
		if _, sent := c.sent[f.name]; sent {
			continue
		}
		c.sent[f.name] = c.record.full()[f.name]
		if f.inherits != nil {
			c.sent[f.name] = c.ownMembers(f)
		}
	}
	return nil
}

func mergeParams(c *call) *reply {
	if !c.isUpdate() {
		return nil
	}
	for _, f := range c.op.fields {
		if sent, ok := c.sent[f.name].(map[string]any); ok && f.inherits != nil {
			merged := c.ownMembers(f)
			maps.Copy(merged, sent)
			c.sent[f.name] = merged
		}
	}
	return nil
}

// ownMembers are the members of a field that the connection doesn't have from its connector or project.
func (c *call) ownMembers(f field) map[string]any {
	values := c.record.full()
	return f.ownMembers(values, c.world.references(c.op, c.user.Organization, values))
}
