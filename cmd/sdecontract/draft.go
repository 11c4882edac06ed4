package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/build"
)

// draft is a target file with what the views tell, and comments on what they don't.
func draft(url string, views []conformance.View) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# yaml-language-server: $schema=%sconformance/target.schema.json
# A first target file for 'sdecontract verify', from what the server's lists show. Finish what the comments
# ask for, then look at it with 'sdecontract doctor'.

url: %s

# Who made the server. It is copied to reports.
implementation: {organization: "", product: "", version: "", contact: ""}

# All users are taken to be of one organization, main. If they aren't, give the others their own; organizations that
# never see each other's connections are worth saying: isolated: true.
organizations:
  main:
    advanced_alm: %t # whether the plan has the advanced ALM feature: a guess, from the frequencies that are in use
    connectors:
      # The first is used for most connections that the suite creates; a second one of another system helps.
      # A name isn't shown by the lists: it can be added.
      alm:%s
      # remote: true reaches its scanner over the network, so that connections can be created on it; false takes
      # uploaded files. The lists don't tell: check each.
      analysis:%s
    # The first is used for most connections that the suite creates. Names can be added.
    projects:%s

# A token stands in no file: token_env names the environment variable that holds it. Best are five users: one with both
# permissions, one with each, one with none, and one in an organization without advanced ALM.
#
# ALL PERMISSIONS BELOW ARE GUESSES from the params that the server showed. Replace each by what the administrator
# granted: of a server that shows params to the wrong users, the guesses are wrong, and 'sdecontract verify' finds nothing.
users:%s

# Connections can't be deleted by documented means: allow: true lets a run create up to max_creates of them.
writes: {allow: false, max_creates: 24}

# What the server doesn't offer, as {id: check id or pattern with *, reason: why}.
not_applicable: []
`, build.Files, quoted(url), advanced(views), entries(connectors(views, conformance.ALM, ""), "        "),
		entries(connectors(views, conformance.Analysis, ", remote: true"), "        "), entries(projects(views), "      "), users(views))
	return b.String()
}

// quoted is a text as YAML reads it back.
func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}

// entries are the lines of a YAML list, by id.
func entries(byID map[int64]string, indent string) string {
	if len(byID) == 0 {
		return " [] # the lists show none: add them"
	}
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		fmt.Fprintf(&b, "\n%s- {id: %d%s}", indent, id, byID[id])
	}
	return b.String()
}

func connectors(views []conformance.View, kind conformance.Kind, suffix string) map[int64]string {
	found := map[int64]string{}
	for _, v := range views {
		for _, item := range v.Items[kind] {
			if id, ok := asID(item["connector"]); ok {
				system, _ := item["system"].(string)
				found[id] = ", system: " + quoted(system) + suffix
			}
		}
	}
	return found
}

func projects(views []conformance.View) map[int64]string {
	found := map[int64]string{}
	for _, v := range views {
		for _, items := range v.Items {
			for _, item := range items {
				if id, ok := asID(item["project"]); ok {
					found[id] = ""
				}
			}
		}
	}
	return found
}

func asID(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	id, err := n.Int64()
	return id, err == nil && id > 0
}

// advanced tells whether a frequency is in use that only the advanced ALM feature allows.
func advanced(views []conformance.View) bool {
	for _, v := range views {
		for _, items := range v.Items {
			for _, item := range items {
				if f, ok := item["frequency"].(string); ok && f != "manually" {
					return true
				}
			}
		}
	}
	return false
}

func users(views []conformance.View) string {
	var b strings.Builder
	for _, v := range views {
		var permissions, guesses []string
		for _, kind := range []conformance.Kind{conformance.ALM, conformance.Analysis} {
			switch sees, known := v.SeesParams(kind); {
			case sees:
				permissions = append(permissions, kind.Permission())
			case !known:
				guesses = append(guesses, string(kind))
			}
		}
		why := "from the params that it was shown"
		if guesses != nil {
			why += "; nothing tells of " + strings.Join(guesses, " and ")
		}
		fmt.Fprintf(&b, "\n  %s:\n    organization: main\n    token_env: %s\n", quoted(v.User.Name), v.User.TokenEnv)
		fmt.Fprintf(&b, "    permissions: [%s] # A GUESS, %s: put here what the administrator granted\n", strings.Join(permissions, ", "), why)
		fmt.Fprintf(&b, "    # sees_all_projects: true # if its lists leave out no project of the organization")
	}
	return b.String()
}
