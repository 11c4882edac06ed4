// Package control lets tests and people control a mock that runs, over HTTP: below /_mock/ beside the API that is
// mocked, and below /_sandbox/ID/_mock/ for each sandbox. openapi.yaml describes it.
//
//	host := mock.NewHost(mock.New(), mock.HostLimits{})
//	http.ListenAndServe("127.0.0.1:8080", control.New(host, control.Options{}))
//
// In front of a proxy, [NewProxy], it tells what passed and what was wrong with it.
package control

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gorilla/mux"

	"github.com/sdecontract/sdecontract/mock"
)

// Path is where the control API is.
const Path = "/_mock/"

//go:embed openapi.yaml
var document []byte

// Document returns the OpenAPI document of the control API.
func Document() []byte { return append([]byte(nil), document...) }

// Options of a control API. The zero value is right for a mock that only this machine can reach.
type Options struct {
	// Hosts are names by which clients may call the API, besides localhost and any IP address. Others are
	// refused, because a web page could have made such a name point here.
	Hosts []string
	// Token that clients must send, as Authorization: Bearer; none if it is empty.
	Token string
	// BaseURL of the mock, such as http://127.0.0.1:8080, for the URLs of sandboxes. Without one they have the
	// host that the client called.
	BaseURL string
	// Upstream is what people are told of the server behind a proxy; empty means its URL.
	Upstream string
	// Next answers what isn't for the control API; nil means the host or the proxy. http.NotFoundHandler() serves the control
	// API alone.
	Next http.Handler
	// MaxBody is how many bytes a body may have; 0 means 16 MiB.
	MaxBody int64
	// Heartbeat is how often a stream of events shows that it is alive; 0 means 15 seconds.
	Heartbeat time.Duration
}

// Handler is a control API in front of a mock or a proxy. Use [New] or [NewProxy] to make one.
type Handler struct {
	options Options
	main    *mock.Server
	host    *mock.Host  // nil before another server
	proxy   *mock.Proxy // nil unless there is one
	streams atomic.Int64
	made    time.Time
	ending  chan struct{}
	end     func()
}

// route is a path of the document.
type route struct {
	template string
	item     *openapi3.PathItem
}

// New returns the control API of a host, and what is behind it.
func New(host *mock.Host, o Options) *Handler {
	return begin(&Handler{options: o, main: host.Main(), host: host}, host)
}

// NewProxy returns the control API of a proxy, and what is behind it. What only a mock can do, it refuses: openapi.yaml
// names it by x-mock-only.
func NewProxy(proxy *mock.Proxy, o Options) *Handler {
	o.Upstream = cmp.Or(o.Upstream, proxy.Upstream())
	return begin(&Handler{options: o, main: proxy.Server, proxy: proxy}, proxy)
}

func begin(h *Handler, next http.Handler) *Handler {
	h.made, h.ending = time.Now(), make(chan struct{})
	h.end = sync.OnceFunc(func() { close(h.ending) })
	if h.options.Next == nil {
		h.options.Next = next
	}
	if h.options.MaxBody <= 0 {
		h.options.MaxBody = 16 << 20
	}
	if h.options.Heartbeat <= 0 {
		h.options.Heartbeat = 15 * time.Second
	}
	return h
}

// routing is how requests find their place in the document.
type routing struct {
	doc    *openapi3.T
	router *mux.Router
	routes map[string]*route // by path template
}

// api is made of the document at the first request for it: most mocks are never controlled, and shall start
// fast and stay small. The document is a part of the program: an error in it is a panic, which a test finds.
var api = sync.OnceValue(func() *routing {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(document)
	if err == nil {
		err = doc.Validate(loader.Context, openapi3.EnableMultiError())
	}
	if err != nil {
		panic(fmt.Sprintf("control: openapi.yaml: %v", err))
	}
	doc.Servers = nil
	r := &routing{doc, mux.NewRouter().SkipClean(true).UseEncodedPath(), map[string]*route{}}
	for _, template := range doc.Paths.InMatchingOrder() {
		r.router.Path(template).Name(template)
		r.routes[template] = &route{template, doc.Paths.Value(template)}
	}
	return r
})

// Close ends the streams of events, so that a server can shut down: see [net/http.Server.RegisterOnShutdown].
func (h *Handler) Close() { h.end() }

// ServeHTTP answers a request to the control API, and hands on any other.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	id, boxed := mock.SandboxOf(path)
	if boxed = boxed && h.host != nil; boxed { // such a path before another server is that server's
		path = strings.TrimPrefix(path, mock.SandboxPath+id)
	}
	if path != strings.TrimSuffix(Path, "/") && !strings.HasPrefix(path, Path) {
		h.options.Next.ServeHTTP(w, r)
		return
	}
	c := &call{Handler: h, w: w, r: r, srv: h.main, since: h.made, path: path}
	if err := c.serve(id, boxed); err != nil {
		c.refuse(err)
	}
}

// call is one request to the control API.
type call struct {
	*Handler
	w    http.ResponseWriter
	r    *http.Request
	srv  *mock.Server // the mock, or the sandbox
	box  string       // id of the sandbox; empty if it is the mock
	path string       // escaped, below the sandbox

	since time.Time // when the mock was made, or the sandbox

	operation *openapi3.Operation
	vars      map[string]string // of the path, unescaped
	query     url.Values
	body      []byte
	isJSON    bool // the body
}

// serve lets nobody find out what there is who may not call it.
func (c *call) serve(id string, boxed bool) error {
	c.secureHeaders()
	if err := c.guard(); err != nil {
		return err
	}
	route, err := c.find()
	if err != nil {
		return err
	}
	if err := c.authorize(); err != nil {
		return err
	}
	if c.proxy != nil && mockOnly(c.operation) {
		return notFound("this is a proxy before %s: it has no %s %s, which only a mock has", c.options.Upstream, c.r.Method, c.path)
	}
	if boxed {
		box, done := c.host.Use(id)
		defer done()
		if box == nil || strings.HasPrefix(route.template, Path+"sandboxes") {
			return notFound("there is no sandbox %q here", id)
		}
		c.srv, c.box, c.since = box.Server, id, box.Created
	}
	if err := c.read(route); err != nil {
		return err
	}
	return actions[c.operation.OperationID](c)
}

// find finds the operation.
func (c *call) find() (*route, error) {
	asked := &http.Request{Method: c.r.Method, URL: &url.URL{}}
	plain, err := url.PathUnescape(c.path)
	asked.URL.Path, asked.URL.RawPath = plain, c.path
	var match mux.RouteMatch
	if err != nil || !api().router.Match(asked, &match) {
		return nil, notFound("there is no %s; GET %s lists what there is", c.path, Path)
	}
	found := api().routes[match.Route.GetName()]
	c.vars = map[string]string{}
	for name, value := range match.Vars {
		if c.vars[name], err = url.PathUnescape(value); err != nil {
			return nil, notFound("there is no %s", c.path)
		}
	}
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if c.operation = found.item.GetOperation(method); c.operation == nil {
		c.w.Header().Set("Allow", found.allow())
		return nil, &problem{Status: http.StatusMethodNotAllowed, Detail: fmt.Sprintf("%s has no %s, only %s", c.path, c.r.Method, found.allow())}
	}
	return found, nil
}

// mockOnly tells whether the document says that only a mock has the operation.
func mockOnly(op *openapi3.Operation) bool { return op.Extensions["x-mock-only"] == true }

// offered are the operations of a path that there are here, by method.
func (c *call) offered(item *openapi3.PathItem) map[string]*openapi3.Operation {
	operations := item.Operations()
	maps.DeleteFunc(operations, func(_ string, op *openapi3.Operation) bool { return c.proxy != nil && mockOnly(op) })
	return operations
}
