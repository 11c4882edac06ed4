package control

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sdecontract/sdecontract/mock"
)

type sandbox struct {
	ID         string    `json:"id"`
	URL        string    `json:"url"`
	ControlURL string    `json:"control_url"`
	Created    time.Time `json:"created"`
	LastUsed   time.Time `json:"last_used"`
	Expires    time.Time `json:"expires"`
}

func (c *call) sandbox(box *mock.Sandbox) sandbox {
	url := c.baseURL() + box.BasePath()
	return sandbox{
		ID: box.ID, URL: url, ControlURL: url + strings.TrimSuffix(Path, "/"),
		Created: box.Created.UTC(), LastUsed: box.LastUsed().UTC(), Expires: box.LastUsed().Add(c.host.Limits().Idle).UTC(),
	}
}

// baseURL is where the mock is, as the client knows it.
func (c *call) baseURL() string {
	switch {
	case c.options.BaseURL != "":
		return strings.TrimSuffix(c.options.BaseURL, "/")
	case c.r.TLS != nil:
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

func (c *call) listSandboxes() error {
	list := []sandbox{}
	for _, box := range c.host.Sandboxes() {
		list = append(list, c.sandbox(box))
	}
	return c.reply(http.StatusOK, map[string]any{"sandboxes": list, "limit": c.host.Limits().Sandboxes})
}

// newSandbox is what a client wants of a sandbox.
type newSandbox struct {
	ID              string           `json:"id"`
	World           jsontext.Value   `json:"world"`
	Snapshot        string           `json:"snapshot"`
	Latitudes       []string         `json:"latitudes"`
	Faults          []jsontext.Value `json:"faults"`
	Seed            *uint64          `json:"seed"`
	WithoutFeatures []string         `json:"without_features"`
}

func (c *call) createSandbox() error {
	var asked newSandbox
	if err := c.into(&asked); err != nil {
		return err
	}
	options, err := asked.options(c.srv)
	if err != nil {
		return err
	}
	latitudes, err := mock.ParseLatitudes(asked.Latitudes...)
	if err != nil {
		return invalid(mistakesOf(err, "/latitudes")...)
	}
	box, err := c.host.Create(asked.ID, options...)
	switch {
	case errors.Is(err, mock.ErrSandboxTaken):
		return &problem{Status: http.StatusConflict, Detail: fmt.Sprintf("there is a sandbox %s already", asked.ID)}
	case errors.Is(err, mock.ErrTooMany):
		return tooMany(err)
	case err != nil:
		return invalid(mistake{Pointer: "/faults", Detail: strings.ReplaceAll(err.Error(), "\n", "; ")})
	}
	if asked.Latitudes != nil {
		box.SetLatitudes(latitudes...)
	}
	answer := c.sandbox(box)
	c.w.Header().Set("Location", answer.ControlURL+"/")
	return c.reply(http.StatusCreated, answer)
}

func (asked newSandbox) options(main *mock.Server) ([]mock.Option, error) {
	var options []mock.Option
	switch {
	case asked.World != nil && asked.Snapshot != "":
		return nil, invalid(mistake{Pointer: "/snapshot", Detail: "excludes world"})
	case asked.World != nil:
		text := []byte(asked.World)
		var file string
		if json.Unmarshal(text, &file) == nil {
			text = []byte(file)
		}
		world, err := mock.ReadWorld(worldFile, text)
		if err != nil {
			return nil, invalid(mistakesOf(err, "/world")...)
		}
		options = append(options, mock.WithWorld(world))
	case asked.Snapshot != "":
		world, err := snapshot(main, asked.Snapshot, "/snapshot")
		if err != nil {
			return nil, err
		}
		options = append(options, mock.WithWorld(world))
	}
	for i, text := range asked.Faults {
		rule, err := mock.ParseFault(text)
		if err != nil {
			return nil, invalid(mistakesOf(err, fmt.Sprintf("/faults/%d", i))...)
		}
		options = append(options, mock.WithFault(rule))
	}
	if asked.Seed != nil {
		options = append(options, mock.WithSeed(*asked.Seed))
	}
	for i, name := range asked.WithoutFeatures {
		if known := main.PlanFeatures(); !slices.Contains(known, name) {
			return nil, invalid(mistake{Pointer: fmt.Sprintf("/without_features/%d", i), Detail: fmt.Sprintf("%q is not a feature of the plan%s", clip(name), oneOf(known))})
		}
		options = append(options, mock.WithoutFeature(name))
	}
	return options, nil
}

func (c *call) removeSandboxes() error {
	for _, box := range c.host.Sandboxes() {
		c.host.Remove(box.ID)
	}
	return c.done()
}

func (c *call) getSandbox() error {
	list := c.host.Sandboxes()
	i := slices.IndexFunc(list, func(box *mock.Sandbox) bool { return box.ID == c.vars["name"] })
	if i < 0 {
		return notFound("there is no sandbox %s", c.vars["name"])
	}
	return c.reply(http.StatusOK, c.sandbox(list[i]))
}

func (c *call) removeSandbox() error {
	if !c.host.Remove(c.vars["name"]) {
		return notFound("there is no sandbox %s", c.vars["name"])
	}
	return c.done()
}
