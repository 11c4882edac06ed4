package control

import (
	"net/http"
	"slices"

	"github.com/sdecontract/sdecontract/mock"
)

func (c *call) listFaults() error {
	return c.reply(http.StatusOK, map[string]any{"faults": append([]mock.FaultState{}, c.srv.Faults()...)})
}

func (c *call) setFault() error {
	rule, err := mock.ParseFault(c.body)
	if err != nil {
		return invalid(mistakesOf(err, "")...)
	}
	if rule.ID, err = c.srv.SetFault(rule); err != nil {
		return invalid(mistakesOf(err, "")...)
	}
	return c.reply(http.StatusCreated, mock.FaultState{Rule: rule})
}

func (c *call) getFault() error {
	list := c.srv.Faults()
	i := slices.IndexFunc(list, func(f mock.FaultState) bool { return f.Rule.ID == c.vars["id"] })
	if i < 0 {
		return notFound("there is no fault %s", c.vars["id"])
	}
	return c.reply(http.StatusOK, list[i])
}

func (c *call) removeFault() error {
	if !c.srv.RemoveFault(c.vars["id"]) {
		return notFound("there is no fault %s", c.vars["id"])
	}
	return c.done()
}

func (c *call) getLatitudes() error {
	type available struct {
		Name mock.Latitude `json:"name"`
		Says string        `json:"says"`
	}
	var all []available
	for _, l := range mock.Latitudes() {
		all = append(all, available{l, l.Says()})
	}
	return c.reply(http.StatusOK, map[string]any{"latitudes": append([]mock.Latitude{}, c.srv.Latitudes()...), "available": all})
}

func (c *call) setLatitudes() error {
	var asked struct {
		Latitudes []string `json:"latitudes"`
	}
	if err := c.into(&asked); err != nil {
		return err
	}
	list, err := mock.ParseLatitudes(asked.Latitudes...)
	if err != nil {
		return invalid(mistakesOf(err, "/latitudes")...)
	}
	c.srv.SetLatitudes(list...)
	return c.getLatitudes()
}
