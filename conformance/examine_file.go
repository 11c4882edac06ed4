package conformance

import (
	"fmt"
	"strings"
)

// examinePermissions holds what a user sees against what the file says. All that doesn't fit is one
// finding: most often the token is another user's. It returns false then.
func (e *examiner) examinePermissions(v View) (fits bool) {
	var wrong, unknown []string
	for _, kind := range []Kind{ALM, Analysis} {
		sees, known := v.SeesParams(kind)
		switch may := v.User.may(kind.Permission()); {
		case !known:
			unknown = append(unknown, string(kind))
		case sees && !may:
			wrong = append(wrong, fmt.Sprintf("params of %s connections are shown, without the permission %q", kind, kind.Permission()))
		case may && !sees:
			wrong = append(wrong, fmt.Sprintf("params of %s connections are not shown, with the permission %q", kind, kind.Permission()))
		}
	}
	about := "users." + v.User.Name
	switch {
	case wrong != nil:
		e.find(Problem, about, strings.Join(wrong, "; "),
			fmt.Sprintf("make permissions what this user has, or put the token of the right user into %s; if both are right, the server is wrong", v.User.TokenEnv))
	case unknown != nil:
		e.find(Unsure, about, "its permissions can't be seen: there is no connection of kind "+strings.Join(unknown, ", "), "")
	default:
		e.find(Fine, about, "it sees params as its permissions say", "")
	}
	return wrong == nil
}

// examineIDs looks for the declared connectors and projects in the lists. What no connection uses can't be
// seen there.
func (e *examiner) examineIDs(views []View) {
	for _, name := range sorted(e.run.target.Organizations) {
		organization := e.run.target.Organizations[name]
		systems, projects, looked := seenBy(views, name)
		if !looked {
			continue
		}
		about := "organizations." + name
		var unseen []string
		wrong := false
		for _, kind := range []Kind{ALM, Analysis} {
			for _, c := range organization.Connectors.Of(kind) {
				system, seen := systems[ownKey{kind, c.ID}]
				switch {
				case !seen:
					unseen = append(unseen, fmt.Sprintf("%s connector %d", kind, c.ID))
				case system != "" && system != c.System:
					wrong = true
					e.find(Problem, about+".connectors."+string(kind), fmt.Sprintf("connector %d is of the system %q there, not %q", c.ID, system, c.System),
						"correct its id or its system")
				}
			}
		}
		for _, p := range organization.Projects {
			if !projects[p.ID] {
				unseen = append(unseen, fmt.Sprintf("project %d", p.ID))
			}
		}
		if unseen != nil {
			e.find(Unsure, about, "no connection uses "+strings.Join(unseen, ", "), "")
		} else if !wrong {
			e.find(Fine, about, "its connectors and projects are there", "")
		}
	}
}

// seenBy is what the lists of an organization's users tell: the systems of connectors, and projects.
func seenBy(views []View, organization string) (systems map[ownKey]string, projects map[int64]bool, looked bool) {
	systems, projects = map[ownKey]string{}, map[int64]bool{}
	for _, v := range views {
		if v.User.Organization != organization {
			continue
		}
		looked = true
		for kind, items := range v.Items {
			for _, item := range items {
				if id, ok := integer(item["connector"]); ok {
					systems[ownKey{kind, id}], _ = item["system"].(string)
				}
				if id, ok := integer(item["project"]); ok {
					projects[id] = true
				}
			}
		}
	}
	return systems, projects, looked
}

// examineNeeds tells which checks the file leaves without something that they need. Of what a missing
// variable causes, its own finding tells.
func (e *examiner) examineNeeds() {
	blocked := map[string]int{}
	var order []string
	for _, c := range Checks() {
		for _, n := range c.Needs {
			missing := n.missing(e.run.target, c.Kind)
			if missing == "" || strings.Contains(missing, "token_env") {
				continue
			}
			if blocked[missing] == 0 {
				order = append(order, missing)
			}
			blocked[missing]++
			break
		}
	}
	for _, missing := range order {
		checks := "1 check"
		if n := blocked[missing]; n > 1 {
			checks = fmt.Sprintf("%d checks", n)
		}
		e.find(Unsure, "target", checks+" will be blocked: the file has no "+missing, "add it, or list them under not_applicable with a reason")
	}
}
