package conformance

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ReadTarget reads a target in YAML, of the form that fixtures/target-mock.yaml shows and explains. file
// names it in messages. The error names everything that is wrong, each as file:line:column: message.
func ReadTarget(file string, data []byte) (*Target, error) {
	r := &targetReader{target: &Target{}}
	if r.decode(data, r.target) {
		r.judge()
	}
	if err := r.err(file); err != nil {
		return nil, err
	}
	return r.target, nil
}

// targetReader collects everything that is wrong with a target's file.
type targetReader struct {
	yamlReader

	target *Target
}

// judge finds what is well formed and yet can't be meant.
func (r *targetReader) judge() {
	t := r.target
	if problem := badURL(t.URL); problem != "" {
		r.fail([]string{"url"}, "%s", problem)
	}
	for _, name := range sorted(t.Organizations) {
		r.judgeOrganization([]string{"organizations", name}, t.Organizations[name])
	}
	for _, name := range sorted(t.Users) {
		r.judgeUser([]string{"users", name}, t.Users[name])
	}
	if t.Writes.MaxCreates < 0 {
		r.fail([]string{"writes", "max_creates"}, "max_creates must not be negative")
	}
	for i, na := range t.NotApplicable {
		r.judgeNotApplicable([]string{"not_applicable", strconv.Itoa(i)}, na)
	}
}

// badURL says what is wrong with the URL of a target; empty: nothing.
func badURL(text string) string {
	if text == "" {
		return "url is missing: where the target is, such as https://sde.example.com"
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return "url must be http://HOST or https://HOST"
	case u.User != nil:
		return "url must not hold a user name or a password"
	case u.RawQuery != "" || u.Fragment != "":
		return "url must end with its path"
	case strings.Contains(u.Path, "/api/v2"):
		return "url must end before /api/v2"
	}
	return ""
}

func (r *targetReader) judgeOrganization(path []string, o Organization) {
	for _, kind := range []Kind{ALM, Analysis} {
		taken := map[int64]bool{}
		for i, c := range o.Connectors.Of(kind) {
			r.judgeID(slices.Concat(path, []string{"connectors", string(kind), strconv.Itoa(i), "id"}), "connector", c.ID, taken)
		}
	}
	taken := map[int64]bool{}
	for i, p := range o.Projects {
		r.judgeID(slices.Concat(path, []string{"projects", strconv.Itoa(i), "id"}), "project", p.ID, taken)
	}
}

func (r *targetReader) judgeID(path []string, what string, id int64, taken map[int64]bool) {
	switch {
	case id < 1:
		r.fail(path, "a %s needs an id, an integer from 1", what)
	case taken[id]:
		r.fail(path, "%s %d is there twice", what, id)
	}
	taken[id] = true
}

// variableName is how the name of an environment variable may be spelled.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *targetReader) judgeUser(path []string, u User) {
	name := path[len(path)-1]
	at := func(step ...string) []string { return slices.Concat(path, step) }
	if _, known := r.target.Organizations[u.Organization]; !known {
		r.fail(at("organization"), "user %s: organization %q is not in this file", name, u.Organization)
	}
	switch {
	case u.TokenEnv == "":
		r.failMissing(at("token_env"), "user %s: token_env is missing: it names the variable that holds the token", name)
	case !variableName.MatchString(u.TokenEnv): // it may be a token by mistake, and is not repeated
		r.fail(at("token_env"), "user %s: token_env must be the name of a variable, such as SDE_TOKEN_EDITOR", name)
	}
	known := []string{ALM.Permission(), Analysis.Permission()}
	for i, p := range u.Permissions {
		if !slices.Contains(known, p) {
			r.fail(at("permissions", strconv.Itoa(i)), "user %s: permission %q is unknown: there is %q and %q", name, p, known[0], known[1])
		}
	}
}

func (r *targetReader) judgeNotApplicable(path []string, na NotApplicable) {
	at := func(step string) []string { return slices.Concat(path, []string{step}) }
	matches := func(c Check) bool { return matchID(na.ID, c.ID) }
	if !slices.ContainsFunc(Checks(), matches) {
		r.fail(at("id"), "no check is called %q%s", na.ID, DidYouMean(na.ID))
	}
	if strings.TrimSpace(na.Reason) == "" {
		r.failMissing(at("reason"), "%s needs a reason: why the target doesn't offer it", na.ID)
	}
}
