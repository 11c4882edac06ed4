// Package model makes the model that package explore compares a target with: the mock, with the users,
// organizations, connectors and projects that the target's operator tells of.
package model

import (
	"cmp"
	"fmt"
	"net/http"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/mock"
)

type entry = map[string]any

// Of is an [explore.Model]: a mock that has what the target file tells of, and no connections. What the file leaves out has
// a value that no explorer compares. Users without a token are left out. The error names what a mock can't
// have, such as organizations that number their connectors apart.
func Of(target *conformance.Target) (http.Handler, error) {
	users, organizations := entry{}, entry{}
	for name, u := range target.Users {
		if u.Token != "" {
			users[name] = entry{"organization": u.Organization, "token": string(u.Token), "permissions": u.Permissions}
		}
	}
	for name, o := range target.Organizations {
		features := []string{}
		if o.AdvancedALM {
			features = append(features, "advanced-alm")
		}
		projects := []entry{}
		for _, p := range o.Projects {
			projects = append(projects, entry{
				"id": p.ID, "name": cmp.Or(p.Name, "not known"), "application": p.Application, "business_unit": p.BusinessUnit,
			})
		}
		organizations[name] = entry{
			"features": features, "projects": projects,
			"connectors": entry{"alm": connectors(o, conformance.ALM), "analysis": connectors(o, conformance.Analysis)},
		}
	}
	data, err := yaml.Marshal(entry{"users": users, "organizations": organizations})
	if err != nil {
		return nil, err
	}
	world, err := mock.ReadWorld("model", data)
	if err != nil {
		return nil, fmt.Errorf("no model can be made of the target file: %w", err)
	}
	return mock.New(mock.WithWorld(world)), nil
}

func connectors(o conformance.Organization, kind conformance.Kind) []entry {
	list := []entry{}
	for _, c := range o.Connectors.Of(kind) {
		list = append(list, entry{
			"id": c.ID, "name": cmp.Or(c.Name, "not known"), "system": cmp.Or(c.System, "not known"),
			"command": cmp.Or(explore.Command(c.System), "not known"), "remote": c.Remote != nil && *c.Remote,
		})
	}
	return list
}
