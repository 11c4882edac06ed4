package mock_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

func fromOrigin(t *testing.T, h http.Handler, method, path, origin string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	r.Header.Set("Origin", origin)
	r.Header.Set("Authorization", "Token reader-token")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestCORS: what a browser asks before and after a call with credentials. It refuses a bare * then.
func TestCORS(t *testing.T) {
	tests := map[string]struct {
		origins []string
		origin  string
		want    string
	}{
		"named":  {[]string{"http://b.test", "http://a.test:3000"}, "http://a.test:3000", "http://a.test:3000"},
		"any":    {[]string{"*"}, "http://a.test", "http://a.test"},
		"other":  {[]string{"http://a.test"}, "http://a.test:3000", ""},
		"prefix": {[]string{"http://a.test"}, "http://a.test.evil.test", ""},
		"none":   {nil, "http://a.test", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			srv := mock.New()
			h := mock.CORS(test.origins, srv)

			preflight := fromOrigin(t, h, "OPTIONS", alm+"1/", test.origin,
				"Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization,content-type")
			assert.Equal(t, preflight.Header().Get("Access-Control-Allow-Origin"), test.want)
			assert.Equal(t, len(srv.Exchanges()), 0) // no request of the contract
			if test.want != "" {
				assert.Equal(t, preflight.Code, http.StatusNoContent)
				assert.Equal(t, preflight.Header().Get("Access-Control-Allow-Methods"), "PUT")
				assert.Equal(t, preflight.Header().Get("Access-Control-Allow-Headers"), "authorization,content-type")
				assert.Equal(t, preflight.Header().Get("Access-Control-Allow-Credentials"), "true")
			}

			got := fromOrigin(t, h, "GET", alm+"1/", test.origin)
			assert.Equal(t, got.Code, http.StatusOK)
			assert.Equal(t, got.Header().Get("Access-Control-Allow-Origin"), test.want)
			assert.Equal(t, got.Header().Get("Vary"), "Origin")
			if test.want != "" {
				assert.Equal(t, got.Header().Get("Access-Control-Allow-Credentials"), "true")
				assert.Equal(t, got.Header().Get("Access-Control-Expose-Headers"),
					"Contract-Explanation, Allow, Location, Preference-Applied, Retry-After, Www-Authenticate")
			}
		})
	}
}

// TestPlainOptions reach the mock: they aren't preflights.
func TestPlainOptions(t *testing.T) {
	got := fromOrigin(t, mock.CORS([]string{"*"}, mock.New()), "OPTIONS", alm, "http://a.test")
	assert.Equal(t, got.Code, http.StatusOK)
	assert.Equal(t, got.Header().Get("Allow"), "GET, HEAD, OPTIONS, POST")
}

// TestCORSBeforeServer: what the server behind a proxy says of other origins would make two answers of one.
func TestCORSBeforeServer(t *testing.T) {
	p := proxied(t, bent{mock.New(), func(b *bentReply) {
		b.header.Set("Access-Control-Allow-Origin", "https://elsewhere.test")
		b.header.Set("X-Odd", "passes")
	}}, nil)
	w := fromOrigin(t, mock.CORS([]string{"http://a.test"}, p), http.MethodGet, alm, "http://a.test")
	assert.DeepEqual(t, w.Header().Values("Access-Control-Allow-Origin"), []string{"http://a.test"})
	assert.Equal(t, w.Header().Get("X-Odd"), "passes")
	fromOrigin(t, mock.CORS([]string{"http://a.test"}, p), http.MethodOptions, alm, "http://a.test", "Access-Control-Request-Method", "PUT")
	assert.Equal(t, len(p.Exchanges()), 1)

	w = fromOrigin(t, p, http.MethodGet, alm, "http://a.test")
	assert.DeepEqual(t, w.Header().Values("Access-Control-Allow-Origin"), []string{"https://elsewhere.test"})
}
