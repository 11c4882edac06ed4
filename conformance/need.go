package conformance

import (
	"fmt"
	"slices"
)

// Need is something that a target must offer for a check to run.
type Need struct {
	Says string // in English, after "needs"
	// find returns what is needed for the kind of the check; missing names the key of the target file
	// to fill in, if it isn't there.
	find func(t *Target, kind Kind) (found any, missing string)
}

// missing tells which key of the target file to fill in, or is empty.
func (n Need) missing(t *Target, kind Kind) string {
	_, missing := n.find(t, kind)
	return missing
}

// The needs of the catalogue. A user's role is found by organization and permissions, not by name.
var (
	// editor sees and edits both kinds, with advanced ALM.
	editor = user("a user who may edit both kinds, in an organization with advanced ALM", true, func(Kind) []string {
		return []string{ALM.Permission(), Analysis.Permission()}
	})
	// kindEditor sees and edits this kind only.
	kindEditor = user("a user who may edit this kind of connection only", true, func(k Kind) []string {
		return []string{k.Permission()}
	})
	// otherEditor sees and edits the other kind only.
	otherEditor = user("a user who may edit the other kind of connection only", true, func(k Kind) []string {
		return []string{k.Other().Permission()}
	})
	// reader may edit neither kind.
	reader = user("a user who may edit neither kind of connection", true, func(Kind) []string { return nil })
	// basic edits both kinds, without advanced ALM.
	basic = user("a user who may edit both kinds, in an organization without advanced ALM", false, func(Kind) []string {
		return []string{ALM.Permission(), Analysis.Permission()}
	})

	connector        = connectorOf("a connector on which connections can be created", editor, 1)
	secondConnector  = connectorOf("two such connectors, of different systems", editor, 2)
	basicConnector   = connectorOf("a connector in the organization without advanced ALM", basic, 1)
	project          = projectOf("a project", editor, 1)
	secondProject    = projectOf("two projects", editor, 2)
	basicProject     = projectOf("a project in the organization without advanced ALM", basic, 1)
	localConnector   = Need{"an analysis connector that is not remote", findLocalConnector}
	foreignConnector = Need{"a connector id that only the other kind has", findForeignConnector}
	isolated         = Need{"organizations that don't see each other's things", func(t *Target, _ Kind) (any, string) {
		if !t.Isolated {
			return nil, "isolated: true"
		}
		return true, ""
	}}
)

// user finds a user with exactly these of the two permissions.
func user(says string, advanced bool, permissions func(Kind) []string) Need {
	return Need{says, func(t *Target, kind Kind) (any, string) {
		wanted := permissions(kind)
		for _, name := range sorted(t.Users) {
			u := t.Users[name]
			organization, known := t.Organizations[u.Organization]
			if !known || organization.AdvancedALM != advanced || u.may(ALM.Permission()) != slices.Contains(wanted, ALM.Permission()) ||
				u.may(Analysis.Permission()) != slices.Contains(wanted, Analysis.Permission()) {
				continue
			}
			if u.Token == "" {
				return nil, fmt.Sprintf("users.%s.token_env: the variable %s is not set", name, u.TokenEnv)
			}
			return &u, ""
		}
		return nil, fmt.Sprintf("users: one with permissions %q in an organization with advanced_alm: %v", wanted, advanced)
	}}
}

// connectorOf finds the nth connector of a user's organization on which connections can be created. The
// systems of all those before are others.
func connectorOf(says string, whose Need, nth int) Need {
	return Need{says, func(t *Target, kind Kind) (any, string) {
		found, missing := whose.find(t, kind)
		if missing != "" {
			return nil, missing
		}
		organization := found.(*User).Organization
		var usable []Connector
		for _, c := range t.Organizations[organization].Connectors.Of(kind) {
			remote := kind == ALM || c.Remote != nil && *c.Remote
			taken := slices.ContainsFunc(usable, func(u Connector) bool { return u.System == c.System })
			if remote && !taken {
				usable = append(usable, c)
			}
		}
		if len(usable) < nth {
			suffix := ""
			if kind == Analysis {
				suffix = " with remote: true"
			}
			return nil, fmt.Sprintf("organizations.%s.connectors.%s: number %d of another system%s", organization, kind, nth, suffix)
		}
		return usable[nth-1], ""
	}}
}

func projectOf(says string, whose Need, nth int) Need {
	return Need{says, func(t *Target, kind Kind) (any, string) {
		found, missing := whose.find(t, kind)
		if missing != "" {
			return nil, missing
		}
		organization := found.(*User).Organization
		projects := t.Organizations[organization].Projects
		if len(projects) < nth {
			return nil, fmt.Sprintf("organizations.%s.projects: number %d", organization, nth)
		}
		return projects[nth-1], ""
	}}
}

func findLocalConnector(t *Target, kind Kind) (any, string) {
	found, missing := editor.find(t, kind)
	if missing != "" {
		return nil, missing
	}
	organization := found.(*User).Organization
	for _, c := range t.Organizations[organization].Connectors.Analysis {
		if c.Remote != nil && !*c.Remote {
			return c, ""
		}
	}
	return nil, fmt.Sprintf("organizations.%s.connectors.analysis: one with remote: false", organization)
}

func findForeignConnector(t *Target, kind Kind) (any, string) {
	found, missing := editor.find(t, kind)
	if missing != "" {
		return nil, missing
	}
	organization := found.(*User).Organization
	own := t.Organizations[organization].Connectors.Of(kind)
	for _, c := range t.Organizations[organization].Connectors.Of(kind.Other()) {
		if !slices.ContainsFunc(own, func(o Connector) bool { return o.ID == c.ID }) {
			return c, ""
		}
	}
	return nil, fmt.Sprintf("organizations.%s.connectors.%s: one whose id no %s connector has", organization, kind.Other(), kind)
}
