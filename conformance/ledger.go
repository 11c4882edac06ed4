package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// A ledger is a file of JSON lines, each a [Created]. A connection has a new line whenever something about
// it changes; the last one holds.

// AppendLedger adds a line to the ledger with that name, which is created if it isn't there. A line that a
// crash left half-written is ended first, so that the new one stands alone. Together with [WithLedger]:
//
//	conformance.WithLedger(func(c conformance.Created) error { return conformance.AppendLedger(name, c) })
func AppendLedger(name string, c Created) (err error) {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // the caller names the file
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	torn, err := endsTorn(f)
	if err != nil {
		return err
	}
	if torn {
		line = append([]byte("\n"), line...)
	}
	_, err = f.Write(append(line, '\n'))
	return err
}

// endsTorn tells whether the file's last line has no end.
func endsTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// ReadLedger reads a ledger: each connection once, in the order in which they were created, as its last
// line says. Connections whose id isn't known are never taken for the same. torn are the numbers of lines
// that a crash left half-written: what they would have said isn't known. Anything else that isn't a ledger
// is an error.
func ReadLedger(name string) (created []Created, torn []int, err error) {
	f, err := os.Open(name) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	index := map[ownKey]int{}
	lines := bufio.NewReader(f)
	for number := 1; ; number++ {
		line, readErr := lines.ReadBytes('\n')
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return nil, nil, readErr
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			c, err := readLine(line)
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF):
				torn = append(torn, number)
			case err != nil:
				return nil, nil, fmt.Errorf("%s:%d: not a line of a ledger: %w", name, number, err)
			default:
				created = merge(created, index, c)
			}
		}
		if readErr != nil {
			return created, torn, nil
		}
	}
}

// readLine reads a line. The error is io.ErrUnexpectedEOF if it only lacks its end.
func readLine(line []byte) (c Created, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	if d.More() {
		return c, errors.New("there is something behind the JSON object")
	}
	if c.Kind != ALM && c.Kind != Analysis {
		return c, fmt.Errorf("kind %q is not %s or %s", c.Kind, ALM, Analysis)
	}
	return c, nil
}

// merge adds a connection, or lets it take the place of what was known of it.
func merge(created []Created, index map[ownKey]int, c Created) []Created {
	key := ownKey{c.Kind, c.ID}
	if i, known := index[key]; known && c.ID != 0 {
		created[i] = c
		return created
	}
	index[key] = len(created)
	return append(created, c)
}
