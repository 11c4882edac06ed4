package explore

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Saved is the sequence of a finding in a file: users by name, ids by label, no token and nothing that a
// target has answered.
type Saved struct {
	Format int      `json:"format"`
	Says   string   `json:"says"` // what it has shown
	Steps  Sequence `json:"steps"`
}

// ReadSaved reads a file that [Save] has written.
func ReadSaved(file string) (Saved, error) {
	data, err := os.ReadFile(file) //nolint:gosec // the caller names the file
	if err != nil {
		return Saved{}, err
	}
	var s Saved
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Saved{}, fmt.Errorf("%s: not a saved finding: %w", file, err)
	}
	if s.Format != 1 || len(s.Steps) == 0 {
		return Saved{}, fmt.Errorf("%s: not a saved finding: it has format %d and %d steps", file, s.Format, len(s.Steps))
	}
	return s, nil
}

// ReadCorpus reads all findings that are saved in a directory, by name of file. A directory that isn't there
// has none.
func ReadCorpus(dir string) ([]Saved, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []Saved
	var errs []error
	for _, file := range files {
		s, err := ReadSaved(file)
		all, errs = append(all, s), append(errs, err)
	}
	return all, errors.Join(errs...)
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// Save writes each finding into a file of its own in the directory, which is made if it isn't there. A
// finding with the same cause as one that is there takes its place.
func Save(dir string, findings []*Finding) error {
	if len(findings) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, f := range findings {
		key := string(f.Oracle) + " " + f.Operation + " " + f.Place
		name := strings.Trim(notInName.ReplaceAllString(key, "-"), "-")
		name = fmt.Sprintf("%.60s-%.8x.json", name, sha256.Sum256([]byte(key)))
		data, err := json.MarshalIndent(Saved{1, f.Says + " " + key, f.Sequence}, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), append(data, '\n'), 0o600); err != nil {
			return err
		}
	}
	return nil
}
