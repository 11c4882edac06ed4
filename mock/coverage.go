package mock

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// CoverageKind is what an item of coverage is about.
type CoverageKind string

// The kinds of what can be covered.
const (
	Operations CoverageKind = "operations" // an operation was called
	Statuses   CoverageKind = "statuses"   // an operation answered with a documented status
	Fields     CoverageKind = "fields"     // a field of a request body was sent
	Parameters CoverageKind = "parameters" // a query parameter was sent
	Values     CoverageKind = "values"     // a value of an enum was sent, in a field or a filter
	Users      CoverageKind = "users"      // a user of the world called
	Behaviours CoverageKind = "behaviours" // a rule of the contract had one of its effects
)

// CoverageKinds returns all the kinds, in the order in which a [Coverage] has them. A kind of which there is nothing,
// as of users at a [Proxy] that knows nobody, it doesn't have.
func CoverageKinds() []CoverageKind {
	return []CoverageKind{Operations, Statuses, Fields, Parameters, Values, Users, Behaviours}
}

// Coverage tells what of the contract clients have met. What there is to meet is read from the contract: what
// it doesn't say isn't there.
//
// An item counts once it was met, whatever brought it about: a latitude or a fault as well, for the client has
// seen it. What takes more than requests without violations and notes, in this world, counts only then: see
// OnDemand of [CoverageItem].
type Coverage struct {
	Covered int             `json:"covered"` // of the items that count
	Total   int             `json:"total"`   // how many count
	Percent float64         `json:"percent"` // with one decimal, rounded down: 100 means all
	Groups  []CoverageGroup `json:"groups"`
}

// CoverageGroup is the coverage of one kind.
type CoverageGroup struct {
	Kind    CoverageKind   `json:"kind"`
	Covered int            `json:"covered"`
	Total   int            `json:"total"`
	Percent float64        `json:"percent"`
	Items   []CoverageItem `json:"items"`
}

// CoverageItem is something of the contract that a client may meet.
type CoverageItem struct {
	ID        string `json:"id"`                  // such as createAlmConnection/status/201; see RequireBehaviour of package mocktest
	Says      string `json:"says"`                // what happens, in words
	Label     string `json:"label"`               // what it is within its operation, such as 201
	Operation string `json:"operation,omitempty"` // operationId; empty if it belongs to none or to several
	Source    string `json:"source,omitempty"`    // headings and lines of the documentation
	Location  string `json:"location,omitempty"`  // of the rule, such as openapi.yaml:120
	OnDemand  string `json:"on_demand,omitempty"` // what else it takes to meet it, such as a fault; empty if nothing
	Count     int64  `json:"count"`               // of exchanges that met it
	First     int64  `json:"first,omitempty"`     // the number of the first of them; 0 if they were in sandboxes
}

// Counts tells whether the item is among those of which a share is told.
func (i CoverageItem) Counts() bool { return i.OnDemand == "" || i.Count > 0 }

// Share is the covered part of what counts, from 0 to 1. It is 0 if nothing counts.
func (c Coverage) Share() float64 { return share(c.Covered, c.Total) }

// Share is the covered part of what counts, from 0 to 1. It is 0 if nothing counts.
func (g CoverageGroup) Share() float64 { return share(g.Covered, g.Total) }

func share(covered, total int) float64 {
	if total == 0 {
		return 0
	}
	return float64(covered) / float64(total)
}

func percent(covered, total int) float64 { return math.Floor(1000*share(covered, total)) / 10 }

// Of returns the coverage of these kinds only; without any, of all.
func (c Coverage) Of(kinds ...CoverageKind) Coverage {
	if len(kinds) == 0 {
		return c
	}
	var part Coverage
	for _, g := range c.Groups {
		if slices.Contains(kinds, g.Kind) {
			part.Groups = append(part.Groups, g)
			part.Covered, part.Total = part.Covered+g.Covered, part.Total+g.Total
		}
	}
	part.Percent = percent(part.Covered, part.Total)
	return part
}

// Item returns the item with that id.
func (c Coverage) Item(id string) (item CoverageItem, ok bool) {
	for _, g := range c.Groups {
		for _, item := range g.Items {
			if item.ID == id {
				return item, true
			}
		}
	}
	return item, false
}

// Missing names what counts and wasn't met, a line for what belongs together: "listAlmConnections: 401, 404".
func (g CoverageGroup) Missing() []string {
	var order []string
	labels := map[string][]string{}
	for _, i := range g.Items {
		if i.Count > 0 || !i.Counts() {
			continue
		}
		under := i.Operation + ": "
		switch g.Kind {
		case Operations, Users:
			under = ""
		case Behaviours:
			under = strings.TrimSuffix(i.ID, "/"+i.Label) + ": "
		}
		if labels[under] == nil {
			order = append(order, under)
		}
		labels[under] = append(labels[under], i.Label)
	}
	lines := make([]string, len(order))
	for i, under := range order {
		lines[i] = under + strings.Join(labels[under], ", ")
	}
	return lines
}

// Coverage tells what clients have met of the contract since the mock was made, or since [Server.ResetCoverage].
// [Server.Reset] and [Server.ClearJournal] don't change it. Clients of its sandboxes count as well.
func (s *Server) Coverage() Coverage {
	n := s.now.Load()
	n.covered.make(s.contract)
	groups := map[CoverageKind]*CoverageGroup{}
	for _, kind := range CoverageKinds() {
		groups[kind] = &CoverageGroup{Kind: kind, Items: []CoverageItem{}}
	}
	for i, p := range n.planned(s.contract) {
		if i == 0 {
			continue // stands for nothing
		}
		one, g := p.CoverageItem, groups[p.kind]
		if p.needs != nil {
			one.OnDemand = p.needs(n)
		}
		counted := n.covered.at(item(i))
		one.Count, one.First = counted.times.Load(), counted.first.Load()
		if one.Counts() {
			g.Total++
		}
		if one.Count > 0 {
			g.Covered++
		}
		g.Items = append(g.Items, one)
	}
	var c Coverage
	for _, kind := range CoverageKinds() {
		g := groups[kind]
		if len(g.Items) == 0 {
			continue
		}
		g.Percent = percent(g.Covered, g.Total)
		c.Groups = append(c.Groups, *g)
	}
	return c.Of(CoverageKinds()...)
}

// ResetCoverage forgets what clients have met.
func (s *Server) ResetCoverage() {
	s.change(func(n *scene) { n.covered = &counters{world: n.world} })
}

// planned is what there is to cover: of the contract, and the users of the world.
func (n *scene) planned(c *Contract) []planned {
	list := slices.Clip(c.plan)
	for _, u := range n.world.users {
		list = append(list, planned{kind: Users, CoverageItem: CoverageItem{
			ID: "user/" + u.Name, Label: u.Name, Says: fmt.Sprintf("%s of organization %s calls", u.Name, u.Organization),
		}})
	}
	return list
}

// behaviours names those items that are behaviours.
func (s *Server) behaviours(seen []item) []string {
	var ids []string
	for _, i := range seen {
		if int(i) < len(s.contract.plan) && s.contract.plan[i].kind == Behaviours {
			ids = append(ids, s.contract.plan[i].ID)
		}
	}
	return ids
}
