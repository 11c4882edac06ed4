package conformance_test

import (
	"net/http"
	"net/url"

	"github.com/sdecontract/sdecontract/conformance"
)

// pageMutants cut lists into pages, and get wrong how those hang together.
var pageMutants = []mutant{
	{
		name: "pages-go-round", says: "each page says that the first one is next", kills: "list/pages filter/pages",
		bend: onNext(func(_ *call, to url.Values) { to.Set("page", "1") }),
	},
	{
		name: "pages-repeat", says: "each page but the first says that it is itself the next", kills: "list/pages",
		bend: onNext(func(c *call, to url.Values) {
			if c.query.Has("page") {
				to.Set("page", c.query.Get("page"))
			}
		}),
	},
	{
		name: "pages-lose-the-filter", says: "the link to the next page leaves out the filters", kills: "filter/pages",
		bend: onNext(func(_ *call, to url.Values) {
			for _, name := range []string{"alias", "frequency", "system"} {
				to.Del(name)
			}
		}),
	},
	{
		name: "pages-of-another-host", says: "the link to the next page names a host that only the server knows", kills: "list/pages",
		bend: onList(func(c *call) { c.link(func(to *url.URL) { to.Host = "10.0.0.1:8000" }) }),
	},
	{
		name: "pages-beyond-the-last", says: "the last page links to one that isn't there", kills: "list/pages",
		bend: onList(func(c *call) {
			if o := c.got.(conformance.Object); c.query.Has("page_size") && o["next"] == nil {
				o["next"] = c.path + "?page_size=1&page=9999"
				c.hit()
			}
		}),
	},
	{
		name: "pages-overlap", says: "each page but the first shows the first connection as well", kills: "list/pages",
		bend: onList(func(c *call) {
			if items := c.items(); c.query.Get("page") > "1" && len(items) > 0 {
				first := c.ask(c.user, http.MethodGet, c.itemPath(1), nil)
				c.show(append(items, first.one()))
				c.hit()
			}
		}),
	},
	{
		name: "pages-leave-out", says: "each page but the first leaves out its first connection", kills: "list/pages filter/pages",
		bend: onList(func(c *call) {
			if items := c.items(); c.query.Get("page") > "1" && len(items) > 0 {
				c.show(items[1:])
				c.hit()
			}
		}),
	},
	{
		name: "pages-without-next", says: "pages don't say which is next", kills: "list/pages",
		bend: onList(func(c *call) {
			if o := c.got.(conformance.Object); o["next"] != nil {
				delete(o, "next")
				c.hit()
			}
		}),
	},
}

// onNext changes the query of the link to the next page.
func onNext(change func(c *call, to url.Values)) func(*call) {
	return onList(func(c *call) {
		c.link(func(to *url.URL) {
			query := to.Query()
			change(c, query)
			to.RawQuery = query.Encode()
		})
	})
}

// link changes the link to the next page, where there is one.
func (c *call) link(change func(*url.URL)) {
	o, _ := c.got.(conformance.Object)
	next, _ := o["next"].(string)
	to, err := url.Parse(next)
	if next == "" || err != nil {
		return
	}
	if change(to); to.String() != next {
		o["next"] = to.String()
		c.hit()
	}
}
