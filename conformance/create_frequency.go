package conformance

import (
	"net/http"
	"slices"
)

// documentedFrequencies are the five values that a frequency can have.
var documentedFrequencies = []string{"hourly", "daily", "weekly", "monthly", "manually"}

// createFrequencies are the promises about the frequency of a new connection that must be accepted.
var createFrequencies = []promise{
	{
		id: "create/frequency-optional", alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "A connection can be created without a frequency.",
		fails: "A refusal of a body that lacks only the frequency.",
		run:   func(t *T) { wantCreated(t, t.Tried(noFrequency)) },
	},
	{
		id: "create/frequency-default", alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "A connection that was created without a frequency has the frequency manually.",
		fails: "Any other frequency in the reply or when read back.",
		run:   func(t *T) { wantFrequency(t, t.Made(noFrequency), "manually") },
	},
	createWithFrequency("hourly", base),
	createWithFrequency("daily", twin),
	createWithFrequency("weekly", longer),
	createWithFrequency("monthly", odd),
	createWithFrequency("manually", manually),
	{
		id: "create/frequency-basic-manually", alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: basicCreating,
		says:  "An organization without advanced ALM can create a connection with the frequency manually.",
		fails: "A refusal, or another frequency.",
		run: func(t *T) {
			if m := t.Tried(basicManually); wantCreated(t, m) {
				wantFrequency(t, m, "manually")
			}
		},
	},
	{
		id: "create/frequency-basic-default", alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: basicCreating,
		says:  "In an organization without advanced ALM, too, the frequency is manually if none is sent.",
		fails: "A refusal, or another frequency.",
		run: func(t *T) {
			if m := t.Tried(basicDefault); wantCreated(t, m) {
				wantFrequency(t, m, "manually")
			}
		},
	},
}

// basicCreating is what a create in the organization without advanced ALM needs.
var basicCreating = []Need{basic, basicConnector, basicProject}

// wantCreated judges that a create was accepted; which status it has is the question of create/status.
func wantCreated(t *T, m *Made) bool {
	ok := t.Want(m.Reply.OK(), "a created connection, status 2xx", statusOf(m.Reply))
	if ok && m.ID == 0 {
		t.Block("the reply to the create has no id, so nobody knows whether there is a connection")
	}
	return ok
}

// wantFrequency judges the frequency in the reply, and as it was read back.
func wantFrequency(t *T, m *Made, frequency string) {
	t.WantEqual("/frequency", frequency, m.Reply.Object()["frequency"])
	t.Want(equal(frequency, m.storedAs("frequency")), "frequency "+frequency+" when read back", show(m.storedAs("frequency")))
}

// createWithFrequency promises that one of the five is accepted. The fixture is sent with it.
func createWithFrequency(frequency string, f fixture) promise {
	return promise{
		id: "create/frequency-enum/" + frequency, alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "An organization with advanced ALM can create a connection with the frequency " + frequency + ".",
		fails: "A refusal, or another frequency in the reply or when read back.",
		run: func(t *T) {
			m := t.Tried(plainly(t, f))
			if wantCreated(t, m) {
				wantFrequency(t, m, frequency)
			}
		},
	}
}

// createRefusedFrequencies are the promises about values that a frequency can't have.
var createRefusedFrequencies = []promise{
	createWithInvalidFrequency("yearly", "yearly"),
	createWithInvalidFrequency("number", 1),
	createWithInvalidFrequency("array", []any{"daily"}),
	createWithInvalidFrequency("object", Object{"frequency": "daily"}),
}

// createBasicGates are the promises about what an organization without advanced ALM can't choose.
var createBasicGates = []promise{
	createBasicGate("hourly"), createBasicGate("daily"), createBasicGate("weekly"), createBasicGate("monthly"),
}

// createOddFrequencies are what the documentation leaves open about a frequency.
var createOddFrequencies = []promise{
	{
		id: "create/frequency-spelling", alm: "181", ana: "443", evidence: Stated, level: Should, mode: Write, needs: creating,
		says:  "A frequency that is spelled otherwise than documented is refused, or stored in the documented spelling.",
		fails: "A connection whose frequency is \"Hourly\", \" hourly\" or \"manual\".",
		run:   createFrequencySpelling,
	},
	{
		id: "create/frequency-null-empty", alm: "181", ana: "443", evidence: Silent, level: Probe, mode: Write, needs: creating,
		says:  "A frequency that is null or empty may be refused, or else should become one of the five.",
		fails: "Only a refusal that leaves a trace, or a status 5xx.",
		run:   createFrequencyNullEmpty,
	},
}

func createWithInvalidFrequency(name string, value any) promise {
	return promise{
		id: "create/frequency-invalid/" + name, alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: creating,
		says:  "A create whose frequency is none of the five is refused: " + show(normal(value)) + ".",
		fails: "Any status but 4xx, or a connection that appears nevertheless.",
		run:   refuses(func(_ *T, body Object) Object { return with(body, "frequency", value) }),
	}
}

func createBasicGate(frequency string) promise {
	return promise{
		id: "create/frequency-basic/" + frequency, alm: "181", ana: "443", evidence: Stated, level: Must, mode: Write, needs: basicCreating,
		says:  "An organization without advanced ALM can't create a connection with the frequency " + frequency + ".",
		fails: "A connection with that frequency. One that silently gets the frequency manually is a warning.",
		run:   func(t *T) { basicGate(t, frequency) },
	}
}

// basicGate asks for the frequency by a create. If the target has accepted an earlier one of these as
// manually, it asks by an update of that connection: four such creates would spend the budget.
func basicGate(t *T, frequency string) {
	u := t.Made(basicDefault).User // a target that refuses everything proves nothing
	body := with(t.BasicBody(t.freshAlias()), "frequency", frequency)
	q := request{user: u, method: http.MethodPost, path: t.Kind.Path(), body: body}
	coerced := string(t.Kind) + "/basic-coerced"
	earlier := t.run.made[coerced]
	if earlier != nil {
		q.method, q.path, q.body = http.MethodPut, t.ItemPath(earlier.ID), with(earlier.Sent, "frequency", frequency)
		defer func() { t.Update(u, earlier.ID, with(earlier.Sent, "frequency", "manually")) }()
	}
	before := t.List(u)
	reply := t.Write(q)
	if reply.Refused() {
		t.WantNoTrace(q.body, before, t.List(u))
		return
	}
	if !t.Want(reply.OK(), "a refusal, status 4xx", statusOf(reply)) {
		return
	}
	m := &Made{User: u, Sent: body, Reply: reply}
	m.ID, _ = integer(reply.Object()["id"])
	if earlier != nil {
		m.ID = earlier.ID
	}
	m.Back = t.Get(u, m.ID)
	wantFrequency(t, m, "manually")
	if equal("manually", reply.Object()["frequency"]) && equal("manually", m.storedAs("frequency")) {
		t.Should(false, "a refusal, status 4xx", statusOf(reply)+", and the frequency manually")
		if earlier == nil {
			t.run.made[coerced] = m
		}
	}
}

func createFrequencySpelling(t *T) {
	for _, spelling := range []string{"Hourly", " hourly", "manual"} {
		reply, stored := offer(t, with(t.Body(t.freshAlias()), "frequency", spelling))
		if reply.Refused() {
			continue
		}
		frequency, _ := stored["frequency"].(string)
		if t.Want(slices.Contains(documentedFrequencies, frequency), "one of the five, or a refusal", show(stored["frequency"])) {
			t.Note("the frequency %q is accepted as %q", spelling, frequency)
		}
	}
}

func createFrequencyNullEmpty(t *T) {
	for _, value := range []any{nil, ""} {
		reply, stored := offer(t, with(t.Body(t.freshAlias()), "frequency", value))
		if reply.Refused() {
			t.Note("the frequency %s is refused: status %d", show(value), reply.Status)
			continue
		}
		t.Note("the frequency %s is accepted as %s", show(value), show(stored["frequency"]))
		frequency, _ := stored["frequency"].(string)
		t.Should(slices.Contains(documentedFrequencies, frequency), "one of the five, or a refusal", show(stored["frequency"]))
	}
}
