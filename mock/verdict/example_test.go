package verdict_test

import (
	"fmt"
	"net/http"
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
	fmt.Println(report.Summary())
	for _, remark := range report.Remarks {
		fmt.Println(remark.First, "-", remark.Finding.Pointer, remark.Finding.Message)
	}
	for _, operation := range report.Coverage.Of(mock.Operations).Groups {
		fmt.Println("operations that were called:", operation.Covered, "of", operation.Total)
	}
	fmt.Println(report.Conclusion())
	// verdict.HTML, JUnit, JSON, Markdown and Text write the whole report.

	// Output:
	// 1 request, 1 broke the contract
	// POST /api/v2/connections/alm/ as editor, answered 400 - /connector is required
	// operations that were called: 1 of 8
	// the client broke the contract
}
