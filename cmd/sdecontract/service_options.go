package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	pathpkg "path"
	"strings"
	"time"

	"github.com/sdecontract/sdecontract/mock"
)

// options are those of the mock that don't need a word with the user.
func (flags mockFlags) options() ([]mock.Option, error) {
	options := []mock.Option{mock.WithSeed(flags.seed)}
	if flags.world != "" {
		world, err := flags.readWorld(os.Stderr)
		if err != nil {
			return nil, err
		}
		options = append(options, mock.WithWorld(world))
	}
	if err := flags.checkBasePath(); err != nil {
		return nil, err
	}
	options = append(options, mock.WithBasePath(flags.basePath))
	if !flags.advancedALM {
		options = append(options, mock.WithoutFeature("advanced-alm"))
	}
	if flags.date != "" {
		date, err := time.Parse(time.RFC3339, flags.date)
		if err != nil {
			return nil, usageError{fmt.Errorf("--date: %q is not a time such as 2024-05-01T12:00:00Z", flags.date)}
		}
		options = append(options, mock.WithDate(date))
	}
	return options, nil
}

func (flags mockFlags) readWorld(errOut io.Writer) (*mock.World, error) {
	data, err := os.ReadFile(flags.world)
	if err != nil {
		return nil, fmt.Errorf("--world: %w", err)
	}
	return readWorld(errOut, flags.world, data)
}

// checkBasePath refuses what clients couldn't call, and what the mock needs itself.
func (flags mockFlags) checkBasePath() error {
	path := "/" + strings.Trim(flags.basePath, "/")
	switch u, err := url.Parse(path); {
	case flags.basePath == "":
		return nil
	case err != nil || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || path != pathpkg.Clean(path) || strings.Contains(path, "%"):
		return usageError{fmt.Errorf("--base-path: %q is not a path such as /sde", flags.basePath)}
	case strings.HasPrefix(path, "/_"):
		return usageError{fmt.Errorf("--base-path: %q: what begins with /_ is the mock's own", flags.basePath)}
	}
	return nil
}

// checkOrigins refuses what no browser would send in Origin.
func (flags mockFlags) checkOrigins() error {
	for _, origin := range flags.cors {
		scheme, host, ok := strings.Cut(origin, "://")
		if origin != "*" && (!ok || scheme == "" || host == "" || strings.Contains(host, "/")) {
			return usageError{fmt.Errorf("--cors: %q is not an origin such as http://localhost:3000, or *", origin)}
		}
	}
	return nil
}
