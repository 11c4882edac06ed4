package main

import (
	"encoding/json"
	"errors"
	"os"

	"github.com/sdecontract/sdecontract/conformance"
)

// appendTo adds a connection to a ledger: one JSON object a line.
func appendTo(file string, c conformance.Created) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // it is the user's own choice
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}
