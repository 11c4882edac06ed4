package mock

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// WithoutPrefer makes the mock ignore the header Prefer, as a server does that doesn't know it.
func WithoutPrefer() Option { return func(s *Server) { s.chaos.deaf = true } }

// preferenceNames are the preferences that the mock knows, and the member of a fault that each sets. What else
// RFC 7240 and others let a client prefer is not for the mock to honour.
var preferenceNames = map[string]string{"code": "/status", "delay": "/delay", "fault": "/effect", "validation": ""}

// preference is a part of the header Prefer.
type preference struct{ name, value string }

// preferences reads the header. Of several with one name the first counts, as RFC 7240 says.
func preferences(values []string) (list []preference) {
	for _, part := range splitPreferences(strings.Join(values, ",")) {
		name, value, _ := strings.Cut(part, "=")
		p := preference{strings.ToLower(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(value), `"`)}
		if p.name != "" && !slices.ContainsFunc(list, func(q preference) bool { return q.name == p.name }) {
			list = append(list, p)
		}
	}
	return list
}

// splitPreferences cuts at commas and semicolons outside quotation marks.
func splitPreferences(header string) []string {
	quoted := false
	return strings.FieldsFunc(header, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ',' || r == ';')
	})
}

// readPreferences does what the header Prefer asks of the mock for this one request, whose operation and user
// were found. Faults that are set leave a request alone that asks for one itself.
func (c *call) readPreferences(found *call) *reply {
	var f FaultRule
	var applied []string
	var wrong misfits
	if found.op != nil {
		f.Operation = found.op.id
	}
	for _, p := range preferences(c.r.Header["Prefer"]) {
		if _, known := preferenceNames[p.name]; !known {
			if hint := nearest.DidYouMean(p.name, sortedKeys(preferenceNames)); hint != "" {
				c.find(Finding{Severity: Note, In: "header", Pointer: "Prefer", Message: fmt.Sprintf("%q is not a preference of the mock%s; it was ignored", p.name, hint)})
			}
			continue
		}
		applied = append(applied, p.name+"="+p.value)
		p.set(c, &f, &wrong)
	}
	if f != (FaultRule{Operation: f.Operation}) && wrong == nil {
		wrong = c.check(f)
	}
	if wrong != nil {
		c.adopt(found)
		return c.refusePreferences(wrong)
	}
	if c.unvalidated {
		c.find(Finding{Severity: Note, In: "header", Pointer: "Prefer", Message: "the request was not validated, as it asked"})
	}
	asked := f != (FaultRule{Operation: f.Operation})
	if asked && !f.matches(found) {
		return nil // a body of HEAD, or a status of a path that doesn't exist
	}
	if asked {
		c.chaos.mu.Lock()
		c.fault = &actingFault{FaultRule: f, delay: f.Delay.Fixed, cleared: c.chaos.cleared}
		c.chaos.mu.Unlock()
	}
	c.applied = strings.Join(applied, ", ")
	return nil
}

// set makes the preference a part of the fault, or of the call.
func (p preference) set(c *call, f *FaultRule, wrong *misfits) {
	var err error
	switch p.name {
	case "code":
		if f.Status, err = strconv.Atoi(p.value); err != nil || f.Status == 0 {
			f.Status = -1 // which none is: the check lists those that there are
		}
	case "delay":
		if f.Delay.Fixed, err = time.ParseDuration(p.value); err != nil || f.Delay.Fixed <= 0 {
			wrong.add("/delay", "%s is not a duration above 0, such as 250ms", display(p.value))
		}
	case "fault":
		if f.Effect = Effect(p.value); p.value == "" {
			wrong.add("/effect", "must be one of %s", strings.Join(effectNames(), ", "))
		}
	case "validation":
		if c.unvalidated = p.value == "off"; !c.unvalidated {
			wrong.add("", "validation=%s is not known, only validation=off", p.value)
		}
	}
}

// refusePreferences answers a request that asks for what there isn't.
func (c *call) refusePreferences(wrong misfits) *reply {
	var texts []string
	for _, one := range wrong {
		message := one.message
		for name, member := range preferenceNames {
			if member != "" && strings.HasPrefix(one.member, member) {
				message = name + ": " + message
			}
		}
		c.find(Finding{Severity: Violation, In: "header", Pointer: "Prefer", Message: message})
		texts = append(texts, message)
	}
	return refuse(http.StatusBadRequest, "Prefer: %s", strings.Join(texts, "; "))
}

// forgive lets a request through that asked not to be validated. What is wrong with it stays noted; parameters
// of the query that can't be used are ignored.
func forgive(c *call) *reply {
	if !c.unvalidated {
		return nil
	}
	for name := range c.invalid {
		delete(c.query, name)
	}
	c.invalid = nil
	for i := range c.findings {
		c.findings[i].Severity = Note
	}
	return nil
}
