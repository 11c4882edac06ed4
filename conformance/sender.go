package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is a request of a [Sender]. The zero value of a field means: as the suite usually does.
type Request struct {
	User   *User // whose token is sent; nil: nobody's
	Method string
	Path   string            // below the target's URL, escaped; may have a query
	Body   []byte            // nil: none
	Header map[string]string // in place of the usual headers; one with an empty value is not sent
}

// Sender sends requests to a target as the suite does, for programs that ask other questions than the
// catalogue: with the same limits, the same account of what they create, and the same secrets. It is not
// safe for concurrent use.
type Sender struct {
	run   *runner
	sent  int
	shown map[shownKey]bool // what lists have shown that isn't the sender's own
}

type shownKey struct {
	organization string
	ownKey
}

// NewSender returns a sender for the target. Of the options, those about limits, the prefix and the ledger
// count. The error wraps [ErrUsage].
func NewSender(target *Target, opts ...Option) (*Sender, error) {
	r, err := newRunner(target, opts...)
	if err != nil {
		return nil, err
	}
	if r.prefix == "" {
		r.prefix = newPrefix()
	}
	r.describe()
	return &Sender{run: r, shown: map[shownKey]bool{}}, nil
}

// Target is the target, with the tokens that its variables hold.
func (s *Sender) Target() *Target { return s.run.target }

// Described is the target as a report may show it, without secrets.
func (s *Sender) Described() Target { return s.run.report.Described }

// Prefix is how the aliases of all must begin that the sender creates.
func (s *Sender) Prefix() string { return s.run.prefix }

// ReadOnly tells whether the target is only to be read: nothing else is sent then.
func (s *Sender) ReadOnly() bool { return s.run.readOnly }

// Sent is how many requests were sent.
func (s *Sender) Sent() int { return s.sent }

// Left is how many connections of that kind may still be created.
func (s *Sender) Left(kind Kind) int {
	if s.run.readOnly {
		return 0
	}
	budget, creates := s.run.target.Writes.MaxCreates, s.run.creates
	return max(0, min((budget+1)/2-creates[kind], budget-creates[ALM]-creates[Analysis]))
}

// Allow lets requests change the connection with that id: one of the sender's own, which [Sender.Send] can't
// know of, or one that isn't there. Others are never written to.
func (s *Sender) Allow(kind Kind, id int64) { s.run.declareUnused(kind, id) }

// Created is what the sender created, as it is now.
func (s *Sender) Created() []Created { return slices.Clone(s.run.report.Created) }

// Account takes a connection into the account that came into being in another way than by a documented
// create; o is the connection as it is shown. One that is accounted for already isn't counted again.
func (s *Sender) Account(kind Kind, u *User, o Object) error {
	id, _ := integer(o["id"])
	if s.run.own[ownKey{kind, id}] {
		return nil
	}
	return s.run.created(kind, id, request{user: u}, &Reply{Value: o})
}

// Unreachable tells whether the target has left five requests in a row without a reply. Nothing is sent then.
func (s *Sender) Unreachable() bool { return s.run.unreachable >= maxUnreachable }

// A Record makes the evidence of one request. It is made late, because that takes longer than the request,
// and because secrets that were learned meanwhile are left out of it, too.
type Record func() Exchange

// Send sends the request. err says why there is no reply. record is nil if nothing was sent.
func (s *Sender) Send(ctx context.Context, ask Request) (reply *Reply, record Record, err error) {
	r, q := s.run, ask.request()
	if s.Unreachable() {
		return nil, nil, errUnreachable
	}
	if err := r.mayWrite(q); err != nil {
		return nil, nil, err
	}
	req, body, err := r.build(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	s.sent++
	number, started, updated := s.sent, time.Now(), r.updating(q)
	reply, err = r.roundTrip(req)
	took := time.Since(started)
	record = func() Exchange {
		e := r.evidence(q, req, body, started, reply, err)
		e.Number, e.Duration = number, took
		return e
	}
	switch {
	case err != nil && ctx.Err() == nil:
		r.unreachable++
		return nil, record, err
	case err != nil:
		return nil, record, err
	}
	r.unreachable = 0
	r.redact.learn(reply.Value)
	reply.exchange, reply.url = number, req.URL.String()
	if !reply.OK() {
		return reply, record, nil
	}
	s.note(q, reply)
	return reply, record, s.account(q, reply, updated)
}

// note remembers which connections of others a list shows.
func (s *Sender) note(q request, reply *Reply) {
	path, _, _ := strings.Cut(q.path, "?")
	for _, kind := range []Kind{ALM, Analysis} {
		if q.method != http.MethodGet || path != kind.Path() || q.user == nil {
			continue
		}
		for _, o := range objectsOf(reply) {
			if id, ok := integer(o["id"]); ok && !s.run.owns(kind, id) {
				s.shown[shownKey{q.user.Organization, ownKey{kind, id}}] = true
			}
		}
	}
}

// Shown tells whether a list has shown somebody of the user's organization the connection with that id, and the sender
// hadn't created it. The reply to a create that names it all the same doesn't make it the sender's own.
func (s *Sender) Shown(u *User, kind Kind, id int64) bool {
	return u != nil && s.shown[shownKey{u.Organization, ownKey{kind, id}}]
}

// account notes what a request that was granted has created or changed.
func (s *Sender) account(q request, reply *Reply, updated *Created) error {
	if body, isText := q.body.([]byte); isText {
		value, _ := parse(body)
		sent, _ := value.(Object)
		q.body = sent
	}
	if updated != nil {
		return s.run.updated(updated, q, reply)
	}
	for _, kind := range []Kind{ALM, Analysis} {
		if id, _ := integer(reply.Object()["id"]); q.method == http.MethodPost && q.path == kind.Path() {
			if s.Shown(q.user, kind, id) {
				id = 0 // somebody else's, which must not be written to
			}
			return s.run.created(kind, id, q, reply)
		}
	}
	return nil
}

// request is what the suite calls the same.
func (ask Request) request() request {
	q := request{user: ask.User, method: ask.Method, path: ask.Path, headers: map[string]string{}}
	if ask.Body != nil {
		q.body = ask.Body
	}
	for name, value := range ask.Header {
		if value == "" {
			q.without = append(q.without, name)
		} else {
			q.headers[name] = value
		}
	}
	return q
}

// Follow returns the path at the target of the page that the reply says is next; empty if there is none that may be
// asked for. astray tells of a link that names another host or scheme: it is followed at the target where it leads to
// the same list, so that the token stays there, and else not at all.
func (s *Sender) Follow(reply *Reply) (path string, astray bool) {
	t := &T{run: s.run}
	link, err := nextURL(reply)
	if link == nil {
		return "", err != nil
	}
	path, ours := t.atTarget(reply, link)
	if !ours {
		return "", true
	}
	return path, t.astray(link)
}

// Settle leaves what was created at the frequency manually, as a run of the suite does at its end, and
// returns it all.
func (s *Sender) Settle(ctx context.Context) []Created {
	s.run.unreachable = min(s.run.unreachable, maxUnreachable-1) // a target that is gone is tried once more
	(&T{ctx: ctx, run: s.run}).settle()
	for i := range s.run.report.Created {
		c := &s.run.report.Created[i]
		c.Alias, c.Frequency = valid(c.Alias), valid(c.Frequency)
	}
	return s.Created()
}

// Words is a text without secrets in which a program says, in its own words, what it saw.
func (s *Sender) Words(format string, args ...any) string {
	return cut(s.run.redact.words(valid(fmt.Sprintf(format, args...))), maxShown)
}

// Show is a JSON value of a reply as text, without secrets and not too long. pointer is its place there.
func (s *Sender) Show(pointer string, value any) string {
	return cut(valid(s.run.redact.text(showAt(pointer, value))), maxShown)
}

// Equal tells whether two JSON values are the same. Numbers are if their values are: 1 and 1.0.
func Equal(a, b any) bool { return equal(a, b) }

// Integer returns a JSON value of a reply if it is an integer.
func Integer(v any) (int64, bool) { return integer(v) }

// ServerFailed tells whether the status means that the server failed: 5xx, but for 501 to a method that the
// documentation doesn't have.
func ServerFailed(method string, status int) bool { return failed(method, status) }

// ShowsInsides tells whether a text shows a stack trace.
func ShowsInsides(text string) bool { return stackTrace.MatchString(text) }

// May tells whether the user has the permission.
func (u *User) May(permission string) bool { return u.may(permission) }

// Masked tells whether a value stands for a secret that isn't shown: one character over and over.
func Masked(v any) bool {
	text, _ := v.(string)
	return text != "" && strings.Trim(text, text[:1]) == "" || strings.HasPrefix(text, "•")
}
