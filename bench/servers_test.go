package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/gorilla/mux"

	"github.com/sdecontract/sdecontract"
)

// The servers that are compared, the barest first: the ratios are to it.
var serverNames = []string{"bare", "gorilla", "kin", "mock"}

// newServer makes one of them.
func newServer(name string) (http.Handler, error) {
	m, err := newMock(items)
	if err != nil {
		return nil, err
	}
	switch name {
	case "mock":
		return m, nil
	case "bare":
		return newReadyMade(m)
	case "gorilla":
		return newHandWritten(m)
	case "kin":
		plain, err := newHandWritten(m)
		if err != nil {
			return nil, err
		}
		return validated(plain)
	}
	return nil, fmt.Errorf("%s: there is no such server, only %v", name, serverNames)
}

// readyMade is net/http and nothing else: it writes what the mock would send, byte for byte, and looks at no more of
// a request than it must to tell the shapes apart.
type readyMade map[asked]answer

type asked struct {
	method, target string
	length         int64 // of the body
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func newReadyMade(original http.Handler) (readyMade, error) {
	ready := readyMade{}
	for _, s := range shapes {
		w := httptest.NewRecorder()
		original.ServeHTTP(w, s.request())
		if w.Code != s.status {
			return nil, fmt.Errorf("the mock answers %s with %d: %s", s.name, w.Code, w.Body)
		}
		ready[asked{s.method, s.path, int64(len(s.body))}] = answer{w.Code, w.Header(), w.Body.Bytes()}
	}
	return ready, nil
}

func (ready readyMade) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := ready[asked{r.Method, r.RequestURI, r.ContentLength}]
	if !ok {
		http.NotFound(w, r)
		return
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// handWritten is the mock that one writes in an hour: gorilla/mux, a map and encoding/json. It validates nothing, but
// gives the connections what they take from their connector and their project, as the mock does.
type handWritten struct {
	mu     sync.RWMutex
	stores map[string]*storeOf
}

type storeOf struct {
	lastID int64
	byID   map[int64]connection
	sample connection // every connection has its connector and its project
}

type connection struct {
	ID           int64          `json:"id"`
	Connector    int64          `json:"connector"`
	Project      int64          `json:"project"`
	System       string         `json:"system"`
	Alias        string         `json:"alias"`
	Frequency    string         `json:"frequency"`
	Command      string         `json:"command"`
	Params       map[string]any `json:"params"`
	Inaccessible bool           `json:"inaccessible"`
}

type list struct {
	Results []connection `json:"results"`
}

// newHandWritten starts with the connections that the mock shows.
func newHandWritten(original http.Handler) (http.Handler, error) {
	h := &handWritten{stores: map[string]*storeOf{}}
	for kind, path := range map[string]string{"alm": collectionPath, "analysis": alone} {
		w := httptest.NewRecorder()
		original.ServeHTTP(w, shape{method: http.MethodGet, path: path}.request())
		var l list
		if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
			return nil, err
		}
		s := &storeOf{byID: map[int64]connection{}, sample: l.Results[0]}
		for _, c := range l.Results {
			s.byID[c.ID], s.lastID = c, max(s.lastID, c.ID)
		}
		h.stores[kind] = s
	}
	r := mux.NewRouter()
	r.HandleFunc("/api/v2/connections/{kind}/", h.list).Methods(http.MethodGet)
	r.HandleFunc("/api/v2/connections/{kind}/", h.create).Methods(http.MethodPost)
	r.HandleFunc("/api/v2/connections/{kind}/{id}/", h.get).Methods(http.MethodGet)
	r.HandleFunc("/api/v2/connections/{kind}/{id}/", h.update).Methods(http.MethodPut)
	return r, nil
}

func (h *handWritten) list(w http.ResponseWriter, r *http.Request) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	byID := h.stores[mux.Vars(r)["kind"]].byID
	l := list{Results: []connection{}}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		l.Results = append(l.Results, byID[id])
	}
	reply(w, http.StatusOK, l)
}

func (h *handWritten) get(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	h.mu.RLock()
	defer h.mu.RUnlock()
	c, ok := h.stores[mux.Vars(r)["kind"]].byID[id]
	if !ok {
		http.NotFound(w, r)
		return
	}
	reply(w, http.StatusOK, c)
}

func (h *handWritten) create(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	s := h.stores[mux.Vars(r)["kind"]]
	s.lastID++
	id := s.lastID
	h.mu.Unlock()
	h.store(w, r, s, id, http.StatusCreated)
}

func (h *handWritten) update(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	h.store(w, r, h.stores[mux.Vars(r)["kind"]], id, http.StatusOK)
}

func (h *handWritten) store(w http.ResponseWriter, r *http.Request, s *storeOf, id int64, status int) {
	c := s.sample
	c.Params = maps.Clone(c.Params)
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil { // members of params are added to those of the connector
		reply(w, http.StatusBadRequest, map[string]string{"detail": err.Error()})
		return
	}
	c.ID = id
	h.mu.Lock()
	s.byID[id] = c
	h.mu.Unlock()
	reply(w, status, c)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// validated holds a handler to the contract in the way that kin-openapi's documentation shows.
func validated(h http.Handler) (http.Handler, error) {
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // any address will do
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	validator := openapi3filter.NewValidator(router, openapi3filter.Strict(true),
		openapi3filter.OnLog(func(context.Context, string, error) {}), // it would print a page for each refusal
		openapi3filter.ValidationOptions(openapi3filter.Options{
			MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		}))
	return validator.Middleware(h), nil
}
