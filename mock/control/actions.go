package control

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/export"
)

// actions are what the operations of the document do, by operationId.
var actions map[string]func(*call) error

func init() {
	actions = map[string]func(*call) error{
		"index":    (*call).index,
		"document": func(c *call) error { c.write(http.StatusOK, "application/yaml", document); return nil },
		"health":   func(c *call) error { return c.reply(http.StatusOK, map[string]string{"status": "ok"}) },
		"reset":    (*call).reset,

		"getWorld": (*call).getWorld, "putWorld": (*call).putWorld, "restore": (*call).restore,
		"listSnapshots": (*call).listSnapshots, "saveSnapshot": (*call).saveSnapshot, "removeSnapshot": (*call).removeSnapshot,

		"listRequests": (*call).listRequests, "getRequest": (*call).getRequest, "har": (*call).har,
		"clearRequests": func(c *call) error { c.srv.ClearJournal(); return c.done() },
		"violations": func(c *call) error {
			return c.reply(http.StatusOK, requests{Requests: c.srv.BrokenSummaries(mock.Violation)})
		},
		"breaches": func(c *call) error {
			return c.reply(http.StatusOK, requests{Requests: c.srv.BrokenSummaries(mock.Breach)})
		},
		"events":        (*call).events,
		"coverage":      (*call).coverage,
		"resetCoverage": func(c *call) error { c.srv.ResetCoverage(); return c.done() },

		"listFaults": (*call).listFaults, "setFault": (*call).setFault, "getFault": (*call).getFault, "removeFault": (*call).removeFault,
		"clearFaults":  func(c *call) error { c.srv.ClearFaults(); return c.done() },
		"getLatitudes": (*call).getLatitudes, "setLatitudes": (*call).setLatitudes,

		"listSandboxes": (*call).listSandboxes, "createSandbox": (*call).createSandbox, "removeSandboxes": (*call).removeSandboxes,
		"getSandbox": (*call).getSandbox, "removeSandbox": (*call).removeSandbox,

		"pageFile": (*call).pageFile, "about": (*call).about, "contract": (*call).contract, "rulings": (*call).rulings, "seen": (*call).seen, "sendAs": (*call).sendAs,
	}
}

func (c *call) index() error {
	if wantsPage(c.r) {
		return c.page()
	}
	type endpoint struct {
		Method  string `json:"method"`
		Path    string `json:"path"`
		Summary string `json:"summary"`
	}
	var endpoints []endpoint
	for path, item := range api().doc.Paths.Map() {
		for method, op := range c.offered(item) {
			if c.box == "" || !strings.HasPrefix(path, Path+"sandboxes") {
				endpoints = append(endpoints, endpoint{method, path, op.Summary})
			}
		}
	}
	slices.SortFunc(endpoints, func(a, b endpoint) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	if wantsJSON(c.r) {
		return c.reply(http.StatusOK, map[string]any{"endpoints": endpoints})
	}
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, e := range endpoints {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", e.Method, e.Path, e.Summary)
	}
	_ = table.Flush()
	c.write(http.StatusOK, "text/plain; charset=utf-8", text.Bytes())
	return nil
}

// wantsJSON tells whether the client names JSON.
func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

func (c *call) reset() error {
	if c.yes("faults") {
		c.srv.ClearFaults()
	}
	c.srv.Reset()
	if c.yes("journal") {
		c.srv.ClearJournal()
	}
	if c.yes("coverage") {
		c.srv.ResetCoverage()
	}
	return c.done()
}

// requests is a page of the journal.
type requests struct {
	Requests []mock.Exchange `json:"requests"`
	Next     int64           `json:"next,omitempty"`
}

func (c *call) listRequests() error {
	after, _ := strconv.ParseInt(c.query.Get("after"), 10, 64)
	limit := 100
	if n, err := strconv.Atoi(c.query.Get("limit")); err == nil {
		limit = n
	}
	page := requests{Requests: []mock.Exchange{}}
	for _, e := range c.srv.Summaries(after) {
		if !c.selects(e) {
			continue
		}
		if len(page.Requests) == limit {
			page.Next = page.Requests[limit-1].Number
			break
		}
		page.Requests = append(page.Requests, e)
	}
	return c.reply(http.StatusOK, page)
}

// selects tells whether the filters of the query let the exchange pass.
func (c *call) selects(e mock.Exchange) bool {
	status, class := fmt.Sprintf("%03d", e.Status), fmt.Sprintf("%dxx", e.Status/100)
	for name, want := range map[string]bool{
		"operation":  e.Operation == c.query.Get("operation"),
		"user":       e.User == c.query.Get("user"),
		"status":     slices.Contains([]string{status, class}, c.query.Get("status")),
		"violations": e.Violates() || !c.yes("violations"),
		"breaches":   e.Has(mock.Breach) || !c.yes("breaches"),
		"outages":    e.Has(mock.Outage) || !c.yes("outages"),
	} {
		if c.query.Has(name) && !want {
			return false
		}
	}
	return true
}

func (c *call) getRequest() error {
	number, _ := strconv.ParseInt(c.vars["number"], 10, 64)
	show := c.srv.Exchange
	if c.query.Has("secrets") {
		show = c.srv.RawExchange
	}
	e, ok := show(number)
	if !ok {
		return notFound("there is no request %d: it was never made, or forgotten since", number)
	}
	return c.reply(http.StatusOK, e)
}

func (c *call) har() error {
	var text bytes.Buffer
	if err := export.HAR(&text, c.srv.Exchanges()); err != nil {
		return err
	}
	c.write(http.StatusOK, "application/json", text.Bytes())
	return nil
}

func (c *call) coverage() error {
	var text bytes.Buffer
	contentType, err := "application/json", error(nil)
	switch coverage := c.srv.Coverage(); c.query.Get("format") {
	case "html":
		contentType, err = "text/html; charset=utf-8", export.CoverageHTML(&text, coverage)
	case "text":
		contentType, err = "text/plain; charset=utf-8", export.CoverageText(&text, coverage, export.Style{})
	default:
		err = export.CoverageJSON(&text, coverage)
	}
	if err != nil {
		return err
	}
	c.write(http.StatusOK, contentType, text.Bytes())
	return nil
}

// mistakesOf makes a mistake of each error that is joined in err. Those of faults name their members.
func mistakesOf(err error, at string) []mistake {
	var list []mistake
	for line := range strings.SplitSeq(err.Error(), "\n") {
		m := mistake{Detail: line, Pointer: at}
		if rest, isFault := strings.CutPrefix(line, "fault: "); isFault {
			m.Detail = rest
			if pointer, message, ok := strings.Cut(rest, ": "); ok && strings.HasPrefix(pointer, "/") {
				m.Pointer, m.Detail = at+pointer, message
			}
		}
		list = append(list, m)
	}
	return list
}

// tooMany answers an error that may be about a limit.
func tooMany(err error) error {
	if errors.Is(err, mock.ErrTooMany) {
		return &problem{Status: http.StatusTooManyRequests, Detail: err.Error() + ": remove one that isn't needed any more"}
	}
	return err
}
