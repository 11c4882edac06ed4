package mock

import (
	"net/http"

	"github.com/rs/cors"
)

// CORS lets pages of these origins call h from a browser, with credentials, and read the header that
// explains refusals. An origin is such as http://localhost:3000; * is any. It answers preflight requests
// itself, so that a mock inside neither judges nor remembers them:
//
//	http.ListenAndServe("127.0.0.1:8080", mock.CORS([]string{"http://localhost:3000"}, mock.New()))
func CORS(origins []string, h http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowOriginFunc: allowed(origins),
		// Whatever a client may try: what the contract doesn't have, the mock shall refuse and explain.
		AllowedMethods: []string{
			http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		},
		AllowedHeaders:       []string{"*"},
		ExposedHeaders:       []string{explanationHeader, "Allow", "Location", "Preference-Applied", "Retry-After", "WWW-Authenticate"},
		AllowCredentials:     true,
		AllowPrivateNetwork:  true,
		MaxAge:               600,
		OptionsSuccessStatus: http.StatusNoContent,
	}).Handler(h)
}

// allowed names the origin in each reply, also for *: browsers refuse a bare * when credentials are sent.
func allowed(origins []string) func(string) bool {
	list := map[string]bool{}
	for _, o := range origins {
		list[o] = true
	}
	return func(origin string) bool { return list["*"] || list[origin] }
}
