package conformance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
)

func TestGetOne(t *testing.T) {
	getItem := func(x *exchange) bool { return x.isItem() && x.r.Method == http.MethodGet }
	item := func(f func(map[string]any)) func(*exchange) *answer {
		return func(x *exchange) *answer {
			if a := x.serve(); !getItem(x) || a.status != http.StatusOK {
				return a
			}
			return x.serve().object(f)
		}
	}
	named := func(ids ...string) func(*exchange) bool {
		return func(x *exchange) bool {
			for _, id := range ids {
				if strings.HasSuffix(x.r.URL.EscapedPath(), "/alm/"+id+"/") {
					return true
				}
			}
			return false
		}
	}
	isUnknown := func(x *exchange) bool { return strings.Contains(x.r.URL.Path, "/10000") }
	reads := 0
	tryEach(t, []unlike{
		{
			"answers 206", status(http.StatusPartialContent, func(x *exchange) bool { return getItem(x) && x.serve().status == http.StatusOK }),
			"fail alm/http/path\nfail alm/get/status\nblocked alm/get/bare\nblocked alm/get/same-as-list\nblocked alm/get/id\nblocked alm/get/readable-without-permission\nblocked alm/get/safe\n" +
				"warn alm/schema/replies",
		},
		{"puts an envelope around", item(func(o map[string]any) {
			inner := map[string]any{}
			for name, value := range o {
				inner[name] = value
				delete(o, name)
			}
			o["results"] = []any{inner}
		}), "fail alm/get/bare\nfail alm/get/same-as-list\nfail alm/get/id\nwarn alm/schema/replies"},
		{"lacks command", item(func(o map[string]any) { delete(o, "command") }), "fail alm/get/same-as-list\nwarn alm/schema/replies"},
		{"has another frequency", item(func(o map[string]any) { o["frequency"] = "monthly" }), "fail alm/get/same-as-list"},
		{"has other params", item(func(o map[string]any) { o["params"] = map[string]any{} }), "fail alm/get/same-as-list"},
		{"adds members", item(func(o map[string]any) { o["url"] = fmt.Sprint("/api/v2/connections/alm/", o["id"]) }), ""},
		{
			"has a text for id", item(func(o map[string]any) { o["id"] = o["id"].(json.Number).String() }),
			"fail alm/get/same-as-list\nfail alm/get/id\nwarn alm/schema/replies",
		},
		{"has always the first", func(x *exchange) *answer {
			if getItem(x) && x.serve().status == http.StatusOK {
				x.r.URL.Path = "/api/v2/connections/alm/1/"
			}
			return x.serve()
		}, "fail alm/get/same-as-list\nfail alm/get/id"},
		{"knows every id", status(http.StatusOK, isUnknown), "fail alm/get/unknown\nwarn alm/schema/replies"},
		{"says 403 for an unknown id", status(http.StatusForbidden, isUnknown), ""},
		{"says 410 for an unknown id", status(http.StatusGone, isUnknown), "warn alm/get/unknown"},
		{"says 400 for what is no id", status(http.StatusBadRequest, named("abc", "0", "-1", "1.0", "%00")), ""},
		{"takes a name for an id", status(http.StatusOK, named("abc")), "fail alm/get/malformed-id"},
		{"takes -1 for the last", status(http.StatusOK, named("-1")), "fail alm/get/malformed-id"},
		{"reads 1.0 as 1", status(http.StatusOK, named("1.0")), "warn alm/get/malformed-id"},
		{"fails for a NUL", status(http.StatusInternalServerError, named("%00")), "fail alm/get/malformed-id\nfail alm/http/no-5xx"},
		{"looks in the other kind, too", func(x *exchange) *answer {
			a := x.serve()
			if getItem(x) && a.status == http.StatusNotFound && strings.Contains(x.r.URL.Path, "/alm/") {
				x.r.URL.Path = strings.Replace(x.r.URL.Path, "/alm/", "/analysis/", 1)
				if other := x.serve(); other.status == http.StatusOK {
					return other
				}
			}
			return a
		}, "fail alm/get/other-kind"},
		{"changes with each read", func(x *exchange) *answer {
			a := x.serve()
			if getItem(x) && a.status == http.StatusOK {
				reads++
			}
			return a.connections(func(o map[string]any) { o["alias"] = fmt.Sprint(o["alias"], reads) })
		}, strings.Join([]string{
			"inconclusive alm/http/path", "inconclusive alm/get/status", "inconclusive alm/get/bare", "inconclusive alm/get/same-as-list",
			"inconclusive alm/get/id", "inconclusive alm/get/readable-without-permission", "fail alm/get/safe",
		}, "\n")},
	})
}

// TestGetInAnEmptyWorld: a run that may write makes what it needs; one that may not is blocked.
func TestGetInAnEmptyWorld(t *testing.T) {
	highest := 4
	empty := func() http.Handler {
		return amended(func(x *exchange) *answer {
			return x.serve().object(func(o map[string]any) {
				list, isList := o["results"].([]any)
				kept := []any{}
				for _, item := range list {
					id, _ := item.(map[string]any)["id"].(json.Number).Int64()
					if id > int64(highest) {
						kept = append(kept, item)
					}
				}
				if isList {
					o["results"] = kept
				}
			})
		})
	}
	report := run(t, mockTarget(empty()), conformance.WithSelection("alm/get/status", "alm/get/same-as-list", "alm/get/safe"))
	assert.Equal(t, complaints(report), "", failures(report))
	assert.Equal(t, len(report.Created), 1)
	report = run(t, mockTarget(empty()), conformance.WithSelection("alm/get/status", "alm/get/same-as-list", "alm/get/safe"), conformance.ReadOnly())
	assert.Equal(t, complaints(report), "blocked alm/get/status\nblocked alm/get/same-as-list\nblocked alm/get/safe")
}
