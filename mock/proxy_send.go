package mock

import (
	"context"
	"net/http"
)

type sendKey struct{}

// Send passes a request on as if a client had sent it, and returns the exchange as the journal has it, redacted. Only
// path and query count of its URL. The body of the reply isn't held: an exchange tells how long it was. ok is false
// if the journal, which may be small, has forgotten it already.
func (p *Proxy) Send(r *http.Request) (e Exchange, ok bool) {
	var number int64
	func() {
		defer func() {
			if failure := recover(); failure != nil && failure != http.ErrAbortHandler { //nolint:errorlint // never wrapped
				panic(failure)
			}
		}() // a reply that breaks off is one, and is found
		p.ServeHTTP(nowhere{}, r.WithContext(context.WithValue(r.Context(), sendKey{}, &number)))
	}()
	return p.Exchange(number)
}

// nowhere takes a reply that nobody reads.
type nowhere http.Header

func (n nowhere) Header() http.Header          { return http.Header(n) }
func (nowhere) WriteHeader(int)                {}
func (nowhere) Write(data []byte) (int, error) { return len(data), nil }
