package spec

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sdecontract/sdecontract/mock"
	"github.com/sdecontract/sdecontract/mock/export"
)

// HAR returns an HTTP archive 1.2 of the contract's samples, as a fresh mock answers them in order. The requests are to
// base, an absolute URL; an empty base is the contract's own server. Tokens and passwords are replaced.
func HAR(ctx context.Context, base string) ([]byte, error) {
	doc, all, err := load()
	if err != nil {
		return nil, err
	}
	if base == "" {
		base = doc.Servers[0].URL
	}
	at, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	srv := mock.New()
	for _, s := range all {
		if err := s.send(ctx, srv, doc.Servers[0].URL); err != nil {
			return nil, fmt.Errorf("%s: %w", s.operation.OperationID, err)
		}
	}
	exchanges := srv.Exchanges()
	for i := range exchanges {
		e := &exchanges[i]
		e.TLS, e.Host, e.Target = at.Scheme == "https", at.Host, at.Path+e.Target
	}
	var out bytes.Buffer
	err = export.HAR(&out, exchanges)
	return out.Bytes(), err
}

func (s sample) send(ctx context.Context, srv *mock.Server, base string) error {
	path := s.path
	for _, p := range s.params {
		path = strings.Replace(path, "{"+p.Name+"}", url.PathEscape(fmt.Sprint(s.id(p))), 1)
	}
	text := ""
	if s.body != nil {
		text = indented(s.body)
	}
	req, err := http.NewRequestWithContext(ctx, s.method, base+path, strings.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", mediaType)
	req.Header.Set("Authorization", "Token "+sampleToken(srv))
	if s.body != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// sampleToken is that of the user to start with: the first may do everything.
func sampleToken(srv *mock.Server) string { return srv.World().Users()[0].Token }
