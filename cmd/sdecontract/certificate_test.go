package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/mock"
)

// TestOwnCertificate serves HTTPS with a certificate and a key from files.
func TestOwnCertificate(t *testing.T) {
	made, authority, err := newCertificate([]string{"127.0.0.1"}, time.Now())
	assert.NilError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	assert.NilError(t, err)
	dir := t.TempDir()
	flags := mockFlags{
		listen: "127.0.0.1:0", advancedALM: true,
		tlsCert: filepath.Join(dir, "cert.pem"), tlsKey: filepath.Join(dir, "key.pem"),
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]})
	assert.NilError(t, os.WriteFile(flags.tlsCert, certificate, 0o600))
	assert.NilError(t, os.WriteFile(flags.tlsKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))

	s, err := flags.prepare(t.Context(), func(mock.Exchange) {})
	assert.NilError(t, err)
	s.start(t.Output())
	defer func() { assert.NilError(t, s.stop(t.Context())) }()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(s.url + "/api/v2/connections/alm/")
	assert.NilError(t, err)
	assert.NilError(t, resp.Body.Close())
	assert.Equal(t, resp.StatusCode, http.StatusUnauthorized)
	assert.Equal(t, s.caFile, "") // whoever made it knows whom to trust
}
