package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sdecontract/sdecontract/conformance"
)

// knownFlags name the files of known deviations, to read and to write.
type knownFlags struct{ read, write string }

// knownFiles is what those files say.
type knownFiles struct {
	entries []conformance.Known // that count
	before  []conformance.Known // in the file that is written anew
}

// open reads both files, and makes sure that the one can be written before anything is asked of a target.
func (flags knownFlags) open() (knownFiles, error) {
	var files knownFiles
	if flags.read != "" {
		data, err := os.ReadFile(flags.read)
		if err != nil {
			return files, fmt.Errorf("--known: %w", err)
		}
		if files.entries, err = conformance.ReadKnown(flags.read, data); err != nil {
			return files, err
		}
	}
	if flags.write == "" {
		return files, nil
	}
	if err := writable(flags.write); err != nil {
		return files, fmt.Errorf("--write-known: %w", err)
	}
	files.before = files.entries
	data, err := os.ReadFile(flags.write)
	if errors.Is(err, os.ErrNotExist) || flags.write == flags.read {
		return files, nil
	}
	if err != nil {
		return files, fmt.Errorf("--write-known: %w", err)
	}
	old, err := conformance.ReadKnownDraft(flags.write, data)
	if err != nil {
		return files, fmt.Errorf("%w\n--write-known keeps the reasons of a file that is there; remove %s to begin anew", err, flags.write)
	}
	files.before = append(old, files.before...) // of two entries for a check, the one that counts in this run is kept
	return files, nil
}

// save writes the deviations of the run.
func (flags knownFlags) save(r *conformance.Report, files knownFiles) error {
	if flags.write == "" {
		return nil
	}
	return save(flags.write, func(w io.Writer) error { return conformance.WriteKnown(w, r.Deviations(files.before)) })
}
