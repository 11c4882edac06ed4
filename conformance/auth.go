package conformance

import (
	"net/http"
	"strings"
)

// authentication are the promises about the header Authorization, which each sample has.
var authentication = []promise{
	{
		id: "auth/token", alm: "8,76,127,198", ana: "281,348,391,459", evidence: Stated, level: Must, needs: []Need{editor},
		says:  "Authorization: Token and an access token authenticate.",
		fails: "Status 401, 403 or another than 2xx for the list with the editor's token.",
		run:   tokenAuthenticates,
	},
	{
		id: "auth/token/quoted", alm: "8,76,127,198", ana: "281,348,391,459", evidence: Shown, level: Probe, needs: []Need{editor},
		says:  "Whether the token may stand in quotation marks, as in the samples, is open.",
		fails: "A status 5xx.",
		run:   func(t *T) { t.noteScheme("a quoted token", `Token "`, `"`) },
	},
	{
		id: "auth/missing", alm: "8,76", ana: "281,348", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "Without the header Authorization nothing can be read: status 401.",
		fails: "Another status than 401 for the list or a connection. Status 403 is a warning.",
		run:   missingToken,
	},
	{
		id: "auth/missing-write", alm: "127,198", ana: "391,459", evidence: Shown, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "Without the header Authorization nothing can be created or updated: status 401.",
		fails: "Another status than 401, or a trace of the request. Status 403 is a warning.",
		run:   func(t *T) { t.wantNoWrites(nil) },
	},
	{
		id: "auth/invalid", page: "Errors", heading: "Errors", alm: "9", evidence: Companion, level: Must, needs: []Need{editor},
		says:  "With an unknown, an empty or an altered token nothing can be read: status 401.",
		fails: "Another status than 401 for the list or a connection. Status 403 is a warning.",
		run:   invalidToken,
	},
	{
		id: "auth/invalid-write", page: "Errors", heading: "Errors", alm: "9", evidence: Companion, level: Must, mode: Write,
		needs: []Need{editor, connector, project},
		says:  "With an altered token nothing can be created or updated: status 401.",
		fails: "Another status than 401, or a trace of the request. Status 403 is a warning.",
		run:   func(t *T) { t.wantNoWrites(altered(t.As(editor))) },
	},
	{
		id: "auth/scheme", evidence: Silent, level: Probe, needs: []Need{editor},
		says:  "Whether a token counts under another scheme, or under the same in lower case, is open.",
		fails: "A status 5xx.",
		run:   otherSchemes,
	},
	{
		id: "auth/challenge", evidence: Silent, level: Should, needs: []Need{editor},
		says:  "A reply with status 401 tells in WWW-Authenticate how to authenticate, as HTTP demands.",
		fails: "No header WWW-Authenticate is a warning.",
		run:   challenge,
	},
}

func tokenAuthenticates(t *T) {
	r := t.Listing(t.As(editor))
	if t.Want(r.OK(), "a user who is known, status 2xx", statusOf(r)) && r.Value == nil {
		t.Block("the reply is no JSON: it might be a page to log in")
	}
}

// wantUnauthorized judges the reply to somebody unknown. to says which token was sent, if any: a report can't show it.
func (t *T) wantUnauthorized(r *Reply, to ...string) {
	expected, status := strings.Join(append([]string{"status 401"}, to...), " "), statusOf(r)
	if t.Want(r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden, expected, status) {
		t.Should(r.Status == http.StatusUnauthorized, expected, status)
	}
}

func missingToken(t *T) {
	t.wantUnauthorized(t.Listing(nil))
	t.onListed(1, func(id int64, _ Object) { t.wantUnauthorized(t.Get(nil, id)) })
}

func invalidToken(t *T) {
	unknown, empty := *t.As(editor), *t.As(editor)
	unknown.Token, empty.Token = "0123456789abcdef0123456789abcdef01234567", ""
	longer, shorter := *t.As(editor), *t.As(editor)
	longer.Token += "0"
	shorter.Token = shorter.Token[:len(shorter.Token)-1]
	name := " of user " + t.As(editor).Name
	otherEnd := "to the token" + name + " with another last character"
	for _, wrong := range []struct {
		user *User
		to   string
	}{
		{&unknown, "to an unknown token"},
		{&empty, "to an empty token"},
		{altered(t.As(editor)), otherEnd},
		{&longer, "to the token" + name + ` with a "0" behind it`},
		{&shorter, "to the token" + name + " without its last character"},
	} {
		t.wantUnauthorized(t.Listing(wrong.user), wrong.to)
	}
	t.onListed(1, func(id int64, _ Object) {
		t.wantUnauthorized(t.Get(altered(t.As(editor)), id), otherEnd)
	})
}

// altered is the user with a token that is wrong in its last character.
func altered(u *User) *User {
	wrong, last := *u, "0"
	if strings.HasSuffix(string(u.Token), last) {
		last = "1"
	}
	wrong.Token = u.Token[:len(u.Token)-1] + Secret(last)
	return &wrong
}

// unauthorized begins the aliases that only somebody unknown has sent.
const unauthorized = "unauthorized-"

// wantNoWrites judges that somebody unknown can neither create nor update.
func (t *T) wantNoWrites(u *User) {
	create := t.WantRefused(request{user: u, method: http.MethodPost, path: t.Kind.Path(), body: t.Body(t.Alias(unauthorized + "create"))})
	if create.Refused() {
		t.wantUnauthorized(create)
	}
	m := t.Made(base)
	update := t.WantRefused(request{
		user: u, method: http.MethodPut, path: t.ItemPath(m.ID),
		body: with(m.Sent, "alias", t.Alias(unauthorized+"update")),
	})
	if update.Refused() {
		t.wantUnauthorized(update)
	} else {
		t.Update(t.As(editor), m.ID, m.Sent) // others look at it, too
	}
}

func otherSchemes(t *T) {
	t.noteScheme("Bearer", "Bearer ", "")
	t.noteScheme("token in lower case", "token ", "")
	t.noteScheme("Basic", "Basic ", "")
}

// noteScheme notes what comes of the editor's token between before and after.
func (t *T) noteScheme(what, before, after string) {
	u := t.As(editor)
	r := t.Send(request{
		user: u, method: http.MethodGet, path: t.Kind.Path(),
		headers: map[string]string{"Authorization": before + string(u.Token) + after},
	})
	t.Note("%s: status %d", what, r.Status)
}

func challenge(t *T) {
	r := t.Listing(nil)
	if r.Status != http.StatusUnauthorized {
		t.Note("status %d: there is no 401 to look at", r.Status)
		return
	}
	t.Want(r.Header.Get("WWW-Authenticate") != "", "the header WWW-Authenticate", "none")
}
