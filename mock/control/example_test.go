package control_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/control"
)

func ExampleNew() {
	host := mock.NewHost(mock.New(), mock.HostLimits{})
	handler := control.New(host, control.Options{})
	server := httptest.NewServer(handler)
	defer server.Close()

	resp, err := http.Get(server.URL + "/_mock/health")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Print(string(body))
	// Output: {"status":"ok"}
}
