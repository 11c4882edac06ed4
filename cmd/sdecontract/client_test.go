package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

// client is a program for scripts: it calls the mock of its environment as the user editor, and prints the reply
// but not its status to the standard output. It succeeds whatever the status.
//
//	client [-H 'NAME: VALUE'] [-n TIMES] [-fill BYTES] [-i] METHOD PATH [BODY]
func client() {
	log.SetFlags(0)
	headers := http.Header{"Authorization": {"Token " + os.Getenv("SDECONTRACT_TOKEN_EDITOR")}}
	flag.Func("H", "a header; without a value, it is left out", func(s string) error {
		name, value, _ := strings.Cut(s, ":")
		headers.Del(name)
		if value != "" {
			headers.Set(name, strings.TrimSpace(value))
		}
		return nil
	})
	times := flag.Int("n", 1, "how often")
	fill := flag.Int("fill", 0, "blanks before the body")
	head := flag.Bool("i", false, "print protocol, status and headers")
	flag.Parse()
	for range *times {
		body := strings.Repeat(" ", *fill) + flag.Arg(2)
		req, err := http.NewRequestWithContext(context.Background(), flag.Arg(0), os.Getenv("SDECONTRACT_URL")+flag.Arg(1), strings.NewReader(body))
		if err != nil {
			log.Fatal(err)
		}
		req.Header = headers
		resp, err := trusting().RoundTrip(req)
		if err != nil {
			log.Fatal(err)
		}
		if *head {
			fmt.Println(resp.Proto, resp.StatusCode)
			_ = resp.Header.Write(os.Stdout)
		}
		_, _ = io.Copy(os.Stdout, resp.Body)
		fmt.Println()
		_ = resp.Body.Close()
	}
}

// trusting is a transport that trusts the mock's certificate, and speaks HTTP/2 where it is asked to.
func trusting() *http.Transport {
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if os.Getenv("H2C") != "" {
		transport.Protocols = &http.Protocols{}
		transport.Protocols.SetUnencryptedHTTP2(true)
	}
	data, err := os.ReadFile(cmp.Or(os.Getenv("SDECONTRACT_CA_FILE"), os.DevNull))
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(data)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return transport
}
