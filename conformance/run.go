package conformance

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Option changes how [Run] works.
type Option func(*options)

type options struct {
	selection []string
	levels    []Level
	readOnly  bool
	rps       float64
	timeout   time.Duration
	maxBody   int64
	prefix    string
	progress  func(done, total int, r Result)
	ledger    func(Created) error
	known     []Known
}

// WithSelection runs only the checks whose id is one of these, or matches one of them as a pattern in
// which * stands for anything.
func WithSelection(patterns ...string) Option {
	return func(o *options) { o.selection = append(o.selection, patterns...) }
}

// WithLevels runs only the checks of these levels.
func WithLevels(levels ...Level) Option {
	return func(o *options) { o.levels = append(o.levels, levels...) }
}

// ReadOnly runs only the checks that change nothing at the target.
func ReadOnly() Option { return func(o *options) { o.readOnly = true } }

// WithRPS bounds how many requests are sent in a second. 0, the default, is no bound.
func WithRPS(rps float64) Option { return func(o *options) { o.rps = rps } }

// WithTimeout bounds each request. The default is 30 seconds.
func WithTimeout(d time.Duration) Option { return func(o *options) { o.timeout = d } }

// WithMaxBody bounds how many bytes of a reply are read: a longer one counts as none. The default, and the
// most, is 16 MiB.
func WithMaxBody(bytes int64) Option {
	return func(o *options) { o.maxBody = min(max(bytes, 1), maxBody) }
}

// WithPrefix sets how the aliases of all begin that the run creates. The default is random.
func WithPrefix(prefix string) Option { return func(o *options) { o.prefix = prefix } }

// WithProgress calls f after each check.
func WithProgress(f func(done, total int, r Result)) Option {
	return func(o *options) { o.progress = f }
}

// WithLedger calls f for each connection as soon as it is created, and again when it was left at the
// frequency manually. An error ends the check: what can't be accounted for must not be created.
func WithLedger(f func(Created) error) Option { return func(o *options) { o.ledger = f } }

// ErrUsage is wrapped by errors of [Run] that the caller can mend: a bad target, nothing selected.
var ErrUsage = errors.New("can't run")

// runner is a run under way. Checks run one after the other.
type runner struct {
	options     options
	target      *Target
	client      *http.Client
	limiter     *rate.Limiter
	redact      *redactor
	report      *Report
	exchanges   []Exchange
	readOnly    bool
	prefix      string
	unreachable int // requests in a row without a reply
	params      steadyParams
	made        map[string]*Made
	creates     map[Kind]int
	own         map[ownKey]bool // connections that the run created
	unused      map[ownKey]bool // ids that no connection has
	replies     []seen
	remembered  int  // bytes of those
	busy        bool // the last reply was 429 or 503, after all attempts
	endless     bool // a list had more pages than anybody follows
}

// seen is a reply that the checks which look back on the run judge.
type seen struct {
	reply  *Reply
	method string
	kind   Kind
	item   bool
	user   string
	path   string // as it was asked for
	// documented tells that the documentation has this operation, and that JSON was asked for.
	documented bool
}

// newRunner makes a runner for a target: what every use of one needs, whatever it asks. The error wraps
// [ErrUsage].
func newRunner(target *Target, opts ...Option) (*runner, error) {
	o := options{timeout: 30 * time.Second, maxBody: maxBody, ledger: func(Created) error { return nil }}
	for _, opt := range opts {
		opt(&o)
	}
	ready, err := target.prepare()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	r := &runner{
		options: o, target: ready, client: newClient(ready, o.timeout), redact: newRedactor(ready.Users),
		readOnly: o.readOnly || !ready.MayWrite(), prefix: o.prefix, report: &Report{},
		params: steadyParams{sent: map[string]bool{}, volatile: map[string]bool{}, watched: map[string]bool{}},
		made:   map[string]*Made{}, creates: map[Kind]int{}, own: map[ownKey]bool{}, unused: map[ownKey]bool{},
	}
	if o.rps > 0 {
		r.limiter = rate.NewLimiter(rate.Limit(o.rps), 1)
	}
	return r, nil
}

// Run runs the catalogue, or the selected part of it, against the target. The error wraps [ErrUsage] if
// the target or the selection can't be used; else it is the context's, and the report is what there is
// so far.
func Run(ctx context.Context, target *Target, opts ...Option) (*Report, error) {
	r, err := newRunner(target, opts...)
	if err != nil {
		return nil, err
	}
	if r.prefix == "" {
		r.prefix = newPrefix()
	}
	r.describe()
	selected, err := r.selectChecks()
	if err = cmp.Or(err, checkKnown(r.options.known)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return r.report, r.runAll(ctx, selected)
}

// newPrefix is how the aliases of a run begin, unlike those of any other run.
func newPrefix() string {
	random := make([]byte, 4)
	_, _ = rand.Read(random)
	return "sdecontract-" + hex.EncodeToString(random) + "-"
}

// describe says in the report what is run, against what.
func (r *runner) describe() {
	described := *r.target
	described.URL, described.Transport, described.Users = r.redact.text(r.target.URL), nil, map[string]User{}
	for name, u := range r.target.Users {
		u.Name, u.Token = "", ""
		described.Users[name] = u
	}
	*r.report = Report{
		Suite: ThisSuite(), Target: described.URL, Implementation: described.Implementation, Described: described,
		Settings: Settings{r.options.rps, r.options.timeout, r.options.maxBody, r.target.Writes.Budget(), r.prefix},
		Mode:     Write, Selection: r.options.selection, Levels: r.options.levels,
	}
	if r.readOnly {
		r.report.Mode = Read
	}
}

// selectChecks returns the checks in the scope of the run.
func (r *runner) selectChecks() ([]Check, error) {
	for _, pattern := range r.options.selection {
		if err := r.matchesSome(pattern); err != nil {
			return nil, err
		}
	}
	for _, na := range r.target.NotApplicable {
		if err := r.matchesSome(na.ID); err != nil {
			return nil, fmt.Errorf("not_applicable: %w", err)
		}
	}
	var selected []Check
	for _, c := range Checks() {
		matches := func(pattern string) bool { return matchID(pattern, c.ID) }
		reason := ""
		switch {
		case len(r.options.selection) > 0 && !slices.ContainsFunc(r.options.selection, matches):
			reason = "not selected"
		case len(r.options.levels) > 0 && !slices.Contains(r.options.levels, c.Level):
			reason = "not of the selected levels"
		case r.readOnly && c.Mode == Write:
			reason = "the run is read-only"
		default:
			selected = append(selected, c)
			continue
		}
		r.report.NotRun = append(r.report.NotRun, notRun(c, reason))
	}
	if len(selected) == 0 {
		return nil, errors.New("nothing is selected")
	}
	return selected, nil
}

func (r *runner) matchesSome(pattern string) error {
	if slices.ContainsFunc(Checks(), func(c Check) bool { return matchID(pattern, c.ID) }) {
		return nil
	}
	return fmt.Errorf("no check is called %q%s", pattern, DidYouMean(pattern))
}

// matchID tells whether the id matches the pattern, in which * stands for anything.
func matchID(pattern, id string) bool {
	expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	return regexp.MustCompile("^" + expression + "$").MatchString(id)
}

// runAll runs the checks one after the other, until the context ends.
func (r *runner) runAll(ctx context.Context, selected []Check) error {
	r.report.Start = utc(time.Now())
	for i, c := range selected {
		if ctx.Err() != nil {
			break
		}
		result := r.runOne(ctx, c)
		if ctx.Err() != nil && result.Verdict == Error {
			break // the interruption's error says nothing of the target
		}
		r.report.Results = append(r.report.Results, result)
		if r.options.progress != nil {
			r.options.progress(i+1, len(selected), result)
		}
	}
	r.report.Complete = len(r.report.Results) == len(selected) && r.unreachable < maxUnreachable
	for _, c := range selected[len(r.report.Results):] {
		r.report.NotRun = append(r.report.NotRun, notRun(c, "the run was interrupted"))
	}
	(&T{ctx: context.WithoutCancel(ctx), run: r}).settle()
	r.report.Exchanges = r.exchanges
	r.report.Stop = utc(time.Now())
	r.redact.report(r.report)
	r.report.ApplyKnown(r.options.known, r.report.Start)
	r.report.plain()
	return ctx.Err()
}

// runOne runs a check. A panic in it is its error, not the end of the run.
func (r *runner) runOne(ctx context.Context, c Check) (result Result) {
	t := &T{
		Kind: c.Kind, ctx: ctx, run: r, check: c,
		result: Result{ID: c.ID, Kind: c.Kind, Says: c.Says, Cite: c.Cite, Level: c.Level},
	}
	for _, na := range r.target.NotApplicable {
		if matchID(na.ID, c.ID) {
			t.result.Verdict, t.result.Reason = NA, na.Reason
			return t.result
		}
	}
	started := time.Now()
	defer func() {
		if p := recover(); p != nil && p != any(stop{}) {
			t.result.Error = t.told(fmt.Sprintf("the check panicked: %v", p))
		} else if p == nil && t.asked == 0 {
			t.result.Error = "the check ended without judging anything"
		}
		t.noteVolatile()
		t.result.judge()
		t.result.Duration = time.Since(started)
		result = t.result
	}()
	for _, n := range c.Needs {
		if missing := n.missing(r.target, c.Kind); missing != "" {
			t.Block("it needs %s; the target file has no %s", n.Says, missing)
		}
	}
	c.Run(t)
	return t.result
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func sorted64(m map[int64]Object) []int64 { return slices.SortedFunc(maps.Keys(m), cmp.Compare[int64]) }
