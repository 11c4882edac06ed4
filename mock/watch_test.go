package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// bent is a server whose replies are changed.
type bent struct {
	http.Handler
	bend func(*bentReply)
}

// bentReply is a reply to be changed.
type bentReply struct {
	r      *http.Request
	sent   object // the request's body, if it is a JSON object
	status int
	header http.Header
	text   []byte
	value  object // the body, if it is a JSON object: sent in place of text, unless nil
}

// items are the connections in the reply.
func (b *bentReply) items() []object {
	list, isList := b.value["results"].([]any)
	if !isList {
		return []object{b.value}
	}
	items := make([]object, len(list))
	for i := range list {
		items[i] = list[i].(object)
	}
	return items
}

func (b bent) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &bentReply{r: r}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		answer.sent = decoded(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	} else {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	answer.status, answer.header, answer.text = w.Code, w.Header(), w.Body.Bytes()
	answer.value = decoded(answer.text)
	if b.bend != nil {
		b.bend(answer)
	}
	if answer.value != nil {
		answer.text, _ = json.Marshal(answer.value)
	}
	answer.header.Set("Content-Length", fmt.Sprint(len(answer.text)))
	return &http.Response{
		StatusCode: answer.status, Header: answer.header, Body: io.NopCloser(bytes.NewReader(answer.text)),
		ContentLength: int64(len(answer.text)), Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

func decoded(data []byte) object {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var o object
	_ = d.Decode(&o)
	return o
}

// knownWorld is what an operator might say of the default world.
func knownWorld() mock.Known {
	no := false
	return mock.Known{Users: mock.DefaultWorld().Users(), Organizations: map[string]mock.KnownOrganization{
		"main": {
			Features: []string{"advanced-alm"},
			Connectors: map[string][]mock.KnownConnector{
				"alm":      {{ID: 1, Name: "JIRA Cloud", System: "JIRA"}, {ID: 2, Name: "Rally Production"}},
				"analysis": {{ID: 1, Name: "WhiteHat Sentinel EU"}, {ID: 3, Remote: &no}},
			},
			Projects: []mock.KnownProject{{ID: 1, Name: "Proj 1", Application: "Finance App"}},
		},
		"basic": {},
	}}
}

// proxied is a proxy before the server.
func proxied(t testing.TB, upstream http.RoundTripper, change func(*mock.ProxyConfig), options ...mock.Option) *mock.Proxy {
	t.Helper()
	config := mock.ProxyConfig{Upstream: &url.URL{Scheme: "http", Host: "upstream.invalid"}, Transport: upstream, Known: knownWorld()}
	if change != nil {
		change(&config)
	}
	p, err := mock.NewProxy(config, options...)
	assert.NilError(t, err)
	return p
}

// askProxy sends a request to a handler.
func askProxy(h http.Handler, user, method, target, body string, headers ...string) reply {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, api{user: user}.request(method, target, body, headers...))
	return reply{w.Code, w.Header(), w.Body.String()}
}

// foundBy lists the findings of a proxy, with the documentation's place.
func foundBy(p *mock.Proxy) string {
	var lines []string
	for _, e := range p.Exchanges() {
		for _, f := range e.Findings {
			source, _, _ := strings.Cut(f.Source, ";")
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s: %s [%s]", f.Severity, strings.TrimSpace(f.In+" "+f.Pointer), f.Message, source)))
		}
	}
	return strings.Join(lines, "\n")
}

func set(name string, value any) func(*bentReply) {
	return func(b *bentReply) {
		for _, item := range b.items() {
			if item["id"] != nil {
				item[name] = value
			}
		}
	}
}

func setParam(name string, value any) func(*bentReply) {
	return func(b *bentReply) { b.value["params"].(object)[name] = value }
}

const hourly = `{"alias":"A","connector":1,"project":1,"params":{"alm_project":"P","alm_pass":"hunter2hunter2"},"frequency":"hourly"}`

// TestProxyWatches: a server that does one thing wrong, and what is said of it. A request is METHOD PATH [BODY].
func TestProxyWatches(t *testing.T) {
	createdAt := `"Create an ALM Connection", `
	tests := []struct {
		name, user, request string
		bend                func(*bentReply)
		want                string
	}{
		{
			"params leak", "reader", "GET " + alm + "1/", set("params", object{"alm_pass": "x"}),
			`breach: reply /params: is shown to reader, who lacks the permission "Edit ALM connections" ["Get a Specific ALM Connection", line 112]`,
		},
		{
			"params leak in a list", "reader", "GET " + alm + "?alias=Rally+Integration", set("params", object{"alm_pass": "x"}),
			`breach: reply /results/0/params: is shown to reader, who lacks the permission "Edit ALM connections" ["Get All ALM Connections of All Projects", line 46]`,
		},
		{
			"params are hidden", "editor", "GET " + alm + "1/", func(b *bentReply) { delete(b.value, "params") },
			`breach: reply /params: is hidden from editor, who has the permission "Edit ALM connections" ["Get a Specific ALM Connection", line 112]`,
		},
		{
			"params are null", "editor", "GET " + alm + "1/", set("params", nil),
			`breach: reply /params: is hidden from editor, who has the permission "Edit ALM connections" ["Get a Specific ALM Connection", line 112]`,
		},
		{
			"params aren't shown to who created", "editor", "POST " + alm + " " + hourly, func(b *bentReply) { delete(b.value, "params") },
			`note: reply /params: isn't shown in the reply to a write, though editor has the permission "Edit ALM connections" ["Get All ALM Connections of All Projects", line 46]`,
		},
		{
			"another id", "editor", "GET " + alm + "1/", set("id", 2),
			`breach: reply /id: is 2; the path asks for 1 ["Get a Specific ALM Connection", lines 71-114]`,
		},
		{
			"update answers another id", "editor", "PUT " + alm + "2/ " + hourly, set("id", 5),
			`breach: reply /id: is 5; the path asks for 2 ["Update a specific ALM Connection", lines 194-252]`,
		},
		{
			"filter returns others", "editor", "GET " + alm + "?frequency=weekly&page_size=1", func(b *bentReply) { set("frequency", "daily")(b) },
			`breach: reply /results/0/frequency: "daily" doesn't pass the filter frequency=weekly ["Get All ALM Connections of All Projects", line 57]`,
		},
		{
			"one filter of two", "editor", "GET " + alm + "?frequency=weekly&alias=Rally", set("alias", "Jira"),
			``,
		},
		{
			"the same twice in a list", "editor", "GET " + alm + "?alias=Rally+Integration", func(b *bentReply) {
				list := b.value["results"].([]any)
				b.value["results"] = append(list, list[0])
			},
			`breach: reply /results/1/id: 1 is in the list twice ["Get All ALM Connections of All Projects", lines 3-58]`,
		},
		{
			"more than a page", "editor", "GET " + alm + "?page_size=1", func(b *bentReply) {
				list := b.value["results"].([]any)
				b.value["results"] = append(list, object{"id": 77, "connector": 2, "project": 2, "system": "Rally", "alias": "A", "frequency": "daily", "command": "c", "inaccessible": false, "params": object{"a": 1}})
				b.value["next"] = nil
			},
			`note: reply: the list has 2 connections, more than the page_size of 1 [Introduction page, "Pagination", lines 33-39]`,
		},
		{
			"frequency not defaulted", "editor", `POST ` + alm + ` {"alias":"A","connector":1,"project":1,"params":{"a":"b"}}`, set("frequency", "daily"),
			`breach: reply /frequency: is "daily"; none was sent, and the default is "manually" [` + createdAt + `line 181]`,
		},
		{
			"alias not defaulted", "editor", `POST ` + analysis + ` {"connector":1,"project":1,"params":{"a":"b"}}`, set("alias", "Other"),
			`breach: reply /alias: is "Other"; none was sent, and the name of connector 1 is "WhiteHat Sentinel EU" ["Create an Analysis Connection", line 440]`,
		},
		{
			"project not inherited", "editor", "POST " + alm + " " + hourly, setParam("sde_project", "Other"),
			`note: reply /params/sde_project: is "Other"; "Proj 1" would be taken from project.name [` + createdAt + `lines 154-170, 182]`,
		},
		{
			"alias not echoed", "editor", "POST " + alm + " " + hourly, set("alias", "B"),
			`breach: reply /alias: is "B"; "A" was sent [` + createdAt + `line 178]`,
		},
		{
			"connector not echoed", "editor", "PUT " + alm + "1/ " + hourly, set("connector", 7),
			`breach: reply /connector: is 7; 1 was sent ["Create an ALM Connection", line 179]`,
		},
		{
			"frequency contradicts the update", "editor", "PUT " + alm + "1/ " + hourly, set("frequency", "daily"),
			`breach: reply /frequency: is "daily"; "hourly" was sent ["Create an ALM Connection", line 181]`,
		},
		{
			"a member not echoed", "editor", "POST " + alm + " " + hourly, setParam("alm_project", "Q"),
			`breach: reply /params/alm_project: is "Q"; "P" was sent [` + createdAt + `lines 154-170, 182]`,
		},
		{
			"a member left out", "editor", "POST " + alm + " " + hourly, func(b *bentReply) { delete(b.value["params"].(object), "alm_project") },
			`note: reply /params/alm_project: was sent, and isn't in the reply [` + createdAt + `lines 154-170, 182]`,
		},
		{"a secret masked", "editor", "POST " + alm + " " + hourly, setParam("alm_pass", "***"), ``},
		{
			"another system than the connector's", "editor", "GET " + alm + "3/", func(b *bentReply) { b.value["connector"], b.value["system"] = 1, "Rally" },
			`breach: reply /system: is "Rally"; connector 1 has "JIRA" ["Get All ALM Connections of All Projects", line 20]`,
		},
		{
			"accepts a wrong frequency", "editor", "POST " + alm + " " + strings.Replace(hourly, "hourly", "yearly", 1), createdAs("frequency", "manually"),
			`violation: body /frequency: "yearly" is not one of "hourly", "daily", "weekly", "monthly", "manually" [` + createdAt + `line 181]
breach: reply: was accepted, though frequency "yearly" is not one of "hourly", "daily", "weekly", "monthly", "manually" [` + createdAt + `line 181]
breach: reply /frequency: is "manually"; "yearly" was sent [` + createdAt + `line 181]`,
		},
		{
			"accepts a create without project", "editor", `POST ` + alm + ` {"alias":"A","connector":1,"params":{"a":"b"}}`, createdAs("project", 1),
			`violation: body /project: is required [` + createdAt + `line 180]
breach: reply: was accepted, though project is required [` + createdAt + `line 180]`,
		},
		{
			"accepts what isn't JSON", "editor", `POST ` + alm + ` {"alias":`, createdAs("project", 1),
			`violation: body: is not JSON: the value is not complete: line 1 column 9 [` + createdAt + `lines 122-182]
breach: reply: a body that is not JSON was accepted: status 201 [` + createdAt + `lines 122-182]`,
		},
		{
			"accepts a connector that isn't remote", "editor", `POST ` + analysis + ` {"alias":"A","connector":3,"project":1,"params":{}}`, createdAs("connector", 3),
			`refusal: body /connector: 3 has remote false, and must have true ["Create an Analysis Connection", lines 435, 441]
breach: reply: was accepted, though connector 3 has remote false, and must have true ["Create an Analysis Connection", lines 435, 441]`,
		},
		{
			"accepts what the plan lacks", "basic", "POST " + alm + " " + hourly, createdAs("frequency", "hourly"),
			`refusal: body /frequency: "hourly" needs the feature advanced-alm, which organization basic lacks [` + createdAt + `line 181]
breach: reply /frequency: "hourly" was accepted; it needs the feature advanced-alm, which organization basic lacks [` + createdAt + `line 181]`,
		},
		{
			"accepts a request without a token", "", "GET " + alm + "1/", func(b *bentReply) { created(b); b.status, b.value["id"] = 200, 1 },
			`violation: header Authorization: must be "Token" and an access token ["Get a Specific ALM Connection", lines 71-114]
breach: reply: a request without a token was accepted: status 200 ["Get a Specific ALM Connection", lines 71-114]`,
		},
		{
			"another status", "editor", "POST " + alm + " " + hourly, func(b *bentReply) { b.status = 200 },
			`breach: reply: the status is 200; createAlmConnection is answered 201 [` + createdAt + `lines 122-182]`,
		},
		{
			"no JSON", "editor", "GET " + alm + "1/", func(b *bentReply) { b.value, b.text = nil, []byte(`{"id": 1,}`) },
			`breach: reply: the body is not JSON: invalid character ',' at start of value: line 1 column 9 ["Get a Specific ALM Connection", lines 71-114]`,
		},
		{
			"another Content-Type", "editor", "GET " + alm + "1/", func(b *bentReply) { b.header.Set("Content-Type", "text/html") },
			`breach: reply: the Content-Type is "text/html", not application/json ["Get a Specific ALM Connection", lines 71-114]`,
		},
		{
			"a member missing", "reader", "GET " + alm + "1/", func(b *bentReply) { delete(b.value, "system") },
			`breach: reply /system: is required ["Get All ALM Connections of All Projects", line 20]`,
		},
		{
			"another type in a list", "reader", "GET " + alm + "?alias=Rally+Integration", set("id", "1"),
			`breach: reply /results/0/id: must be an integer, got a string ["Get All ALM Connections of All Projects", line 17]`,
		},
		{
			"a bare list", "reader", "GET " + alm, func(b *bentReply) { b.value, b.text = nil, []byte(`[]`) },
			`breach: reply: must be an object, got an array ["Get All ALM Connections of All Projects", lines 3-58]`,
		},
		{
			"fails", "reader", "GET " + alm, func(b *bentReply) { b.status = 500 },
			`breach: reply: the server failed: status 500 ["Get All ALM Connections of All Projects", lines 3-58]`,
		},
		{
			"is down", "reader", "GET " + alm, func(b *bentReply) { b.status = 503 },
			`note: reply: the server can't answer now: status 503 ["Get All ALM Connections of All Projects", lines 3-58]`,
		},
		{
			"is behind a gateway", "reader", "GET " + alm, func(b *bentReply) { b.status = 502 },
			`outage: upstream: a gateway got no answer from the server: status 502 []`,
		},
		{
			"refuses what is right", "editor", "POST " + alm + " " + hourly, func(b *bentReply) { b.status, b.value = 400, object{"detail": "no"} },
			`note: reply: a request that fits the contract was refused with 400; nothing that is known here explains it [` + createdAt + `lines 122-182]`,
		},
		{
			"refuses in another way", "editor", "POST " + alm + " {}", func(b *bentReply) { b.status, b.value, b.text = 422, nil, nil },
			`note: reply: the status 422 isn't documented for createAlmConnection`,
		},
		{
			"refuses in another form", "editor", "GET " + alm + "99/", func(b *bentReply) { b.value, b.text = nil, []byte("<html>") },
			`note: reply: the body of the refusal has another form than the contract's, which the documentation doesn't define []`,
		},
		{
			"redirects", "editor", "GET " + alm + "1/", func(b *bentReply) {
				b.status = 302
				b.header.Set("Location", "https://elsewhere.example/login")
			},
			`note: reply Location: leads to elsewhere.example, and so past this proxy; --keep-host may help []
note: reply: the status 302 isn't documented for getAlmConnection ["Get a Specific ALM Connection", lines 71-114]`,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := proxied(t, bent{mock.New(), tc.bend}, nil)
			parts := strings.SplitN(tc.request, " ", 3)
			askProxy(p, tc.user, parts[0], parts[1], strings.Join(parts[2:], ""))
			got := foundBy(p)
			if tc.name == "refuses in another way" {
				assert.Assert(t, strings.Contains(got, tc.want), got)
				return
			}
			assert.Equal(t, got, tc.want)
		})
	}
}

// created replaces a refusal by a connection as it might have been created.
func created(b *bentReply) {
	b.header = http.Header{"Content-Type": {"application/json"}}
	b.status = 201
	b.value = object{
		"id": 50, "connector": 1, "project": 1, "alias": "A", "frequency": "manually", "inaccessible": false,
		"system": "JIRA", "command": "sync_jira", "params": object{"a": "b", "sde_project": "Proj 1", "sde_application": "Finance App", "alm_project": "P", "alm_pass": "***"},
	}
}

func createdAs(name string, value any) func(*bentReply) {
	return func(b *bentReply) {
		created(b)
		b.value[name] = value
	}
}

// TestProxyWatchesReadOnly: what the server sets, and was seen to, isn't the client's to change.
func TestProxyWatchesReadOnly(t *testing.T) {
	p := proxied(t, bent{mock.New(), func(b *bentReply) {
		if system, sent := b.sent["system"]; sent {
			b.value["system"], b.value["command"] = system, b.sent["command"]
		}
	}}, nil)
	askProxy(p, "editor", "GET", alm+"1/", "")
	askProxy(p, "editor", "PUT", alm+"1/", `{"alias":"A","connector":2,"project":1,"params":{"a":1},"system":"Mine","command":"rm"}`)
	assert.Equal(t, foundBy(p), `note: body /command: is the server's to set []
note: body /system: is the server's to set []
breach: reply /system: "Mine" was taken from the request; before it was "Rally", the system of the connector ["Get All ALM Connections of All Projects", line 20]
breach: reply /command: "rm" was taken from the request; before it was "sync_rally", the command of the connector ["Get All ALM Connections of All Projects", line 23]`)
}

// TestProxyWatchesSecrets: a password doesn't come to who may not see it, under whatever name.
func TestProxyWatchesSecrets(t *testing.T) {
	for name, bend := range map[string]func(*bentReply){
		"another member": func(b *bentReply) { b.value["options"] = object{"p": "rally_password"} },
		"a text":         func(b *bentReply) { b.value["alias"] = "with rally_password" },
		"a header":       func(b *bentReply) { b.header.Set("X-Debug", "rally_password") },
		"a refusal":      func(b *bentReply) { b.status, b.value = 404, object{"detail": "rally_password"} },
	} {
		t.Run(name, func(t *testing.T) {
			p := proxied(t, bent{mock.New(), func(b *bentReply) {
				if strings.Contains(b.r.Header.Get("Authorization"), "reader") {
					bend(b)
				}
			}}, nil)
			askProxy(p, "editor", "GET", alm+"1/", "")
			askProxy(p, "reader", "GET", alm+"1/", "")
			assert.Equal(t, foundBy(p), `breach: reply: it holds the secret that was /params/alm_pass to others; reader lacks the permission "Edit ALM connections" ["Get a Specific ALM Connection", lines 71-114]`)
		})
	}
}

// TestProxyIsSilent: a client and a server that are right, and a client that may err.
func TestProxyIsSilent(t *testing.T) {
	p := proxied(t, mock.New().Client().Transport, nil)
	for _, user := range []string{"editor", "reader", "alm-editor", "security-editor", "basic"} {
		for _, target := range []string{alm, alm + "1/", analysis, analysis + "1/", alm + "?frequency=daily", alm + "?page_size=2&page=1", analysis + "?alias=x&system=y", alm + "99/"} {
			askProxy(p, user, "GET", target, "")
			askProxy(p, user, "HEAD", target, "")
			askProxy(p, user, "OPTIONS", target, "")
		}
	}
	for _, request := range [][2]string{{"POST", alm}, {"PUT", alm + "1/"}} {
		assert.Assert(t, askProxy(p, "editor", request[0], request[1], hourly).status < 300)
	}
	found := strings.ReplaceAll(foundBy(p), "note: reply /next: leads to upstream.invalid, and so past this proxy; --keep-host may help []", "")
	assert.Equal(t, strings.TrimSpace(found), "")
}

// TestProxyKnowsNobody: without a target file, nothing is said that would need one.
func TestProxyKnowsNobody(t *testing.T) {
	p := proxied(t, bent{mock.New(), set("params", object{"alm_pass": "x"})}, func(c *mock.ProxyConfig) { c.Known = mock.Known{} })
	askProxy(p, "reader", "GET", alm+"1/", "")
	askProxy(p, "basic", "POST", alm, strings.ReplaceAll(hourly, `"connector":1,"project":1`, `"connector":5,"project":4`))
	assert.Equal(t, foundBy(p), `note: reply: a request that fits the contract was refused with 400; nothing that is known here explains it ["Create an ALM Connection", lines 122-182]`)
}

// TestProxyLeavesOtherPathsAlone: a server has more than the contract describes.
func TestProxyLeavesOtherPathsAlone(t *testing.T) {
	p := proxied(t, bent{mock.New(), nil}, nil)
	askProxy(p, "editor", "GET", "/api/v2/projects/", "")
	askProxy(p, "editor", "GET", "/api/v2/connections/almm/", "")
	assert.Equal(t, foundBy(p), `note: path: is none that the contract describes, and was passed on unchecked []
violation: path: the contract has no /api/v2/connections/almm/; the nearest operation is GET /api/v2/connections/alm/ []`)
}
