package mock

import "net/http"

// InMemory is the transport of Server.Client for any handler.
func InMemory(h http.Handler) http.RoundTripper { return inMemory{h} }
