package control

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// secureHeaders keep what the API shows from pages of other origins, and from caches.
func (c *call) secureHeaders() {
	for name, value := range map[string]string{
		"Cache-Control":                "no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Content-Security-Policy":      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	} {
		c.w.Header().Set(name, value)
	}
}

// guard refuses what a web page may have made a browser send.
func (c *call) guard() error {
	origin, site := c.r.Header.Get("Origin"), c.r.Header.Get("Sec-Fetch-Site")
	own := "http://" + c.r.Host
	if c.r.TLS != nil {
		own = "https://" + c.r.Host
	}
	switch {
	case !c.knows(c.r.Host):
		return &problem{Status: http.StatusMisdirectedRequest, Detail: fmt.Sprintf(
			"the host %q is not one that this API answers for: call it by address, or allow the name with --control-host", clip(c.r.Host))}
	case len(c.r.Header.Values("Origin")) > 1, origin != "" && origin != own:
		return &problem{Status: http.StatusForbidden, Detail: "pages of other origins may not call this API"}
	case site != "" && site != "same-origin" && site != "none":
		return &problem{Status: http.StatusForbidden, Detail: "pages of other sites may not call this API"}
	}
	return nil
}

// knows tells whether the name of the host can't have been made up by somebody else: see Options.Hosts.
func (h *Handler) knows(host string) bool {
	name := host
	if split, _, err := net.SplitHostPort(host); err == nil {
		name = split
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	_, err := netip.ParseAddr(name)
	return err == nil || name == "localhost" || slices.ContainsFunc(h.options.Hosts, func(known string) bool { return strings.EqualFold(known, name) })
}

// authorize demands the token, but where the document demands none, and of what changes something a header that
// no form of a web page can set.
func (c *call) authorize() error {
	security := api().doc.Security
	if c.operation.Security != nil {
		security = *c.operation.Security
	}
	if c.options.Token != "" && len(security) > 0 && !c.hasToken() {
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		return &problem{Status: http.StatusUnauthorized, Detail: "this API wants its token, as Authorization: Bearer TOKEN"}
	}
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead || c.r.Header.Get("Mock-Control") != "" ||
		slices.Contains(bodyTypes, mediaType(c.r)) {
		return nil
	}
	return &problem{Status: http.StatusUnsupportedMediaType, Detail: "what changes something needs a Content-Type of JSON or YAML, or the header Mock-Control with any value: " +
		"a web page can send neither"}
}

// bodyTypes can't be sent by a form.
var bodyTypes = []string{"application/json", "application/yaml", "application/x-yaml", "text/yaml"}

func (c *call) hasToken() bool {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(c.options.Token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// allow lists the methods of the path.
func (r *route) allow() string {
	var methods []string
	for method := range r.item.Operations() {
		methods = append(methods, method)
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}
