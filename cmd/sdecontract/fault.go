package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sdecontract/sdecontract/mock"
)

// setFaults sets the faults of the flags --fault: JSON, or a file of JSON or YAML. The error tells of all that
// is wrong.
func (flags mockFlags) setFaults(s *mock.Server) error {
	var errs []error
	for _, flag := range flags.faults {
		name, data := "--fault", []byte(flag)
		if !strings.HasPrefix(strings.TrimSpace(flag), "{") {
			name = "--fault " + flag
			var err error
			if data, err = os.ReadFile(flag); err != nil { //nolint:gosec // it is the user's own choice
				errs = append(errs, fmt.Errorf("--fault: %w", err))
				continue
			}
		}
		rule, err := mock.ParseFault(data)
		if err == nil {
			_, err = s.SetFault(rule)
		}
		errs = append(errs, prefixed(name, err))
	}
	return errors.Join(errs...)
}

// prefixed names the flag, and its file, in each line of the error.
func prefixed(name string, err error) error {
	if err == nil {
		return nil
	}
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		lines[i] = name + strings.TrimPrefix(line, "fault")
	}
	return errors.New(strings.Join(lines, "\n"))
}
