package mock

import (
	"net/http"
	"slices"
)

// saw notes that the exchange met something, once.
func (c *call) saw(i item) {
	if c.seen == nil {
		c.seen = c.room[:0]
	}
	word, bit := int(i)/64, uint64(1)<<(i%64)
	switch {
	case i == 0:
	case word >= len(c.met): // no contract that is known has that many
		if !slices.Contains(c.seen, i) {
			c.seen = append(c.seen, i)
		}
	case c.met[word]&bit == 0:
		c.met[word] |= bit
		c.seen = append(c.seen, i)
	}
}

// observe notes what shows when the reply is made.
func (c *call) observe(a *reply) {
	switch {
	case c.op != nil:
		c.saw(c.op.items.called)
		c.saw(c.op.items.statuses[a.status])
		c.sawQuery()
	case c.path != nil && c.user != nil && a.status >= http.StatusBadRequest: // no operation has the method: that says something of all of them
		for _, method := range sortedKeys(c.path.operations) {
			c.saw(c.path.operations[method].items.statuses[a.status])
		}
	}
	if i := slices.Index(c.world.users, c.user); i >= 0 { // the world may have been replaced while a fault held the call back
		c.saw(item(len(c.contract.plan) + i))
	}
	for _, f := range c.findings {
		if f.Severity != Violation || f.Rule == "" || a.status < http.StatusBadRequest {
			continue
		}
		c.saw(c.contract.violations[f.Rule])
		c.saw(c.contract.violations[f.Rule+f.Pointer]) // what is required is told by name
	}
}

// sawPermission notes whether the user may do what is asked.
func (c *call) sawPermission() {
	switch {
	case c.user.may(c.op.requires):
		c.saw(c.op.items.granted)
	case !c.takes(ReaderWrites):
		c.saw(c.op.items.refused)
	}
}

func (c *call) sawQuery() {
	for i := range c.op.params {
		p := &c.op.params[i]
		if value, sent := c.query[p.name]; sent {
			c.saw(p.items.sent)
			if text, isText := value.(string); isText {
				c.saw(p.items.values[text])
			}
		}
	}
}

// sawBody notes what a client sent.
func (c *call) sawBody() {
	for i := range c.op.fields {
		f := &c.op.fields[i]
		if _, sent := c.sent[f.name]; sent {
			c.saw(f.items.sent)
			text, _ := c.sentText(f.name)
			c.saw(f.items.values[text])
		}
	}
}

// sawPlan notes whether a field asks for what only some plans include.
func (c *call) sawPlan(f *field) {
	text, sent := c.sentText(f.name)
	switch {
	case f.feature == nil || !sent || !slices.Contains(f.feature.Gates, text):
	case c.has(c.user.Organization, f.feature.Name):
		c.saw(f.items.within)
	default:
		c.saw(f.items.beyond)
	}
}

// sawFilled notes where the values of a connection come from that is about to be written.
func (c *call) sawFilled() {
	for i := range c.op.fields {
		f := &c.op.fields[i]
		value, sent := c.sent[f.name]
		switch members, isObject := value.(map[string]any); {
		case !sent:
			c.saw(f.items.defaulted)
		case isObject:
			for member, from := range f.inherits {
				c.sawInherited(f, member, from, members)
			}
		}
	}
	for i := range c.op.collection.properties {
		p := &c.op.collection.properties[i]
		c.saw(p.items.derived)
		if _, sent := c.sent[p.name]; sent {
			c.saw(p.items.ignored)
		}
	}
}

// sawInherited notes which members come from the source, and which win over it.
func (c *call) sawInherited(f *field, member string, from source, sent map[string]any) {
	value := from.value(c.refs)
	all, isObject := value.(map[string]any)
	there, kept := 0, 0 // members of the source, and those of them that were sent
	switch {
	case member != "*" && value != nil:
		there = 1
		if _, own := sent[member]; own {
			kept = 1
		}
	case member == "*" && isObject:
		there = len(all)
		for name := range sent {
			if _, taken := all[name]; taken {
				kept++
			}
		}
	}
	if kept > 0 {
		c.saw(f.items.kept[member])
	}
	if kept < there {
		c.saw(f.items.taken[member])
	}
}

// sawList notes what filters and pages made of a list: how many connections passed, of which those from
// one on to another, not included, are shown.
func (c *call) sawList(found, from, to int, refused bool) {
	size, number := false, int64(0)
	for i := range c.op.params {
		p := &c.op.params[i]
		value, sent := c.query[p.name]
		if !sent {
			continue
		}
		if found > 0 {
			c.saw(p.items.some)
		} else {
			c.saw(p.items.none)
		}
		if n, ok := asInt(value); ok && p.paginate == "page" {
			number = n
		}
		size = size || p.paginate == "size"
	}
	for i := range c.op.params {
		switch items := &c.op.params[i].items; {
		case refused:
			c.saw(items.beyond)
		case !size && number > 1:
			c.saw(items.withoutEffect)
		case size && to-from < found:
			c.saw(items.cut)
		case size:
			c.saw(items.fits)
		}
		if size && from > 0 && !refused {
			c.saw(c.op.params[i].items.turned)
		}
	}
	c.sawConnections(to - from)
}

// sawConnections notes what a reply with so many connections shows and hides.
func (c *call) sawConnections(count int) {
	for i := range c.op.collection.properties {
		p := &c.op.collection.properties[i]
		switch {
		case count == 0:
		case c.user.may(p.visible):
			c.saw(p.items.shown)
		default:
			c.saw(p.items.hidden)
		}
	}
}
