package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/sdecontract/sdecontract/mock"
)

// The parts of a Postman collection, format 2.1.
type (
	collection struct {
		Info      info       `json:"info"`
		Auth      auth       `json:"auth"`
		Variables []variable `json:"variable"`
		Items     []folder   `json:"item"`
	}
	info struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Version     string `json:"version"`
		Schema      string `json:"schema"`
	}
	auth struct {
		Type   string     `json:"type"`
		APIKey []variable `json:"apikey"`
	}
	variable struct {
		Key         string `json:"key"`
		Value       string `json:"value"`
		Type        string `json:"type,omitempty"`
		Description string `json:"description,omitempty"`
		Disabled    bool   `json:"disabled,omitempty"`
	}
	folder struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Items       []item `json:"item"`
	}
	item struct {
		Name      string     `json:"name"`
		Events    []event    `json:"event"`
		Request   request    `json:"request"`
		Responses []response `json:"response"`
	}
	event struct {
		Listen string `json:"listen"`
		Script script `json:"script"`
	}
	script struct {
		Type string   `json:"type"`
		Exec []string `json:"exec"`
	}
	request struct {
		Method      string     `json:"method"`
		Header      []variable `json:"header"`
		URL         address    `json:"url"`
		Body        *body      `json:"body,omitempty"`
		Description string     `json:"description"`
	}
	address struct {
		Raw       string     `json:"raw"`
		Host      []string   `json:"host"`
		Path      []string   `json:"path"`
		Query     []variable `json:"query,omitempty"`
		Variables []variable `json:"variable,omitempty"`
	}
	body struct {
		Mode    string `json:"mode"`
		Raw     string `json:"raw"`
		Options any    `json:"options"`
	}
	response struct {
		Name     string     `json:"name"`
		Original request    `json:"originalRequest"`
		Status   string     `json:"status"`
		Code     int        `json:"code"`
		Language string     `json:"_postman_previewlanguage"`
		Header   []variable `json:"header"`
		Body     string     `json:"body"`
	}
)

// Postman returns a collection of format 2.1 with the contract's samples: a folder for each tag, a request for each
// operation, and the documented replies as its examples. A test in each request expects the documented status. The
// requests need the variables baseUrl and token, which are base, or the contract's own server if that is empty, and a
// token of the mock, until an environment sets others. Sent in order to a fresh mock, each is answered as its first example shows.
func Postman(base string) ([]byte, error) {
	doc, all, err := load()
	if err != nil {
		return nil, err
	}
	if base == "" {
		base = doc.Servers[0].URL
	}
	c := collection{
		Info: info{
			doc.Info.Title, doc.Info.Description, doc.Info.Version,
			"https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
		},
		Auth:      authentication(doc),
		Variables: []variable{{Key: "baseUrl", Value: base}, {Key: "token", Value: sampleToken(mock.New())}},
	}
	for _, tag := range doc.Tags {
		f := folder{Name: tag.Name, Description: tag.Description}
		for _, s := range all {
			if slices.Contains(s.operation.Tags, tag.Name) {
				f.Items = append(f.Items, s.item())
			}
		}
		c.Items = append(c.Items, f)
	}
	return []byte(indented(c) + "\n"), nil
}

// authentication puts the token where the contract wants it. That the word Token comes first, OpenAPI can't say.
func authentication(doc *openapi3.T) auth {
	a := auth{Type: "apikey"}
	for _, scheme := range doc.Components.SecuritySchemes {
		a.APIKey = []variable{
			{Key: "key", Value: scheme.Value.Name, Type: "string"},
			{Key: "value", Value: "Token {{token}}", Type: "string"},
			{Key: "in", Value: scheme.Value.In, Type: "string"},
		}
	}
	return a
}

func (s sample) item() item {
	it := item{Name: s.operation.Summary, Request: s.request()}
	for _, r := range s.replies {
		it.Responses = append(it.Responses, response{
			Name: strings.TrimSpace(r.says), Original: it.Request, Status: http.StatusText(r.status), Code: r.status,
			Language: "json", Header: []variable{{Key: "Content-Type", Value: mediaType}}, Body: indented(r.body),
		})
	}
	status := s.replies[0].status
	it.Events = []event{{"test", script{"text/javascript", []string{
		fmt.Sprintf("pm.test('is answered with %d', () => pm.response.to.have.status(%d));", status, status),
	}}}}
	return it
}

func (s sample) request() request {
	r := request{Method: s.method, Header: []variable{{Key: "Accept", Value: mediaType}}, Description: s.operation.Description}
	path := strings.NewReplacer("{", ":", "}", "").Replace(s.path)
	r.URL = address{Raw: "{{baseUrl}}" + path, Host: []string{"{{baseUrl}}"}, Path: strings.Split(path, "/")[1:]}
	for _, p := range s.params {
		v := variable{Key: p.Name, Description: p.Description}
		if p.In == openapi3.ParameterInPath {
			v.Value = fmt.Sprint(s.id(p))
			r.URL.Variables = append(r.URL.Variables, v)
			continue
		}
		v.Disabled = true // filters are there to be switched on
		r.URL.Query = append(r.URL.Query, v)
	}
	if s.body != nil {
		r.Header = append(r.Header, variable{Key: "Content-Type", Value: mediaType})
		r.Body = &body{"raw", indented(s.body), map[string]any{"raw": map[string]string{"language": "json"}}}
	}
	return r
}

func indented(v any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // what came from JSON or consists of strings goes back
	return strings.TrimSuffix(out.String(), "\n")
}
