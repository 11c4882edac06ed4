package mock_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

// judge holds replies to the contract with kin-openapi's own filter, which shares no code with the
// mock's way of using the library.
type judge struct{ router routers.Router }

func newJudge(tb testing.TB) judge {
	tb.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(tb, err)
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	assert.NilError(tb, err)
	return judge{router}
}

// check returns what is wrong with a reply. A reply to a path or method that the contract doesn't have
// is held to nothing but its status.
func (j judge) check(r *http.Request, got reply) error {
	asked := r.Clone(context.Background())
	if r.Method == http.MethodHead {
		asked.Method = http.MethodGet
	}
	route, params, unknown := j.router.FindRoute(asked)
	if unknown != nil || r.Method == http.MethodHead {
		return nil
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route},
		Status:                 got.status,
		Header:                 got.header,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	input.SetBodyBytes([]byte(got.body))
	return openapi3filter.ValidateResponse(context.Background(), input)
}

// TestEveryReplyFitsTheContract judges the replies to the requests that the other tests are made of.
func TestEveryReplyFitsTheContract(t *testing.T) {
	j := newJudge(t)
	a := newAPI()
	for _, user := range []string{"editor", "alm-editor", "security-editor", "reader", "basic", "nobody", ""} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"} {
			for _, path := range []string{alm, alm + "1/", alm + "4711/", analysis, analysis + "2/", alm + "?page_size=1", "/", alm + "x/"} {
				for _, body := range []string{"", validALM, "{}", "[", `{"connector":3,"project":1,"params":{},"frequency":"daily","alias":"A"}`} {
					for _, header := range []string{"X-Nothing: 1", "Accept: text/html", "Content-Type: text/plain"} {
						r := a.as(user).request(method, path, body, header)
						got := a.as(user).do(method, path, body, header)
						assert.NilError(t, j.check(r, got), "%s %s %s as %s: %d %s", method, path, body, user, got.status, got.body)
						assert.Assert(t, got.status < 500, got.body)
					}
				}
			}
		}
	}
}

func FuzzHandler(f *testing.F) {
	for _, body := range []string{validALM, "", "{}", "[]", `{"alias":"A","alias":"B"}`, `{"params":{"n":1e400}}`, "\xff", `{"connector":1.0,"project":1,"params":{"a":[{}]}}`} {
		for _, path := range []string{alm, alm + "1/", analysis, analysis + "2/"} {
			f.Add("POST", path, "", "Token editor-token", "application/json", "application/json", body)
			f.Add("PUT", path, "", "token \"basic-token\"", "", "*/*", body)
		}
	}
	f.Add("GET", alm, "page_size=2&page=2&alias=%zz;", "Token reader-token", "", "text/*;q=0.1, application/json", "")
	f.Add("HEAD", "/api/v2/connections/alm", "a=b", "Bearer x", "x/y;", "", "")
	f.Add("DELETE", "//api//v2/%2e%2e/connections/alm/%31/", "", "", "", "", "")
	f.Add("OPTIONS", analysis, "", "", "", "", "")
	j := newJudge(f)
	f.Fuzz(func(t *testing.T, method, path, query, authorization, contentType, accept, body string) {
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method = method
		r.URL = &url.URL{Path: path, RawQuery: query}
		if decoded, err := url.PathUnescape(path); err == nil {
			r.URL.Path, r.URL.RawPath = decoded, path
		}
		for name, value := range map[string]string{"Authorization": authorization, "Content-Type": contentType, "Accept": accept} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		a := newAPI()
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		got := reply{w.Code, w.Header(), w.Body.String()}
		if got.status >= 500 {
			t.Fatalf("%d: %s", got.status, got.body)
		}
		if err := j.check(r, got); err != nil {
			t.Fatalf("%d %s: %v", got.status, got.body, err)
		}
		for _, e := range a.Broken() {
			for _, finding := range e.Findings {
				if finding.Severity == mock.Fault {
					t.Fatal(finding)
				}
			}
		}
	})
}
