package mock

import (
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Latitudes in what there is, in which order, and who may change it.
const (
	AliasFilterAnyCase   Latitude = "alias-filter-any-case"  // the filter alias ignores case
	FiltersUnited        Latitude = "filters-united"         // one filter that fits is enough
	IDsBeyond32Bits      Latitude = "ids-beyond-32-bits"     // new ids from 5,000,000,000
	IDsFrom1000          Latitude = "ids-from-1000"          // new ids from 1000
	IDsOfOneSequence     Latitude = "ids-of-one-sequence"    // both kinds are numbered together
	ListOrderVaries      Latitude = "list-order-varies"      // each list in another order
	ListsReversed        Latitude = "lists-reversed"         // the newest first
	NextOnlyWhenThere    Latitude = "next-only-when-there"   // no null links
	PaginatedByDefault   Latitude = "paginated-by-default"   // pages of two, without being asked
	ReaderWrites         Latitude = "reader-writes"          // who may not see params may still edit
	SystemFilterAnyCase  Latitude = "system-filter-any-case" // the filter system ignores case
	ExtraEnvelopeMembers Latitude = "extra-envelope-members" // a list has more than results
)

var ofStates = map[Latitude]allowance{
	AliasFilterAnyCase:  {says: "Ignores case in the filter alias."},
	FiltersUnited:       {says: "Lists what passes any one of several filters."},
	IDsBeyond32Bits:     {says: "Numbers new connections from 5,000,000,000.", question: "ids"},
	IDsFrom1000:         {says: "Numbers new connections from 1000.", question: "ids"},
	IDsOfOneSequence:    {says: "Numbers new connections of both kinds together."},
	ListOrderVaries:     {says: "Reverses every other list that doesn't come in pages.", question: "order"},
	ListsReversed:       {says: "Lists the connection with the highest id first."},
	ReaderWrites:        {says: "Lets users create and update who lack the permission; they still don't see params."},
	SystemFilterAnyCase: {says: "Ignores case in the filter system."},
	ExtraEnvelopeMembers: {
		says: "Adds total and meta to lists.",
		loosen: func(_ *call, o *outgoing) {
			if envelope, items := o.list(); items != nil {
				envelope["total"], envelope["meta"] = len(items), map[string]any{"version": "2"}
			}
		},
	},
	NextOnlyWhenThere: {
		says: "Leaves next and previous out of a page that has none.",
		loosen: func(_ *call, o *outgoing) {
			envelope, _ := o.list()
			for _, name := range []string{"next", "previous"} {
				if envelope[name] == nil {
					delete(envelope, name)
				}
			}
		},
	},
	PaginatedByDefault: {
		says: "Cuts lists into pages of two without being asked.", question: "order",
		reread: func(c *call) *reply {
			query := c.r.URL.Query()
			if size := c.paged(); size != nil && c.r.Method == http.MethodGet && !query.Has(size.name) {
				query.Set(size.name, "2")
				c.r.URL.RawQuery = query.Encode()
			}
			return nil
		},
	},
}

// arrange puts a list in the order in which it is shown. Pages of it need one that stays.
func (c *call) arrange(list []*record, p page) {
	if c.takes(ListsReversed) != (c.takes(ListOrderVaries) && p.size == 0 && c.lists.Add(1)%2 == 0) {
		slices.Reverse(list)
	}
}

// nextID is the id of the next connection of that kind.
func (s *store) nextID(kind string, l liberty) int64 {
	next := s.last(kind) + 1
	for other := range s.contract.collections {
		if l.takes(IDsOfOneSequence) {
			next = max(next, s.last(other)+1)
		}
	}
	switch {
	case l.takes(IDsFrom1000):
		next = max(next, 1000)
	case l.takes(IDsBeyond32Bits):
		next = max(next, 5_000_000_000)
	}
	return next
}

// same compares a property of a connection with the value of a filter.
func (c *call) same(property string, value, want any) bool {
	if value == want {
		return true
	}
	a, _ := value.(string)
	b, _ := want.(string)
	return strings.EqualFold(a, b) &&
		(property == "alias" && c.takes(AliasFilterAnyCase) || property == "system" && c.takes(SystemFilterAnyCase))
}

// paged tells whether the operation can cut its list into pages; size is the parameter that says how.
func (c *call) paged() (size *parameter) {
	for i, p := range c.op.params {
		if p.paginate == "size" && p.in == openapi3.ParameterInQuery {
			size = &c.op.params[i]
		}
	}
	return size
}
