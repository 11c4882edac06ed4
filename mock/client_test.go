package mock_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// call sends a request of the editor with the mock's own client.
func call(t *testing.T, c *http.Client, method, path, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://any.test"+path, strings.NewReader(body))
	assert.NilError(t, err)
	req.Header.Set("Authorization", "Token editor-token")
	resp, err := c.Do(req)
	assert.NilError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	assert.NilError(t, err)
	return resp, string(data)
}

func TestClientAnswersAsOverTheWire(t *testing.T) {
	c := mock.New().Client()
	resp, body := call(t, c, "POST", alm, validALM)
	assert.Equal(t, resp.Status, "201 Created")
	assert.Equal(t, resp.ContentLength, int64(len(body)))
	assert.Assert(t, json.Valid([]byte(body)))

	resp, body = call(t, c, "GET", alm+"?page_size=1", "")
	assert.Equal(t, resp.StatusCode, 200)
	assert.Assert(t, strings.Contains(body, `"next":"http://any.test/api/v2/connections/alm/?page=2`), body)

	resp, body = call(t, c, "HEAD", alm, "")
	assert.Equal(t, body, "")
	assert.Assert(t, resp.ContentLength > 0)

	resp, _ = call(t, c, "GET", strings.TrimSuffix(alm, "/"), "") // follows the redirect
	assert.Equal(t, resp.StatusCode, 200)
	assert.Equal(t, resp.Request.URL.Path, alm)

	chunked := mock.New(mock.WithLatitude(mock.ChunkedReplies)).Client()
	resp, body = call(t, chunked, "GET", alm, "")
	assert.Equal(t, resp.ContentLength, int64(-1))
	assert.Assert(t, json.Valid([]byte(body)))
}

func TestClientKeepsToItsContext(t *testing.T) {
	srv := mock.New()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://any.test"+alm, http.NoBody)
	assert.NilError(t, err)
	_, err = srv.Client().Do(req)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, len(srv.Exchanges()), 0)
}

// TestClientSeesWhatIsBrokenOff serves handlers that a client can't rely on.
func TestClientSeesWhatIsBrokenOff(t *testing.T) {
	get := func(h http.HandlerFunc) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://any.test/", http.NoBody)
		assert.NilError(t, err)
		resp, err := mock.InMemory(h).RoundTrip(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		return string(data), err
	}
	_, err := get(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "never sent")
		panic(http.ErrAbortHandler)
	})
	assert.ErrorContains(t, err, "cut the connection")

	body, err := get(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	assert.Assert(t, errors.Is(err, io.ErrUnexpectedEOF))
	assert.Equal(t, body, "half")

	body, err = get(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "8")
		_, _ = io.WriteString(w, "half")
	})
	assert.Assert(t, errors.Is(err, io.ErrUnexpectedEOF))
	assert.Equal(t, body, "half")

	body, err = get(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "tea")
	})
	assert.NilError(t, err)
	assert.Equal(t, body, "tea")

	_, err = get(func(http.ResponseWriter, *http.Request) { panic("a defect") })
	assert.ErrorContains(t, err, "a defect")
}

func TestClientsAreConcurrent(t *testing.T) {
	srv := mock.New()
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			var err error
			for range 50 {
				var resp *http.Response
				resp, err = srv.Client().Do(&http.Request{
					Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: "any.test", Path: alm},
					Header: http.Header{"Authorization": {"Token editor-token"}},
				})
				if err != nil {
					break
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
			done <- err
		}()
	}
	for range cap(done) {
		assert.NilError(t, <-done)
	}
	assert.Equal(t, len(srv.Broken()), 0)
}
