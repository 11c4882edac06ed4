package mock_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// recording is a proxy that records, and where it saves to.
func recording(t *testing.T, upstream http.RoundTripper, known mock.Known) (*mock.Proxy, func() (string, mock.Recorded)) {
	t.Helper()
	recorder := &mock.Recorder{}
	p := proxied(t, upstream, func(c *mock.ProxyConfig) { c.Recorder, c.Known = recorder, known })
	return p, func() (string, mock.Recorded) {
		dir := t.TempDir()
		sum, err := recorder.Save(dir)
		assert.NilError(t, err)
		return dir, sum
	}
}

// reads are what a session asks.
func reads() []string {
	targets := []string{alm, analysis, alm + "?frequency=daily", analysis + "?system=WhiteHat", alm + "?page_size=2"}
	for id := 1; id <= 9; id++ {
		targets = append(targets, fmt.Sprint(alm, id, "/"), fmt.Sprint(analysis, id, "/"))
	}
	return targets
}

// TestRecordedWorldAnswersAlike: a mock that serves what was recorded answers as the upstream did, but for
// secrets: of somebody who is declared, and of somebody of whom nothing is known.
func TestRecordedWorldAnswersAlike(t *testing.T) {
	for name, known := range map[string]mock.Known{"declared": knownWorld(), "unknown": {}} {
		t.Run(name, func(t *testing.T) {
			p, save := recording(t, mock.New().Client().Transport, known)
			users := map[string]string{"editor": "editor", "reader": "reader"}
			if name == "unknown" {
				users = map[string]string{"editor": "user-1", "reader": "user-2"}
			}
			for _, user := range []string{"editor", "reader"} {
				assert.Equal(t, askProxy(p, user, "PUT", alm+"2/", hourly).status, map[string]int{"editor": 200, "reader": 403}[user])
				for _, target := range reads() {
					askProxy(p, user, "GET", target, "")
				}
			}
			want := map[string]string{}
			for user := range users {
				for _, target := range reads() {
					want[user+target] = askProxy(p, user, "GET", target, "").body
				}
			}
			dir, sum := save()
			assert.Equal(t, sum.Connections, 7)
			assert.Equal(t, sum.Skipped+sum.Dropped, 0)
			data, err := os.ReadFile(filepath.Join(dir, "world.yaml"))
			assert.NilError(t, err)
			world, err := mock.ReadWorld("world.yaml", data)
			assert.NilError(t, err)
			again := mock.New(mock.WithWorld(world))
			for user, as := range users {
				for _, target := range reads() {
					got := askProxy(again, "", "GET", target, "", "Authorization: Token recorded-token-"+as)
					assert.DeepEqual(t, unsecret(decoded([]byte(got.body))), unsecret(decoded([]byte(strings.ReplaceAll(want[user+target], "upstream.invalid", "example.com")))))
				}
			}
		})
	}
}

// unsecret takes the secrets out.
func unsecret(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = unsecret(v[i])
		}
	case object:
		for name := range v {
			if v[name] = unsecret(v[name]); strings.Contains(name, "pass") {
				v[name] = "secret"
			}
		}
	}
	return v
}

// TestRecordingHoldsNoSecret: canaries in every place where a secret may stand, and in some more.
func TestRecordingHoldsNoSecret(t *testing.T) {
	const canary = "canary-7f3a9"
	p, save := recording(t, bent{mock.New(), func(b *bentReply) {
		b.header.Set("Set-Cookie", "sessionid="+canary+"0")
		b.header.Set("X-Api-Key", canary+"1")
		if params, ok := b.value["params"].(object); ok {
			params["alm_pass"], params["note"] = canary+"2", "the password is "+canary+"2"
			params["nested"] = []any{object{"api_token": canary + "3", "pin_secret": 4711}}
		}
	}}, mock.Known{Users: []mock.User{{Name: "somebody else", Token: canary + "4"}, {Name: "me & you", Token: canary + "5", Permissions: []string{"Edit ALM connections"}}}})
	body := `{"alias":"` + canary + `2","connector":1,"project":1,"params":{"alm_pass":"` + canary + `2","webhook":"https://u:` + canary + `6@h/"}}`
	for _, token := range []string{"editor-token", canary + "5", canary + "7"} {
		for _, method := range []string{"GET", "POST", "PUT"} {
			target := alm
			if method != "POST" {
				target += "1/"
			}
			askProxy(p, "", method, target+"?api_key="+canary+"8&x="+canary+"5&y="+canary+"4", body, "Authorization: Token "+token, "Cookie: sessionid="+canary+"0", "X-Other: "+canary+"9")
		}
	}
	askProxy(p, "editor", "POST", alm, `{"alm_pass": "`+canary+`2", broken alm_pass=`+canary+`2`)
	dir, sum := save()
	assert.Equal(t, sum.Exchanges, 10)
	placeholders := map[string]bool{}
	files := 0
	assert.NilError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		assert.Assert(t, !strings.Contains(string(data), "canary"), "%s: %s", path, data)
		assert.Assert(t, !strings.Contains(string(data), "editor-token"), "%s: %s", path, data)
		assert.Assert(t, !strings.Contains(string(data), "4711"), "%s: %s", path, data)
		for line := range strings.SplitSeq(string(data), "\n") {
			if _, name, found := strings.Cut(line, `"alm_pass": `); found {
				placeholders[strings.Trim(name, `",`)] = true
			}
		}
		return err
	}))
	assert.Equal(t, files, 11)
	assert.Equal(t, len(placeholders), 1, "%v", placeholders) // the same for the same secret, everywhere
}

// TestReplay: what was recorded is answered again, in its order; what wasn't is refused.
func TestReplay(t *testing.T) {
	live := mock.New()
	p, save := recording(t, live.Client().Transport, knownWorld())
	first := askProxy(p, "editor", "GET", alm+"1/", "")
	askProxy(p, "editor", "PUT", alm+"1/", hourly)
	second := askProxy(p, "editor", "GET", alm+"1/", "")
	askProxy(p, "reader", "GET", alm+"?b=1&a=2", "")
	askProxy(p, "", "GET", alm, "")
	dir, _ := save()
	replay, err := mock.ReadRecording(os.DirFS(dir))
	assert.NilError(t, err)
	again := proxied(t, replay, func(c *mock.ProxyConfig) { c.Known = replay.Known() })
	as := func(user string) string { return "Authorization: Token recorded-token-" + user }

	assert.DeepEqual(t, unsecret(askProxy(again, "", "GET", alm+"1/", "", as("editor")).object(t)), unsecret(first.object(t)))
	for range 2 {
		assert.DeepEqual(t, unsecret(askProxy(again, "", "GET", alm+"1/", "", as("editor")).object(t)), unsecret(second.object(t)))
	}
	reordered := `{"params":{"alm_pass":"another","alm_project":"P"},"project":1,"connector":1,"frequency":"hourly","alias":"A"}`
	assert.Equal(t, askProxy(again, "", "PUT", alm+"1/", reordered, as("editor")).status, 200)
	assert.Equal(t, askProxy(again, "", "GET", alm+"?a=2&b=1", "", as("reader")).status, 200)
	got := askProxy(again, "", "GET", alm, "")
	assert.Equal(t, got.status, 401)
	assert.Equal(t, got.header.Get("Www-Authenticate"), "Token")

	for _, tc := range []struct{ method, target, body, user, want string }{
		{"GET", alm + "2/", "", "editor", "GET " + alm + "2/ as editor; the nearest is GET " + alm + "1/ as editor"},
		{"PUT", alm + "1/", `{}`, "editor", "PUT " + alm + "1/ as editor; it was recorded with another body"},
		{"GET", alm + "1/", "", "who", "GET " + alm + "1/ as somebody whose token isn't in the recording's world.yaml; the nearest is GET " + alm + "1/ as editor"},
	} {
		got := askProxy(again, "", tc.method, tc.target, tc.body, as(tc.user))
		assert.Equal(t, got.status, http.StatusNotImplemented)
		assert.Equal(t, got.object(t)["detail"], "The server behind this proxy gave no answer: nothing recorded answers "+tc.want)
	}
}

func TestReadRecordingRefuses(t *testing.T) {
	dir := t.TempDir()
	_, err := mock.ReadRecording(os.DirFS(dir))
	assert.Error(t, err, "open world.yaml: no such file or directory")
	write := func(name, text string) {
		assert.NilError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		assert.NilError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("world.yaml", "users: {a: {organization: o, token: t}}\norganizations: {o: {}}\n")
	_, err = mock.ReadRecording(os.DirFS(dir))
	assert.Error(t, err, "exchanges: there is no recorded exchange")
	write("exchanges/1.json", `{"request": {}}`)
	_, err = mock.ReadRecording(os.DirFS(dir))
	assert.Error(t, err, "exchanges/1.json: it isn't a recorded exchange: a method, a target and a status are needed")
	write("exchanges/1.json", `{"requests": {}}`)
	_, err = mock.ReadRecording(os.DirFS(dir))
	assert.Error(t, err, `exchanges/1.json: json: unknown field "requests"`)
}

func TestRecorderWithoutTraffic(t *testing.T) {
	dir := t.TempDir()
	sum, err := (&mock.Recorder{}).Save(dir)
	assert.NilError(t, err)
	assert.Equal(t, sum, mock.Recorded{})
	entries, err := os.ReadDir(dir)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 0)
}
