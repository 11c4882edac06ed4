package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract"
	"github.com/sdecontract/sdecontract/mock"
)

// statuses sends n requests, and gives what became of each: 2 for a status from 200 to 299, and so on.
func (a api) statuses(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprint(&b, a.do("GET", alm, "").status/100)
	}
	return b.String()
}

func TestFaultsChooseRequests(t *testing.T) {
	for name, tc := range map[string]struct {
		rule mock.FaultRule
		want string
	}{
		"always":                {mock.FaultRule{}, "5555555555"},
		"nth":                   {mock.FaultRule{Nth: 3}, "2252222222"},
		"times":                 {mock.FaultRule{Times: 2}, "5522222222"},
		"every":                 {mock.FaultRule{Every: 3}, "2252252252"},
		"every, times":          {mock.FaultRule{Every: 3, Times: 6}, "2252252222"},
		"certain":               {mock.FaultRule{Probability: 1}, "5555555555"},
		"that operation":        {mock.FaultRule{Operation: "listAlmConnections"}, "5555555555"},
		"another operation":     {mock.FaultRule{Operation: "getAlmConnection"}, "2222222222"},
		"that user":             {mock.FaultRule{User: "editor"}, "5555555555"},
		"another user":          {mock.FaultRule{User: "reader"}, "2222222222"},
		"that user's operation": {mock.FaultRule{User: "editor", Operation: "getAlmConnection"}, "2222222222"},
	} {
		t.Run(name, func(t *testing.T) {
			tc.rule.Status = http.StatusInternalServerError
			a := newAPI(mock.WithFault(tc.rule))
			assert.Equal(t, a.statuses(10), tc.want)
			state := a.Faults()[0]
			assert.Equal(t, state.Acted, int64(strings.Count(tc.want, "5")))
			assert.Equal(t, state.Matched > 0, !strings.Contains(name, "another") && !strings.Contains(name, "that user's"))
			assert.Equal(t, len(a.Broken()), 0)
		})
	}
}

// TestFirstFaultActs: faults don't add up, but each counts its requests, whichever acts.
func TestFirstFaultActs(t *testing.T) {
	a := newAPI(mock.WithFault(
		mock.FaultRule{Every: 2, Status: 503},
		mock.FaultRule{ID: "mine", Times: 3, Status: 429},
	))
	var got []int
	for range 4 {
		got = append(got, a.do("GET", alm, "").status)
	}
	assert.DeepEqual(t, got, []int{429, 503, 429, 503})
	assert.DeepEqual(t, a.Faults(), []mock.FaultState{
		{Rule: mock.FaultRule{ID: "fault-1", Every: 2, Status: 503}, Matched: 4, Acted: 2},
		{Rule: mock.FaultRule{ID: "mine", Times: 3, Status: 429}, Matched: 4, Acted: 2},
	})
}

// TestChanceCanBeRepeated: a seed decides, and other faults don't change what it says.
func TestChanceCanBeRepeated(t *testing.T) {
	maybe := mock.FaultRule{ID: "maybe", Probability: 0.5, Status: 500}
	seven := newAPI(mock.WithSeed(7), mock.WithFault(maybe)).statuses(200)
	assert.Equal(t, newAPI(mock.WithFault(maybe), mock.WithSeed(7)).statuses(200), seven)
	assert.Assert(t, newAPI(mock.WithFault(maybe), mock.WithSeed(8)).statuses(200) != seven)
	n := strings.Count(seven, "5")
	assert.Assert(t, 70 < n && n < 130, n)

	other := newAPI(mock.WithSeed(7), mock.WithFault(mock.FaultRule{Nth: 1, Status: 404}, maybe)).statuses(200)
	assert.Equal(t, other, "4"+seven[1:])

	durations := func() (list []time.Duration) {
		a := newAPI(mock.WithSeed(7), mock.WithFault(mock.FaultRule{Delay: mock.Delay{Median: time.Second, Sigma: 1}}))
		for range 20 {
			begin := time.Now()
			a.do("GET", alm, "")
			list = append(list, time.Since(begin))
		}
		return list
	}
	synctest.Test(t, func(t *testing.T) { assert.DeepEqual(t, durations(), durations()) })
}

func TestFaultsComeAndGo(t *testing.T) {
	a := newAPI()
	id, err := a.SetFault(mock.FaultRule{Status: 500})
	assert.NilError(t, err)
	assert.Equal(t, a.statuses(1), "5")
	_, err = a.SetFault(mock.FaultRule{ID: id, Status: 404, Times: 1})
	assert.NilError(t, err)
	a.Reset()
	assert.Equal(t, a.statuses(2), "42", "replaced, with a count of its own, and not reset")
	assert.Assert(t, a.RemoveFault(id))
	assert.Assert(t, !a.RemoveFault(id))
	assert.Equal(t, len(a.Faults()), 0)
	_, err = a.SetFault(mock.FaultRule{ID: "fault-2", Status: 500})
	assert.NilError(t, err)
	id, err = a.SetFault(mock.FaultRule{Status: 500})
	assert.NilError(t, err)
	assert.Equal(t, id, "fault-3", "fault-2 is taken")
	a.ClearFaults()
	assert.Equal(t, a.statuses(1), "2")
	assert.Equal(t, len(a.Exchanges()[len(a.Exchanges())-1].Findings), 0)
}

// TestDocumentedStatuses: each error that an operation documents can be asked for, and fits the contract.
func TestDocumentedStatuses(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(sdecontract.Spec())
	assert.NilError(t, err)
	j := newJudge(t)
	a := newAPI()
	asked := 0
	for template, item := range doc.Paths.Map() {
		path := strings.Replace(template, "{connection_id}", "4711", 1)
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				if status[0] < '4' {
					continue
				}
				got := a.do(method, path, "", "Prefer: code="+status, "Authorization:")
				assert.Equal(t, fmt.Sprint(got.status), status, "%s %s", method, path)
				assert.NilError(t, j.check(a.request(method, path, ""), got), "%s %s %s", method, path, status)
				assert.Equal(t, got.header.Get("Retry-After") != "", status == "429" || status == "503")
				assert.Equal(t, got.header.Get("Allow") != "", status == "405")
				assert.Equal(t, got.header.Get("WWW-Authenticate") != "", status == "401")
				assert.Assert(t, strings.Contains(got.body, `"`), "it has a body")
				asked++
			}
		}
	}
	assert.Assert(t, asked > 70, asked)
	assert.Equal(t, len(a.Broken()), 0)
}

// TestFaultyStatusIsHeldToTheContract: what the mock makes up where the contract has no example must fit it too.
func TestFaultyStatusIsHeldToTheContract(t *testing.T) {
	bare := contractWith(t, "          example: {detail: Down for maintenance.}\n", "")
	a := newAPI(mock.WithContract(bare), mock.WithFault(mock.FaultRule{Status: 503, RetryAfter: 5 * time.Second}))
	got := a.do("GET", alm, "")
	assert.Equal(t, got.body, `{"detail":"Service Unavailable."}`)
	assert.Equal(t, got.header.Get("Retry-After"), "5")

	other := contractWith(t, "          schema: {$ref: \"#/components/schemas/Refusal\"}\n          example: {detail: Down for maintenance.}\n",
		"          schema: {type: object, required: [code]}\n")
	a = newAPI(mock.WithContract(other), mock.WithFault(mock.FaultRule{Status: 503}))
	got = a.do("GET", alm, "")
	assert.Equal(t, got.status, http.StatusInternalServerError)
	assert.Assert(t, got.explained("fault: reply /code: is required"))
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]mock.FaultRule{
		`{"operation": "createAlmConnection", "times": 2, "status": 503, "retry_after": "5s"}`: {
			Operation: "createAlmConnection", Times: 2, Status: 503, RetryAfter: 5 * time.Second,
		},
		`{"id": "a", "user": "reader", "probability": 0.1, "effect": "reset", "delay": "250ms"}`: {
			ID: "a", User: "reader", Probability: 0.1, Effect: mock.ConnectionReset, Delay: mock.Delay{Fixed: 250 * time.Millisecond},
		},
		`{"nth": 1, "delay": {"min": "1s", "max": "1m"}}`:                    {Nth: 1, Delay: mock.Delay{Min: time.Second, Max: time.Minute}},
		`{"every": 3, "delay": {"mean": "1s", "deviation": "100ms"}}`:        {Every: 3, Delay: mock.Delay{Mean: time.Second, Deviation: 100 * time.Millisecond}},
		`{"delay": {"median": "90ms", "sigma": 0.4}}`:                        {Delay: mock.Delay{Median: 90 * time.Millisecond, Sigma: 0.4}},
		`{"effect": "slow-body", "chunk_bytes": 10, "chunk_delay": "100ms"}`: {Effect: mock.SlowBody, ChunkBytes: 10, ChunkDelay: 100 * time.Millisecond},
		"# a comment\nuser: reader\nstatus: 429\ndelay: {max: 1s}\n":         {User: "reader", Status: 429, Delay: mock.Delay{Max: time.Second}},
		"{status: 429}": {Status: 429},
	} {
		got, err := mock.ParseFault([]byte(text))
		assert.NilError(t, err, text)
		assert.DeepEqual(t, got, want)
		_, err = mock.New().SetFault(got)
		assert.NilError(t, err, text)

		written, err := json.Marshal(got)
		assert.NilError(t, err)
		var again mock.FaultRule
		assert.NilError(t, json.Unmarshal(written, &again))
		assert.DeepEqual(t, again, want)
	}
}

func TestFaultErrorsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"status": 503, "tmes": 2}`:                   `fault: /tmes: is unknown; did you mean "times"?`,
		`{"delay": {"mim": "1s"}}`:                     `fault: /delay/mim: is unknown; did you mean "min"?`,
		`{"status": 503, "a/b": 2}`:                    `fault: /a~1b: is unknown`,
		`{"nth": 0, "times": "2"}`:                     "fault: /nth: must be an integer from 1, got 0\nfault: /times: must be an integer from 1, got \"2\"",
		`{"every": 1.5}`:                               `fault: /every: must be an integer from 1, got 1.5`,
		`{"probability": 0}`:                           `fault: /probability: must be a number above 0, got 0`,
		`{"probability": 1.1}`:                         `fault: /probability: must be above 0, and at most 1`,
		`{"delay": 250}`:                               `fault: /delay: must be a duration above 0, such as "250ms", got 250`,
		`{"retry_after": 5}`:                           `fault: /retry_after: must be a duration above 0, such as "5s", got 5`,
		`{"delay": "-1s"}`:                             `fault: /delay: must be a duration above 0, such as "250ms", got "-1s"`,
		`{"delay": "61m"}`:                             `fault: /delay: must be from 0s to 1h0m0s`,
		`{"delay": {"min": "2s", "max": "1s"}}`:        `fault: /delay/max: must be at least min`,
		`{"delay": {"fixed": "2s", "max": "1s"}}`:      `fault: /delay: must be one of: fixed; min and max; mean and deviation; median and sigma`,
		`{"delay": {"deviation": "1s"}}`:               `fault: /delay/deviation: needs a mean`,
		`{"delay": {"sigma": 1}}`:                      `fault: /delay/sigma: needs a median`,
		`{"delay": {"median": "1s", "sigma": 11}}`:     `fault: /delay/sigma: must be from 0 to 10`,
		`{"effect": "rest"}`:                           `fault: /effect: "rest" is not one of reset, empty-reply, invalid-json, slow-body, truncated-body; did you mean "reset"?`,
		`{"effect": null}`:                             `fault: /effect: must be a string that isn't empty, got null`,
		`{"effect": "reset", "status": 503}`:           `fault: /status: with the effect reset there is no reply that could have one`,
		`{"effect": "reset", "chunk_bytes": 5}`:        `fault: /effect: must be slow-body for chunk_bytes and chunk_delay`,
		`{"effect": "slow-body", "chunk_delay": "2h"}`: `fault: /chunk_delay: must be from 0s to 1h0m0s`,
		`{"status": 429, "retry_after": "1500ms"}`:     `fault: /retry_after: must be whole seconds`,
		`{"delay": "1s", "retry_after": "1s"}`:         `fault: /retry_after: needs a status`,
		`{"nth": 2, "every": 2, "delay": "1s"}`:        `fault: /nth: excludes times and every`,
		`{"user": "reader"}`:                           `fault: does nothing: it needs a delay, a status or an effect`,
		`{"status": 503, "status": 429}`:               `fault: duplicate object member name within /status: line 1 column 17`,
		`[]`:                                           `fault: must be an object, got an array`,
		"status: 503\nstatus: 429":                     `fault:2:1: the key "status" is already on line 1`,
		"status: [":                                    `fault:2:1: `,
		"- 1":                                          `fault:1:1: must be a mapping`,
		"":                                             `fault`,
		// What only a server can tell.
		`{"operation": "listAlm", "status": 503}`:          `fault: /operation: the contract has no "listAlm", only createAlmConnection, createAnalysisConnection, `,
		`{"operation": "listAlmConection", "status": 503}`: `; did you mean "listAlmConnections"?`,
		`{"user": "raeder", "delay": "1s"}`:                `fault: /user: the world has no "raeder", only alm-editor, basic, editor, reader, security-editor; did you mean "reader"?`,
		`{"operation": "getAlmConnection", "status": 413}`: `fault: /status: must be one of 400, 401, 403, 404, 405, 406, 429, 500, 503, the errors that getAlmConnection documents`,
		`{"status": 200}`:                                        `fault: /status: must be one of 400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 503, the errors that the contract documents`,
		`{"status": 404, "retry_after": "1s"}`:                   `fault: /retry_after: the contract has it for 429, 503 only`,
		`{"user": "x", "operation": "y", "status": 1, "nth": 1}`: "/operation: the contract has no",
	} {
		f, err := mock.ParseFault([]byte(text))
		if err == nil {
			_, err = mock.New().SetFault(f)
		}
		assert.ErrorContains(t, err, want, text)
	}
}

func TestWrongFaultInCodePanics(t *testing.T) {
	defer func() {
		assert.Assert(t, strings.HasPrefix(fmt.Sprint(recover()), `mock.WithFault: fault: /user: the world has no "ann"`))
	}()
	mock.New(mock.WithFault(mock.FaultRule{User: "ann", Status: 503}, mock.FaultRule{Nth: -1, Status: 503}))
}
