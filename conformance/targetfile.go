package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ReadTarget reads a target in YAML, of the form that fixtures/target-mock.yaml shows and explains. file
// names it in messages. The error names everything that is wrong, each as file:line:column: message.
func ReadTarget(file string, data []byte) (*Target, error) {
	r := &targetReader{target: &Target{}, file: file}
	whole := r.decode(data)
	if whole {
		_ = yaml.Load(data, &r.root)
		r.judge()
	}
	if len(r.mistakes) == 0 {
		return r.target, nil
	}
	slices.SortStableFunc(r.mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var errs []error
	for _, m := range r.mistakes {
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", file, m.line, m.column, m.message))
	}
	return nil, errors.Join(errs...)
}

// targetReader collects everything that is wrong with a target's file.
type targetReader struct {
	target   *Target
	file     string
	root     yaml.Node
	mistakes []mistake
}

type mistake struct {
	line, column int
	message      string
}

// decode reads what can be read. It returns false if too little of it could be, so that to judge the rest
// would tell of mistakes that nobody has made.
func (r *targetReader) decode(data []byte) (whole bool) {
	err := yaml.Load(data, r.target, yaml.WithKnownFields())
	if err == nil {
		return true
	}
	var found []*yaml.LoadError
	if all, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		found = all.Errors
	} else if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		found = append(found, one)
	} else {
		r.mistakes = append(r.mistakes, mistake{1, 1, err.Error()})
		return false
	}
	whole = true
	for _, e := range found {
		message := plainYAML(e.Message)
		r.mistakes = append(r.mistakes, mistake{max(e.Mark.Line, 1), max(e.Mark.Column, 1), message})
		whole = whole && message != e.Message && !strings.HasSuffix(e.Message, "into conformance.Target")
	}
	return whole
}

// How the YAML library words errors that people should understand without Go.
var (
	unknownField = regexp.MustCompile(`^field (.+) not found in type .*$`)
	wrongType    = regexp.MustCompile("(?s)^cannot construct !!(\\w+)(?: `.*`)? into (.*)$")
)

func plainYAML(message string) string {
	if m := unknownField.FindStringSubmatch(message); m != nil {
		hint := ""
		if m[1] == "token" {
			hint = ": a token never stands in a file; token_env names the variable that holds it"
		}
		return fmt.Sprintf("unknown field %q%s", m[1], hint)
	}
	m := wrongType.FindStringSubmatch(message)
	if m == nil {
		return strings.TrimPrefix(message, "yaml: ")
	}
	wanted := "a mapping"
	switch {
	case strings.HasPrefix(m[2], "int"):
		wanted = "an integer"
	case m[2] == "bool":
		wanted = "true or false"
	case m[2] == "string":
		wanted = "a text"
	case strings.HasPrefix(m[2], "[]"):
		wanted = "a list"
	}
	given := map[string]string{
		"seq": "a list", "map": "a mapping", "str": "a text", "bool": "true or false", "int": "an integer",
		"float": "a number with a fraction",
	}
	return fmt.Sprintf("must be %s, not %s", wanted, cmp.Or(given[m[1]], m[1]))
}

// fail reports a mistake at the place that path leads to, or at the nearest place above it. A place that
// has a mistake already gets no second one that only follows from it.
func (r *targetReader) fail(path []string, format string, args ...any) {
	at := r.find(path)
	line, column := max(at.Line, 1), max(at.Column, 1)
	if !slices.ContainsFunc(r.mistakes, func(m mistake) bool { return m.line == line && m.column == column }) {
		r.mistakes = append(r.mistakes, mistake{line, column, fmt.Sprintf(format, args...)})
	}
}

// find walks names of mappings and positions in lists.
func (r *targetReader) find(path []string) *yaml.Node {
	at := &r.root
	if at.Kind == yaml.DocumentNode && len(at.Content) > 0 {
		at = at.Content[0]
	}
	for i, step := range path {
		for at.Kind == yaml.AliasNode {
			at = at.Alias
		}
		next, key := child(at, step)
		if next == nil {
			return at
		}
		if i == len(path)-1 && key != nil && (next.Kind == yaml.MappingNode || next.ShortTag() == "!!null") {
			return key
		}
		at = next
	}
	return at
}

// child is the value of that name or position, and its key in a mapping.
func child(n *yaml.Node, step string) (value, key *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1], n.Content[i]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
			return n.Content[i], nil
		}
	}
	return nil, nil
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

// failMissing reports what is missing, even where something else is missing at the same place.
func (r *targetReader) failMissing(path []string, format string, args ...any) {
	at := r.find(path)
	r.mistakes = append(r.mistakes, mistake{max(at.Line, 1), max(at.Column, 1), fmt.Sprintf(format, args...)})
}
