package explore_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/mock"
)

// recording notes each request as a line.
func recording(h http.Handler, lines *[]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*lines = append(*lines, fmt.Sprintf("%s %s %q %q", r.Method, r.URL.RequestURI(), r.Header, body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	})
}

// TestSameSeedSameRequests: who is told the seed can ask the same again, byte for byte.
func TestSameSeedSameRequests(t *testing.T) {
	asked := func(seed uint64) (lines []string) {
		run(t, recording(mock.New(), &lines), explore.Options{Seed: seed, Requests: 500, Prefix: "sdecontract-00000000-"})
		return lines
	}
	assert.DeepEqual(t, asked(7), asked(7))
	assert.Assert(t, !slices.Equal(asked(7), asked(8)))
}

// TestReadOnlyWritesNothing: a server that mustn't be written to is sent nothing that could change it.
func TestReadOnlyWritesNothing(t *testing.T) {
	var lines []string
	report := run(t, recording(mock.New(), &lines), explore.Options{Seed: 1, Requests: 500, ReadOnly: true})
	assert.Equal(t, told(report), "")
	assert.Assert(t, report.ReadOnly)
	for _, line := range lines {
		assert.Assert(t, strings.HasPrefix(line, "GET ") || strings.HasPrefix(line, "HEAD ") || strings.HasPrefix(line, "OPTIONS "), line)
	}
	far := mockTarget(mock.New())
	far.URL = "https://sde.example.com" // it doesn't say writes: {allow: true}
	report, err := explore.Run(t.Context(), far, modelOf, explore.Options{Seed: 1, Requests: 50})
	assert.NilError(t, err)
	assert.Assert(t, report.ReadOnly)
}

// TestOthersAreLeftAlone: what was there before is never changed, and no more is created than may be.
func TestOthersAreLeftAlone(t *testing.T) {
	server := mock.New()
	shown := func() string {
		var all []byte
		for _, user := range []string{"editor", "basic"} {
			for _, kind := range []conformance.Kind{conformance.ALM, conformance.Analysis} {
				r, _ := http.NewRequest(http.MethodGet, "http://x"+kind.Path(), http.NoBody)
				r.Header.Set("Authorization", "Token "+user+"-token")
				reply, err := conformance.InProcess(server).RoundTrip(r)
				assert.NilError(t, err)
				var list struct{ Results []map[string]any }
				assert.NilError(t, json.NewDecoder(reply.Body).Decode(&list))
				for _, o := range list.Results {
					if !strings.HasPrefix(o["alias"].(string), "sdecontract-") && !strings.HasPrefix(o["alias"].(string), " ") {
						line, _ := json.Marshal(o)
						all = append(append(all, line...), '\n')
					}
				}
			}
		}
		return string(all)
	}
	before := shown()
	target := mockTarget(server)
	target.Writes.MaxCreates = 10
	var ledger []conformance.Created
	report, err := explore.Run(t.Context(), target, modelOf, explore.Options{Seed: 1, Ledger: func(c conformance.Created) error {
		ledger = append(ledger, c)
		return nil
	}})
	assert.NilError(t, err)
	assert.Equal(t, told(report), "")
	assert.Equal(t, shown(), before)
	assert.Assert(t, len(report.Created) > 5 && len(report.Created) <= 10, len(report.Created))
	for _, c := range report.Created {
		assert.Equal(t, c.Frequency, "manually")
		assert.Assert(t, slices.Contains(ledger, c), "%v", c)
	}
}

// TestNoSecretInReports: neither tokens nor passwords get into what is kept of a finding.
func TestNoSecretInReports(t *testing.T) {
	server := mock.New()
	leaky := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, `{"detail": "%s", "rally": "rally_password"}`, strings.ReplaceAll(r.Header.Get("Authorization"), `"`, "'"))
			return
		}
		if r.Method == http.MethodGet {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Token editor-token") // shows everything to everybody
		}
		server.ServeHTTP(w, r)
	})
	report := run(t, leaky, explore.Options{Seed: 1, MaxFindings: 5})
	assert.Assert(t, len(report.Findings) > 2, told(report))
	var data, text bytes.Buffer
	assert.NilError(t, explore.JSON(&data, report))
	assert.NilError(t, explore.Text(&text, report, true))
	dir := t.TempDir()
	assert.NilError(t, explore.Save(dir, report.Findings))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	assert.NilError(t, err)
	all := data.String() + text.String()
	for _, file := range files {
		saved, err := os.ReadFile(file)
		assert.NilError(t, err)
		all += string(saved)
	}
	for _, secret := range []string{"rally_password", "tfs-secret", "basic_password"} {
		assert.Assert(t, !strings.Contains(all, secret), secret)
	}
	for _, u := range mock.DefaultWorld().Users() {
		assert.Assert(t, !strings.Contains(all, "Token "+u.Token), u.Token)
	}
	assert.Assert(t, strings.Contains(all, `"$SDE_TOKEN_EDITOR"`))
}

// TestCorpus: what was found is found again by what was saved of it, at a server that is still wrong; not at
// one that no longer is.
func TestCorpus(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "corpus")
	saved, err := explore.ReadCorpus(dir)
	assert.NilError(t, err)
	assert.Equal(t, len(saved), 0)
	first := run(t, secondUpdate(), explore.Options{Seed: 1, Requests: 5000, MaxFindings: 1})
	assert.NilError(t, explore.Save(dir, first.Findings))
	assert.NilError(t, explore.Save(dir, first.Findings)) // in place of itself
	saved, err = explore.ReadCorpus(dir)
	assert.NilError(t, err)
	assert.Equal(t, len(saved), 1)
	again := run(t, secondUpdate(), explore.Options{Sequences: saved, Replay: true})
	assert.Equal(t, len(again.Findings), 1, told(again))
	assert.Equal(t, again.Findings[0].Place, first.Findings[0].Place)
	mended := run(t, mock.New(), explore.Options{Sequences: saved, Replay: true})
	assert.Equal(t, told(mended), "")
	assert.Equal(t, mended.Sequences, 1)

	saved[0].Steps[0].User = "somebody"
	_, err = explore.Run(t.Context(), mockTarget(mock.New()), modelOf, explore.Options{Sequences: saved})
	assert.ErrorIs(t, err, conformance.ErrUsage)
	assert.ErrorContains(t, err, `step 1: the target file has no user "somebody" with a token`)
	file := filepath.Join(dir, "bad.json")
	assert.NilError(t, os.WriteFile(file, []byte(`{"format": 7}`), 0o600))
	_, err = explore.ReadCorpus(dir)
	assert.ErrorContains(t, err, "bad.json: not a saved finding")
}

// TestBrokenEverywhere: a server that does nothing right doesn't give endless findings.
func TestBrokenEverywhere(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"always 500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"always {}": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "{}")
		},
		"always HTML": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"always 404":  http.NotFound,
	} {
		t.Run(name, func(t *testing.T) {
			report := run(t, answer, explore.Options{Seed: 1})
			assert.Equal(t, report.ExitStatus(), explore.ExitFindings)
			assert.Assert(t, len(report.Findings) > 0 && len(report.Findings) <= 20)
			assert.Assert(t, report.Requests <= 2000+len(report.Created))
			assert.Assert(t, len(report.Created) <= 400, len(report.Created))
		})
	}
}

// TestUnreachable: no reply is no finding.
func TestUnreachable(t *testing.T) {
	target := mockTarget(nil)
	target.URL, target.Transport = "http://127.0.0.1:1", nil
	report, err := explore.Run(t.Context(), target, modelOf, explore.Options{Seed: 1})
	assert.NilError(t, err)
	assert.Equal(t, report.ExitStatus(), explore.ExitUnreachable)
	assert.Equal(t, len(report.Findings), 0)
	assert.Assert(t, strings.Contains(report.Unreachable, "connection refused"), report.Unreachable)
}

// TestBusy: a target that has no time breaks no promise.
func TestBusy(t *testing.T) {
	report := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}), explore.Options{Seed: 1})
	assert.Equal(t, len(report.Findings), 0, told(report))
	assert.Equal(t, report.ExitStatus(), explore.ExitIncomplete)
}

// TestDropsConnections: a server that dies of a request is found, and the request told.
func TestDropsConnections(t *testing.T) {
	server := mock.New()
	report := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("system") {
			panic(http.ErrAbortHandler)
		}
		server.ServeHTTP(w, r)
	}), explore.Options{Seed: 1, MaxFindings: 2})
	assert.Equal(t, len(report.Findings), 2, told(report)) // of either kind
	for _, f := range report.Findings {
		assert.Equal(t, f.Oracle, explore.Oracle("answers"))
		assert.Equal(t, len(f.Sequence), 1)
	}
}

// TestUnusableTargets: what is wrong with a target is told before anything is asked.
func TestUnusableTargets(t *testing.T) {
	target := mockTarget(mock.New())
	target.Users = nil
	_, err := explore.Run(t.Context(), target, modelOf, explore.Options{})
	assert.ErrorIs(t, err, conformance.ErrUsage)
	assert.ErrorContains(t, err, "no user of the target file has a token")
	_, err = explore.Run(t.Context(), mockTarget(mock.New()), func(*conformance.Target) (http.Handler, error) {
		return nil, errors.New("no model")
	}, explore.Options{})
	assert.ErrorIs(t, err, conformance.ErrUsage)
}
