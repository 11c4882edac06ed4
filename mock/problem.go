package mock

import (
	"fmt"
	"net/http"
)

// The bodies of refusals are in this file, because the documentation defines none: docs/rulings.md says
// where they come from.

const (
	notFound       = "Not found."
	notAuthorized  = "You do not have permission to perform this action."
	noCredentials  = "Authentication credentials were not provided."
	emptyToken     = "Invalid token header. No credentials provided."
	spacedToken    = "Invalid token header. Token string should not contain spaces."
	unknownToken   = "Invalid token."
	notAcceptable  = "Could not satisfy the request Accept header."
	invalidPage    = "Invalid page."
	unknownPK      = "Invalid pk \"%v\" - object does not exist."
	unusableObject = "Object %d can't be used here: %s."
)

// refuse makes a reply whose body is one sentence.
func refuse(status int, format string, args ...any) *reply {
	return &reply{status: status, body: map[string]any{"detail": fmt.Sprintf(format, args...)}}
}

// refuseFields makes a reply that says for each wrong field or parameter what is wrong with it.
func refuseFields(errs fieldErrors) *reply {
	body := map[string]any{}
	for name, messages := range errs {
		list := make([]any, len(messages))
		for i, m := range messages {
			list[i] = m
		}
		body[name] = list
	}
	return &reply{status: http.StatusBadRequest, body: body}
}
