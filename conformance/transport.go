package conformance

import "strings"

// seenReply notes a reply for the checks that look back on the run.
func seenReply(q request, reply *Reply) seen {
	s := seen{reply: reply, method: q.method, kind: Analysis}
	if strings.HasPrefix(q.path, ALM.Path()) {
		s.kind = ALM
	}
	path, _, _ := strings.Cut(q.path, "?")
	s.item = path != s.kind.Path()
	if q.user != nil {
		s.user = q.user.Name
	}
	return s
}
