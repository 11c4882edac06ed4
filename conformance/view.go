package conformance

import "fmt"

// view shows connections to a user in one of the ways there are, and calls judge for each: with its
// place, as the user sees it, and as the editor does.
type view func(t *T, u *User, full map[int64]Object, judge func(at string, seen, full Object))

func inList(t *T, u *User, full map[int64]Object, judge func(at string, seen, full Object)) {
	judgeItems("", t.List(u), full, judge)
}

// inPages asks for pages, as the documentation's introduction tells. Two of them will do.
func inPages(t *T, u *User, full map[int64]Object, judge func(at string, seen, full Object)) {
	for _, page := range []string{"1", "2"} {
		r := t.Listing(u, "page_size", "1", "page", page)
		judgeItems("page "+page, objectsOf(r), full, judge)
	}
}

func inFilters(t *T, u *User, full map[int64]Object, judge func(at string, seen, full Object)) {
	var items []Object
	for _, id := range sorted64(full) {
		items = append(items, full[id])
	}
	for _, filter := range []struct {
		name   string
		values []string
	}{{"frequency", documentedFrequencies}, {"alias", valuesOf(items, "alias", 3)}, {"system", valuesOf(items, "system", 5)}} {
		for _, value := range filter.values {
			if r := t.Filter(u, filter.name, value); r.OK() && r.Object()["results"] != nil {
				judgeItems("?"+filter.name, t.Items(u, r), full, judge)
			}
		}
	}
}

// inDetails reads some connections one by one.
func inDetails(t *T, u *User, full map[int64]Object, judge func(at string, seen, full Object)) {
	for _, id := range sample(full, 10) {
		switch r := t.Get(u, id); {
		case r.OK() && r.Object() != nil:
			judge(fmt.Sprintf("/%d", id), r.Object(), full[id])
		case t.unseen == "":
			t.unseen = fmt.Sprintf("; connection %d is answered with %s", id, statusOf(r))
		}
	}
}

func judgeItems(prefix string, items []Object, full map[int64]Object, judge func(at string, seen, full Object)) {
	for _, item := range items {
		id, _ := integer(item["id"])
		judge(prefix+placeOf(item), item, full[id])
	}
}

// objectsOf are the items of a reply that are objects.
func objectsOf(r *Reply) []Object {
	results, _ := r.Object()["results"].([]any)
	var items []Object
	for _, item := range results {
		if o, ok := item.(Object); ok {
			items = append(items, o)
		}
	}
	return items
}

// hiddenFrom judges that the views show the user with that role nothing of params. It is blocked unless
// at least one connection has params to hide.
func (t *T) hiddenFrom(role Need, views ...view) {
	u := t.Colleague(role)
	t.Steady(func(list []Object) {
		looked := 0
		for _, look := range views {
			look(t, u, byID(list), func(at string, seen, full Object) {
				t.wantHidden(at, seen, full)
				if !isBlank(full["params"]) {
					looked++
				}
			})
		}
		if looked == 0 && len(t.result.Failures) == 0 {
			t.Block("user %s sees no %s connection that has params to hide%s", u.Name, t.Kind, t.unseen)
		}
	})
}

// visibleTo judges that the user with that role sees the same params as the editor.
func (t *T) visibleTo(role Need, look view) {
	u := t.Colleague(role)
	t.Steady(func(list []Object) {
		if !t.wantList(t.Listing(u)) {
			return
		}
		looked := 0
		look(t, u, byID(list), func(at string, seen, full Object) {
			if full != nil && t.wantShown(full, seen, at) && !isBlank(seen["params"]) {
				looked++
			}
		})
		if looked == 0 && len(t.result.Failures) == 0 {
			t.Block("no %s connection that user %s sees has params%s", t.Kind, u.Name, t.unseen)
		}
	})
}

// wantHidden judges that a connection shows nothing of params.
func (t *T) wantHidden(at string, seen, full Object) { t.wantNone(disclosed(at, seen, full)) }

// wantShown judges that params are shown, as the editor sees them. It doesn't tell what they are.
func (t *T) wantShown(full, seen Object, at string) bool {
	_, ok := seen["params"].(Object)
	expected := "params of connection " + show(full["id"]) + " at " + at
	if !t.Want(ok, expected, "none") || shapeOf(full["params"]) != "object" {
		return ok
	}
	return t.Want(t.same(Object{"params": full["params"]}, Object{"params": seen["params"]}), expected, "not those that the editor sees")
}
