package mock

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// A FaultRule is trouble that the mock makes on request, so that a client can be tried on it: it answers late,
// with an error that the contract documents, with a broken reply, or not at all.
//
// It acts on the requests that match Operation and User, and of those on the ones that Nth, Times, Every and
// Probability choose; all that are given must hold. Of several faults the first one that is set and wants to
// act does, alone.
//
// [Server.SetFault] and [WithFault] switch it on; a request can ask for one itself in its header Prefer. As JSON
// or YAML, see [ParseFault], the fields are named as here, in lower case, with an underscore between words. The tags
// named schema are what [FaultSchema] says of that.
type FaultRule struct {
	// ID names the fault, and replaces the one that has it already. If it is empty, one is made up.
	ID string `schema:"minLength=1"`

	Operation string `schema:"enum=operations"` // an operationId, such as createAlmConnection; empty: any, and also paths that don't exist
	User      string `schema:"minLength=1"`     // a user of the world, told by the token; empty: anybody, also without a token

	Nth         int     `schema:"minimum=1"`                    // only the n-th matching request, counted from 1; excludes Times and Every
	Times       int     `schema:"minimum=1"`                    // only the first n matching requests
	Every       int     `schema:"minimum=1"`                    // only each n-th matching request
	Probability float64 `schema:"exclusiveMinimum=0,maximum=1"` // the chance of acting on a request, up to 1; 0: certain. The mock's seed decides.

	// Delay comes before everything else: the request isn't looked at yet. It ends early if the client
	// leaves, or all faults are removed.
	Delay Delay
	// Status is an error that is answered with the contract's example for it, in place of what the request
	// deserves: nothing is authenticated, validated or stored. The operation must document it; without an operation, the
	// fault acts on those that do.
	Status int `schema:"minimum=400,maximum=599"`
	// RetryAfter is the value of that header, where the contract has it: whole seconds; 0 means 1 s.
	RetryAfter time.Duration
	// Effect is what becomes of the reply; empty: it is sent as it is.
	Effect     Effect        `schema:"enum=effects"`
	ChunkBytes int           `schema:"minimum=1,default=64"` // how many bytes of a slow body are sent at a time; 0 means 64
	ChunkDelay time.Duration `schema:"default=100ms"`        // the pause between those; 0 means 100 ms
}

// Effect is what a fault does to a reply.
type Effect string

// The effects. Of HEAD, and of paths that don't exist, those on bodies leave the replies alone.
const (
	// ConnectionReset resets the connection before the request is looked at: nothing is stored. Over HTTP/2 it
	// resets the stream.
	//
	// Without a network, ServeHTTP panics with [http.ErrAbortHandler].
	ConnectionReset Effect = "reset"
	// EmptyReply does what was asked, then closes the connection without a reply: what is stored stays stored.
	EmptyReply Effect = "empty-reply"
	// TruncatedBody announces the whole body in Content-Length, sends half of it and closes the connection.
	TruncatedBody Effect = "truncated-body"
	// SlowBody sends the body a few bytes at a time, with pauses between them.
	SlowBody Effect = "slow-body"
	// InvalidJSON sends half of the body as if that were all, and calls it JSON.
	InvalidJSON Effect = "invalid-json"
)

// Effects returns all of them.
func Effects() []Effect {
	return []Effect{ConnectionReset, EmptyReply, InvalidJSON, SlowBody, TruncatedBody}
}

// replies tells whether there is a reply that can have a status.
func (e Effect) replies() bool { return e != ConnectionReset && e != EmptyReply }

// Delay is how long a reply is held back: always Fixed; or, drawn for each request, uniformly between Min and
// Max; normally distributed with Mean and Deviation; or lognormally, with that Median and the Sigma of the
// logarithm, which is what latencies of real servers look like. None is below zero or beyond an hour.
type Delay struct {
	Fixed     time.Duration // always as long
	Min       time.Duration // the shortest of an even distribution
	Max       time.Duration // the longest of it
	Mean      time.Duration // the mean of a normal distribution
	Deviation time.Duration // its standard deviation; needs a mean
	Median    time.Duration // the median of a lognormal distribution
	Sigma     float64       `schema:"minimum=0,maximum=10"` // the standard deviation of its logarithm; needs a median
}

// maxDelay bounds what a distribution may draw.
const maxDelay = time.Hour

func (d Delay) draw(random *rand.Rand) time.Duration {
	drawn := float64(d.Fixed)
	switch {
	case d.Max > 0:
		return d.Min + time.Duration(random.Int64N(int64(d.Max-d.Min)+1))
	case d.Mean > 0:
		drawn = float64(d.Mean) + float64(d.Deviation)*random.NormFloat64()
	case d.Median > 0:
		drawn = float64(d.Median) * math.Exp(d.Sigma*random.NormFloat64())
	}
	return time.Duration(min(max(drawn, 0), float64(maxDelay)))
}

// String says what the fault does, such as "status 503 after 250ms".
func (f FaultRule) String() string {
	var parts []string
	if f.Status != 0 {
		parts = append(parts, fmt.Sprintf("status %d", f.Status))
	}
	if f.Effect != "" {
		parts = append(parts, string(f.Effect))
	}
	what := strings.Join(parts, ", ")
	switch delay := f.Delay.String(); {
	case delay == "":
		return what
	case what == "":
		return "a delay of " + delay
	default:
		return what + " after " + delay
	}
}

// String gives the delay in words; it is empty if there is none.
func (d Delay) String() string {
	switch {
	case d.Fixed > 0:
		return d.Fixed.String()
	case d.Max > 0:
		return fmt.Sprintf("%s to %s", d.Min, d.Max)
	case d.Mean > 0:
		return fmt.Sprintf("about %s", d.Mean)
	case d.Median > 0:
		return fmt.Sprintf("about %s", d.Median)
	}
	return ""
}
