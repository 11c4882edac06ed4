package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// creates are the promises under the headings "Create an … Connection". What creates the shared
// connections comes first and what a target may accept or refuse last, so that a lenient one doesn't
// spend the budget of the checks that matter.
var creates = slices.Concat(createReplies, createParams, createFrequencies, createAliases, createUnusual,
	createRequired, createRefusedFrequencies, createReferences, createBasicGates, createOddFrequencies, createOdd, createMalformed)

// creating is what nearly every check of a create needs.
var creating = []Need{editor, connector, project}

// createReplies are the promises about the reply to a create, and what is read back afterwards.
var createReplies = []promise{
	{
		id: "create/status", alm: "143", ana: "408", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "A create is answered with status 201.",
		fails: "Any other status than 201 for a complete and valid body.",
		run:   func(t *T) { t.WantStatus(t.Tried(base).Reply, http.StatusCreated) },
	},
	{
		id: "create/shape", alm: "147-172", ana: "412-431", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "The reply to a create is the connection itself, with nine members of the types that the samples show.",
		fails: "An envelope, a member that is missing, or one of another type.",
		run:   createShape,
	},
	{
		id: "create/id-new", alm: "147", ana: "412", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "A create gives the connection an integer id that no other of its kind has.",
		fails: "An id that isn't an integer, that was listed before, or that two creates share.",
		run:   createIDNew,
	},
	createEcho("alias", "130,149", "394,414", longer),
	createEcho("connector", "131,148", "395,413", longer),
	createEcho("project", "132,151", "396,416", twin),
	createEcho("frequency", "133,152", "397,417", longer),
	{
		id: "create/system", alm: "150", ana: "415", evidence: Shown, level: Must, mode: Write, needs: []Need{editor, project, secondConnector},
		says:  "The system of a new connection is that of its connector.",
		fails: "One connector that gives two systems, two connectors of different systems that give one, or another than the target file says.",
		run:   createSystem,
	},
	{
		id: "create/command", alm: "23,153", ana: "296,418", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "The command of a new connection belongs to the system of its connector.",
		fails: "No command, two commands for one connector, or another than the samples show for Rally, JIRA, WhiteHat or Veracode.",
		run:   createCommand,
	},
	{
		id: "create/inaccessible", alm: "172", ana: "431", evidence: Shown, level: Should, mode: Write, needs: creating,
		says:  "A new connection on a connector that can be reached has inaccessible false.",
		fails: "A member inaccessible that is no boolean, or true.",
		run:   func(t *T) { t.WantEqual("/inaccessible", false, t.Made(base).Reply.Object()["inaccessible"]) },
	},
	{
		id: "create/readback", alm: "147-172", ana: "412-431", evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "A created connection is stored: getting it and listing it show what the create replied.",
		fails: "A documented member that is shown otherwise later, or a connection that can't be found.",
		run:   createReadback,
	},
	{
		id: "create/location", evidence: Silent, level: Probe, mode: Write, needs: creating,
		says:  "Whether the reply to a create says in the header Location where the connection is.",
		fails: "Only a status 5xx at that place.",
		run:   createLocation,
	},
}

func createShape(t *T) {
	m := t.Accepted(base)
	created := m.Reply.Object()
	if !t.Want(created != nil, "a JSON object", shapeOf(m.Reply.Value)) {
		return
	}
	for _, member := range documentedMembers {
		name, wanted := member.name, member.shape
		got := "absent"
		if value, there := created[name]; there {
			got = shapeOf(value)
		}
		t.Want(got == wanted, name+" of type "+wanted, name+" of type "+got)
	}
}

func createIDNew(t *T) {
	ids := map[int64]bool{}
	for _, f := range []fixture{base, noFrequency} {
		m := t.Accepted(f)
		id, ok := integer(m.Reply.Object()["id"])
		if !t.Want(ok, "an integer id", show(m.Reply.Object()["id"])) {
			continue
		}
		t.Want(byID(m.Before)[id] == nil, "an id that isn't in the list yet", fmt.Sprintf("%d", id))
		t.Want(!ids[id], "another id for each create", fmt.Sprintf("%d twice", id))
		ids[id] = true
	}
}

// createEcho promises that a member comes back as it was sent. The second connection has another value,
// where the target file offers one.
func createEcho(member, alm, ana string, second fixture) promise {
	return promise{
		id: "create/echo/" + member, alm: alm, ana: ana, evidence: Shown, level: Must, mode: Write, needs: creating,
		says:  "The reply to a create shows the " + member + " that was sent.",
		fails: "Another " + member + " in the reply than in the request.",
		run: func(t *T) {
			for _, f := range []fixture{base, plainly(t, second)} {
				m := t.Made(f)
				t.WantEqual("/"+member, m.Sent[member], m.Reply.Object()[member])
			}
		},
	}
}

// plainly is the fixture, or what remains of it without its oddities if the target refuses it: then the
// check that asks for the oddity speaks of it, and no other.
func plainly(t *T, f fixture) fixture {
	if !t.Tried(f).Reply.Refused() {
		return f
	}
	return fixture{f.name + "-plain", f.user, func(t *T, alias string) Object {
		sent := f.body(t, alias)
		return with(t.Body(alias), "frequency", sent["frequency"], "connector", sent["connector"], "project", sent["project"])
	}}
}

func createSystem(t *T) {
	other := plainly(t, longer)
	system := t.Made(base).Reply.Object()["system"]
	t.WantEqual("/system", system, t.Made(noFrequency).Reply.Object()["system"])
	second := t.Made(other).Reply.Object()["system"]
	t.Want(!equal(system, second), "another system for a connector of another system", show(second))
	if named := t.Connector(connector).System; named != "" {
		t.WantEqual("/system", named, system)
	}
	if named := t.Connector(secondConnector).System; named != "" {
		t.WantEqual("/system", named, second)
	}
}

// sampleCommands are the commands that the samples show, by system.
var sampleCommands = map[string]string{
	"Rally": "sync_rally", "JIRA": "sync_jira", "WhiteHat": "sync_whitehat", "Veracode": "import_veracode",
}

func createCommand(t *T) {
	first := t.Made(base).Reply.Object()["command"]
	t.WantEqual("/command", first, t.Made(noFrequency).Reply.Object()["command"])
	for _, f := range []fixture{base, plainly(t, longer)} {
		created := t.Made(f).Reply.Object()
		command, _ := created["command"].(string)
		t.Want(command != "", "a command that isn't empty", show(created["command"]))
		system, _ := created["system"].(string)
		if known := sampleCommands[system]; known != "" {
			t.WantEqual("/command", known, created["command"])
		}
	}
}

func createReadback(t *T) {
	f := emptyParams
	if t.Tried(f).Reply.Refused() {
		f = noFrequency
	}
	m := t.Made(f)
	created := m.Reply.Object()
	read := t.Get(m.User, m.ID)
	t.WantStatus(read, http.StatusOK)
	t.WantSame("", created, read.Object())
	listed := byID(t.List(m.User))[m.ID]
	at := placeOfID(m.ID)
	if t.Want(listed != nil, at, "absent") {
		t.WantSame(at, created, listed)
	}
}

// storedAs is a member of the connection as it was read right after it was created.
func (m *Made) storedAs(member string) any {
	if m.Back == nil {
		return nil
	}
	return m.Back.Object()[member]
}

func createLocation(t *T) {
	m := t.Made(base)
	location := m.Reply.Header.Get("Location")
	if location == "" {
		t.Note("a create is answered without Location")
		return
	}
	here, err := url.Parse(m.Reply.url)
	if err != nil {
		t.Error(err)
	}
	there, err := here.Parse(location)
	if err != nil || there.Host != here.Host {
		t.Note("Location leads to another host, and was not followed")
		return
	}
	root := strings.TrimSuffix(here.EscapedPath(), t.Kind.Path())
	path, below := strings.CutPrefix(there.EscapedPath(), root)
	if !below {
		t.Note("Location leads out of the target's path, and was not followed")
		return
	}
	id, _ := integer(t.Send(request{user: m.User, method: http.MethodGet, path: path}).Object()["id"])
	t.Note("Location leads to the new connection: %v", id == m.ID)
}
