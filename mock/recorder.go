package mock

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A Recorder remembers what passes through a [Proxy], for [Recorder.Save]. The zero value is ready to be used.
type Recorder struct {
	mu        sync.Mutex
	exchanges []recorded
	bytes     int
	dropped   int
	contract  *Contract
	world     *World
	users     []*recordedUser
	seen      map[entityKey]*sighting
	order     []entityKey
}

// What a recorder keeps of exchanges, at most.
const (
	maxRecorded      = 10_000
	maxRecordedBytes = 64 << 20
)

// recorded is an exchange as it was, with its secrets: they leave it when it is written.
type recorded struct {
	Exchange
	user *recordedUser
}

// recordedUser is somebody who was seen to call.
type recordedUser struct {
	User
	digest [sha256.Size]byte
	known  bool
	sees   map[string]bool // permissions that what was shown takes
}

// sighting is a connection as it was last seen.
type sighting struct {
	col          *collection
	organization string
	values       map[string]any // what everybody sees, and what some see if somebody did
}

// add takes an exchange into account.
func (r *Recorder) add(x *passage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contract, r.world = x.contract, x.world
	user := r.caller(x)
	e := recorded{user: user, Exchange: Exchange{
		Method: x.r.Method, Target: x.r.URL.RequestURI(), Status: x.status,
		RequestHeader: x.r.Header, ReplyHeader: http.Header{},
	}}
	for name, values := range x.header {
		if slices.Contains(replayed, name) {
			e.ReplyHeader[name] = values
		}
	}
	if x.op != nil {
		e.Operation = x.op.id
	}
	sent, lost := x.request.complete()
	got, unread := x.reply.complete()
	e.RequestBody = string(sent)
	if text, why := plain(got, x.header, x.proxy.config.MaxBody); why == "" {
		e.ReplyBody = string(text)
	} else {
		unread = why
	}
	size := len(e.RequestBody) + len(e.ReplyBody) + 1000
	if x.has(Outage) || lost+unread != "" || len(r.exchanges) == maxRecorded || r.bytes+size > maxRecordedBytes {
		r.dropped++
	} else {
		r.bytes += size
		r.exchanges = append(r.exchanges, e)
	}
	r.look(x, user)
}

// replayed are the headers of replies that are recorded.
var replayed = []string{"Allow", "Cache-Control", "Content-Language", "Content-Type", "Location", "Retry-After", "Www-Authenticate"}

// caller is the user who asks; nil without a token.
func (r *Recorder) caller(x *passage) *recordedUser {
	_, credential, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	credential = strings.Trim(credential, `" `)
	if credential == "" {
		return nil
	}
	digest := sha256.Sum256([]byte(credential))
	if i := slices.IndexFunc(r.users, func(u *recordedUser) bool { return u.digest == digest }); i >= 0 {
		return r.users[i]
	}
	u := &recordedUser{digest: digest, sees: map[string]bool{}}
	if x.user != nil {
		u.User, u.known = *x.user, true
	} else {
		u.Name = fmt.Sprintf("user-%d", len(r.users)+1)
	}
	if u.Organization == "" {
		u.Organization = "recorded"
	}
	u.Token = credential
	r.users = append(r.users, u)
	return u
}

// look notes the connections that a reply shows, or that are gone.
func (r *Recorder) look(x *passage, user *recordedUser) {
	if r.seen == nil {
		r.seen = map[entityKey]*sighting{}
	}
	if x.path != nil && x.r.Method == http.MethodDelete && x.status/100 == 2 {
		r.forget(x)
	}
	for _, item := range x.connections {
		col := x.op.collection
		id, _ := asInt(item[col.id])
		if id < 1 || user == nil || x.has(Fault) {
			continue
		}
		key := entityKey{"connections", col.name, id}
		s := r.seen[key]
		if s == nil {
			s = &sighting{col: col, organization: user.Organization, values: map[string]any{}}
			r.seen[key] = s
			r.order = append(r.order, key)
		}
		for i := range col.properties {
			p := &col.properties[i]
			value, there := item[p.name]
			if members, isObject := value.(map[string]any); p.visible != "" && (value == nil || isObject && len(members) == 0) {
				continue // hidden, or nothing to see
			}
			if there {
				s.values[p.name] = value
				user.sees[p.visible] = true
			}
		}
	}
}

// forget takes a connection out that the client has deleted.
func (r *Recorder) forget(x *passage) {
	for _, op := range x.path.operations {
		for _, p := range op.params {
			id, ok := parameterValue(p.schema, x.vars.get(p.name))
			number, isID := asInt(id)
			if ok && isID {
				key := entityKey{"connections", op.collection.name, number}
				delete(r.seen, key)
				r.order = slices.DeleteFunc(r.order, func(k entityKey) bool { return k == key })
			}
		}
	}
}

// Recorded tells what [Recorder.Save] wrote.
type Recorded struct {
	Exchanges   int // files
	Dropped     int // exchanges that weren't recorded: too many, too large, broken off
	Connections int // of the world
	Skipped     int // connections that no world can hold
}
