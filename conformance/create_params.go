package conformance

import "slices"

// createParams are the promises about params in the reply to a create.
var createParams = []promise{
	{
		id: "create/echo-params", alm: "135,164", ana: "399-400,427-428", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "The reply to a create shows each member of params with the value that was sent.",
		fails: "A sent member that is missing or has another value. One that the connector's system may not know may be missing.",
		run:   createEchoParams,
	},
	{
		id: "create/params-types", alm: "158,169-170", ana: "399,427", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "Members of params keep their JSON types: integers, digits in a string, JSON in a string.",
		fails: "An integer that becomes a string, or a string that becomes a number or an object.",
		run:   createParamsTypes,
	},
	{
		id: "create/params-inherited", alm: "155-170", ana: "420-429", evidence: Shown, level: Should, mode: Write, needs: creating,
		says:  "The params of a new connection hold what its connector gives beside what was sent, the same for each connection.",
		fails: "Nothing but what was sent or what the project gives, or two creates on one connector that inherit different members.",
		run:   createParamsInherited,
	},
	{
		id: "create/params-project", alm: "155,162-163", ana: "423-425", evidence: Shown, level: Should, mode: Write, needs: []Need{editor, connector, secondProject},
		says:  "The params of a new connection name its project, that project's application and business unit.",
		fails: "Names that differ for one project, are the same for two, or are others than the target file's.",
		run:   createParamsProject,
	},
	{
		id: "create/params-empty", alm: "182", ana: "444,466", evidence: Stated, level: Probe, mode: Write, needs: creating,
		says:  "Whether a connection can be created with params that has no member.",
		fails: "Only a status 5xx.",
		run: func(t *T) {
			t.Note("params without a member is answered with status %d", t.Tried(emptyParams).Reply.Status)
		},
	},
}

// createdParams are the params in the reply to the create.
func createdParams(m *Made) Object {
	params, _ := m.Reply.Object()["params"].(Object)
	return params
}

// maybeUnknown tells whether the connector's system may not have that member of the sample's params: the
// documentation shows it for JIRA only.
func maybeUnknown(t *T, name string) bool {
	return name == "jira_version" && t.Connector(connector).System != "JIRA"
}

func createEchoParams(t *T) {
	m := t.Made(base)
	got := createdParams(m)
	if !t.Want(got != nil, "params of type object", "params of type "+shapeOf(m.Reply.Object()["params"])) {
		return
	}
	for _, name := range sorted(sampleParams(t.Kind)) {
		if got[name] == nil && maybeUnknown(t, name) {
			t.Note("the member %s of params, which the connector may not know, is not returned", name)
			continue
		}
		t.WantEqual("/params/"+name, sampleParams(t.Kind)[name], got[name])
	}
}

func createParamsTypes(t *T) {
	m := t.Made(base)
	got, stored := createdParams(m), Object{}
	if params, ok := m.storedAs("params").(Object); ok {
		stored = params
	}
	for _, name := range sorted(sampleParams(t.Kind)) {
		if got[name] == nil && maybeUnknown(t, name) {
			continue
		}
		wanted := shapeOf(normal(sampleParams(t.Kind)[name]))
		t.Want(shapeOf(got[name]) == wanted, name+" of type "+wanted, name+" of type "+shapeOf(got[name]))
		t.Want(shapeOf(stored[name]) == wanted, name+" of type "+wanted+" when read back", name+" of type "+shapeOf(stored[name]))
	}
}

// projectParams are the members of params that follow the project.
var projectParams = []string{"sde_project", "sde_application", "sde_businessunit"}

func createParamsInherited(t *T) {
	one, two := t.Made(base), t.Made(noFrequency)
	first, second := inheritedParams(one, two), inheritedParams(two, one)
	same := t.differing("", Object{"params": first}, Object{"params": second})
	steady, _ := t.steady(Object{"params": first})["params"].(Object)
	t.Want(len(without(steady, projectParams...)) > 0, "members of params that come from the connector", "none")
	t.wantNone(same)
}

// inheritedParams are the members of a connection's params that neither it nor the other was sent with.
func inheritedParams(m, other *Made) Object {
	inherited := Object{}
	for name, value := range createdParams(m) {
		if !slices.Contains(sentParams(m), name) && !slices.Contains(sentParams(other), name) {
			inherited[name] = value
		}
	}
	return inherited
}

func sentParams(m *Made) []string {
	params, _ := m.Sent["params"].(Object)
	return sorted(params)
}

func createParamsProject(t *T) {
	second := plainly(t, twin)
	one, again, other := t.Made(base), t.Made(noFrequency), t.Made(second)
	t.WantEqual("/params", ofProject(one), ofProject(again))
	t.Want(!equal(ofProject(one), ofProject(other)), "other names for another project", show(ofProject(other)))
	for _, name := range projectParams {
		_, there := ofProject(one)[name]
		t.Want(there, "/params/"+name, "absent")
	}
	wantProjectNames(t, t.Project(project), one)
	wantProjectNames(t, t.Project(secondProject), other)
}

// ofProject are the members of the created connection's params that follow the project.
func ofProject(m *Made) Object {
	found := Object{}
	for _, name := range projectParams {
		if value, there := createdParams(m)[name]; there {
			found[name] = value
		}
	}
	return found
}

// wantProjectNames judges those names that the target file knows.
func wantProjectNames(t *T, p Project, m *Made) {
	for i, known := range []string{p.Name, p.Application, p.BusinessUnit} {
		if known != "" {
			t.WantEqual("/params/"+projectParams[i], known, createdParams(m)[projectParams[i]])
		}
	}
}
