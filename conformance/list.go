package conformance

import (
	"fmt"
	"net/http"
)

// lists are the promises under the headings "Get All … Connections of All Projects".
var lists = []promise{
	{
		id: "list/status", alm: "12", ana: "285", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The list is answered with status 200.",
		fails: "Any other status than 200 for GET on the collection.",
		run:   func(t *T) { t.WantStatus(t.Listing(t.As(editor)), http.StatusOK) },
	},
	{
		id: "list/envelope", alm: "15-16", ana: "288-289", evidence: Shown, level: Must, needs: []Need{editor},
		says:  "The list is an object whose member results is an array of objects.",
		fails: "A bare array, no member results, or items in it that are no objects.",
		run:   listEnvelope,
	},
}

func listEnvelope(t *T) {
	r := t.Listing(t.As(editor))
	list, ok := r.Object()["results"].([]any)
	if !t.Want(ok, `an object with an array "results"`, show(r.Value)) {
		return
	}
	for i, item := range list {
		_, ok := item.(Object)
		t.Want(ok, fmt.Sprintf("an object as item %d", i), show(item))
	}
}
