package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// undocumented are the promises about requests to write that the documentation doesn't have. They come when
// nothing else looks at the run's connections any more, because what they do to those is open.
var undocumented = []promise{
	{
		id: "http/no-slash-write", evidence: Silent, level: Probe, mode: Write, needs: []Need{editor, connector, project},
		says:  "Without the slash at its end, a URL should not redirect an update with a status that loses its body.",
		fails: "A status 5xx, or a refusal that changes something. A redirect with status 301, 302 or 303 is a warning.",
		run:   updateWithoutSlash,
	},
	{
		id: "http/req-content-type", alm: "125-127,196-199", ana: "389-391,457-460", evidence: Shown, level: Probe, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "A request body may come without Content-Type; whether it may come with another one than JSON's is open.",
		fails: "A status 5xx, or a refusal that changes something.",
		run:   otherContentTypes,
	},
	{
		id: "http/method/item", page: "Errors", heading: "Errors", alm: "12", evidence: Companion, level: Probe, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "A connection's URL refuses POST; whether it offers PATCH and DELETE is open.",
		fails: "A status 5xx, except 501, or a refusal that changes something. POST with a status 2xx is a warning.",
		run:   methodsOfItem,
	},
	{
		id: "http/method/collection", page: "Errors", heading: "Errors", alm: "12", evidence: Companion, level: Should, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "The list's URL refuses PUT, PATCH, DELETE and unknown methods, best with 405 and the header Allow.",
		fails: "A status 5xx, except 501, or a refusal that changes something. Another answer than a refusal is a warning.",
		run:   methodsOfList,
	},
}

func updateWithoutSlash(t *T) {
	m := t.Made(base)
	r := t.attempt(request{method: http.MethodPut, path: strings.TrimSuffix(t.ItemPath(m.ID), "/"), body: m.Sent})
	lost := []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther}
	if t.Should(!slices.Contains(lost, r.Status), "no redirect that turns PUT into GET", statusOf(r)) {
		t.Note("PUT: status %d", r.Status)
	}
}

func otherContentTypes(t *T) {
	m := t.Made(base)
	form := url.Values{}
	for name, value := range without(m.Sent, "params") {
		form.Set(name, fmt.Sprint(value))
	}
	ask := request{method: http.MethodPut, path: t.ItemPath(m.ID), body: m.Sent, without: []string{"Content-Type"}}
	t.Note("no Content-Type: status %d", t.attempt(ask).Status)
	ask.without, ask.headers = nil, map[string]string{"Content-Type": "text/plain"}
	t.Note("text/plain: status %d", t.attempt(ask).Status)
	ask.body, ask.headers = form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	t.Note("a form: status %d", t.attempt(ask).Status)
}

func methodsOfItem(t *T) {
	m := t.Made(base)
	post := t.attempt(request{method: http.MethodPost, path: t.ItemPath(m.ID), body: t.affordable(m.Sent)})
	if t.Should(!post.OK(), "POST: a refusal, status 405", "POST: status "+strconv.Itoa(post.Status)) {
		t.Note("POST: status %d", post.Status)
	}
	patch := t.attempt(request{method: http.MethodPatch, path: t.ItemPath(m.ID), body: Object{"frequency": "manually"}})
	t.Note("PATCH: status %d", patch.Status)
	if !t.run.target.Writes.AllowDelete {
		t.Note("DELETE was not sent: writes.allow_delete")
		return
	}
	t.Note("DELETE: status %d", t.attempt(request{method: http.MethodDelete, path: t.ItemPath(m.ID)}).Status)
}

// unknownMethod is one that no standard has.
const unknownMethod = "SDECONTRACT"

func methodsOfList(t *T) {
	for _, method := range []string{http.MethodPut, unknownMethod} {
		t.refusesMethod(request{method: method, path: t.Kind.Path(), body: t.affordable(t.Body(t.Alias("method")))})
	}
	// An empty object changes nothing where PATCH means every connection at once.
	t.refusesMethod(request{method: http.MethodPatch, path: t.Kind.Path(), body: Object{}})
	switch {
	case !t.run.target.Writes.AllowDelete:
		t.Note("DELETE was not sent: writes.allow_delete")
	case !t.allOwn():
		t.Note("DELETE was not sent: it could delete connections that are not the run's")
	default:
		t.refusesMethod(request{method: http.MethodDelete, path: t.Kind.Path()})
	}
}

// refusesMethod judges the reply to a method that the list's URL doesn't have.
func (t *T) refusesMethod(q request) {
	r := t.attempt(q)
	actual := fmt.Sprintf("%s: status %d", q.method, r.Status)
	if !t.Should(r.Refused() || r.Status == http.StatusNotImplemented, q.method+": a refusal, status 405", actual) {
		return
	}
	if r.Status != http.StatusMethodNotAllowed {
		t.Note("%s instead of 405", actual)
		return
	}
	allow := strings.Join(r.Header.Values("Allow"), ",")
	var methods []string
	for method := range strings.SplitSeq(allow, ",") {
		methods = append(methods, strings.TrimSpace(method))
	}
	t.Should(slices.Contains(methods, http.MethodGet) && slices.Contains(methods, http.MethodPost),
		q.method+": 405 whose header Allow has GET and POST", fmt.Sprintf("Allow: %q", allow))
}

// attempt sends, as the editor, what the documentation has no operation for. A refusal must leave no trace;
// of what isn't refused, the run keeps account.
func (t *T) attempt(q request) *Reply {
	q.user = t.As(editor)
	before := t.List(q.user)
	r := t.Send(q)
	after := t.List(q.user)
	if r.Refused() || r.Status == http.StatusNotImplemented {
		t.WantNoTrace(Object{"alias": t.Alias("method")}, before, after)
		return r
	}
	was, is := byID(before), byID(after)
	for id, item := range is {
		alias, _ := item["alias"].(string)
		if was[id] == nil && strings.HasPrefix(alias, t.run.prefix) {
			if err := t.run.created(t.Kind, id, q, &Reply{Value: item}); err != nil {
				t.Error(err)
			}
		}
	}
	for id := range was {
		if is[id] == nil && q.method == http.MethodDelete {
			t.run.deleted(t.Kind, id)
		}
	}
	return r
}

// deleted takes a connection out of the account.
func (r *runner) deleted(kind Kind, id int64) {
	delete(r.own, ownKey{kind, id})
	r.report.Created = slices.DeleteFunc(r.report.Created, func(c Created) bool { return c.Kind == kind && c.ID == id })
}

// affordable is the body, or an empty one if the budget is spent: then nothing may come into being, not even
// at a target that takes any method for a create.
func (t *T) affordable(body Object) Object {
	if t.run.spent(t.Kind) {
		return Object{}
	}
	return body
}

// allOwn tells whether the run created every connection that there is.
func (t *T) allOwn() bool {
	u := t.As(editor)
	items := t.List(u)
	for id := range byID(items) {
		if !t.run.owns(t.Kind, id) {
			return false
		}
	}
	return u.SeesAllProjects && len(byID(items)) == len(items)
}
