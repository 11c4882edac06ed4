package mock

import (
	"net/http"
	"slices"
)

// call is one request on its way through the steps.
type call struct {
	*Server
	*scene
	liberty liberty // the scene's, at the beginning
	w       http.ResponseWriter
	r       *http.Request // without the base path

	path   *path          // set by matchOperation
	op     *operation     // set by matchOperation
	vars   variables      // of the path, still escaped
	user   *User          // set by authenticate
	record *record        // set by findConnection, if the path names one
	sent   map[string]any // the body, set by readBody
	query  map[string]any // parameters that the contract knows, set by validateQuery
	*draft                // the body completed, set by fillDefaults

	reached  int // the place of the step that is taken, from 1; 0 if nobody walks
	invalid  fieldErrors
	findings []Finding
	body     []byte // as it was read, for the journal; nothing else may use its memory
	unread   bool   // there was more of it
	number   int64  // of the exchange, once the journal has it
	seen     []item // what the exchange covered
	room     [24]item
	met      [16]uint64 // a bit for each of seen
	shown    reply      // what show answers
	one      [1]*record

	fault       *actingFault // set by disturb, if one acts
	unvalidated bool         // the request asked not to be validated
	applied     string       // preferences, for the header of the reply

	undocumented string // a method that a latitude adds, answered by way of another
	format       string // other than JSON, which a latitude lets the client ask for
}

// find adds findings, as long as a person might still read them.
func (c *call) find(findings ...Finding) {
	findings = findings[:min(len(findings), maxFindings-len(c.findings))]
	c.findings = slices.Grow(c.findings, len(findings))
	for _, f := range findings {
		f.Pointer, f.Message = clip(f.Pointer), clip(f.Message)
		if (f.Severity == Violation || f.Severity == Breach) && f.Source == "" && c.path != nil {
			f.Source = c.path.cite(c.r.Method)
		}
		c.findings = append(c.findings, f)
	}
}

// reject notes what is wrong with a field or a parameter, for refuseInvalid.
func (c *call) reject(name string, messages ...string) {
	if c.invalid == nil {
		c.invalid = fieldErrors{}
	}
	c.invalid[name] = append(c.invalid[name], messages...)
}
