package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Members of params that the documentation doesn't show, and that the run doesn't send, may change by themselves: a
// time, a counter, a token of the last synchronisation. That is seen where the same user reads the same URL again, and
// the run has changed nothing in between. Such members are volatile: no check compares them.

// documentedParams are the members of params that the documentation's samples send or show.
var documentedParams = []string{
	"alm_method", "alm_parent_issue", "alm_pass", "alm_phases", "alm_project", "alm_reference_context", "alm_server",
	"alm_title_format", "alm_user", "analysis_method", "analysis_pass", "analysis_server", "analysis_user", "asset_name",
	"conflict_policy", "import_behaviour", "integration_mode", "jira_version", "rally_workspace", "sde_application",
	"sde_businessunit", "sde_min_priority", "sde_project", "sde_statuses_in_scope", "sde_verification_filter",
	"task_status_mapping",
}

// steadyParams is what a run knows of the members of params.
type steadyParams struct {
	sent     map[string]bool // by the run: they must come back
	volatile map[string]bool // seen to change by themselves
	untold   []string        // those of them that no check has noted yet
	watched  map[string]bool // watched for a while, and not seen to
}

// maxVolatile bounds how many names are remembered: a server may make up new ones for ever.
const maxVolatile = 1000

// mayVary tells whether nothing speaks against a member's changing by itself.
func (s *steadyParams) mayVary(name string) bool {
	return !s.sent[name] && !slices.Contains(documentedParams, name)
}

// learn takes note of what a body sends.
func (s *steadyParams) learn(body any) {
	o, _ := body.(Object)
	params, _ := o["params"].(Object)
	for name := range params {
		s.sent[name] = true
	}
}

// compare takes note of what differs between two replies to the same request.
func (s *steadyParams) compare(before, after *Reply) {
	was := byID(connectionsOf(before))
	for id, item := range byID(connectionsOf(after)) {
		for _, name := range s.varying(was[id], item) {
			if !s.volatile[name] && len(s.volatile) < maxVolatile {
				s.volatile[name] = true
				s.untold = append(s.untold, name)
			}
		}
	}
}

// varying are the members of params that differ between two connections, and may. A connection that shows no params
// tells nothing.
func (s *steadyParams) varying(a, b Object) []string {
	p, ok := a["params"].(Object)
	q, both := b["params"].(Object)
	if !ok || !both {
		return nil
	}
	var names []string
	all := maps.Clone(p)
	maps.Copy(all, q)
	for _, name := range sorted(all) {
		v, had := p[name]
		w, has := q[name]
		if s.mayVary(name) && (had != has || !equal(v, w)) {
			names = append(names, name)
		}
	}
	return names
}

// connectionsOf are the connections in a reply: those of a list, or the one that it is.
func connectionsOf(r *Reply) []Object {
	if o := r.Object(); o != nil && o["results"] == nil {
		return []Object{o}
	}
	return objectsOf(r)
}

// watch compares a reply with the last one to the same request, if the run has changed nothing since.
func (r *runner) watch(q request, s seen) {
	if q.method != http.MethodGet {
		r.params.learn(q.body)
		return
	}
	for _, before := range slices.Backward(r.replies) {
		switch {
		case before.method != http.MethodGet && before.method != http.MethodHead && before.method != http.MethodOptions:
			return
		case before.method == http.MethodGet && before.user == s.user && before.reply.url == s.reply.url && before.reply.OK():
			r.params.compare(before.reply, s.reply)
			return
		}
	}
}

// steady is the connection as far as it can be compared: without undocumented members, which may differ from one reply
// to the next, and without those of params that do.
func (t *T) steady(connection Object) Object {
	known := asDocumented(connection)
	params, ok := known["params"].(Object)
	if !ok || len(t.run.params.volatile) == 0 {
		return known
	}
	kept := maps.Clone(params)
	maps.DeleteFunc(kept, func(name string, _ any) bool {
		return t.run.params.volatile[name] && t.run.params.mayVary(name)
	})
	known["params"] = kept
	return known
}

// noteVolatile notes what was seen to change by itself during the check: the reader of a report must know what no check
// compared.
func (t *T) noteVolatile() {
	names := t.run.params.untold
	if t.run.params.untold = nil; len(names) == 0 {
		return
	}
	slices.Sort(names)
	const most = 10
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
	}
	t.Note("members of params that change by themselves, and that no check compares: %s%s",
		strings.Join(names[:min(most, len(names))], ", "), more)
}

// differing compares two connections, as far as they can be. What they differ in is watched first, where it may be that
// it changes by itself.
func (t *T) differing(pointer string, want, got Object) []Difference {
	want, got = asDocumented(want), asDocumented(got)
	for _, name := range t.run.params.varying(want, got) {
		if !t.run.params.volatile[name] && !t.run.params.watched[name] {
			t.watchParams(name)
		}
	}
	return differences(pointer, t.steady(want), t.steady(got))
}

// same tells whether two connections are the same, as far as they can be compared.
func (t *T) same(a, b Object) bool { return len(t.differing("", a, b)) == 0 }

// WantSame judges that a connection is shown as another time. Either may be nil: then there is none.
func (t *T) WantSame(pointer string, want, got Object) bool {
	t.asked++
	return t.differ(t.check.Level, t.differing(pointer, want, got))
}

// A clock may count whole seconds: a member is watched for a little more than one.
const (
	watches  = 12
	watchGap = 100 * time.Millisecond
)

// watchParams asks once more what was asked last and showed the member, for a while or until it changes.
func (t *T) watchParams(name string) {
	t.run.params.watched[name] = true
	q, found := t.lastReadOf(name)
	for i := 0; found && i < watches && !t.run.params.volatile[name]; i++ {
		select {
		case <-t.ctx.Done():
			return
		case <-time.After(watchGap):
			t.Send(q)
		}
	}
}

// lastReadOf is the last request for what showed a member of params.
func (t *T) lastReadOf(name string) (q request, found bool) {
	for _, s := range slices.Backward(t.run.replies) {
		if s.method != http.MethodGet || !s.reply.OK() {
			continue
		}
		for _, item := range connectionsOf(s.reply) {
			params, _ := item["params"].(Object)
			u, known := t.run.target.Users[s.user]
			if _, shown := params[name]; shown && known {
				return request{user: &u, method: http.MethodGet, path: s.path}, true
			}
		}
	}
	return request{}, false
}
