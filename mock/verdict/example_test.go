package verdict_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/verdict"
)

func ExampleOf() {
	srv := mock.New()

	// What the client under test does. In a test with mocktest.Start, srv.Server is the mock.
	req, _ := http.NewRequest(http.MethodPost, "http://mock/api/v2/connections/alm/", strings.NewReader(`{"alias": "Web shop", "project": 1, "params": {}}`))
	req.Header.Set("Authorization", "Token editor-token")
	req.Header.Set("Content-Type", "application/json")
	resp, err := srv.Client().Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()

	report := verdict.Of(srv)
	report.Coverage = report.Coverage.Of(mock.Operations, mock.Users) // of the others there is more
	_ = verdict.Text(os.Stdout, report, verdict.Style{})
	// Output:
	// sdecontract: 1 request, 1 broke the contract
	//
	//   violation  POST /api/v2/connections/alm/ as editor, answered 400
	//     body /connector: is required
	//       see "Create an ALM Connection", line 179; openapi.yaml:591 #/components/schemas/AlmConnectionInput/required
	//
	// sdecontract: 2 of the 13 things that a client can meet were covered, 15.3 %
	//   operations     1 of 8   12.5 %  never listAlmConnections, getAlmConnection, updateAlmConnection, ...
	//   users          1 of 5   20.0 %  never alm-editor, security-editor, reader, basic
	//
	// sdecontract: the client broke the contract: exit status 1
}
