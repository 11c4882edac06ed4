package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

// unlike is a server that answers as the mock does but in one respect, and what the suite has to say of it.
type unlike struct {
	name    string
	answers func(*exchange) *answer
	want    string // verdicts that aren't good, for the kind alm
}

// transportChecks are those that these tests are about.
var transportChecks = []string{"alm/http/*", "alm/auth/*", "alm/get/*", "alm/schema/*", "alm/create/no-trace"}

func tryEach(t *testing.T, rows []unlike) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			report := run(t, mockTarget(amended(row.answers)), conformance.WithSelection(transportChecks...))
			assert.Equal(t, complaints(report), row.want, failures(report))
		})
	}
}

// status is an answer with that status, where when holds.
func status(code int, when func(*exchange) bool) func(*exchange) *answer {
	return func(x *exchange) *answer {
		if when(x) {
			a := x.serve()
			a.status = code
			return a
		}
		return x.serve()
	}
}

// restatus is an answer with the status to in place of one with the status from.
func restatus(from, to int) func(*exchange) *answer {
	return func(x *exchange) *answer {
		a := x.serve()
		if a.status == from {
			a.status = to
		}
		return a
	}
}

func method(m string) func(*exchange) bool { return func(x *exchange) bool { return x.r.Method == m } }

func slashless(x *exchange) bool { return !strings.HasSuffix(x.r.URL.Path, "/") }

// with adds a header to the request.
func (x *exchange) with(name, value string) *exchange {
	changed := *x
	changed.r = x.r.Clone(x.r.Context())
	changed.r.Header.Set(name, value)
	return &changed
}

// turned makes the request one of another method.
func (x *exchange) turned(method string) *exchange {
	changed := *x
	changed.r = x.r.Clone(x.r.Context())
	changed.r.Method = method
	return &changed
}

func TestPaths(t *testing.T) {
	tryEach(t, []unlike{
		{"redirects the URL of a connection", func(x *exchange) *answer {
			if x.isItem() && x.r.Method == http.MethodGet && x.serve().status == http.StatusOK {
				return plain(http.StatusFound)
			}
			return x.serve()
		}, "fail alm/http/path\nfail alm/get/status\nblocked alm/get/bare\nblocked alm/get/same-as-list\nblocked alm/get/id\nblocked alm/get/readable-without-permission\nblocked alm/get/safe"},
		{
			"fails without a slash", status(http.StatusInternalServerError, slashless),
			"fail alm/http/no-slash\nfail alm/http/no-slash-write\nfail alm/http/no-5xx",
		},
		{"redirects everything without a slash", status(http.StatusMovedPermanently, slashless), "warn alm/http/no-slash-write"},
		{"redirects without a slash and keeps the method", status(http.StatusPermanentRedirect, slashless), ""},
		{"answers without a slash", func(x *exchange) *answer {
			if slashless(x) {
				x.r.URL.Path += "/"
			}
			return x.serve()
		}, ""},
	})
}

func TestFormats(t *testing.T) {
	html := http.Header{"Content-Type": {"text/html"}}
	tryEach(t, []unlike{
		{
			"fails for XML", status(http.StatusInternalServerError, func(x *exchange) bool { return x.r.Header.Get("Accept") == "application/xml" }),
			"fail alm/http/accept-other\nfail alm/http/no-5xx",
		},
		{"answers in HTML who asks for it", func(x *exchange) *answer {
			if x.r.Header.Get("Accept") == "text/html" {
				return &answer{http.StatusOK, html, []byte("<html>")}
			}
			return x.serve()
		}, ""},
		{"sends HTML as a list", func(x *exchange) *answer {
			a := x.serve()
			if !x.isItem() && a.status == http.StatusOK {
				a.header.Set("Content-Type", "text/html")
			}
			return a
		}, "fail alm/http/json"},
		{"sends a charset", func(x *exchange) *answer {
			a := x.serve()
			a.header.Set("Content-Type", "application/json; charset=UTF-8")
			return a
		}, ""},
		{"sends a name twice", func(x *exchange) *answer {
			a := x.serve()
			if x.isItem() && a.status == http.StatusOK {
				a.body = append([]byte(`{"inaccessible":false,`), a.body[1:]...)
			}
			return a
		}, "fail alm/http/valid-json"},
		{"sends more than JSON", func(x *exchange) *answer {
			a := x.serve()
			if x.r.Method == http.MethodPost && a.status == http.StatusCreated {
				a.body = append(a.body, "</html>"...)
			}
			return a
		}, "fail alm/http/valid-json"},
		{
			"fails for text/plain", status(http.StatusInternalServerError, func(x *exchange) bool { return x.r.Header.Get("Content-Type") == "text/plain" }),
			"fail alm/http/req-content-type\nfail alm/http/no-5xx",
		},
		{"refuses text/plain, and obeys", func(x *exchange) *answer {
			if x.r.Header.Get("Content-Type") == "text/plain" {
				changed := x.with("Content-Type", "application/json")
				changed.sent = []byte(strings.Replace(string(x.sent), `"hourly"`, `"daily"`, 1))
				changed.serve()
				return plain(http.StatusUnsupportedMediaType)
			}
			return x.serve()
		}, "fail alm/http/req-content-type\nwarn alm/http/error-body"},
		{"takes any Content-Type", func(x *exchange) *answer { return x.with("Content-Type", "application/json").serve() }, ""},
	})
}

func TestMethods(t *testing.T) {
	onList := func(m string) func(*exchange) bool {
		return func(x *exchange) bool { return !x.isItem() && x.r.Method == m }
	}
	onItem := func(m string) func(*exchange) bool {
		return func(x *exchange) bool { return x.isItem() && x.r.Method == m }
	}
	tryEach(t, []unlike{
		{"fails for HEAD", status(http.StatusInternalServerError, method(http.MethodHead)), "fail alm/http/head-options\nfail alm/http/no-5xx"},
		{"doesn't implement OPTIONS", status(http.StatusNotImplemented, method(http.MethodOptions)), ""},
		{"doesn't implement unknown methods", status(http.StatusNotImplemented, method("SDECONTRACT")), ""},
		{"doesn't implement PATCH", status(http.StatusNotImplemented, method(http.MethodPatch)), ""},
		{
			"fails for PATCH", status(http.StatusInternalServerError, method(http.MethodPatch)),
			"fail alm/http/method/item\nfail alm/http/method/collection\nfail alm/http/no-5xx",
		},
		{"finds no PUT of the list", status(http.StatusNotFound, onList(http.MethodPut)), ""},
		{"creates with PUT of the list", func(x *exchange) *answer {
			if onList(http.MethodPut)(x) {
				return x.turned(http.MethodPost).serve()
			}
			return x.serve()
		}, "warn alm/http/method/collection"},
		{"refuses unknown methods, and obeys", func(x *exchange) *answer {
			if x.r.Method == "SDECONTRACT" {
				x.turned(http.MethodPost).serve()
			}
			return x.serve()
		}, "fail alm/http/method/collection\nfail alm/create/no-trace"},
		{"says 405 without Allow", func(x *exchange) *answer {
			a := x.serve()
			a.header.Del("Allow")
			return a
		}, "warn alm/http/method/collection"},
		{"updates with POST", func(x *exchange) *answer {
			if onItem(http.MethodPost)(x) {
				return x.turned(http.MethodPut).serve()
			}
			return x.serve()
		}, "warn alm/http/method/item"},
		{"has PATCH of a connection", func(x *exchange) *answer {
			if onItem(http.MethodPatch)(x) {
				return x.turned(http.MethodGet).serve()
			}
			return x.serve()
		}, ""},
	})
}

// TestDelete: DELETE is sent if the target file allows it, and to the list only if all there is is the run's.
func TestDelete(t *testing.T) {
	var deleted []string
	target := mockTarget(amended(func(x *exchange) *answer {
		if x.r.Method == http.MethodDelete {
			deleted = append(deleted, x.r.URL.Path)
		}
		return x.serve()
	}))
	run(t, target, conformance.WithSelection("alm/http/method/*"))
	assert.Equal(t, len(deleted), 0)
	target.Writes.AllowDelete = true
	report := run(t, target, conformance.WithSelection("alm/http/method/*"))
	assert.Equal(t, complaints(report), "")
	assert.DeepEqual(t, deleted, []string{"/api/v2/connections/alm/6/"})
}

// TestDeleteThatWorks: what was deleted is gone from the account of the run.
func TestDeleteThatWorks(t *testing.T) {
	gone := ""
	target := mockTarget(amended(func(x *exchange) *answer {
		if x.r.Method == http.MethodDelete {
			gone = strings.TrimSuffix(x.r.URL.Path[strings.LastIndexByte(strings.TrimSuffix(x.r.URL.Path, "/"), '/')+1:], "/")
			return plain(http.StatusNoContent)
		}
		return x.serve().object(func(o map[string]any) {
			list, _ := o["results"].([]any)
			for i, item := range list {
				if id := item.(map[string]any)["id"]; gone != "" && id.(interface{ String() string }).String() == gone {
					o["results"] = append(list[:i:i], list[i+1:]...)
					return
				}
			}
		})
	}))
	target.Writes.AllowDelete = true
	report := run(t, target, conformance.WithSelection(transportChecks...))
	assert.Equal(t, complaints(report), "", failures(report))
	assert.Equal(t, len(report.Created), 0)
}
