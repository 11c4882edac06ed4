package main

import (
	"net"
	"net/url"
	"testing"

	"gotest.tools/v3/assert"
)

// TestProxyIsNotPutBeforeItself, by whatever name it is called.
func TestProxyIsNotPutBeforeItself(t *testing.T) {
	for _, tc := range []struct {
		listens string
		url     string
		want    bool
	}{
		{"127.0.0.1", "http://127.0.0.1:8080", true},
		{"127.0.0.1", "http://localhost:8080/base", true},
		{"127.0.0.1", "http://127.0.0.1:8081", false},
		{"127.0.0.1", "http://127.0.0.1", false},
		{"127.0.0.1", "http://127.0.0.2:8080", false},
		{"0.0.0.0", "https://127.0.0.1:8080", true},
		{"0.0.0.0", "http://192.0.2.1:8080", false},
	} {
		u, err := url.Parse(tc.url)
		assert.NilError(t, err)
		assert.Equal(t, leadsTo(t.Context(), u, &net.TCPAddr{IP: net.ParseIP(tc.listens), Port: 8080}), tc.want, "%s, %s", tc.listens, tc.url)
	}
}
