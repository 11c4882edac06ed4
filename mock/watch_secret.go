package mock

import (
	"strings"
	"sync"
)

// hiddenSecrets are values of members that are called like a secret, in properties that not everybody may see, as
// replies have shown them to those who may. They stay in memory.
type hiddenSecrets struct {
	mu    sync.Mutex
	known map[string]hiddenSecret
}

// hiddenSecret is where a secret stood, and the permission that it takes to see it.
type hiddenSecret struct{ member, permission string }

// maxSecrets bounds how many are remembered.
const maxSecrets = 1000

// learnSecrets remembers the secrets of a reply to somebody who may see them.
func (p *Proxy) learnSecrets(r *watched) {
	if r.user == nil {
		return
	}
	p.secrets.mu.Lock()
	defer p.secrets.mu.Unlock()
	if p.secrets.known == nil {
		p.secrets.known = map[string]hiddenSecret{}
	}
	for _, item := range r.items {
		for i := range r.op.collection.properties {
			property := &r.op.collection.properties[i]
			members, _ := item[property.name].(map[string]any)
			if property.visible == "" || !r.user.may(property.visible) {
				continue
			}
			for name, value := range members {
				text, _ := value.(string)
				if secretWord(name) && len(text) >= shortSecret && strings.Trim(text, "*") != "" && len(p.secrets.known) < maxSecrets {
					p.secrets.known[text] = hiddenSecret{pointerTo(property.name) + pointerTo(name), property.visible}
				}
			}
		}
	}
}

// watchSecrets looks for secrets in replies to those who may not see them, wherever they stand. What the client
// has sent itself is no secret to it.
func (x *passage) watchSecrets() {
	hiddenFrom := x.proxy.secrets.from(x.user)
	if len(hiddenFrom) == 0 {
		return
	}
	data, _ := x.reply.complete()
	text, _ := plain(data, x.header, x.proxy.config.MaxBody)
	var shown strings.Builder
	shown.Write(text)
	for _, values := range x.header {
		shown.WriteString("\n" + strings.Join(values, "\n"))
	}
	sent, _ := x.request.complete()
	for secret, hidden := range hiddenFrom {
		if strings.Contains(shown.String(), secret) && !strings.Contains(string(sent), secret) {
			x.breach("", x.op.cited, "it holds the secret that was %s to others; %s lacks the permission %q", hidden.member, x.user.Name, hidden.permission)
			return
		}
	}
}

// from are the secrets that the user may not see.
func (s *hiddenSecrets) from(user *User) map[string]hiddenSecret {
	if user == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	hidden := map[string]hiddenSecret{}
	for secret, h := range s.known {
		if !user.may(h.permission) {
			hidden[secret] = h
		}
	}
	return hidden
}
