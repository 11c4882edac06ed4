package conformance

// The connections that checks share. Together with what single checks create, they must fit into half of
// the budget for each kind: 12.

// base is an ordinary connection: the first connector and project, hourly, with params of each type.
var base = fixture{"base", editor, func(t *T, alias string) Object {
	return with(t.Body(alias), "frequency", "hourly", "params", sampleParams(t.Kind))
}}

// sampleParams are members that the documentation's samples send or show.
func sampleParams(kind Kind) Object {
	if kind == ALM {
		return Object{"alm_project": "Example Project", "sde_min_priority": 5, "jira_version": "5"}
	}
	return Object{"task_status_mapping": `{"pass": "DONE"}`, "import_behaviour": "combine"}
}

// plainParams are what an ordinary body sends: a connector may ask for more than an empty dictionary.
func plainParams(kind Kind) Object {
	if kind == ALM {
		return Object{"alm_project": "Example Project"}
	}
	return Object{"import_behaviour": "combine"}
}

// twin has the alias of base, on another project where there is one.
var twin = fixture{"twin", editor, func(t *T, _ string) Object {
	other := t.Project(project)
	if found, missing := secondProject.find(t.run.target, t.Kind); missing == "" {
		other = found.(Project)
	}
	return with(t.Body(t.Alias(base.name)), "frequency", "daily", "project", other.ID)
}}

// longer has an alias that begins with base's, on the second connector where there is one.
var longer = fixture{"longer", editor, func(t *T, _ string) Object {
	other := t.Connector(connector)
	if found, missing := secondConnector.find(t.run.target, t.Kind); missing == "" {
		other = found.(Connector)
	}
	return with(t.Body(t.Alias(base.name)+" and more"), "frequency", "weekly", "connector", other.ID)
}}

// oddAlias ends an alias that a careless client or server spoils.
const oddAlias = `odd: A b&c+d%25=e;f/g?h#i 'j' "k" <l> \m é ü 接続 🚀`

// odd has an alias and params that test encodings.
var odd = fixture{"odd", editor, func(t *T, _ string) Object {
	return with(t.Body(t.Alias(oddAlias)), "frequency", "monthly", "params", Object{
		"sdecontract_Text":   "e\u0301 \u202eRTL <b>&amp;</b> \"'\\ \U0001f680 \t\n",
		"sdecontract_nested": Object{"list": []any{1, "1", true, nil, Object{}}},
		"sdecontract_token":  "kept-from-readers-" + t.run.prefix,
	})
}}

// noFrequency is sent without a frequency.
var noFrequency = fixture{"no-frequency", editor, func(t *T, alias string) Object {
	return without(t.Body(alias), "frequency")
}}

// noAlias is sent without an alias.
var noAlias = fixture{"no-alias", editor, func(t *T, alias string) Object {
	return without(t.Body(alias), "alias")
}}

// manually is sent with that frequency, and with what only the server sets.
var manually = fixture{"manually", editor, func(t *T, alias string) Object {
	return with(t.Body(alias), "id", 987654321, "system", "sdecontract", "command", "sdecontract", "inaccessible", true)
}}

// emptyParams is sent with params that has no member. No check may ever update it: what is read back of
// it, at any time of the run, is what was created.
var emptyParams = fixture{"empty-params", editor, func(t *T, alias string) Object {
	return with(t.Body(alias), "params", Object{})
}}

// basicManually and basicDefault are in the organization without advanced ALM.
var (
	basicManually = fixture{"basic-manually", basic, func(t *T, alias string) Object {
		return with(t.BasicBody(alias), "frequency", "manually")
	}}
	basicDefault = fixture{"basic-default", basic, func(t *T, alias string) Object { return t.BasicBody(alias) }}
)
