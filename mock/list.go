package mock

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

func list(c *call) *reply {
	col := c.op.collection
	where, asked := c.conditions(), c.pageAsked()
	answer := &reply{status: c.op.success, view: col.hiddenFrom(c.user), envelope: col.envelope, slot: col.results}
	if where == nil && asked.page == (page{number: 1}) && c.liberty == nil && col.bareFaults == nil {
		if answer.encoded = c.store.whole(col, c.user.Organization, answer.view); answer.encoded != nil {
			c.sawConnections(len(answer.encoded) - len(col.head) - len(col.tail))
			return answer
		}
	}
	var count int
	answer.records, count = c.search(where, asked.page)
	from, to := asked.span(count)
	c.sawList(count, from, to, asked.size > 0 && asked.number > asked.last(count))
	return c.paginate(answer, asked, count)
}

// pageAsked is a page with the names of the parameters that say which.
type pageAsked struct {
	page
	sizeName, pageName string
}

// pageAsked is the page that the client asked for.
func (c *call) pageAsked() pageAsked {
	asked := pageAsked{page: page{number: 1}}
	for i := range c.op.params {
		name := c.op.params[i].name
		given, ok := asInt(c.query[name])
		switch c.op.params[i].paginate {
		case "size":
			asked.sizeName, asked.size = name, given
		case "page":
			if asked.pageName = name; ok {
				asked.number = given
			}
		}
	}
	return asked
}

// conditions are the filters that the client set.
func (c *call) conditions() []condition {
	var where []condition
	for i := range c.op.params {
		p := &c.op.params[i]
		if value, given := c.query[p.name]; given && p.filters != "" {
			where = append(where, condition{p.filters, filterKey(value)})
		}
	}
	return where
}

// search returns the page of the connections that pass the filters, and how many pass them.
func (c *call) search(where []condition, p page) ([]*record, int) {
	if c.liberty == nil {
		return c.store.list(c.op.collection, c.user.Organization, where, p)
	}
	all, _ := c.store.list(c.op.collection, c.user.Organization, nil, page{})
	found := slices.DeleteFunc(all, func(rec *record) bool { return !c.selects(rec, where) })
	c.arrange(found, p)
	from, to := p.span(len(found))
	return found[from:to], len(found)
}

// selects tells whether the filters let the connection pass.
func (c *call) selects(rec *record, where []condition) bool {
	passed := 0
	for _, w := range where {
		if c.same(w.property, rec.value(c.op.collection, w.property), w.value) {
			passed++
		}
	}
	return passed == len(where) || passed > 0 && c.takes(FiltersUnited)
}

// paginate adds count, next and previous to a list of which the client asked for a page.
func (c *call) paginate(answer *reply, p pageAsked, count int) *reply {
	if p.size == 0 {
		if p.number != 1 {
			c.find(Finding{Severity: Note, In: "query", Pointer: p.pageName, Message: "has no effect without " + p.sizeName})
		}
		return answer
	}
	last := p.last(count)
	if p.number > last {
		c.find(Finding{Severity: Refusal, In: "query", Pointer: p.pageName, Message: fmt.Sprintf("the last page is %d", last)})
		return refuse(http.StatusNotFound, invalidPage)
	}
	query, _ := url.ParseQuery(c.r.URL.RawQuery)
	link := func(n int64) any {
		if n < 1 || n > last {
			return nil
		}
		query.Set(p.pageName, strconv.FormatInt(n, 10))
		return c.absolute(query)
	}
	answer.envelope = maps.Clone(answer.envelope)
	answer.envelope["count"], answer.envelope["next"], answer.envelope["previous"] = int64(count), link(p.number+1), link(p.number-1)
	return answer
}

// absolute is the URL that the client called, with another query.
func (c *call) absolute(query url.Values) string {
	host := c.r.Host
	if at, ok := c.r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" { // as HTTP/1.0 allows
		host = at.String()
	}
	root, path := url.URL{Scheme: "http", Host: host}, url.URL{Path: c.r.URL.Path, RawQuery: query.Encode()}
	if c.r.TLS != nil {
		root.Scheme = "https"
	}
	return root.String() + c.basePath + path.String()
}
