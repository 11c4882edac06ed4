package conformance

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// overall are the promises that hold for the whole of a run, and what must come when all else is done.
var overall = slices.Concat(undocumented, []promise{
	{
		id: "auth/no-effect", alm: "127,198", ana: "391,459", evidence: Shown, level: Must, mode: Write, needs: []Need{editor},
		says:  "What somebody unknown sent has no effect, not even later.",
		fails: "A connection at the end of the run with an alias that only requests without a valid token have had.",
		run:   unauthorizedLeftNothing,
	},
	{
		id: "create/no-trace", evidence: Silent, level: Must, mode: Write, needs: []Need{editor},
		says:  "At the end of the run there is what it created, and no trace of what was refused.",
		fails: "A connection with the run's prefix that no reply reported as created, or one of the run's that is gone.",
		run:   refusalsLeftNothing,
	},
	{
		id: "http/json", alm: "7,13,75,81,126,144,197,212", ana: "280,286,347,353,390,409,458,472", evidence: Shown, level: Must,
		says:  "Every success comes as application/json to a client that accepts that.",
		fails: "A reply with status 2xx and another Content-Type, or none. Parameters such as charset are allowed.",
		run:   repliesAreJSON,
	},
	{
		id: "http/valid-json", alm: "15-43,83-109,146-173,214-241", ana: "288-308,355-373,411-432,474-495", evidence: Shown, level: Must,
		says:  "Every success has a body of strict JSON.",
		fails: "A reply with status 2xx whose body is empty, not UTF-8, not JSON, or has a name twice in an object.",
		run:   repliesAreStrict,
	},
	{
		id: "http/error-body", evidence: Silent, level: Should,
		says:  "A refusal says why, in JSON, and neither shows the server's insides nor gives a secret away.",
		fails: "As a warning: a reply with status 4xx without JSON, or with a stack trace, a token or a password.",
		run:   refusalsSayWhy,
	},
	{
		id: "http/no-5xx", page: "Errors", heading: "Errors", alm: "15", evidence: Companion, level: Must,
		says:  "No request makes the server fail.",
		fails: "A status 5xx. 502, 503 and 504 are errors of the target; 501 for a method that isn't documented is right.",
		run:   serverNeverFailed,
	},
	{
		id: "schema/replies", alm: "17-41,147-172", ana: "290-306,412-431", evidence: Shown, level: Should,
		says:  "Every success fits the contract's schema of that reply; members that it doesn't have may be added.",
		fails: "As a warning: a reply with status 2xx that lacks a member, or has one of another type or value than documented.",
		run:   repliesFitContract,
	},
})

// lookBack judges the replies to requests of the check's kind that are of interest. faults says what is wrong
// with one; the same fault of many replies is told once. The check is blocked if there is no such reply.
func (t *T) lookBack(what string, interest func(seen) bool, faults func(seen) []Difference) {
	told, first, last := map[string]bool{}, 0, 0
	var found []Difference
	for _, s := range t.run.replies {
		if s.kind != t.Kind || !interest(s) {
			continue
		}
		last = s.reply.exchange
		for _, fault := range faults(s) {
			key := digits.ReplaceAllString(fault.Pointer, "/*") + "\n" + fault.Expected
			if told[key] || len(found) > maxFaults {
				continue
			}
			told[key] = true
			t.sees(last)
			first = cmp.Or(first, last)
			found = append(found, fault)
		}
	}
	if last == 0 {
		t.Block("the run has no reply to look at: %s", what)
	}
	if len(found) == 0 {
		t.sees(last)
	}
	t.last = cmp.Or(first, last)
	t.asked++
	t.differ(t.check.Level, found)
}

// maxFaults bounds how many replies are evidence for one check.
const maxFaults = 10

// digits match an index in a JSON pointer.
var digits = regexp.MustCompile(`/[0-9]+`)

// success tells whether the reply is one that the documentation has a sample of.
func success(s seen) bool {
	return s.documented && s.reply.OK() && s.reply.Status != http.StatusNoContent
}

// asked is what was asked for, in words.
func (s seen) asked() string {
	if s.item {
		return s.method + " of a connection"
	}
	return s.method + " of the list"
}

func repliesAreJSON(t *T) {
	t.lookBack("of status 2xx", success, func(s seen) []Difference {
		header := s.reply.Header.Get("Content-Type")
		if mediaType, _, _ := mime.ParseMediaType(header); mediaType == "application/json" {
			return nil
		}
		return []Difference{{"", s.asked() + ": Content-Type application/json", fmt.Sprintf("%q", header)}}
	})
}

func repliesAreStrict(t *T) {
	t.lookBack("of status 2xx", success, func(s seen) []Difference {
		if s.reply.Invalid == nil {
			return nil
		}
		return []Difference{{"", s.asked() + ": strict JSON", notStrict(s.reply)}}
	})
}

// notStrict says what keeps a body from being strict JSON.
func notStrict(r *Reply) string {
	if len(bytes.TrimSpace(r.Body)) == 0 {
		return "an empty body"
	}
	return r.Invalid.Error()
}

func refusalsSayWhy(t *T) {
	secrets := t.run.secrets()
	refusal := func(s seen) bool { return s.reply.Refused() && s.method != http.MethodHead }
	t.lookBack("of status 4xx", refusal, func(s seen) []Difference {
		var found []Difference
		body := string(s.reply.Body)
		if s.documented && s.reply.Invalid != nil {
			found = append(found, Difference{"", fmt.Sprintf("%s, status %d: JSON", s.asked(), s.reply.Status), notStrict(s.reply)})
		}
		if stackTrace.MatchString(body) {
			found = append(found, Difference{"", "no stack trace", "one, with status " + strconv.Itoa(s.reply.Status)})
		}
		for _, name := range sorted(secrets) {
			if strings.Contains(body, secrets[name]) {
				found = append(found, Difference{"", "no secret", "the value of " + name})
			}
		}
		return found
	})
}

// stackTrace finds what the usual languages print when a program fails.
var stackTrace = regexp.MustCompile(`Traceback \(most recent call last\)|File \\?"[^"\n]+\\?", line \d+|goroutine \d+ \[` +
	`|at [\w.$<>/]+\([^()\n]*:\d+(:\d+)?\)|\.(php|rb|py|cs):(line )?\d+`)

// shortestSecret is the length from which a value is looked for: shorter ones are words of any text.
const shortestSecret = 6

// secretParam is a name of params whose value is a secret.
var secretParam = regexp.MustCompile(`(?i)(pass|password|secret|token)$`)

// secrets are the users' tokens, and the passwords in params that replies have shown, by name.
func (r *runner) secrets() map[string]string {
	found := map[string]string{}
	for name, u := range r.target.Users {
		if len(u.Token) >= shortestSecret {
			found["the token of "+name] = string(u.Token)
		}
	}
	names := map[string]bool{}
	for _, s := range r.replies {
		list, _ := s.reply.Object()["results"].([]any)
		for _, item := range append(list, s.reply.Value) {
			o, _ := item.(Object)
			params, _ := o["params"].(Object)
			for name, value := range params {
				if _, known := names[name]; !known {
					names[name] = secretParam.MatchString(name)
				}
				text, _ := value.(string)
				placeholder := len(text) > 0 && strings.Trim(text, text[:1]) == ""
				if names[name] && len(text) >= shortestSecret && !placeholder {
					found[fmt.Sprintf("%s of %s connection %v", name, s.kind, o["id"])] = text
				}
			}
		}
	}
	return found
}

func serverNeverFailed(t *T) {
	busy := []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	unavailable := 0
	t.lookBack("any", func(seen) bool { return true }, func(s seen) []Difference {
		switch {
		case slices.Contains(busy, s.reply.Status):
			unavailable = s.reply.Status
		case failed(s.method, s.reply.Status):
			return []Difference{{"", s.asked() + ": a status below 500", statusOf(s.reply)}}
		}
		return nil
	})
	if unavailable > 0 {
		t.Error(fmt.Errorf("the target answered %d", unavailable))
	}
}

// unauthorizedLeftNothing looks at the end for what somebody unknown sent.
func unauthorizedLeftNothing(t *T) {
	if !slices.ContainsFunc(t.run.replies, func(s seen) bool {
		return s.kind == t.Kind && s.user == "" && (s.method == http.MethodPost || s.method == http.MethodPut)
	}) {
		t.Block("the run sent nothing to write without a token")
	}
	t.Made(base) // what is created can be seen, so that its absence means something
	t.asked++
	for _, item := range t.List(t.As(editor)) {
		if alias, _ := item["alias"].(string); strings.HasPrefix(alias, t.Alias(unauthorized)) {
			t.Want(false, "no connection "+alias, "connection "+show(item["id"]))
		}
	}
}

// refusalsLeftNothing compares what there is at the end with what the run created.
func refusalsLeftNothing(t *T) {
	if !slices.ContainsFunc(t.run.replies, func(s seen) bool {
		return s.kind == t.Kind && s.method == http.MethodPost && s.reply.Refused()
	}) {
		t.Block("no create of the run was refused")
	}
	there := byID(t.List(t.As(editor)))
	if found, missing := basic.find(t.run.target, t.Kind); missing == "" {
		maps.Copy(there, byID(t.List(found.(*User))))
	}
	t.asked++
	older := t.run.before(t.Kind)
	for _, id := range sorted64(there) {
		alias, _ := there[id]["alias"].(string)
		if strings.HasPrefix(alias, t.run.prefix) && !t.run.owns(t.Kind, id) && !older[id] {
			t.Want(false, "only what the run created", fmt.Sprintf("connection %d, %q", id, alias))
		}
	}
	for _, c := range t.run.report.Created {
		if c.Kind == t.Kind && c.ID != 0 && there[c.ID] == nil {
			t.Want(false, fmt.Sprintf("connection %d, %q", c.ID, c.Alias), "absent")
		}
	}
}

// before are the connections that were listed before their organization's first create of the run. Those of
// an earlier run have the same prefix, if that was set.
func (r *runner) before(kind Kind) map[int64]bool {
	older, begun := map[int64]bool{}, map[string]bool{} // by organization; those that are false were listed
	for _, s := range r.replies {
		organization := r.target.Users[s.user].Organization
		if s.kind != kind || begun[organization] {
			continue
		}
		begun[organization] = s.method == http.MethodPost
		for listed := range begun { // nobody's create may have come into being in any of them
			begun[listed] = begun[listed] || begun[""]
		}
		delete(begun, "")
		list, _ := s.reply.Object()["results"].([]any)
		for _, item := range list {
			o, _ := item.(Object)
			if id, ok := integer(o["id"]); ok {
				older[id] = true
			}
		}
	}
	return older
}
