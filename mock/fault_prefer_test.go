package mock_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

func TestPreferAsksForOneFault(t *testing.T) {
	for prefer, want := range map[string]struct {
		status  int
		took    time.Duration
		applied string
	}{
		"code=503":                           {503, 0, "code=503"},
		"CODE = 503":                         {503, 0, "code=503"},
		`code="503"`:                         {503, 0, "code=503"},
		"delay=250ms":                        {200, 250 * time.Millisecond, "delay=250ms"},
		"code=429, delay=2s":                 {429, 2 * time.Second, "code=429, delay=2s"},
		"code=429; delay=2s":                 {429, 2 * time.Second, "code=429, delay=2s"},
		"return=minimal, code=404":           {404, 0, "code=404"},
		"code=404, code=503":                 {404, 0, "code=404"},
		"fault=slow-body, code=500, delay=1": {400, 0, ""},
		"return=minimal":                     {200, 0, ""},
		`respond-async, wait="a, code=503"`:  {200, 0, ""},
		"handling=strict; foo=bar, ,=":       {200, 0, ""},
		"":                                   {200, 0, ""},
		"fault=invalid-json":                 {200, 0, "fault=invalid-json"},
		"validation=off":                     {200, 0, "validation=off"},
	} {
		t.Run(prefer, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAPI()
				begin := time.Now()
				got := a.do("GET", alm, "", "Prefer: "+prefer)
				assert.Equal(t, got.status, want.status, got.body)
				assert.Equal(t, time.Since(begin), want.took)
				assert.Equal(t, got.header.Get("Preference-Applied"), want.applied)
				assert.Equal(t, a.do("GET", alm, "").status, http.StatusOK, "the next request is served as ever")
			})
		})
	}
}

func TestPreferOverTheWire(t *testing.T) {
	w := listen(t, false)
	_, err := w.send(t.Context(), "GET", alm, "", "Prefer: fault=empty-reply")
	assert.ErrorContains(t, err, "EOF")
	assertAsked(t, w.Exchanges()[0], "empty-reply (by Prefer)", 0)
}

// TestUnknownPreferencesAreRefused: a test that asks for what there isn't must not pass unnoticed.
func TestUnknownPreferencesAreRefused(t *testing.T) {
	const statuses = "code: must be one of 400, 401, 403, 404, 405, 406, 429, 500, 503, the errors that listAlmConnections documents"
	for prefer, want := range map[string]string{
		"code=599":              statuses,
		"code=200":              statuses,
		"code":                  statuses,
		"code=-503":             statuses,
		"code=413":              statuses,
		"fault=rest":            `fault: "rest" is not one of reset, empty-reply, invalid-json, slow-body, truncated-body; did you mean "reset"?`,
		"fault":                 "fault: must be one of reset, empty-reply, invalid-json, slow-body, truncated-body",
		"fault=reset, code=503": "code: with the effect reset there is no reply that could have one",
		"delay=5":               `delay: "5" is not a duration above 0, such as 250ms`,
		"delay=2h":              "delay: must be from 0s to 1h0m0s",
		"validation=on":         "validation=on is not known, only validation=off",
	} {
		a := newAPI()
		got := a.do("GET", alm, "", "Prefer: "+prefer)
		assert.Equal(t, got.status, http.StatusBadRequest, prefer)
		assert.Equal(t, got.object(t)["detail"], "Prefer: "+want)
		assert.Assert(t, got.explained("violation: header Prefer: "+want), got.header)
		assert.Equal(t, a.Broken()[0].Operation, "listAlmConnections")
		assert.Equal(t, got.header.Get("Preference-Applied"), "")
	}
	got := newAPI().do("GET", alm, "", "Prefer: coed=503")
	assert.Equal(t, got.status, http.StatusOK)
	assert.Assert(t, got.explained(`note: header Prefer: "coed" is not a preference of the mock; did you mean "code"?; it was ignored`))
}

// TestPreferWins: faults that are set don't act on, nor count, a request that asks for one itself.
func TestPreferWins(t *testing.T) {
	a := newAPI(mock.WithFault(mock.FaultRule{Times: 1, Status: 500}))
	assert.Equal(t, a.do("GET", alm, "", "Prefer: code=404").status, 404)
	assert.Equal(t, a.Faults()[0].Matched, int64(0))
	assert.Equal(t, a.do("GET", alm, "", "Prefer: return=minimal").status, 500)
	assert.Equal(t, a.do("GET", "/nowhere", "", "Prefer: code=503").status, 404, "a path that doesn't exist documents nothing")
}

func TestWithoutPrefer(t *testing.T) {
	a := newAPI(mock.WithoutPrefer())
	got := a.do("GET", alm, "", "Prefer: code=599")
	assert.Equal(t, got.status, http.StatusOK)
	assert.Equal(t, got.header.Get("Preference-Applied"), "")
	assert.Equal(t, a.do("POST", alm, `{}`, "Prefer: validation=off").status, http.StatusBadRequest)
}

// TestValidationOff: the mock does what it can with a request that the contract refuses, and blames nobody.
func TestValidationOff(t *testing.T) {
	for name, tc := range map[string]struct {
		method, target, body, header string
		status                       int
	}{
		"unknown frequency breaks the reply":  {"POST", alm, `{"alias":"A","connector":1,"project":1,"frequency":"yearly","params":{}}`, "", 500},
		"missing alias breaks the reply":      {"POST", alm, `{"connector":1,"project":1,"params":{}}`, "", 500},
		"missing params":                      {"POST", alm, `{"alias":"A","connector":1,"project":1}`, "", 201},
		"params that are no object":           {"POST", alm, `{"alias":"A","connector":1,"project":1,"params":[1]}`, "", 201},
		"empty alias":                         {"POST", alm, `{"alias":"","connector":1,"project":1,"params":{}}`, "", 201},
		"unknown project":                     {"POST", alm, `{"alias":"A","connector":1,"project":999,"params":{}}`, "", 201},
		"unknown connector":                   {"POST", alm, `{"alias":"A","connector":999,"project":1,"params":{}}`, "", 500},
		"connector that isn't remote":         {"POST", analysis, `{"alias":"A","connector":4,"project":1,"params":{}}`, "", 201},
		"wrong types":                         {"PUT", alm + "1/", `{"alias":5,"connector":"1","project":null,"params":5}`, "", 500},
		"empty body":                          {"PUT", alm + "1/", ``, "", 500},
		"another type of content":             {"POST", alm, validALM, "Content-Type: text/plain", 201},
		"another format accepted":             {"GET", alm, ``, "Accept: text/html", 200},
		"page sizes":                          {"GET", alm + "?page_size=-1&page=0", ``, "", 200},
		"page size that is no number":         {"GET", alm + "?page_size=x", ``, "", 200},
		"no JSON can't be served":             {"POST", alm, `{`, "", 400},
		"an array can't be served":            {"POST", alm, `[]`, "", 400},
		"an unknown id is still unknown":      {"GET", alm + "4711/", ``, "", 404},
		"an unknown token is still unknown":   {"GET", alm, ``, "Authorization: Token x", 401},
		"a right request is served as it was": {"POST", alm, validALM, "", 201},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI()
			before := a.do("GET", alm, "").body
			headers := []string{"Prefer: validation=off"}
			if tc.header != "" {
				headers = append(headers, tc.header)
			}
			got := a.do(tc.method, tc.target, tc.body, headers...)
			assert.Equal(t, got.status, tc.status, got.body)
			e := a.Exchanges()[1]
			assert.Equal(t, e.Fault, "")
			assert.Assert(t, got.explained("note: header Prefer: the request was not validated, as it asked"))
			for _, f := range e.Findings {
				assert.Assert(t, tc.status/100 == 4 || f.Severity == mock.Note, f.String())
			}
			if tc.status >= 300 {
				assert.Equal(t, a.do("GET", alm, "").body, before, "nothing has changed")
			}
		})
	}
}

func TestValidationOffForPlans(t *testing.T) {
	a := newAPI().as("basic")
	body := `{"alias":"A","connector":5,"project":4,"frequency":"hourly","params":{}}`
	assert.Equal(t, a.do("POST", alm, body).status, http.StatusBadRequest)
	got := a.do("POST", alm, body, "Prefer: validation=off")
	assert.Equal(t, got.object(t)["frequency"], "hourly", got.body)
	assert.Assert(t, got.explained(`note: body /frequency: "hourly" needs the feature advanced-alm`))
}
