package verdict

import (
	"fmt"

	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

// IdleFault is a fault that was set and never acted: what the client did says nothing of how it takes that.
type IdleFault struct {
	ID      string `json:"id"`
	Says    string `json:"says"`    // what it would have done, such as "status 503"
	Matched int64  `json:"matched"` // requests that had its operation and user
}

// Idle picks the faults that never acted: see [mock.Server.Faults]. Clearing faults forgets them, so ask before.
func Idle(faults []mock.FaultState) []IdleFault {
	var idle []IdleFault
	for _, f := range faults {
		if f.Acted == 0 {
			idle = append(idle, IdleFault{f.Rule.ID, f.Rule.String(), f.Matched})
		}
	}
	return idle
}

// String says it in half a sentence, such as "the fault fault-1 (status 503) never acted: 1 request had its operation
// and user".
func (f IdleFault) String() string {
	of := "no request"
	if f.Matched > 0 {
		of = plain.Count(f.Matched, "request")
	}
	return plain.Clean(fmt.Sprintf("the fault %s (%s) never acted: %s had its operation and user", f.ID, f.Says, of))
}
