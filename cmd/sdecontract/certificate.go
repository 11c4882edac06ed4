package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// trust tells how clients come to trust the certificate in the file.
func trust(file string) string {
	return fmt.Sprintf(`Let clients trust its certificate:
  curl                          --cacert %[1]s
  Go on Linux, Python's ssl     SSL_CERT_FILE=%[1]s
  Python's requests             REQUESTS_CA_BUNDLE=%[1]s
  Node                          NODE_EXTRA_CA_CERTS=%[1]s
`, file)
}

// certify gives the service the certificate that the flags ask for, if they do.
func (flags mockFlags) certify(s *service) error {
	switch {
	case flags.tls && flags.tlsCert+flags.tlsKey != "":
		return usageError{errors.New("--tls makes a certificate, --tls-cert and --tls-key bring one: they exclude each other")}
	case flags.tlsCA != "" && !flags.tls:
		return usageError{errors.New("--tls-ca needs --tls")}
	case (flags.tlsCert == "") != (flags.tlsKey == ""):
		return usageError{errors.New("--tls-cert and --tls-key need each other")}
	case flags.tls:
		return flags.makeCertificate(s)
	case flags.tlsCert == "":
		return nil
	}
	certificate, err := tls.LoadX509KeyPair(flags.tlsCert, flags.tlsKey)
	if err != nil {
		return fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	return nil
}

// makeCertificate gives the service a certificate for this machine, and writes down which one to trust.
func (flags mockFlags) makeCertificate(s *service) error {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, _ := net.SplitHostPort(flags.listen); host != "" && !slices.Contains(hosts, host) {
		hosts = append(hosts, host)
	}
	certificate, authority, err := newCertificate(hosts, time.Now())
	if err != nil {
		return fmt.Errorf("--tls: %w", err)
	}
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if s.caFile = flags.tlsCA; s.caFile == "" {
		dir, err := os.MkdirTemp("", "sdecontract-")
		if err != nil {
			return fmt.Errorf("--tls: %w", err)
		}
		s.cleanups = append(s.cleanups, func() error { return os.RemoveAll(dir) })
		s.caFile = filepath.Join(dir, "ca.pem")
	}
	if err := os.WriteFile(s.caFile, authority, 0o644); err != nil { //nolint:gosec // everybody may read it
		return fmt.Errorf("--tls-ca: %w", err)
	}
	return nil
}

// newCertificate makes a certificate for the hosts, valid for a year, and the authority that signs it. They
// are two because some clients refuse an authority's own certificate from a server. The authority's key is
// forgotten: it can't sign anything else.
func newCertificate(hosts []string, now time.Time) (certificate tls.Certificate, authority []byte, err error) {
	caKey, errCA := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, errKey := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(errCA, errKey); err != nil {
		return tls.Certificate{}, nil, err
	}
	ca := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "sdecontract mock, this run only"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	if ca, err = x509.ParseCertificate(caDER); err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf := &x509.Certificate{
		Subject:   pkix.Name{CommonName: hosts[0]},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), nil
}
