package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// Outcome is what [Retire] did to a connection.
type Outcome string

// The outcomes.
const (
	Retired         Outcome = "retired"          // its frequency is manually now
	AlreadyManually Outcome = "already manually" // nothing had to be done
	Gone            Outcome = "gone"             // there is no such connection any more
	NotOurs         Outcome = "not ours"         // somebody has made it another connection: left alone
	NotRetired      Outcome = "not retired"      // it couldn't be: the error says why
)

// runPrefix matches how the aliases begin that a run gives.
var runPrefix = regexp.MustCompile(`^sdecontract-([0-9a-f]{8}-)?`)

// Retire sets the frequency of connections that an earlier run created to manually, so that nothing
// synchronises: what a run does at its end, for one that didn't get there. Each is read first, and left
// alone unless it still is the one that was created: its alias begins as the run's aliases do, or, if the
// run didn't give it such an alias, alias, connector and project are the same. Its other members stay;
// params that the user can't see are sent empty.
//
// It returns all of them, with their Outcome and what is known of them now. The error joins what kept
// connections from being retired; it wraps [ErrUsage] if the target can't be used or must not be written
// to. Of the options, [WithRPS] and [WithTimeout] count.
func Retire(ctx context.Context, target *Target, created []Created, opts ...Option) ([]Created, error) {
	r, err := newRunner(target, opts...)
	if err != nil {
		return nil, err
	}
	if !r.target.MayWrite() {
		return nil, fmt.Errorf("%w: the target is only to be read: writes.allow", ErrUsage)
	}
	r.readOnly = false // that is a question of checks
	var all []Created
	var errs []error
	for _, c := range created {
		outcome, err := r.retire(ctx, &c)
		c.Outcome = outcome
		if err != nil {
			errs = append(errs, fmt.Errorf("%s connection %d: %w", c.Kind, c.ID, err))
		}
		all = append(all, c)
	}
	return all, errors.Join(errs...)
}

// retire brings one connection to rest.
func (r *runner) retire(ctx context.Context, c *Created) (Outcome, error) {
	u, known := r.target.Users[c.User]
	switch {
	case c.ID == 0:
		return NotRetired, fmt.Errorf("its id isn't known; its alias is %q", c.Alias)
	case !known:
		return NotRetired, fmt.Errorf("the target file has no user %q, who created it", c.User)
	}
	path := c.Kind.Item(c.ID)
	get := request{user: &u, method: http.MethodGet, path: path}
	o, gone, err := r.read(ctx, get)
	switch {
	case gone:
		return Gone, nil
	case err != nil:
		return NotRetired, err
	case !c.is(o):
		return NotOurs, nil
	case o["frequency"] == "manually":
		c.Frequency = "manually"
		return AlreadyManually, nil
	}
	if err := r.rest(ctx, c, get, o); err != nil {
		return NotRetired, err
	}
	return Retired, nil
}

// rest sets the frequency to manually, and makes sure that it is.
func (r *runner) rest(ctx context.Context, c *Created, get request, o Object) error {
	params, visible := o["params"].(Object)
	if !visible {
		params = Object{}
	}
	r.own[ownKey{c.Kind, c.ID}] = true
	reply, err := r.send(ctx, request{user: get.user, method: http.MethodPut, path: get.path, body: Object{
		"alias": o["alias"], "connector": o["connector"], "project": o["project"], "frequency": "manually", "params": params,
	}})
	if err != nil {
		return err
	}
	if !reply.OK() {
		return fmt.Errorf("the update was answered with status %d", reply.Status)
	}
	if o, _, err = r.read(ctx, get); err != nil {
		return err
	}
	c.Frequency = r.account(o, nil, "frequency")
	if c.Frequency != "manually" {
		return fmt.Errorf("its frequency is %s after the update", cut(r.redact.words(show(o["frequency"])), maxShown))
	}
	return nil
}

// read asks for a connection; gone tells that there is none.
func (r *runner) read(ctx context.Context, get request) (o Object, gone bool, err error) {
	reply, err := r.send(ctx, get)
	switch {
	case err != nil:
		return nil, false, err
	case reply.Status == http.StatusNotFound:
		return nil, true, errors.New("there is no such connection")
	case !reply.OK() || reply.Object() == nil:
		return nil, false, fmt.Errorf("reading it was answered with status %d", reply.Status)
	}
	return reply.Object(), false, nil
}

// is tells whether what was read is still the connection that a run created.
func (c *Created) is(o Object) bool {
	alias, _ := o["alias"].(string)
	if prefix := runPrefix.FindString(c.Alias); prefix != "" {
		return strings.HasPrefix(alias, prefix)
	}
	return alias == c.Alias && equal(normal(c.Connector), o["connector"]) && equal(normal(c.Project), o["project"])
}
