// Package mock is an in-memory SD Elements API v2 for connections, driven by openapi.yaml.
//
// A [Server] is an [http.Handler]. It validates every request and every reply against the contract,
// remembers what clients create and update, and tells what they got wrong:
//
//	srv := mock.New()
//	http.ListenAndServe("127.0.0.1:8080", srv)
//
// In tests, package mocktest starts one and fails the test if the client breaks the contract.
package mock

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Server is a mock of the API. It is safe for concurrent use. Use [New] to make one.
type Server struct {
	parent   *Server // that it is a sandbox of, or nil
	contract *Contract
	first    scene // as the options want it
	now      atomic.Pointer[scene]
	turn     sync.Mutex // held to put another scene there
	basePath string     // escaped; empty, or with a slash at its beginning only
	maxBody  int64
	loose    bool         // replies may break the contract
	date     string       // of every reply; empty: the current one
	lists    atomic.Int64 // that were shown, for the latitude list-order-varies
	journal  journal
	silent   bool  // neither journal nor coverage, to measure what they cost
	chaos    chaos // faults that were asked for
	saved    saved // snapshots

	unexplained bool // replies have no header that explains them
}

// New returns a mock that serves the default contract and world, but for what the options change. It panics if
// [Server.SetFault] would refuse a fault of [WithFault], which is a mistake in the program, as a bad expression is to
// [regexp.MustCompile]. No other option is refused: a name that one doesn't know changes nothing.
func New(options ...Option) *Server {
	s := &Server{contract: DefaultContract(), maxBody: 1 << 20}
	s.journal.bound(defaultEntries, defaultBytes)
	if err := s.begin(options); err != nil {
		panic(fmt.Sprintf("mock.WithFault: %v", err))
	}
	return s
}

// begin opens the first scene, and sets the faults that the mock starts with.
func (s *Server) begin(options []Option) error {
	for _, option := range options {
		option(s)
	}
	if s.first.world == nil {
		s.first.world = DefaultWorld()
	}
	s.now.Store(&s.first)
	s.ResetCoverage()
	s.Reset()
	return s.chaos.begin(s)
}

// A request is a walk through these steps. A step that returns a reply ends it; the last one always
// does. What comes out is validated before it is sent.
var steps = []step{
	enter,                   // else 404: the path isn't below the base path
	arrive,                  // reads the request as the latitudes say, if any is switched on
	disturb,                 // delays the request or answers it, if a fault was asked for
	matchOperation,          // else 404 with a hint; 301 to the path with its slash
	negotiateFormat,         // else 406
	authenticate,            // else 401
	refuseMethod,            // else 405
	checkPermission,         // else 403
	findConnection,          // else 404
	readBody,                // else 400, 413 or 415
	reread,                  // what the latitudes change in the body, refuse, or answer themselves
	validateQuery,           // notes what is wrong with the parameters
	validateBody,            // notes what is wrong with the fields
	refuseUnknownReferences, // notes ids of connectors and projects that can't be used
	refuseGatedValues,       // notes values that the plan doesn't include
	reconsider,              // what the latitudes forgive or refuse now
	forgive,                 // all that, if the request asked not to be validated
	refuseInvalid,           // 400 that names every wrong parameter or field
	fillDefaults,
	act, // list, get, create or update, and reply as the user may see it
}

// A step looks at a call, adds to it, and may answer it. nil means: go on.
type step func(*call) *reply

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	c := calls.Get().(*call)
	*c = call{Server: s, scene: s.now.Load(), w: w, r: r}
	c.liberty = c.scene.liberty
	if s.date != "" {
		w.Header().Set("Date", s.date)
	}
	answer := c.checked(c.walk())
	c.label(answer)
	c.loosen(answer)
	c.spoil(answer)
	held := c.journaled(r, started, answer)
	c.write(answer)
	if held != nil {
		s.journal.observer(s.observed(held))
		s.journal.release(held)
	}
	c.sever(answer)
	if c.draft != nil {
		drafts.Put(c.draft)
	}
	*c = call{}
	calls.Put(c)
}

// calls are over, and their memory is used again: nothing may keep one.
var calls = sync.Pool{New: func() any { return new(call) }}

// walk takes the steps. A panic becomes a 500, so that one bad request can't hurt others.
func (c *call) walk() (answer *reply) {
	defer func() {
		if p := recover(); p != nil {
			c.find(Finding{Severity: Fault, In: "mock", Message: fmt.Sprintf("panic: %v", p)})
			answer = refuse(http.StatusInternalServerError, "The mock failed; its log says how.")
		}
	}()
	for i, step := range steps {
		c.reached = i + 1
		if answer := step(c); answer != nil {
			return answer
		}
	}
	panic("no step answered") // act always does
}
