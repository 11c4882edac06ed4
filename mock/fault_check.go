package mock

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// misfit is what is wrong with a member of a fault.
type misfit struct {
	member, message string // the member as a JSON pointer
}

// misfits are errors on members of a fault, in the order in which they were found.
type misfits []misfit

func (m *misfits) add(member, format string, args ...any) {
	*m = append(*m, misfit{member, fmt.Sprintf(format, args...)})
}

// check tells what is wrong with the fault, whatever the contract.
func (f FaultRule) check() (wrong misfits) {
	for member, n := range map[string]int{"/nth": f.Nth, "/times": f.Times, "/every": f.Every, "/chunk_bytes": f.ChunkBytes} {
		if n < 0 {
			wrong.add(member, "must be at least 1")
		}
	}
	if f.Nth != 0 && f.Times+f.Every != 0 {
		wrong.add("/nth", "excludes times and every")
	}
	if !(f.Probability >= 0 && f.Probability <= 1) { // not a number is neither
		wrong.add("/probability", "must be above 0, and at most 1")
	}
	if f.Effect != "" && !slices.Contains(Effects(), f.Effect) {
		names := effectNames()
		wrong.add("/effect", "%q is not one of %s%s", f.Effect, strings.Join(names, ", "), nearest.DidYouMean(string(f.Effect), names))
	}
	if f.Status != 0 && !f.Effect.replies() {
		wrong.add("/status", "with the effect %s there is no reply that could have one", f.Effect)
	}
	if (f.ChunkBytes != 0 || f.ChunkDelay != 0) && f.Effect != SlowBody {
		wrong.add("/effect", "must be %s for chunk_bytes and chunk_delay", SlowBody)
	}
	if f.ChunkDelay < 0 || f.ChunkDelay > maxDelay {
		wrong.add("/chunk_delay", "must be from 0s to %s", maxDelay)
	}
	if f.RetryAfter < 0 || f.RetryAfter%time.Second != 0 {
		wrong.add("/retry_after", "must be whole seconds")
	}
	if f.RetryAfter != 0 && f.Status == 0 {
		wrong.add("/retry_after", "needs a status")
	}
	f.Delay.check(&wrong)
	if f.Delay == (Delay{}) && f.Status == 0 && f.Effect == "" {
		wrong.add("", "does nothing: it needs a delay, a status or an effect")
	}
	slices.SortStableFunc(wrong, func(a, b misfit) int { return strings.Compare(a.member, b.member) })
	return wrong
}

func (d Delay) check(wrong *misfits) {
	given := 0
	for _, is := range []bool{d.Fixed != 0, d.Min != 0 || d.Max != 0, d.Mean != 0 || d.Deviation != 0, d.Median != 0 || d.Sigma != 0} {
		if is {
			given++
		}
	}
	if given > 1 {
		wrong.add("/delay", "must be one of: fixed; min and max; mean and deviation; median and sigma")
		return
	}
	for _, duration := range []time.Duration{d.Fixed, d.Min, d.Max, d.Mean, d.Deviation, d.Median} {
		if duration < 0 || duration > maxDelay {
			wrong.add("/delay", "must be from 0s to %s", maxDelay)
			return
		}
	}
	switch {
	case d.Max < d.Min:
		wrong.add("/delay/max", "must be at least min")
	case d.Deviation != 0 && d.Mean == 0:
		wrong.add("/delay/deviation", "needs a mean")
	case d.Sigma != 0 && d.Median == 0:
		wrong.add("/delay/sigma", "needs a median")
	case !(d.Sigma >= 0 && d.Sigma <= 10):
		wrong.add("/delay/sigma", "must be from 0 to 10")
	}
}

func effectNames() []string {
	var names []string
	for _, e := range Effects() {
		names = append(names, string(e))
	}
	return names
}

// check tells what is wrong with the fault for this contract and world.
func (s *Server) check(f FaultRule) misfits {
	wrong := f.check()
	operations := map[string]*operation{}
	for _, p := range s.contract.paths {
		for _, op := range p.operations {
			operations[op.id] = op
		}
	}
	if known := sortedKeys(operations); f.Operation != "" && operations[f.Operation] == nil {
		wrong.add("/operation", "the contract has no %q, only %s%s", f.Operation, strings.Join(known, ", "), nearest.DidYouMean(f.Operation, known))
	} else if f.Operation != "" {
		operations = map[string]*operation{f.Operation: operations[f.Operation]}
	}
	users := map[string]bool{}
	for _, u := range s.World().users {
		users[u.Name] = true
	}
	if known := sortedKeys(users); f.User != "" && !users[f.User] {
		wrong.add("/user", "the world has no %q, only %s%s", f.User, strings.Join(known, ", "), nearest.DidYouMean(f.User, known))
	}
	if f.Status != 0 {
		checkStatus(f, operations, &wrong)
	}
	return wrong
}

// checkStatus refuses a status that none of the operations documents, and a Retry-After that it doesn't have.
func checkStatus(f FaultRule, operations map[string]*operation, wrong *misfits) {
	statuses, retries := map[int]bool{}, map[int]bool{}
	for _, op := range operations {
		for status, r := range op.responses {
			statuses[status] = status >= leastRefusal
			retries[status] = retries[status] || r.retryAfter
		}
	}
	switch {
	case !statuses[f.Status]:
		who := "the contract"
		if f.Operation != "" {
			who = f.Operation
		}
		wrong.add("/status", "must be one of %s, the errors that %s documents", numbers(statuses), who)
	case f.RetryAfter != 0 && !retries[f.Status]:
		wrong.add("/retry_after", "the contract has it for %s only", numbers(retries))
	}
}

// leastRefusal is where the statuses begin that need no success: a fault can answer with those.
const leastRefusal = 400

// numbers lists the keys that are true.
func numbers(set map[int]bool) string {
	var list []int
	for n, in := range set {
		if in {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ", ")
}

// err is nil if nothing is wrong; else it names each member that is.
func (m misfits) err() error {
	var errs []error
	for _, one := range m {
		errs = append(errs, errors.New("fault: "+strings.TrimPrefix(one.member+": ", ": ")+one.message))
	}
	return errors.Join(errs...)
}
