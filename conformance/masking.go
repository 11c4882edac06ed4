package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// masking are the promises about who sees params, made under the headings of the lists and of single
// connections.
var masking = []promise{
	{
		id: "params/visible/list", alm: "24-40,46", ana: "297-305,311", evidence: Stated, level: Must, needs: []Need{editor, kindEditor},
		says:  "Who has the permission for this kind, and no other, sees params in the list.",
		fails: "Params that are absent, null or blanked, or a server that wants a second permission.",
		run:   func(t *T) { t.visibleTo(kindEditor, inList) },
	},
	{
		id: "params/visible/detail", alm: "91-107,112", ana: "363-371,376", evidence: Stated, level: Must, needs: []Need{editor, kindEditor},
		says:  "Who has the permission for this kind, and no other, sees params of a single connection.",
		fails: "Params that are absent, null or blanked, or other ones than the list shows.",
		run:   func(t *T) { t.visibleTo(kindEditor, inDetails) },
	},
	{
		id: "params/hidden/list", alm: "46", ana: "311", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "Who has no permission to edit connections sees nothing of params in the list.",
		fails: "A name or a value of params in the list or one of its pages; no params, null and {} are all right.",
		run:   func(t *T) { t.hiddenFrom(reader, inList, inPages) },
	},
	{
		id: "params/hidden/detail", alm: "112", ana: "376", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "Who has no permission to edit connections sees nothing of the params of a single connection.",
		fails: "A name or a value of params in the reply; no params, null and {} are all right.",
		run:   func(t *T) { t.hiddenFrom(reader, inDetails) },
	},
	{
		id: "params/other-permission", alm: "46,112", ana: "311,376", evidence: Stated, level: Must, needs: []Need{editor, otherEditor},
		says:  "The permission to edit the other kind doesn't show params of this kind, in lists or alone.",
		fails: "A server that shows params to whoever may edit any connection.",
		run:   func(t *T) { t.hiddenFrom(otherEditor, inList, inPages, inFilters, inDetails) },
	},
	{
		id: "params/hidden-form", alm: "46", ana: "311", evidence: Silent, level: Probe, needs: []Need{editor, reader},
		says:  "Params that are withheld may be absent, null or an empty object.",
		fails: "Nothing: which of them is noted.",
		run:   paramsHiddenForm,
	},
	{
		id: "params/secret-nowhere", alm: "35,101,165", ana: "422", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "Passwords and tokens in params are nowhere in what a user without the permission receives.",
		fails: "Such a value in a body or a header: of lists, filtered lists, single connections or refusals. If there is none, that is noted.",
		run:   paramsSecretNowhere,
	},
	{
		id: "params/rest-unchanged", alm: "46", ana: "311", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "All else of a connection is the same for who sees params and for who doesn't.",
		fails: "A documented member but params that differs or is missing for a user without the permission.",
		run:   paramsRestUnchanged,
	},
	{
		id: "params/per-request", alm: "46,112", ana: "311,376", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "Whether params are shown depends on who asks, also when users ask by turns.",
		fails: "A reply that is kept for a URL, whoever asks, or a first answer that sticks.",
		run:   paramsPerRequest,
	},
	{
		id: "params/no-side-effect", alm: "46", ana: "311", evidence: Stated, level: Must, needs: []Need{editor, reader},
		says:  "That somebody without the permission reads a connection takes nothing from its params.",
		fails: "Params that are gone or blank for an editor after a user without the permission has read.",
		run:   paramsNoSideEffect,
	},
	{
		id: "params/write-response", alm: "154,222", ana: "419,482", evidence: Stated, level: Should, mode: Write,
		needs: []Need{editor, reader, connector, project},
		says:  "If somebody without the permission may write at all, the reply withholds params as well.",
		fails: "Params in the reply to a create or an update of a user without the permission. A refusal is all right.",
		run:   paramsWriteResponse,
	},
	{
		id: "perm/write", evidence: Silent, level: Probe, mode: Write, needs: []Need{editor, reader, otherEditor, connector, project},
		says:  "Users without the permission may be refused to write, or a role in a project may let them.",
		fails: "A create or an update that is refused and has an effect all the same.",
		run:   permissionToWrite,
	},
	{
		id: "params/clear-secrets", alm: "35,101,165,233", ana: "422,485", evidence: Shown, level: Probe, needs: []Need{editor},
		says:  "Passwords in params may be shown in clear to those who have the permission.",
		fails: "Nothing: whether they are is noted, so that replies are kept with care.",
		run:   paramsClearSecrets,
	},
}

func paramsHiddenForm(t *T) {
	u := t.Colleague(reader)
	forms := Object{}
	for _, item := range t.List(u) {
		form := "absent"
		if value, present := item["params"]; present {
			form = shapeOf(value)
			if o, _ := value.(Object); form == "object" && len(o) == 0 {
				form = "{}"
			}
		}
		forms[form] = true
	}
	if len(forms) == 0 {
		t.Note("there is no connection to look at")
		return
	}
	t.Note("for user %s, params is %s", u.Name, strings.Join(sorted(forms), " or "))
}

func paramsRestUnchanged(t *T) {
	u := t.Colleague(reader)
	t.Steady(func(list []Object) {
		t.needSome(list)
		full, seen := byID(list), byID(t.List(u))
		var found []Difference
		other := Object{}
		compare := func(at string, want, got Object) {
			for _, d := range differences("", without(want, "params"), without(got, "params")) {
				name, _, _ := strings.Cut(d.Pointer[1:], "/")
				if isDocumented(name) {
					found = append(found, Difference{at + d.Pointer, d.Expected, d.Actual})
				} else {
					other[name] = true
				}
			}
		}
		both := 0
		for _, id := range sorted64(full) {
			if seen[id] != nil {
				both++
				compare(placeOf(full[id]), full[id], seen[id])
			}
		}
		for _, id := range sample(full, 5) {
			if r := t.Get(u, id); seen[id] != nil && r.OK() && r.Object() != nil {
				compare(fmt.Sprintf("/%d", id), full[id], r.Object())
			}
		}
		if both == 0 {
			t.Block("user %s sees none of the %s connections that the editor sees", u.Name, t.Kind)
		}
		t.wantNone(found)
		if len(other) > 0 {
			t.Note("undocumented members depend on who asks: %s", strings.Join(sorted(other), ", "))
		}
	})
}

// paramsPerRequest lets the users take turns at the same URLs. The editor has listed just before.
func paramsPerRequest(t *T) {
	u := t.Colleague(reader)
	t.Steady(func(list []Object) {
		full, seen := withParams(list), byID(t.List(u))
		id := int64(0)
		for _, candidate := range sample(full, len(full)) {
			if seen[candidate] != nil {
				id = candidate
				break
			}
		}
		if id == 0 {
			t.Block("no %s connection that user %s sees has params", t.Kind, u.Name)
		}
		for range 2 {
			t.wantShown(full[id], t.NeedGet(t.As(editor), id), "/")
			t.wantHidden(fmt.Sprintf("/%d", id), t.NeedGet(u, id), full[id])
		}
		for range 2 {
			t.wantHidden(placeOf(full[id]), byID(t.List(u))[id], full[id])
			t.wantShown(full[id], byID(t.List(t.As(editor)))[id], "/results/")
		}
	})
}

// paramsWriteResponse lets the reader create, and update a connection of the run to what it is.
func paramsWriteResponse(t *T) {
	u := t.Colleague(reader)
	made, own := t.Tried(byReader), t.Made(base)
	full := t.NeedGet(t.As(editor), own.ID)
	updated := t.Update(u, own.ID, own.Sent)
	for _, w := range []struct {
		verb  string
		reply *Reply
		full  Object
	}{{"POST", made.Reply, nil}, {"PUT", updated, full}} {
		if !w.reply.OK() {
			t.Note("%s by user %s: status %d", w.verb, u.Name, w.reply.Status)
			continue
		}
		t.wantHidden("", w.reply.Object(), w.full)
	}
}

// permissionToWrite updates a connection that nothing else looks at closely, and puts it back.
func permissionToWrite(t *T) {
	t.Colleague(reader)
	made := t.Tried(byReader)
	t.Note("POST by user %s: status %d", made.User.Name, made.Reply.Status)
	if made.Reply.Refused() {
		alias := made.Sent["alias"].(string)
		t.Never(len(selectBy(t.List(t.As(editor)), "alias", alias)) == 0, "nothing new after a refusal", "a new connection")
	}
	own := t.Made(longer)
	for _, role := range []Need{reader, otherEditor} {
		u := t.Colleague(role)
		before := t.NeedGet(t.As(editor), own.ID)
		r := t.Update(u, own.ID, with(own.Sent, "frequency", "monthly", "alias", t.Alias("taken over")))
		t.Note("PUT by user %s: status %d", u.Name, r.Status)
		after := t.NeedGet(t.As(editor), own.ID)
		if r.Refused() {
			t.Never(t.same(before, after), "no change by an update that was refused", "another connection than before")
		}
		if !t.same(before, after) {
			t.Update(t.As(editor), own.ID, own.Sent)
		}
	}
}

func paramsClearSecrets(t *T) {
	names := Object{}
	for _, s := range t.secrets(t.List(t.As(editor))) {
		if !strings.HasPrefix(s.name, "sdecontract_") { // the run's own
			names[s.name] = true
		}
	}
	if len(names) == 0 {
		t.Note("no password or token is shown in clear")
		return
	}
	t.Note("shown in clear to those with the permission: %s; replies and logs must be kept with care", strings.Join(sorted(names), ", "))
}

// byReader is created by somebody without the permission, if that is allowed.
var byReader = fixture{"by-reader", reader, func(t *T, alias string) Object { return t.Body(alias) }}

// paramsNoSideEffect compares what the editor sees before and after the reader reads, and with the first
// list of the run: earlier reads would have done the damage already. Others may edit their connections
// meanwhile, but can't make params vanish.
func paramsNoSideEffect(t *T) {
	u := t.Colleague(reader)
	first, before := withParams(t.firstList()), withParams(t.List(t.As(editor)))
	if len(first)+len(before) == 0 {
		t.Block("no %s connection at the target has params", t.Kind)
	}
	t.List(u)
	for _, look := range []view{inPages, inFilters, inDetails} {
		look(t, u, before, func(string, Object, Object) {})
	}
	after := byID(t.List(t.As(editor)))
	var changed []int64
	var found []Difference
	for _, id := range sorted64(after) {
		own, was, shown := t.run.owns(t.Kind, id), t.shown(before[id]), t.shown(after[id])
		same := isBlank(was["params"]) || t.same(was, shown)
		switch lost := isBlank(shown["params"]) && (!isBlank(was["params"]) || !own && !isBlank(t.shown(first[id])["params"])); {
		case lost || own && !same:
			found = append(found, Difference{placeOf(after[id]) + "/params", "as before somebody without the permission read it", "changed or gone"})
		case !same:
			changed = append(changed, id)
		}
	}
	if t.wantNone(found) && len(changed) > 0 {
		t.Want(len(changed) < 2 || len(changed) < len(before), "params as before somebody without the permission read them", "others in all connections")
		t.Inconclusive("params of connection %d changed while it was looked at", changed[0])
	}
}

// shown is what a connection shows of params, as far as it can be compared.
func (t *T) shown(connection Object) Object {
	return Object{"params": t.steady(connection)["params"]}
}

// firstList is the first list in the run that the editor got.
func (t *T) firstList() []Object {
	name := t.As(editor).Name
	first := slices.IndexFunc(t.run.replies, func(s seen) bool {
		return s.kind == t.Kind && s.user == name && !s.item && s.method == http.MethodGet && s.reply.OK() && resultCount(s.reply) > 0
	})
	if first < 0 {
		return nil
	}
	return objectsOf(t.run.replies[first].reply)
}
