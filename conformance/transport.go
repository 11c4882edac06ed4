package conformance

import (
	"net/http"
	"slices"
	"strings"
)

// transport are the promises about paths, formats and methods that hold for every heading.
var transport = []promise{
	{
		id: "http/path", alm: "6,48,74,114", ana: "279,313,346,378", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "The documented URLs, with the slash at their end, are answered directly with status 200.",
		fails: "A redirect, a 404 or another status for GET on the list's URL or on a connection's URL.",
		run:   documentedPaths,
	},
	{
		id: "http/no-slash", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "Without the slash at its end, a URL may be answered, redirected or unknown to GET.",
		fails: "A status 5xx.",
		run:   withoutSlash,
	},
	{
		id: "http/accept-other", page: "Errors", heading: "Errors", alm: "13", evidence: Companion, level: Probe, needs: []Need{editor},
		says:  "A request for another format than JSON may be refused, or answered in that format or in JSON.",
		fails: "A status 5xx.",
		run:   otherFormats,
	},
	{
		id: "http/head-options", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "HEAD is answered as GET is, and OPTIONS tells the methods of a URL.",
		fails: "A status 5xx, except 501 for OPTIONS.",
		run:   headAndOptions,
	},
}

func documentedPaths(t *T) {
	u := t.As(editor)
	t.WantStatus(t.Listing(u), http.StatusOK)
	t.onListed(1, func(id int64, _ Object) { t.WantStatus(t.Get(u, id), http.StatusOK) })
}

func withoutSlash(t *T) {
	u := t.As(editor)
	list := strings.TrimSuffix(t.Kind.Path(), "/")
	t.Note("the list: status %d", t.Send(request{user: u, method: http.MethodGet, path: list}).Status)
	for _, id := range spread(sorted64(byID(t.List(u))), 1) {
		item := strings.TrimSuffix(t.ItemPath(id), "/")
		t.Note("a connection: status %d", t.Send(request{user: u, method: http.MethodGet, path: item}).Status)
	}
}

func otherFormats(t *T) {
	ask := request{user: t.As(editor), method: http.MethodGet, path: t.Kind.Path()}
	for _, accept := range []string{"application/xml", "text/html", "*/*", ""} {
		ask.headers, ask.without = map[string]string{"Accept": accept}, nil
		what := "Accept: " + accept
		if accept == "" {
			ask.headers, ask.without, what = nil, []string{"Accept"}, "no Accept"
		}
		r := t.Send(ask)
		t.Note("%s: status %d, Content-Type %q", what, r.Status, r.Header.Get("Content-Type"))
	}
}

func headAndOptions(t *T) {
	ask := request{user: t.As(editor), path: t.Kind.Path()}
	ask.method = http.MethodGet
	get := t.Send(ask)
	ask.method = http.MethodHead
	head := t.Send(ask)
	t.Note("HEAD: status %d where GET has %d, Content-Type %q where it has %q",
		head.Status, get.Status, head.Header.Get("Content-Type"), get.Header.Get("Content-Type"))
	ask.method = http.MethodOptions
	options := t.Send(ask)
	t.Note("OPTIONS: status %d, Allow %q", options.Status, options.Header.Get("Allow"))
}

// seenReply notes a reply for the checks that look back on the run.
func seenReply(q request, reply *Reply) seen {
	path, _, _ := strings.Cut(q.path, "?")
	s := seen{reply: reply, method: q.method, kind: Analysis, item: true, path: q.path}
	if strings.HasPrefix(path+"/", ALM.Path()) {
		s.kind = ALM
	}
	methods := []string{http.MethodGet, http.MethodPut}
	known := itemPath.MatchString(path) && strings.HasSuffix(path, "/")
	if path == s.kind.Path() {
		s.item, known, methods = false, true, []string{http.MethodGet, http.MethodPost}
	}
	s.documented = known && slices.Contains(methods, q.method) && q.headers["Accept"] == "" && !slices.Contains(q.without, "Accept")
	if q.user != nil {
		s.user = q.user.Name
	}
	return s
}

// failed tells whether the status means that the server failed. To a method that the documentation doesn't
// have, 501 is the answer that HTTP asks for.
func failed(method string, status int) bool {
	documented := slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut}, method)
	return status >= 500 && (documented || status != http.StatusNotImplemented)
}
