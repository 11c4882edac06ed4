package conformance

import (
	"net/http"
	"strconv"
)

// updating returns the account of the connection that the request may change, or nil. From now on nobody
// knows its frequency, until a reply tells.
func (r *runner) updating(q request) *Created {
	m := itemPath.FindStringSubmatch(q.path)
	if m == nil || q.method == http.MethodPost {
		return nil
	}
	for i := range r.report.Created {
		c := &r.report.Created[i]
		if string(c.Kind) == m[1] && strconv.FormatInt(c.ID, 10) == m[2] {
			c.Frequency = ""
			return c
		}
	}
	return nil
}

// updated keeps account of what an update made of a connection.
func (r *runner) updated(c *Created, q request, reply *Reply) error {
	o := reply.Object()
	sent, _ := q.body.(Object)
	c.Frequency = r.account(o, sent, "frequency")
	if _, ok := o["alias"].(string); ok {
		c.Alias = r.account(o, sent, "alias")
	}
	if connector, ok := integer(o["connector"]); ok {
		c.Connector = connector
	}
	if project, ok := integer(o["project"]); ok {
		c.Project = project
	}
	if r.options.ledger != nil {
		return r.options.ledger(*c)
	}
	return nil
}
