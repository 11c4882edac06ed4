package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/internal/plain"
	"github.com/sdecontract/sdecontract/mock"
)

// prepareProxy makes the proxy that the flags describe, and takes its address. Nothing is answered before start.
func (flags proxyFlags) prepareProxy(ctx context.Context, errOut io.Writer, observer func(mock.Exchange)) (_ *service, err error) {
	s := &service{failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := flags.checkOrigins(); err != nil {
		return nil, err
	}
	config, err := flags.config(errOut)
	if err != nil {
		return nil, err
	}
	proxy, err := mock.NewProxy(config, mock.WithObserver(observer))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmp.Or(flags.target, "--upstream"), err)
	}
	s.Server, s.proxy = proxy.Server, proxy
	s.host = mock.NewHost(s.Server, mock.HostLimits{}) // which stop asks to let go; it serves nothing
	s.http = server(proxy)
	if len(flags.cors) > 0 {
		s.http.Handler = mock.CORS(flags.cors, proxy)
	}
	s.http.ReadTimeout, s.http.WriteTimeout = 0, 0 // a body may take its time
	if err := flags.certify(s); err != nil {
		return nil, err
	}
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", flags.listen); err != nil {
		return nil, listenError("--listen", flags.listen, err)
	}
	s.url = baseURL(flags.listen, s.listener.Addr(), s.http.TLSConfig != nil)
	if flags.replay == "" && leadsTo(ctx, config.Upstream, s.listener.Addr()) {
		return nil, usageError{fmt.Errorf("--upstream %s is this proxy itself: choose another address with --listen", config.Upstream)}
	}
	if err := flags.openControl(ctx, s, s.url); err != nil {
		return nil, err
	}
	if config.Recorder != nil {
		s.cleanups = append(s.cleanups, func() error { return flags.save(errOut, config.Recorder) })
	}
	return s, flags.writeURL(s)
}

// config is what the proxy is told.
func (flags proxyFlags) config(errOut io.Writer) (mock.ProxyConfig, error) {
	config := mock.ProxyConfig{Enforce: flags.enforce, Explain: flags.explain, KeepHost: flags.keepHost, MaxBody: flags.maxBody}
	target, err := flags.readTarget()
	if err != nil {
		return config, err
	}
	config.Known = known(target, errOut)
	if flags.replay != "" {
		return config, flags.replaying(&config)
	}
	if config.Upstream, err = flags.upstreamURL(); err != nil {
		return config, err
	}
	roots, err := flags.roots()
	if err != nil {
		return config, err
	}
	config.Transport = mock.NewTransport(roots, flags.timeout)
	if flags.record != "" {
		config.Recorder = &mock.Recorder{}
		err = emptyDirectory(flags.record)
	}
	return config, err
}

// replaying makes the recording answer. Users of the target who are in it may use their own tokens.
func (flags proxyFlags) replaying(config *mock.ProxyConfig) error {
	recording, err := mock.ReadRecording(os.DirFS(flags.replay))
	if err != nil {
		return fmt.Errorf("--replay %s: %w", flags.replay, err)
	}
	tokens := map[string]string{}
	for _, u := range config.Known.Users {
		tokens[u.Name] = u.Token
	}
	config.Known = recording.Known()
	for i := range config.Known.Users {
		u := &config.Known.Users[i]
		u.Token = cmp.Or(tokens[u.Name], u.Token)
	}
	config.Transport, config.Upstream = recording, &url.URL{Scheme: "http", Host: "recording.invalid"}
	return nil
}

// readTarget reads the target file, if there is one.
func (flags proxyFlags) readTarget() (*conformance.Target, error) {
	if flags.target == "" {
		return &conformance.Target{}, nil
	}
	return readTarget(flags.target)
}

func (flags proxyFlags) upstreamURL() (*url.URL, error) {
	text := flags.upstream
	if text == "" {
		target, err := flags.readTarget()
		if err != nil {
			return nil, err
		}
		text = target.URL
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.User != nil: // it may hold a password
		return nil, usageError{errors.New("--upstream is not http://HOST or https://HOST, without user and password")}
	case u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "":
		return nil, usageError{fmt.Errorf("--upstream: %q is not http://HOST or https://HOST", text)}
	}
	return u, nil
}

// roots are the certificates that the flags say to trust; nil: the system's only.
func (flags proxyFlags) roots() (*x509.CertPool, error) {
	if flags.caFile == "" {
		return nil, nil //nolint:nilnil // which is what crypto/tls wants
	}
	data, err := os.ReadFile(flags.caFile)
	if err != nil {
		return nil, fmt.Errorf("--upstream-ca: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("--upstream-ca: %s holds no certificate in PEM", flags.caFile)
	}
	return roots, nil
}

// known is what the target file says, as a proxy wants it. It tells of users whose tokens are missing.
func known(target *conformance.Target, errOut io.Writer) mock.Known {
	k := mock.Known{Organizations: map[string]mock.KnownOrganization{}}
	for _, name := range slices.Sorted(maps.Keys(target.Users)) {
		u := target.Users[name]
		token := os.Getenv(u.TokenEnv)
		if token == "" {
			_, _ = fmt.Fprintf(errOut, "sdecontract: users.%s: the variable %s is empty, so this user isn't known\n", name, u.TokenEnv)
			continue
		}
		k.Users = append(k.Users, mock.User{Name: name, Token: token, Organization: u.Organization, Permissions: u.Permissions})
	}
	for name, o := range target.Organizations {
		to := mock.KnownOrganization{Connectors: map[string][]mock.KnownConnector{}}
		if o.AdvancedALM {
			to.Features = []string{"advanced-alm"}
		}
		for _, kind := range []conformance.Kind{conformance.ALM, conformance.Analysis} {
			for _, c := range o.Connectors.Of(kind) {
				to.Connectors[string(kind)] = append(to.Connectors[string(kind)], mock.KnownConnector{ID: c.ID, Name: c.Name, System: c.System, Remote: c.Remote})
			}
		}
		for _, p := range o.Projects {
			to.Projects = append(to.Projects, mock.KnownProject(p))
		}
		k.Organizations[name] = to
	}
	return k
}

// leadsTo tells whether the URL is that of the listener.
func leadsTo(ctx context.Context, u *url.URL, addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	if !ok || port != fmt.Sprint(tcp.Port) {
		return false
	}
	local, _ := net.InterfaceAddrs()
	found, _ := net.DefaultResolver.LookupIPAddr(ctx, u.Hostname()) // who can't be found isn't here
	return slices.ContainsFunc(found, func(ip net.IPAddr) bool {
		return ip.IP.Equal(tcp.IP) || tcp.IP.IsUnspecified() && slices.ContainsFunc(local, func(a net.Addr) bool {
			network, ok := a.(*net.IPNet)
			return ok && network.IP.Equal(ip.IP)
		})
	})
}

// reach tells whether something listens where the server should be.
func (flags proxyFlags) reach(ctx context.Context) error {
	u, err := flags.upstreamURL()
	if flags.replay != "" || err != nil || os.Getenv("HTTPS_PROXY")+os.Getenv("https_proxy")+os.Getenv("HTTP_PROXY")+os.Getenv("http_proxy") != "" {
		return nil // or nobody can tell so
	}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	ctx, cancel := context.WithTimeout(ctx, min(flags.timeout, 10*time.Second))
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return fmt.Errorf("the server can't be reached: %w", err)
	}
	return conn.Close()
}

// emptyDirectory refuses a directory that holds something already.
func emptyDirectory(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.MkdirAll(dir, 0o700)
	case err != nil:
		return fmt.Errorf("--record: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("--record: %s isn't empty", dir)
	}
	return nil
}

// save writes what was recorded, and says what that is.
func (flags proxyFlags) save(errOut io.Writer, recorder *mock.Recorder) error {
	sum, err := recorder.Save(flags.record)
	if err != nil {
		return exitError{exitFailed, fmt.Errorf("--record: %w", err)}
	}
	line := fmt.Sprintf("recorded %s and %s in %s", plain.Count(sum.Exchanges, "exchange"),
		plain.Count(sum.Connections, "connection"), flags.record)
	if sum.Dropped > 0 {
		line += fmt.Sprintf("; %d too large, too many or broken off were not", sum.Dropped)
	}
	if sum.Skipped > 0 {
		line += fmt.Sprintf("; %s that the contract forbids are not in its world", plain.Count(sum.Skipped, "connection"))
	}
	_, err = fmt.Fprintln(errOut, "sdecontract: "+line)
	return err
}
