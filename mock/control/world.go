package control

import (
	"bytes"
	"net/http"
	"slices"

	"github.com/sdecontract/sdecontract/mock"
)

func (c *call) getWorld() error {
	form := mock.WorldForm{Redacted: !c.query.Has("secrets"), JSON: wantsJSON(c.r), Bare: c.yes("bare")}
	var text bytes.Buffer
	if err := c.srv.Snapshot().Write(&text, form); err != nil {
		return err
	}
	contentType := "application/yaml"
	if form.JSON {
		contentType = "application/json"
	}
	c.write(http.StatusOK, contentType, text.Bytes())
	return nil
}

// worldFile is the name of a client's world in messages.
const worldFile = "world.yaml"

func (c *call) putWorld() error {
	world, err := mock.ReadWorld(worldFile, c.body)
	if err != nil {
		return invalid(mistakesOf(err, "")...)
	}
	type replaced struct {
		Kept    int            `json:"kept"`
		Dropped []mock.Dropped `json:"dropped"`
	}
	answer := replaced{Dropped: []mock.Dropped{}}
	if c.yes("keep") {
		kept, dropped := c.srv.Reload(world)
		answer = replaced{kept, append(answer.Dropped, dropped...)}
	} else {
		c.srv.Restore(world)
	}
	return c.reply(http.StatusOK, answer)
}

func (c *call) listSnapshots() error {
	list := append([]mock.SavedSnapshot{}, c.srv.SavedSnapshots()...)
	return c.reply(http.StatusOK, map[string]any{"snapshots": list})
}

type named struct {
	Name string `json:"name"`
}

func (c *call) saveSnapshot() error {
	var asked named
	if err := c.into(&asked); err != nil {
		return err
	}
	saved, err := c.srv.SaveSnapshot(asked.Name)
	if err != nil {
		return tooMany(err)
	}
	return c.reply(http.StatusCreated, saved)
}

func (c *call) removeSnapshot() error {
	if !c.srv.RemoveSnapshot(c.vars["name"]) {
		return notFound("there is no snapshot %s", c.vars["name"])
	}
	return c.done()
}

func (c *call) restore() error {
	var asked named
	if err := c.into(&asked); err != nil {
		return err
	}
	world, err := snapshot(c.srv, asked.Name, "/name")
	if err != nil {
		return err
	}
	c.srv.Restore(world)
	return c.done()
}

// snapshot returns one that the mock keeps, which a member of the request's body names.
func snapshot(srv *mock.Server, name, pointer string) (*mock.World, error) {
	list := srv.SavedSnapshots()
	i := slices.IndexFunc(list, func(s mock.SavedSnapshot) bool { return s.Name == name })
	if i < 0 {
		return nil, &problem{
			Status: http.StatusNotFound, Detail: "there is no snapshot " + name,
			Errors: []mistake{{Pointer: pointer, Detail: "there is no snapshot " + name}},
		}
	}
	return list[i].World, nil
}
