package mock_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/sdecontract/sdecontract/mock"
)

func ExampleNew() {
	srv := mock.New()
	listener := httptest.NewServer(srv)
	defer listener.Close()

	req, _ := http.NewRequest(http.MethodGet, listener.URL+"/api/v2/connections/alm/2/", http.NoBody)
	req.Header.Set("Authorization", "Token reader-token")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.Status)
	fmt.Println(string(body))
	// Output:
	// 200 OK
	// {"id":2,"connector":1,"project":1,"system":"JIRA","alias":"Rally Integration EU","frequency":"daily","command":"sync_jira","inaccessible":false}
}

func ExampleServer_Broken() {
	srv := mock.New()
	req := httptest.NewRequest(http.MethodGet, "/api/v2/connections/alm", http.NoBody)
	srv.ServeHTTP(httptest.NewRecorder(), req)

	for _, e := range srv.Broken() {
		fmt.Println(e.Status, e.Method, e.Target)
		for _, f := range e.Findings {
			fmt.Println(f)
		}
	}
	// Output:
	// 301 GET /api/v2/connections/alm
	// violation: path: /api/v2/connections/alm lacks the slash at the end: the operation is GET /api/v2/connections/alm/ (see "Get All ALM Connections of All Projects", lines 3-58)
}

func ExampleServer_SetFault() {
	srv := mock.New()
	rule, err := mock.ParseFault([]byte(`{"operation": "listAlmConnections", "times": 1, "status": 503, "retry_after": "5s"}`))
	if err != nil {
		panic(err)
	}
	if _, err := srv.SetFault(rule); err != nil {
		panic(err)
	}
	for range 2 {
		req := httptest.NewRequest(http.MethodGet, "/api/v2/connections/alm/?alias=none", http.NoBody)
		req.Header.Set("Authorization", "Token reader-token")
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, req)
		fmt.Println(w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	fmt.Println(srv.Exchanges()[0].Fault)
	// Output:
	// 503 5 {"detail":"Down for maintenance."}
	// 200  {"results":[]}
	// status 503 (fault-1)
}

func ExampleWithFault() {
	srv := mock.New(
		mock.WithSeed(42),
		mock.WithFault(
			mock.FaultRule{User: "reader", Probability: 0.1, Effect: mock.ConnectionReset},
			mock.FaultRule{Delay: mock.Delay{Median: 90 * time.Millisecond, Sigma: 0.4}},
		))
	for _, state := range srv.Faults() {
		fmt.Println(state.Rule.ID, state.Rule)
	}
	// Output:
	// fault-1 reset
	// fault-2 a delay of about 90ms
}

func ExampleWithoutPrefer() {
	req := httptest.NewRequest(http.MethodGet, "/api/v2/connections/alm/1/", http.NoBody)
	req.Header.Set("Authorization", "Token reader-token")
	req.Header.Set("Prefer", "code=429")
	for _, srv := range []*mock.Server{mock.New(), mock.New(mock.WithoutPrefer())} {
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, req)
		fmt.Println(w.Code, w.Header().Get("Preference-Applied"))
	}
	// Output:
	// 429 code=429
	// 200
}

func ExampleReadWorld() {
	world, err := mock.ReadWorld("world.yaml", []byte(`
users:
  ann: {organization: acme, token: ann-token, permissions: [Edit ALM connections]}
organizations:
  acme:
    projects: [{id: 1, name: Web Shop}]
    connectors:
      alm: [{id: 1, name: JIRA, system: JIRA, command: sync_jira}]
    connections:
      alm: [{id: 1, connector: 1, project: 1, alias: Shop, frequency: daily, params: {}}]
`))
	if err != nil {
		panic(err)
	}
	srv := mock.New(mock.WithWorld(world))
	req := httptest.NewRequest(http.MethodGet, "/api/v2/connections/alm/?alias=Shop", http.NoBody)
	req.Header.Set("Authorization", "Token ann-token")
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, req)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 {"results":[{"id":1,"connector":1,"project":1,"system":"JIRA","alias":"Shop","frequency":"daily","command":"sync_jira","inaccessible":false,"params":{"sde_application":"","sde_businessunit":"","sde_project":"Web Shop"}}]}
}

func ExampleServer_Client() {
	client := mock.New().Client() // nothing listens; the URL's host doesn't matter
	req, _ := http.NewRequest(http.MethodGet, "http://mock.test/api/v2/connections/alm/?alias=Shop", http.NoBody)
	req.Header.Set("Authorization", "Token editor-token")
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, string(body))
	// Output:
	// 200 OK {"results":[]}
}
