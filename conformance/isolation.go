package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// isolation are the promises about organizations that don't see each other's things. They hold only where
// the target's operator says so.
var isolation = []promise{
	apart("list", "No list holds a connection of another organization.",
		"A list shows a connection that the run created in another organization.", isolatedList),
	apart("get", "A connection of another organization can't be read.",
		"Any status but 4xx, or a refusal that tells the connection's alias.", isolatedGet),
	apart("update", "A connection of another organization can't be updated.",
		"Any status but 4xx, or any change of the connection.", isolatedUpdate),
	apart("connector", "A connection can't use a connector of another organization.",
		"An update to another organization's connector is carried out; ignoring that member is a warning.", isolatedConnector),
	apart("project", "A connection can't serve a project of another organization.",
		"An update to another organization's project is carried out; ignoring that member is a warning.", isolatedProject),
}

// apart is a promise that holds in both directions between the two organizations.
func apart(name, says, fails string, look func(t *T, m *Made, stranger *User)) promise {
	return promise{
		id: "cross/org/" + name, evidence: Silent, level: Must, mode: Write, says: says, fails: fails,
		needs: []Need{isolated, editor, basic, connector, project, basicConnector, basicProject},
		run: func(t *T) {
			one, other := t.Made(subject), t.Made(basicManually)
			look(t, one, other.User)
			look(t, other, one.User)
		},
	}
}

func isolatedList(t *T, m *Made, stranger *User) {
	mine := m.User.Organization
	theirs := map[string]bool{}
	for _, c := range t.run.report.Created {
		// Other aliases are the connector's name, which the other organization may have given as well.
		if t.run.target.Users[c.User].Organization == mine && strings.HasPrefix(c.Alias, t.run.prefix) {
			theirs[c.Alias] = true
		}
	}
	for _, item := range t.List(stranger) {
		alias, _ := item["alias"].(string)
		t.Want(!theirs[alias], "no connection of organization "+mine, "connection "+show(item["id"]))
	}
	t.asked++
}

func isolatedGet(t *T, m *Made, stranger *User) {
	owned := t.NeedGet(m.User, m.ID)
	own := byID(t.List(stranger))[m.ID] // organizations may number their connections apart
	alias, _ := owned["alias"].(string)
	reply := t.Get(stranger, m.ID)
	if own == nil || own["alias"] == alias {
		t.Want(reply.Refused(), "status 404", statusOf(reply))
	}
	t.Want(alias == "" || !strings.Contains(string(reply.Body), alias), "nothing of the connection", "its alias")
}

func isolatedUpdate(t *T, m *Made, stranger *User) {
	// It must not be taken for a connection of the stranger, which isn't the suite's to change.
	if byID(t.List(stranger))[m.ID] != nil {
		t.Note("organization %s has a connection %d, too, so that nothing can be tried", stranger.Organization, m.ID)
		return
	}
	before := t.set(m, t.updateOf(m))
	own := t.Made(basicManually)
	if own.User.Name != stranger.Name {
		own = t.Made(subject)
	}
	reply := t.Update(stranger, m.ID, with(t.updateOf(own), "alias", t.Alias("a stranger's")))
	t.Want(reply.Refused(), "status 404", statusOf(reply))
	t.WantSame("", before, t.NeedGet(m.User, m.ID))
}

func isolatedConnector(t *T, m *Made, stranger *User) {
	own := t.run.target.Organizations[m.User.Organization].Connectors.Of(t.Kind)
	for _, c := range t.run.target.Organizations[stranger.Organization].Connectors.Of(t.Kind) {
		remote := t.Kind == ALM || c.Remote != nil && *c.Remote
		if remote && !slices.ContainsFunc(own, func(o Connector) bool { return o.ID == c.ID }) {
			t.wantUnusable(m, "connector", c.ID, func(o Object) bool { return c.System == "" || o["system"] == c.System })
			return
		}
	}
	t.Block("the target file has no connector of %s whose id %s doesn't have, too", stranger.Organization, m.User.Organization)
}

func isolatedProject(t *T, m *Made, stranger *User) {
	own := t.run.target.Organizations[m.User.Organization].Projects
	for _, p := range t.run.target.Organizations[stranger.Organization].Projects {
		if slices.ContainsFunc(own, func(o Project) bool { return o.ID == p.ID }) {
			continue
		}
		t.wantUnusable(m, "project", p.ID, func(o Object) bool {
			params, _ := o["params"].(Object)
			name, known := params["sde_project"].(string)
			return !known || p.Name == "" || name == p.Name
		})
		return
	}
	t.Block("the target file has no project of %s whose id %s doesn't have, too", stranger.Organization, m.User.Organization)
}

// wantUnusable judges that an update can't refer to the other organization's thing with that id. Where
// organizations number their things apart, the id may be that of a thing of their own, which the target
// file doesn't name: foreign tells.
func (t *T) wantUnusable(m *Made, member string, id int64, foreign func(Object) bool) {
	before := t.set(m, t.updateOf(m))
	reply := t.Update(m.User, m.ID, with(t.updateOf(m), member, id))
	read := t.NeedGet(m.User, m.ID)
	switch {
	case reply.Refused():
		t.WantSame("", before, read)
		return
	case !equal(read[member], normal(id)):
		t.Should(false, "a refusal, status 4xx", fmt.Sprintf("status %d, and the %s as it was", reply.Status, member))
		return
	}
	t.Update(m.User, m.ID, t.updateOf(m))
	if !foreign(read) {
		t.Inconclusive("organization %s seems to have a %s %d of its own", m.User.Organization, member, id)
	}
	t.Want(false, "a refusal, status 4xx", fmt.Sprintf("status %d, and %s %d in use", reply.Status, member, id))
}
