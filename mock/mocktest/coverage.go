package mocktest

import (
	"strings"
	"testing"

	"github.com/sdecontract/sdecontract/internal/nearest"
	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/export"
)

// maxLines bounds what a failed test lists.
const maxLines = 20

// RequireCoverage fails the test unless its client has met at least this share of the contract, from 0 to 1,
// and lists what it never met. With kinds, only those count:
//
//	mocktest.RequireCoverage(t, srv, 1, mock.Operations, mock.Users)
//
// Call it when the client is done. The test goes on.
func RequireCoverage(tb testing.TB, srv *Server, minimum float64, kinds ...mock.CoverageKind) {
	tb.Helper()
	c := srv.Coverage().Of(kinds...)
	if c.Share() >= minimum {
		return
	}
	var b strings.Builder
	if err := export.CoverageText(&b, c, export.Style{Lines: maxLines}); err != nil {
		tb.Fatal(err)
	}
	tb.Errorf("the client has met less than %g %% of the contract\n%s", minimum*100, b.String())
}

// RequireBehaviour fails the test unless its client has met these items of [mock.Coverage], of any kind. They
// are named as they, and the failures of [RequireCoverage], are:
//
//	mocktest.RequireBehaviour(t, srv, "AlmConnection/params/x-visible-with/hidden", "createAlmConnection/status/403")
//
// Call it when the client is done. The test goes on.
func RequireBehaviour(tb testing.TB, srv *Server, ids ...string) {
	tb.Helper()
	c := srv.Coverage()
	for _, id := range ids {
		switch item, known := c.Item(id); {
		case !known:
			tb.Errorf("%q is nothing that the contract lets a client meet%s", id, nearest.DidYouMean(id, itemsOf(c)))
		case item.Count == 0:
			tb.Errorf("the client has never met %s: %s %s", id, item.Says, place(item))
		}
	}
}

func place(item mock.CoverageItem) string {
	if item.Source == "" {
		return "(" + item.Location + ")"
	}
	return "(see " + item.Source + "; " + item.Location + ")"
}

// itemsOf are the ids of all that the contract lets a client meet.
func itemsOf(c mock.Coverage) (all []string) {
	for _, g := range c.Groups {
		for _, item := range g.Items {
			all = append(all, item.ID)
		}
	}
	return all
}
