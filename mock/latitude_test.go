package mock_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// look is something that a client can see of a mock.
type look func(t *testing.T, a api) string

// status sees the status of one request, and the value of a header.
func status(as, method, path, body string, headers ...string) look {
	return shown("", as, method, path, body, headers...)
}

func shown(header, as, method, path, body string, headers ...string) look {
	return func(_ *testing.T, a api) string {
		got := a.as(as).do(method, path, body, headers...)
		return strings.TrimSpace(fmt.Sprint(got.status) + " " + got.header.Get(header))
	}
}

// member sees a member of the reply's object, or of one of its members.
func member(names, as, method, path, body string, headers ...string) look {
	return func(t *testing.T, a api) string {
		var value any = a.as(as).do(method, path, body, headers...).object(t)
		for name := range strings.SplitSeq(names, " ") {
			o, _ := value.(object)
			var ok bool
			if value, ok = o[name]; !ok {
				return "absent"
			}
		}
		return fmt.Sprint(value)
	}
}

// text sees the whole body.
func text(as, method, path, body string, headers ...string) look {
	return func(_ *testing.T, a api) string { return a.as(as).do(method, path, body, headers...).body }
}

// then sees what the second look sees after the first.
func then(first, second look) look {
	return func(t *testing.T, a api) string { first(t, a); return second(t, a) }
}

// ids sees the ids of a list, in their order.
func ids(path string) look {
	return func(t *testing.T, a api) string { return a.do("GET", path, "").ids(t) }
}

const (
	basicALM  = `{"alias":"A","connector":5,"project":4,"params":{},"frequency":"hourly"}`
	updateALM = `{"alias":"B","connector":1,"project":1,"params":{}}`
)

var (
	noSlash = strings.TrimSuffix(alm, "/")
	invalid = `{"alias":"A","connector":1,"project":1}`
)

func bodyWith(members string) string {
	return `{"alias":"A","connector":1,"project":1,"params":{},` + members + `}`
}

// TestLatitudes shows what each latitude changes, and that it isn't so by default.
func TestLatitudes(t *testing.T) {
	tests := map[mock.Latitude]struct {
		look look
		want string
	}{
		mock.AcceptAnswersOthers:      {shown("Content-Type", "reader", "GET", alm, "", "Accept: application/xml"), "200 application/xml"},
		mock.AcceptIgnored:            {shown("Content-Type", "reader", "GET", alm, "", "Accept: application/xml"), "200 application/json"},
		mock.BearerAccepted:           {status("", "GET", alm, "", "Authorization: Bearer reader-token"), "200"},
		mock.ContentTypeAny:           {status("editor", "POST", alm, validALM, "Content-Type: text/plain"), "201"},
		mock.ContentTypeRequired:      {status("editor", "POST", alm, validALM), "415"},
		mock.DeleteAllowed:            {then(status("editor", "DELETE", alm+"1/", ""), ids(alm)), "2 3"},
		mock.DuplicateNamesAccepted:   {member("alias", "editor", "POST", alm, bodyWith(`"alias":"B"`)), "B"},
		mock.EmptyFilterIgnored:       {ids(alm + "?alias="), "1 2 3"},
		mock.NoSlashAnswers:           {status("editor", "POST", noSlash, validALM), "201"},
		mock.OptionsNeedsToken:        {status("", "OPTIONS", alm, ""), "401"},
		mock.PatchAllowed:             {then(status("editor", "PATCH", alm+"2/", `{"alias":"B"}`), member("params alm_project", "editor", "PATCH", alm+"2/", `{"params":{}}`)), "Europe"},
		mock.QuotesRefused:            {status("", "GET", alm, "", `Authorization: Token "reader-token"`), "401"},
		mock.RepeatedFilterFirst:      {ids(alm + "?frequency=daily&frequency=weekly"), "2"},
		mock.SchemeCaseSensitive:      {status("", "GET", alm, "", "Authorization: token reader-token"), "401"},
		mock.UnknownQueryRefused:      {status("reader", "GET", alm+"?nope=1", ""), "400"},
		mock.BadFrequencyFilterRefuse: {status("reader", "GET", alm+"?frequency=yearly", ""), "400"},

		mock.AliasLengthLimited:      {status("editor", "POST", alm, strings.Replace(validALM, "A", strings.Repeat("a", 256), 1)), "400"},
		mock.AliasTrimmed:            {member("alias", "editor", "POST", alm, strings.Replace(validALM, "A", " A ", 1)), "A"},
		mock.AliasesUnique:           {then(status("editor", "POST", alm, validALM), status("editor", "POST", alm, validALM)), "400"},
		mock.BlankAliasAccepted:      {status("editor", "POST", alm, strings.Replace(validALM, "A", "", 1)), "201"},
		mock.FrequencyNormalised:     {member("frequency", "editor", "POST", alm, bodyWith(`"frequency":" Hourly "`)), "hourly"},
		mock.NonRemoteUpdateRefused:  {status("editor", "PUT", analysis+"6/", `{"alias":"A","connector":3,"project":1,"params":{}}`), "400"},
		mock.NullFrequencyDefault:    {member("frequency", "editor", "POST", alm, bodyWith(`"frequency":null`)), "manually"},
		mock.ParamsEmptyRefused:      {status("editor", "POST", alm, validALM), "400"},
		mock.ParamsNullAccepted:      {status("editor", "POST", alm, strings.Replace(validALM, "{}", "null", 1)), "201"},
		mock.ParamsUnknownDropped:    {member("params odd", "editor", "POST", alm, strings.Replace(validALM, "{}", `{"odd":1}`, 1)), "absent"},
		mock.PlanCoerced:             {member("frequency", "basic", "POST", alm, basicALM), "manually"},
		mock.ServerFieldsRefused:     {status("editor", "POST", alm, bodyWith(`"id":7`)), "400"},
		mock.StringReferencesCoerced: {member("connector", "editor", "POST", alm, strings.Replace(validALM, `1`, `"1"`, 1)), "1"},
		mock.UnknownFieldsRefused:    {status("editor", "POST", alm, bodyWith(`"nope":7`)), "400"},
		mock.UpdateDefaultsOmitted:   {member("alias", "editor", "PUT", analysis+"1/", `{"connector":1,"project":1,"params":{}}`), "WhiteHat Sentinel EU"},
		mock.UpdateKeepsOmitted:      {member("frequency", "editor", "PUT", alm+"2/", updateALM), "daily"},
		mock.UpdateMergesParams:      {member("params alm_project", "editor", "PUT", alm+"2/", updateALM), "Europe"},

		mock.AliasFilterAnyCase:   {ids(alm + "?alias=RALLY+integration"), "1"},
		mock.FiltersUnited:        {ids(alm + "?frequency=daily&system=Rally"), "1 2"},
		mock.IDsBeyond32Bits:      {member("id", "editor", "POST", alm, validALM), "5000000000"},
		mock.IDsFrom1000:          {member("id", "editor", "POST", alm, validALM), "1000"},
		mock.IDsOfOneSequence:     {member("id", "editor", "POST", alm, validALM), "9"},
		mock.ListOrderVaries:      {then(ids(alm), ids(alm)), "3 2 1"},
		mock.ListsReversed:        {ids(alm), "3 2 1"},
		mock.NextOnlyWhenThere:    {member("previous", "reader", "GET", alm+"?page_size=2", ""), "absent"},
		mock.PaginatedByDefault:   {ids(alm), "1 2"},
		mock.ReaderWrites:         {text("reader", "POST", alm, validALM), `{"alias":"A","command":"sync_jira","connector":1,"frequency":"manually","id":5,"inaccessible":false,"project":1,"system":"JIRA"}`},
		mock.SystemFilterAnyCase:  {ids(alm + "?system=rally"), "1"},
		mock.ExtraEnvelopeMembers: {member("total", "reader", "GET", alm, ""), "3"},

		mock.ChallengeAbsent:    {shown("WWW-Authenticate", "", "GET", alm, ""), "401"},
		mock.ContentType400:     {status("editor", "POST", alm, validALM, "Content-Type: text/plain"), "400"},
		mock.ErrorBodiesEmpty:   {text("editor", "GET", alm+"99/", ""), ""},
		mock.ErrorBodiesHTML:    {shown("Content-Type", "editor", "GET", alm+"99/", ""), "404 text/html"},
		mock.ErrorBodiesList:    {text("editor", "GET", alm+"99/", ""), `["Not found."]`},
		mock.ErrorBodiesOther:   {text("editor", "POST", alm, invalid), `{"errors":[{"code":4000,"field":"params","message":"This field is required."}]}`},
		mock.ErrorBodiesProblem: {member("status", "editor", "GET", alm+"99/", ""), "404"},
		mock.HeadRefused:        {shown("Allow", "editor", "HEAD", alm, ""), "405 GET, OPTIONS, POST"},
		mock.IDMalformed400:     {status("editor", "GET", alm+"abc/", ""), "400"},
		mock.NonRemote409:       {status("editor", "POST", analysis, `{"connector":3,"project":1,"params":{}}`), "409"},
		mock.NoSlash301:         {shown("Location", "editor", "POST", noSlash, validALM), "301 " + alm},
		mock.NoSlash308:         {shown("Location", "editor", "POST", noSlash, validALM), "308 " + alm},
		mock.NoSlash404:         {shown("Location", "editor", "GET", noSlash, ""), "404"},
		mock.OptionsRefused:     {shown("Allow", "editor", "OPTIONS", alm, ""), "405 GET, HEAD, POST"},
		mock.Plan403:            {status("basic", "POST", alm, basicALM), "403"},
		mock.Reference404:       {status("editor", "POST", alm, strings.Replace(validALM, "1", "99", 1)), "404"},
		mock.Status403For401:    {status("", "GET", alm, ""), "403"},
		mock.Status422For400:    {status("editor", "POST", alm, "{"), "422"},
		mock.UnknownID403:       {status("editor", "GET", alm+"99/", ""), "403"},
		mock.WrongMethod404:     {shown("Allow", "editor", "DELETE", alm, ""), "404"},

		mock.CharsetParameter:  {shown("Content-Type", "reader", "GET", alm, ""), "200 application/json;charset=UTF-8"},
		mock.ChunkedReplies:    {shown("Content-Length", "reader", "GET", alm+"99/", ""), "404"},
		mock.ExtraHeaders:      {shown("X-Frame-Options", "reader", "GET", alm, ""), "200 DENY"},
		mock.ExtraParams:       {member("params sync_window", "editor", "GET", alm+"1/", ""), "1"},
		mock.ExtraReplyFields:  {member("debug_mode", "reader", "GET", alm+"1/", ""), "false"},
		mock.GzipReplies:       {shown("Content-Encoding", "reader", "GET", alm, "", "Accept-Encoding: gzip"), "200 gzip"},
		mock.JSONEscaped:       {member("alias", "reader", "GET", alm+"3/", ""), "Größe & Maß <Ω> – 接続 🚀"},
		mock.JSONIndented:      {text("reader", "GET", alm+"99/", ""), "{\n    \"detail\": \"Not found.\"\n}\n"},
		mock.KeyOrderReversed:  {func(_ *testing.T, a api) string { return a.do("GET", alm+"1/", "").body[:9] }, `{"system"`},
		mock.LocationHeader:    {shown("Location", "editor", "POST", alm, validALM), "201 http://example.com" + alm + "5/"},
		mock.LocationRelative:  {shown("Location", "editor", "POST", alm, validALM), "201 " + alm + "5/"},
		mock.OptionsDescribed:  {text("reader", "OPTIONS", alm, ""), `{"name":"Connections","parses":["application/json"],"renders":["application/json"]}`},
		mock.ParamsEmptyObject: {member("params", "reader", "GET", alm+"1/", ""), "map[]"},
		mock.ParamsNull:        {member("params", "reader", "GET", alm+"1/", ""), "<nil>"},
		mock.SecretsMasked:     {member("params alm_pass", "editor", "GET", alm+"1/", ""), "********"},
	}
	for _, l := range mock.Latitudes() {
		t.Run(string(l), func(t *testing.T) {
			tc, ok := tests[l]
			assert.Assert(t, ok, "this latitude has no test")
			assert.Equal(t, tc.look(t, newAPI(mock.WithLatitude(l))), tc.want)
			if l != mock.JSONEscaped { // which must not be seen by who decodes
				assert.Assert(t, tc.look(t, newAPI()) != tc.want, "it is so by default")
			}
		})
	}
}

func TestLatitudeJSONEscaped(t *testing.T) {
	got := newAPI(mock.WithLatitude(mock.JSONEscaped)).do("GET", alm+"3/", "").body
	assert.Assert(t, strings.Contains(got, `\ud83d\ude80`), got)
}

// TestLatitudesOverTheWire: a client of net/http sees the same through gzip and chunks.
func TestLatitudesOverTheWire(t *testing.T) {
	server := httptest.NewServer(mock.New(mock.WithLatitude(mock.GzipReplies, mock.ChunkedReplies)))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+alm+"99/", nil)
	assert.NilError(t, err)
	r.Header.Set("Authorization", "Token reader-token")
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := server.Client().Do(r)
	assert.NilError(t, err)
	defer resp.Body.Close()
	assert.DeepEqual(t, resp.TransferEncoding, []string{"chunked"})
	plain, err := gzip.NewReader(resp.Body)
	assert.NilError(t, err)
	body, err := io.ReadAll(plain)
	assert.NilError(t, err)
	assert.Equal(t, string(body), notFound)
}

func TestParseLatitudes(t *testing.T) {
	list, err := mock.ParseLatitudes("params-null", "lists-reversed")
	assert.NilError(t, err)
	assert.DeepEqual(t, list, []mock.Latitude{mock.ParamsNull, mock.ListsReversed})
	_, err = mock.ParseLatitudes("param-null")
	assert.Error(t, err, `latitude "param-null" is unknown; did you mean "params-null"?`)
	_, err = mock.ParseLatitudes("params-null", "params-empty-object")
	assert.Error(t, err, "latitudes params-null and params-empty-object exclude each other")
}

// TestChooseLatitudes: all that fit together, and another choice for another seed.
func TestChooseLatitudes(t *testing.T) {
	decided := map[mock.Latitude]bool{}
	for seed := range uint64(50) {
		chosen := mock.ChooseLatitudes(seed)
		assert.DeepEqual(t, chosen, mock.ChooseLatitudes(seed))
		for _, l := range mock.Latitudes() {
			excluded := slices.ContainsFunc(chosen, l.Excludes)
			assert.Assert(t, slices.Contains(chosen, l) != excluded, "seed %d: %s", seed, l)
			decided[l] = decided[l] || !excluded
		}
	}
	for l, ever := range decided {
		assert.Assert(t, ever, "%s is never chosen", l)
	}
}

// TestGzipIsNegotiated reads what real clients say of gzip.
func TestGzipIsNegotiated(t *testing.T) {
	for accept, want := range map[string]string{
		"": "", "gzip, deflate, br": "gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1": "gzip", "GZIP ; q=1": "gzip", "*": "gzip",
		"gzip;q=0": "", "gzip;q=0, *": "", "*;q=0": "", "identity": "", "gzip;q=lots": "",
	} {
		a := newAPI(mock.WithLatitude(mock.GzipReplies))
		got := a.do("GET", alm, "", "Accept-Encoding: "+accept)
		assert.Equal(t, got.header.Get("Content-Encoding"), want, accept)
		assert.Equal(t, got.header.Get("Content-Length"), fmt.Sprint(len(got.body)), accept)
		assert.Equal(t, got.header.Get("Vary"), "Accept-Encoding", accept)
	}
}

// TestLatitudesAreDocumented: docs/rulings.md has a row for each, and no others.
func TestLatitudesAreDocumented(t *testing.T) {
	data, err := os.ReadFile("../docs/rulings.md")
	assert.NilError(t, err)
	_, section, found := strings.Cut(string(data), "\n## Latitudes\n")
	assert.Assert(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var want []string
	for _, l := range mock.Latitudes() {
		want = append(want, fmt.Sprintf("| `%s` | %s |", l, l.Says()))
	}
	assert.DeepEqual(t, regexp.MustCompile("(?m)^\\| `.*$").FindAllString(section, -1), want)
}

// TestLatitudesNeverFail: whatever is asked of a mock with latitudes, alone or together, it doesn't break.
func TestLatitudesNeverFail(t *testing.T) {
	var together, others []mock.Latitude
	sets := [][]mock.Latitude{}
	for _, l := range mock.Latitudes() {
		sets = append(sets, []mock.Latitude{l})
		if slices.ContainsFunc(together, l.Excludes) {
			others = append(others, l)
		} else {
			together = append(together, l)
		}
	}
	for _, set := range append(sets, together, others) {
		a := newAPI(mock.WithLatitude(set...))
		for _, user := range []string{"editor", "basic", ""} {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"} {
				for _, path := range []string{alm, alm + "2/", alm + "x/", noSlash, alm + "?alias=&page_size=1&frequency=x"} {
					for _, body := range []string{"", validALM, "null", `{"params":{},"params":null,"connector":"3","frequency":"Hourly"}`} {
						got := a.as(user).do(method, path, body, "Accept: application/xml, application/json;q=0")
						assert.Assert(t, got.status < 500, "%v: %s %s %s: %s", set, method, path, body, got.body)
					}
				}
			}
		}
	}
}

// TestLatitudesSayWhatTheyRefuse: a client's developer who did nothing wrong is told so.
func TestLatitudesSayWhatTheyRefuse(t *testing.T) {
	const why = ": may be refused by a server, and is by the latitude "
	for _, tc := range []struct {
		latitude             mock.Latitude
		method, target, body string
		where                string
	}{
		{mock.ParamsEmptyRefused, "POST", alm, validALM, "body /params"},
		{mock.UnknownQueryRefused, "GET", alm + "?nope=1", "", "query nope"},
		{mock.BadFrequencyFilterRefuse, "GET", alm + "?frequency=yearly", "", "query frequency"},
	} {
		got := newAPI(mock.WithLatitude(tc.latitude)).as("editor").do(tc.method, tc.target, tc.body)
		want := "refusal: " + tc.where + why + string(tc.latitude)
		assert.Assert(t, got.status == 400 && got.explained(want), "%d %q, want %q", got.status, got.header.Values("Contract-Explanation"), want)
	}
	got := newAPI(mock.WithLatitude(mock.ContentTypeRequired)).as("editor").do("POST", alm, validALM, "Content-Type:")
	assert.Assert(t, got.explained("refusal: request"+why+"content-type-required"), "%q", got.header.Values("Contract-Explanation"))
	got = newAPI(mock.WithLatitude(mock.ParamsEmptyRefused)).as("editor").do("POST", alm, strings.Replace(validALM, "{}", `{"alm_project":"A"}`, 1))
	assert.Equal(t, got.status, 201)
	assert.Assert(t, !got.explained("latitude"))
}
