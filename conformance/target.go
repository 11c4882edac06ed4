package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Target is a server to be tested, and what its operator says of it.
//
// [ReadTarget] reads one from a file; a program can also fill one in. The tags named schema are what
// [TargetSchema] says of the file.
type Target struct {
	// URL is where the server is: what comes before /api/v2/, such as https://sde.example.com. It holds no
	// user, password or query.
	URL string `yaml:"url" json:"url" schema:"required,pattern=^https?://[^/?#@]+[^?#@]*$"`
	// Implementation tells who made the server.
	Implementation Implementation `yaml:"implementation" json:"implementation"`
	// Organizations are the customers to test with, by a name of your choice.
	Organizations map[string]Organization `yaml:"organizations" json:"organizations,omitempty"`
	// Users are those who ask, by a name of your choice. The checks that need one who is missing are blocked.
	Users map[string]User `yaml:"users" json:"users,omitempty"`
	// Writes limits what a run may change at the server.
	Writes Writes `yaml:"writes" json:"writes"`
	// NotApplicable lists what the server doesn't offer. Those checks aren't run, and each report names them.
	NotApplicable []NotApplicable `yaml:"not_applicable" json:"not_applicable,omitempty"`
	// Isolated says that organizations never see each other's connections, connectors and projects.
	Isolated bool `yaml:"isolated" json:"isolated"`

	// Transport sends the requests, if not nil: a target in the same process, or a proxy. Then URL may
	// be empty.
	Transport http.RoundTripper `yaml:"-" json:"-"`
}

// Implementation tells who made the target. It is copied to reports, and means nothing to the suite.
type Implementation struct {
	Organization string `yaml:"organization" json:"organization,omitempty"` // the maker
	Product      string `yaml:"product" json:"product,omitempty"`           // what it is called
	Version      string `yaml:"version" json:"version,omitempty"`           // the release that is tested
	Contact      string `yaml:"contact" json:"contact,omitempty"`           // whom to ask about it
}

// Organization is a customer of the target.
type Organization struct {
	AdvancedALM bool `yaml:"advanced_alm" json:"advanced_alm"` // whether its plan has the advanced ALM feature
	// Connectors are those that connections may use.
	Connectors Connectors `yaml:"connectors" json:"connectors"`
	// Projects are those that connections may serve. The first is used for most of what a run creates.
	Projects []Project `yaml:"projects" json:"projects,omitempty"`
}

// Connectors are an organization's connectors by kind.
type Connectors struct {
	// ALM are those to issue trackers. The first is used for most of what a run creates; a few checks need a
	// second one, of another system.
	ALM []Connector `yaml:"alm" json:"alm,omitempty"`
	// Analysis are those to scanners, to be used likewise.
	Analysis []Connector `yaml:"analysis" json:"analysis,omitempty"`
}

// Of returns the connectors of the kind.
func (c Connectors) Of(kind Kind) []Connector {
	if kind == ALM {
		return c.ALM
	}
	return c.Analysis
}

// Connector is a connector that connections may use.
type Connector struct {
	ID     int64  `yaml:"id" json:"id" schema:"required,minimum=1"` // unique among those of its kind in the organization
	Name   string `yaml:"name" json:"name,omitempty"`               // what the server calls it; empty: not known
	System string `yaml:"system" json:"system,omitempty"`           // the product that it reaches, such as JIRA
	// Remote says that an analysis connector reaches its scanner over the network, so that connections
	// can be created on it; false is one that takes uploaded files. It means nothing for ALM.
	Remote *bool `yaml:"remote" json:"remote,omitempty"`
}

// Project is a project that connections may serve. Texts that are empty are not known.
type Project struct {
	ID           int64  `yaml:"id" json:"id" schema:"required,minimum=1"`     // unique among those of the organization
	Name         string `yaml:"name" json:"name,omitempty"`                   // expected in the params of connections, as sde_project
	Application  string `yaml:"application" json:"application,omitempty"`     // expected as sde_application
	BusinessUnit string `yaml:"business_unit" json:"business_unit,omitempty"` // expected as sde_businessunit
}

// User is somebody with a token.
type User struct {
	Name         string `yaml:"-" json:"-"`                                                   // its key in Users
	Organization string `yaml:"organization" json:"organization,omitempty" schema:"required"` // one of this file
	// TokenEnv is the name of the environment variable that holds the token. A token stands in no file.
	TokenEnv string `yaml:"token_env" json:"token_env,omitempty" schema:"required,pattern=^[A-Za-z_][A-Za-z0-9_]*$"`
	// Permissions are those of the two that the user has. Checks find users by them, not by their names.
	Permissions []string `yaml:"permissions" json:"permissions,omitempty" schema:"items=permissions"`
	// SeesAllProjects says that the lists of this user leave out no project of the organization.
	SeesAllProjects bool `yaml:"sees_all_projects" json:"sees_all_projects"`

	// Token is used in place of the variable, if not empty. It can't come from a file.
	Token Secret `yaml:"-" json:"-"`
}

// may tells whether the user has the permission.
func (u *User) may(permission string) bool { return slices.Contains(u.Permissions, permission) }

// variable is how a reader of a report is told to spell the token.
func (u *User) variable() string {
	if u.TokenEnv != "" {
		return "$" + u.TokenEnv
	}
	return "$TOKEN_OF_" + regexp.MustCompile(`[^A-Z0-9]`).ReplaceAllString(strings.ToUpper(u.Name), "_")
}

// Writes limits what the suite may change at the target. Nothing can be deleted by documented means.
type Writes struct {
	// Allow lets the suite create and update connections of its own. Without it, only a target on the loopback
	// interface, or in the same process, may be written to; false spares that one too, as it may be a tunnel.
	Allow *bool `yaml:"allow" json:"allow,omitempty"`
	// MaxCreates bounds how many connections a run creates, half of them of each kind. 0 means 24.
	MaxCreates int `yaml:"max_creates" json:"max_creates" schema:"minimum=0,default=24"`
	// AllowDelete lets the suite send DELETE, which the documentation doesn't describe.
	AllowDelete bool `yaml:"allow_delete" json:"allow_delete"`
}

// Budget is how many connections a run creates at most.
func (w Writes) Budget() int {
	if w.MaxCreates == 0 {
		return 24
	}
	return w.MaxCreates
}

// NotApplicable declares that the target doesn't offer what some checks are about.
type NotApplicable struct {
	ID     string `yaml:"id" json:"id" schema:"required"`                     // a check's, or a pattern in which * stands for anything
	Reason string `yaml:"reason" json:"reason" schema:"required,pattern=\\S"` // why the server doesn't offer it
}

// Secret is a text that never shows itself when printed.
type Secret string

func (Secret) String() string { return "[secret]" }

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

// MarshalText hides the secret from JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// MayWrite tells whether the suite may create and update connections of its own.
func (t *Target) MayWrite() bool {
	if t.Writes.Allow != nil {
		return *t.Writes.Allow
	}
	return t.local()
}

// local tells whether writing needs no permission: the target is on this machine.
func (t *Target) local() bool {
	if t.Transport != nil && (t.URL == "" || t.URL == noURL) {
		return true
	}
	u, err := url.Parse(t.URL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// noURL stands for the URL of a target that has none, because its transport doesn't need one.
const noURL = "http://target.invalid"

// prepare checks what every run needs, and reads the tokens.
func (t *Target) prepare() (*Target, error) {
	ready := *t
	if ready.URL == "" && ready.Transport != nil {
		ready.URL = noURL
	}
	u, err := url.Parse(ready.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		if strings.Contains(ready.URL, "@") { // before it may be a password
			return nil, errors.New("target: url is not http://HOST or https://HOST")
		}
		return nil, fmt.Errorf("target: url %q is not http://HOST or https://HOST", ready.URL)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("target: url must hold no user, password, query or fragment")
	}
	ready.Users = map[string]User{}
	for name, user := range t.Users {
		user.Name = name
		if user.Token == "" && user.TokenEnv != "" {
			user.Token = Secret(os.Getenv(user.TokenEnv))
		}
		if strings.ContainsFunc(string(user.Token), unicode.IsControl) {
			return nil, fmt.Errorf("users.%s: the token holds a line break or another control character", name)
		}
		ready.Users[name] = user
	}
	ready.Writes.MaxCreates = ready.Writes.Budget()
	return &ready, nil
}
