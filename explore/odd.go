package explore

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sdecontract/sdecontract/conformance"
)

func jsonNumber(text string) json.Number { return json.Number(text) }

// oddAliases are hard to keep as they are: encodings, markup, lengths.
var oddAliases = []string{
	"A b&c+d%25=e;f/g?h#i", `'j' "k" <l> \m`, "<b>&amp;</b>", "é ü ß", "e\u0301 \u202eRTL\u202c", "接続 計測", "🚀 \U0001F468\u200D\U0001F469",
	" in blanks ", "MIXED Case", strings.Repeat("fifty characters and more ", 3), strings.Repeat("x", 300), strings.Repeat("é", 1000), "tab\tand\nline",
	"%s%d{{7*7}}${7*7}", "'; DROP TABLE connections; --", "../../etc/passwd", "null", "\u0000", "ﬀ ½ K", "İi ıI",
}

// oddAlias is one of them, and tells whether it is taken already.
func (g *generator) oddAlias() (alias string, taken bool) {
	alias = "{run}" + one(g, oddAliases)
	defer func() { g.taken[alias] = true }()
	return alias, g.taken[alias]
}

// oddCreate makes a connection in an unusual way.
func (g *generator) oddCreate() {
	if len(g.things) > 5 {
		return
	}
	m := *one(g, g.things).maker
	body := g.body(&m)
	s := Step{Expect: Open, fresh: true}
	switch g.IntN(7) {
	case 0:
		delete(body, "frequency")
		s.Expect, s.Why = Accepted, "without a frequency"
	case 1:
		if op := spec().of(m.kind, "create"); !slices.Contains(op.input.Required, "alias") {
			delete(body, "alias")
			s.Expect, s.Why = Accepted, "without an alias"
			break
		}
		fallthrough
	case 2, 3:
		alias, taken := g.oddAlias()
		body["alias"], s.Why = alias, "an odd alias"
		if ordinary(alias) && !taken {
			s.Expect = Accepted
		}
	case 4:
		body["alias"], s.Why = one(g, g.things).body["alias"], "an alias that is taken"
		if body["alias"] == nil {
			return
		}
	case 5:
		field := one(g, []defect{
			{field: "id", value: 987654321},
			{field: "system", value: "sdecontract"},
			{field: "command", value: "sdecontract"},
			{field: "inaccessible", value: true},
			{field: "sdecontract", value: true},
		})
		body[field.field], s.Why = field.value, "the field "+field.field
	case 6:
		g.oddParams(&m, body["params"].(object))
		s.Why = "odd params"
	}
	g.makeThing(m, body, s)
	if strings.Contains(s.Why, "alias") && body["alias"] != nil && g.chance(50) {
		query := encode(url.Values{"alias": {body["alias"].(string)}})
		g.add(Step{User: one(g, g.colleagues(m.org)).Name, Method: http.MethodGet, Path: m.kind.Path() + "?" + query, Expect: Accepted})
	}
}

func (g *generator) oddParams(m *maker, params object) {
	switch g.IntN(5) {
	case 0:
		params["sdecontract_nested"] = object{"list": []any{1, "1", true, nil, object{}}, "null": nil}
	case 1:
		params["sdecontract_text"] = one(g, oddAliases)
	case 2:
		var deep any = "deep"
		for range 60 {
			deep = []any{deep}
		}
		params["sdecontract_deep"] = deep
	case 3:
		params["sdecontract_number"] = jsonNumber(one(g, []string{"0.1", "-0", "9007199254740993", "1e300", "2147483648"}))
	case 4:
		params[essential[m.kind]] = "{run}hidden " + one(g, oddAliases)
	}
}

// oddRead asks for something readable in an unusual way, or for what is nearly a path.
func (g *generator) oddRead() {
	kind := g.kind()
	s := Step{User: one(g, g.users).Name, Method: http.MethodGet, Path: kind.Path(), Expect: Open}
	switch g.IntN(4) {
	case 0:
		s.Path += "?" + one(g, []string{
			"frequency=yearly", "frequency=yearly", "frequency=Hourly", "frequency=", "alias=", "alias=%00", "alias=%25", "alias='", "system=%F0%9F%9A%80",
			"alias=a&alias=b", "page_size=0", "page_size=-1", "page_size=x", "page_size=2", "page_size=99999999999999999999",
			"page_size=2&page=2", "page_size=1&page=9999", "page=x", "sdecontract=1", "ordering=-id", "%FF=%FE", "&&&=", "alias=" + strings.Repeat("x", 4000),
		})
		s.Why = "odd parameters"
	case 1:
		header := one(g, [][2]string{
			{"Accept", "application/xml"},
			{"Accept", ""},
			{"Accept", "*/*;q=0"},
			{"Accept", "text/html,*/*;q=0.8"},
			{"Accept", ";;"},
			{"Range", "bytes=0-9"},
			{"If-None-Match", "*"},
			{"Accept-Language", "tlh"},
			{"Cookie", "a=b; ="},
			{"X-Forwarded-Host", "example.com"},
			{"X-Long", strings.Repeat("x", 8000)},
			{"Content-Type", "application/xml"},
			{"Authorization", "token {token}"},
			{"Authorization", `Token "{token}"`},
			{"Authorization", "Bearer {token}"},
		})
		s.Header, s.Why = map[string]string{header[0]: header[1]}, "the header "+header[0]
	case 2:
		s.Path += one(g, []string{"abc/", "0/", "-1/", "99999999999999999999/"})
		s.Expect, s.Why = Refused, "a malformed id"
	case 3:
		s.Path = one(g, []string{
			strings.TrimSuffix(s.Path, "/"), s.Path + "1", s.Path + "/", s.Path + "1e0/", s.Path + "1.0/", s.Path + "%31/", s.Path + "1%00/",
			s.Path + "１/", s.Path + "1/extra/", s.Path + "./", s.Path + "1;a=b/", s.Path + ".json", strings.ToUpper(s.Path), s.Path + "?",
			"/api/v2/connections/", "/api/v2/connections/sdecontract/", "/api/v2//connections/alm/", s.Path + strings.Repeat("a/", 500),
		})
		s.Why = "an odd path"
	}
	g.add(s)
}

// oddWrite sends an ordinary body in an unusual way.
func (g *generator) oddWrite() {
	t := one(g, g.things)
	s := Step{User: one(g, t.maker.editors).Name, Method: http.MethodPut, Path: t.path(), Body: bodyOf(g.body(t.maker)), Expect: Open}
	switch g.IntN(3) {
	case 0:
		kind := one(g, []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/xml", "*/*", "x"})
		s.Header, s.Why = map[string]string{"Content-Type": kind}, "Content-Type "+kind
		if strings.HasSuffix(kind, "urlencoded") && g.chance(50) {
			s.Body = "alias=%7Brun%7Dform&connector=1"
		}
	case 1:
		s.Path, s.Why = strings.TrimSuffix(s.Path, "/"), "without the slash"
	case 2:
		s.Header, s.Why = map[string]string{"Content-Encoding": one(g, []string{"gzip", "identity", "x"})}, "the header Content-Encoding"
	}
	g.add(s)
}

// otherMethod sends methods that the documentation doesn't have.
func (g *generator) otherMethod() {
	t := one(g, g.things)
	s := Step{User: one(g, t.maker.editors).Name, Path: t.path(), Body: bodyOf(g.body(t.maker)), Expect: Refused, Doubtful: true}
	switch g.IntN(8) {
	case 0:
		s.Method, s.Path, s.Body, s.Expect = http.MethodHead, one(g, []string{s.Path, t.maker.kind.Path()}), "", Open
	case 1:
		s.Method, s.Path, s.Body, s.Expect = http.MethodOptions, one(g, []string{s.Path, t.maker.kind.Path()}), "", Open
	case 2:
		s.Method, s.Body, s.Expect = http.MethodPatch, bodyOf(object{"frequency": "manually"}), Open
	case 3:
		if s.Method, s.Body, s.Expect = http.MethodDelete, "", Open; !g.delete {
			s.Method = "SDECONTRACT"
		}
	case 4:
		s.Method = http.MethodPost
	case 5:
		s.Method, s.Path = http.MethodPut, t.maker.kind.Path()
	case 6: // an empty object changes nothing where PATCH means every connection at once
		s.Method, s.Path, s.Body = http.MethodPatch, t.maker.kind.Path(), "{}"
	case 7:
		s.Method, s.Path = "SDECONTRACT", t.maker.kind.Path()
	}
	s.Why = s.Method + " instead of another method"
	g.add(s)
}

// malformed sends what isn't quite JSON, or no object.
func (g *generator) malformed() {
	t := one(g, g.things)
	s := Step{User: one(g, t.maker.editors).Name, Method: http.MethodPost, Path: t.maker.kind.Path(), Expect: Refused, Doubtful: true}
	if g.chance(40) {
		s.Method, s.Path = http.MethodPut, t.path()
	}
	text := string(bodyOf(g.body(t.maker)))
	type spoiled struct {
		why, body string
		expect    Expect
	}
	p := one(g, []spoiled{
		{"the body breaks off", text[:len(text)-1-g.IntN(20)], Refused},
		{"the body is empty", "", Refused},
		{"the body is an array", "[" + text + "]", Refused},
		{"the body is a text", `"x"`, Refused},
		{"the body is null", "null", Refused},
		{"the body has a comma too many", text[:len(text)-1] + ",}", Open},
		{"a member stands twice", text[:len(text)-1] + `,"alias":"{run}twice"}`, Open},
		{"the body is not UTF-8", strings.Replace(text, "{run}", "{run}\xff", 1), Open},
		{"the body has a NUL", strings.Replace(text, "{run}", "{run}\x00", 1), Open},
		{"the body has a lone surrogate", strings.Replace(text, "{run}", `{run}\ud800`, 1), Open},
		{"the body begins with a byte order mark", "\ufeff" + text, Open},
		{"the body is followed by another", text + text, Open},
		{"the body is nested deeply", strings.Repeat("[", 2000) + strings.Repeat("]", 2000), Open},
		{"the body is large", text + strings.Repeat(" ", 100_000), Open},
		{"the body has a comment", "/* */" + text, Open},
		{"the body has NaN", strings.Replace(text, `"params":{`, `"params":{"sdecontract":NaN,`, 1), Open},
	})
	s.Body, s.Expect, s.Why = conformance.Body(p.body), p.expect, p.why
	if p.body == "" && s.Method == http.MethodPut { // an update that leaves out everything
		s.Expect = Open
	}
	g.add(s)
}
