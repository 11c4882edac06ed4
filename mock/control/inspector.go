package control

import (
	"embed"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

// The inspector is a page on which people watch and change a mock. It is made of the files below page, and calls
// nothing but this API and the mock.

//go:embed page/index.html page/css page/js
var pageFiles embed.FS

// pagePolicy lets the page load its own files and call its own origin, and nothing else. Text can't become
// markup in it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// fileTypes are those of the page's files. The machine's own table may say otherwise.
var fileTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// ofProxy makes the page of a mock that of a proxy, before anything of it is drawn.
var ofProxy = strings.NewReplacer(`data-of="mock"`, `data-of="proxy"`, "sdecontract mock", "sdecontract proxy", "<span>mock", "<span>proxy")

// page answers a browser that opens the inspector.
func (c *call) page() error { return c.file("index.html") }

// pageFile answers with a file that the page loads.
func (c *call) pageFile() error { return c.file(c.vars["folder"] + "/" + c.vars["file"]) }

func (c *call) file(name string) error {
	data, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		return notFound("the inspector has no file %s", name)
	}
	if c.proxy != nil && name == "index.html" {
		data = []byte(ofProxy.Replace(string(data)))
	}
	c.w.Header().Set("Content-Security-Policy", pagePolicy)
	c.write(http.StatusOK, fileTypes[path.Ext(name)], data)
	return nil
}

// wantsPage tells whether a browser asks for a page.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// latitude is one that a mock can take.
type latitude struct {
	Name     mock.Latitude   `json:"name"`
	Excludes []mock.Latitude `json:"excludes"`
}

// about tells what holds for as long as the mock runs, but for its users.
func (c *call) about() error {
	answer := map[string]any{
		"url": c.baseURL() + c.srv.BasePath(), "instance": c.since.UTC().Format(time.RFC3339Nano), "base_path": c.srv.BasePath(),
		"users": c.users(), "steps": mock.Steps(), "latitudes": latitudes(),
	}
	if c.proxy != nil {
		answer["upstream"], answer["steps"], answer["latitudes"] = c.options.Upstream, []string{}, []latitude{}
	}
	return c.reply(http.StatusOK, answer)
}

// users are the names of those whose tokens are known.
func (c *call) users() []string {
	names := []string{}
	for _, u := range c.srv.World().Users() {
		names = append(names, u.Name)
	}
	return names
}

func latitudes() []latitude {
	var list []latitude
	for _, l := range mock.Latitudes() {
		one := latitude{l, []mock.Latitude{}}
		for _, other := range mock.Latitudes() {
			if l.Excludes(other) {
				one.Excludes = append(one.Excludes, other)
			}
		}
		list = append(list, one)
	}
	return list
}

func (c *call) contract() error {
	text, err := c.srv.Contract().JSON()
	if err != nil {
		return err
	}
	c.write(http.StatusOK, "application/json", text)
	return nil
}

func (c *call) rulings() error {
	c.write(http.StatusOK, "text/markdown; charset=utf-8", []byte(sdecontract.Rulings()))
	return nil
}

// seen asks a copy of the mock, so that neither journal nor coverage nor faults have to do with it.
func (c *call) seen() error {
	token := c.token(c.query.Get("user"))
	if token == "" {
		return invalid(mistake{Parameter: "user", Detail: "the world has no user of this name"})
	}
	ask, err := http.NewRequestWithContext(c.r.Context(), http.MethodGet, "http://"+c.r.Host+c.query.Get("target"), nil)
	if err != nil {
		return invalid(mistake{Parameter: "target", Detail: "is not a path with a query"})
	}
	ask.Header.Set("Authorization", "Token "+token)
	double := mock.New(mock.WithContract(c.srv.Contract()), mock.WithWorld(c.srv.Snapshot()), mock.WithLatitude(c.srv.Latitudes()...))
	answer, err := double.Client().Do(ask)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	show := double.Exchange
	if c.query.Has("secrets") {
		show = double.RawExchange
	}
	e, ok := show(1)
	if !ok {
		return invalid(mistake{Parameter: "target", Detail: "was not answered by the mock"})
	}
	return c.reply(http.StatusOK, e)
}
