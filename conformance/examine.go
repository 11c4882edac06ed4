package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Finding is something that [Examine] found out about a target.
type Finding struct {
	Grade Grade
	About string // the key of the target file: "users.editor"
	Says  string
	Fix   string // what to do about it; empty if there is nothing to do
}

// Grade says whether a finding asks for something.
type Grade string

// The grades.
const (
	Fine    Grade = "ok"
	Unsure  Grade = "unsure"  // it can't be found out by looking
	Problem Grade = "problem" // a run would be blocked, or tell of failures that are none
)

// ErrUnreachable is wrapped by errors about a target that doesn't answer.
var ErrUnreachable = errors.New("the target can't be reached")

// View is what a user sees of a target.
type View struct {
	User  *User
	Items map[Kind][]Object
}

// SeesParams tells whether the user sees params of that kind; known is false if nothing tells.
func (v View) SeesParams(kind Kind) (sees, known bool) {
	for _, item := range v.Items[kind] {
		if params, ok := item["params"].(Object); ok && len(params) > 0 {
			return true, true
		}
	}
	return false, len(v.Items[kind]) > 0
}

// Discover asks a target for its two lists as each of its users. It changes nothing. Users whose token
// isn't set or isn't accepted have no view; the findings tell of them. The error wraps [ErrUsage] or
// [ErrUnreachable].
func Discover(ctx context.Context, target *Target, timeout time.Duration) ([]View, []Finding, error) {
	e, err := newExaminer(ctx, target, timeout)
	if err != nil {
		return nil, nil, err
	}
	views, err := e.look()
	return views, e.findings, err
}

// Examine finds out whether a target file describes its server well enough for a run: whether the target
// answers, its tokens are set, accepted and different, and what it tells of ids and permissions is right.
// It changes nothing. The error wraps [ErrUsage] or [ErrUnreachable].
func Examine(ctx context.Context, target *Target, timeout time.Duration) ([]Finding, error) {
	e, err := newExaminer(ctx, target, timeout)
	if err != nil {
		return nil, err
	}
	views, err := e.look()
	if err != nil {
		return nil, err
	}
	var trusted []View
	for _, v := range views {
		if !e.shared[v.User.Name] && e.examinePermissions(v) {
			trusted = append(trusted, v)
		}
	}
	e.examineIDs(trusted)
	e.examineNeeds()
	return e.findings, nil
}

// Reach tells why a target doesn't answer; nil if it does, whatever it says. The error wraps [ErrUsage] or
// [ErrUnreachable].
func Reach(ctx context.Context, target *Target, timeout time.Duration) error {
	e, err := newExaminer(ctx, target, timeout)
	if err != nil {
		return err
	}
	return e.reach()
}

type examiner struct {
	ctx      context.Context
	run      *runner
	findings []Finding
	// elsewhere says that the API isn't where the URL leads: asking as anybody else tells no more.
	elsewhere bool
	shared    map[string]bool // users whose token another user has as well: what they see means nothing
}

func newExaminer(ctx context.Context, target *Target, timeout time.Duration) (*examiner, error) {
	r, err := newRunner(target, ReadOnly(), WithTimeout(timeout))
	if err != nil {
		return nil, err
	}
	return &examiner{ctx: ctx, shared: map[string]bool{}, run: r}, nil
}

func (e *examiner) find(grade Grade, about, says, fix string) {
	e.findings = append(e.findings, Finding{grade, about, e.run.redact.text(says), fix})
}

func (e *examiner) reach() error {
	if _, err := e.run.send(e.ctx, request{method: http.MethodGet, path: ALM.Path()}); err != nil {
		return e.unreachable(err)
	}
	return nil
}

// look asks for both lists as each user. A token that is wrong is one finding, and so is a URL that is.
func (e *examiner) look() ([]View, error) {
	if err := e.reach(); err != nil {
		return nil, err
	}
	e.find(Fine, "url", "the target answers at "+e.run.target.URL, "")
	var views []View
	owners := map[Secret]string{}
	for _, name := range sorted(e.run.target.Users) {
		u, about := e.run.target.Users[name], "users."+name
		switch other, taken := owners[u.Token]; {
		case u.Token == "":
			e.find(Problem, about, fmt.Sprintf("the variable %s is not set", u.TokenEnv), "export "+u.TokenEnv+" with the token of this user")
			continue
		case strings.ContainsAny(string(u.Token), " \t\r\n\""):
			e.find(Problem, about, fmt.Sprintf("the variable %s holds blanks or quotation marks", u.TokenEnv), "set it to the bare token")
			continue
		case taken:
			e.shared[other] = true
			e.find(Problem, about, "its token is also that of users."+other, "give each user a token of its own")
			continue
		}
		owners[u.Token] = name
		view, err := e.view(&u)
		if err != nil {
			return views, err
		}
		if e.elsewhere {
			return nil, nil
		}
		if view != nil {
			views = append(views, *view)
		}
	}
	return views, nil
}

// unreachable is the error of a target that doesn't answer.
func (e *examiner) unreachable(err error) error {
	if e.ctx.Err() != nil {
		return e.ctx.Err()
	}
	return fmt.Errorf("%w at %s: %w", ErrUnreachable, e.run.target.URL, err)
}

func (e *examiner) notHere(r *Reply) string {
	says := fmt.Sprintf("%s is answered with status %d", strings.TrimSuffix(e.run.target.URL, "/")+ALM.Path(), r.Status)
	if location := r.Header.Get("Location"); location != "" {
		says += " and leads to " + location
	}
	return says
}

// view asks for both lists. It returns nil if the user gets none, which is a finding.
func (e *examiner) view(u *User) (*View, error) {
	v := &View{User: u, Items: map[Kind][]Object{}}
	for _, kind := range []Kind{ALM, Analysis} {
		t := &T{Kind: kind, ctx: e.ctx, run: e.run}
		reply, err := e.run.send(e.ctx, request{user: u, method: http.MethodGet, path: kind.Path()})
		if err != nil {
			return nil, e.unreachable(err)
		}
		about := "users." + u.Name
		switch {
		case reply.Status/100 == 3 || reply.Status == http.StatusNotFound:
			e.elsewhere = true
			e.find(Problem, "url", e.notHere(reply), "set url to what comes before /api/v2/, after any redirect")
			return nil, nil
		case kind == ALM && reply.Status == http.StatusUnauthorized:
			e.find(Problem, about, fmt.Sprintf("the token is not accepted: status %d for %s", reply.Status, kind.Path()),
				fmt.Sprintf("set %s to a valid token of this user", u.TokenEnv))
			return nil, nil
		case reply.Status == http.StatusForbidden:
			e.find(Problem, about, fmt.Sprintf("it may not see the list: status %d for %s", reply.Status, kind.Path()),
				fmt.Sprintf("let this user see it; or set %s to a valid token, if the server answers an unknown one like this", u.TokenEnv))
			return nil, nil
		case reply.Status != http.StatusOK:
			e.find(Problem, about, fmt.Sprintf("%s is answered with status %d", kind.Path(), reply.Status),
				"find out why the server doesn't answer this user with status 200")
			return nil, nil
		}
		if missing := t.untilStopped(func() { v.Items[kind] = t.Items(u, reply) }); missing != "" {
			e.find(Problem, about, fmt.Sprintf("%s is no list: %s", kind.Path(), missing), "check that url leads to the API, and see 'sdecontract verify --check "+
				string(kind)+"/list/*'")
			return nil, nil
		}
	}
	e.find(Fine, "users."+u.Name, fmt.Sprintf("the token is accepted; it sees %d ALM and %d analysis connections", len(v.Items[ALM]), len(v.Items[Analysis])), "")
	return v, nil
}

// untilStopped calls f, and says why it ended early; empty if it didn't.
func (t *T) untilStopped(f func()) (why string) {
	defer func() {
		if p := recover(); p != nil && p != any(stop{}) {
			panic(p)
		} else if p != nil {
			why = t.result.Blocked + t.result.Error
		}
	}()
	f()
	return ""
}
