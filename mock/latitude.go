package mock

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// Latitude names something that a server may do though the mock doesn't by default: the documentation
// leaves it open. A client that works with each of them doesn't depend on this mock.
type Latitude string

// WithLatitude makes the mock take these latitudes. Names that it doesn't know change nothing, and of
// two that exclude each other one wins: use [ParseLatitudes] for names that somebody typed.
func WithLatitude(list ...Latitude) Option {
	return func(s *Server) {
		s.first.liberty = inOrder(append(slices.Clip(s.first.liberty), list...))
	}
}

// Latitudes returns all of them, sorted by name.
func Latitudes() []Latitude { return slices.Sorted(maps.Keys(allowances)) }

// Says tells in a sentence what the mock does with it. It is empty for an unknown name.
func (l Latitude) Says() string { return allowances[l].says }

// Excludes tells whether the mock can't take both at once, because they answer the same question.
func (l Latitude) Excludes(other Latitude) bool {
	question := allowances[l].question
	return l != other && question != "" && question == allowances[other].question
}

// ParseLatitudes reads their names. The error names one that is unknown, and two that exclude each other.
func ParseLatitudes(names ...string) ([]Latitude, error) {
	var list []Latitude
	for _, name := range names {
		l := Latitude(name)
		if _, known := allowances[l]; !known {
			return nil, fmt.Errorf("latitude %q is unknown%s", name, nearest.DidYouMean(name, sortedKeys(namedAllowances())))
		}
		if i := slices.IndexFunc(list, l.Excludes); i >= 0 {
			return nil, fmt.Errorf("latitudes %s and %s exclude each other", list[i], l)
		}
		list = append(list, l)
	}
	return list, nil
}

// ChooseLatitudes returns as many latitudes as fit together, sorted by name. Of those that exclude each other
// the seed decides which is among them; the same seed makes the same choice.
func ChooseLatitudes(seed uint64) []Latitude {
	all := Latitudes()
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // it needs to be the same again, not secret
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var chosen []Latitude
	for _, l := range all {
		if !slices.ContainsFunc(chosen, l.Excludes) {
			chosen = append(chosen, l)
		}
	}
	slices.Sort(chosen)
	return chosen
}

func namedAllowances() map[string]allowance {
	named := map[string]allowance{}
	for l, a := range allowances {
		named[string(l)] = a
	}
	return named
}

// liberty is the latitudes that a mock takes, sorted.
type liberty []Latitude

func (list liberty) takes(l Latitude) bool { return slices.Contains(list, l) }

// inOrder sorts the latitudes, each once; nil if there are none.
func inOrder(list []Latitude) liberty {
	if len(list) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// takes tells whether the latitude is switched on.
func (c *call) takes(l Latitude) bool { return c.liberty.takes(l) }

// allowance is what a latitude means, and what it does at each of its places in the walk. A few that
// need more than that are asked for by name where they matter.
type allowance struct {
	says     string
	question string // latitudes that answer the same one exclude each other

	arrive     step                   // before all other steps; may replace the request, which is a copy
	reread     step                   // when user, connection and body are known
	reconsider step                   // when all that is wrong with the request is noted
	loosen     func(*call, *outgoing) // when the documented reply has been validated
	refusal    func(*outgoing)        // then, on the body of a refusal
}

// allowances are all the latitudes. Those of a mock act in the order of their names.
var allowances = map[Latitude]allowance{}

func init() {
	for _, part := range []map[Latitude]allowance{ofRequests, ofBodies, ofStates, ofStatuses, ofReplies} {
		maps.Copy(allowances, part)
	}
}

func arrive(c *call) *reply {
	if c.liberty != nil {
		c.r = c.r.Clone(c.r.Context())
	}
	return c.each(func(a allowance) step { return a.arrive })
}

func reread(c *call) *reply { return c.each(func(a allowance) step { return a.reread }) }

func reconsider(c *call) *reply { return c.each(func(a allowance) step { return a.reconsider }) }

// each takes the step of each latitude that has one there. One that refuses what the contract grants says so.
func (c *call) each(of func(allowance) step) *reply {
	for _, l := range c.liberty {
		s := of(allowances[l])
		if s == nil {
			continue
		}
		before := c.complaints()
		answer := s(c)
		c.refusedBy(l, before, answer)
		if answer != nil {
			return answer
		}
	}
	return nil
}

// complaints counts what is said against each field.
func (c *call) complaints() map[string]int {
	counts := map[string]int{}
	for name, messages := range c.invalid {
		counts[name] = len(messages)
	}
	return counts
}

// refusedBy notes what the latitude has against the request, besides what there was before: the client did nothing
// wrong, and would look for its mistake in vain.
func (c *call) refusedBy(l Latitude, before map[string]int, answer *reply) {
	finding := Finding{Severity: Refusal, In: "request", Message: "may be refused by a server, and is by the latitude " + string(l)}
	if answer != nil && answer.status >= http.StatusBadRequest {
		c.find(finding)
	}
	for _, name := range sortedKeys(c.invalid) {
		if len(c.invalid[name]) == before[name] {
			continue
		}
		finding.In, finding.Pointer = "body", pointerTo(name)
		if c.op.input == nil {
			finding.In, finding.Pointer = "query", name
		}
		c.find(finding)
	}
}

// isUpdate tells whether the call changes a connection that there is.
func (c *call) isUpdate() bool { return c.op.input != nil && c.record != nil }

// isCreate tells whether the call makes a connection.
func (c *call) isCreate() bool { return c.op.input != nil && c.record == nil }

// sentText is a field that was sent, if it is a string.
func (c *call) sentText(name string) (string, bool) {
	text, ok := c.sent[name].(string)
	return text, ok
}

// sentParams are the members of params that were sent.
func (c *call) sentParams() map[string]any {
	params, _ := c.sent["params"].(map[string]any)
	return params
}

// begins tells whether the text begins with one of the prefixes.
func begins(text string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(text, p) })
}
