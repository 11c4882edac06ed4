package loadgen

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// reply is what the generator wants to know of a reply.
type reply struct {
	status int
	bytes  int64 // of the body
	last   bool  // the server closes the connection after it
}

// readReply reads a reply to its end and forgets the body.
func readReply(r *bufio.Reader, toHead bool) (reply, error) {
	line, err := readLine(r)
	if err != nil {
		return reply{}, err
	}
	var a reply
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return a, fmt.Errorf("%q is not the status line of a reply", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, fmt.Errorf("%q is not the status line of a reply", line)
	}
	a.last = line[7] == '0'
	length, chunked, err := a.readHeader(r)
	switch {
	case err != nil:
	case toHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified:
	case chunked:
		err = a.readChunks(r)
	case length >= 0:
		err = a.discard(r, length)
	default: // it ends with the connection
		a.last = true
		a.bytes, err = io.Copy(io.Discard, r)
	}
	return a, err
}

// readHeader reads the lines up to the empty one. length is -1 if none tells it.
func (a *reply) readHeader(r *bufio.Reader) (length int64, chunked bool, err error) {
	length = -1
	for {
		line, err := readLine(r)
		if err != nil || len(line) == 0 {
			return length, chunked, err
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil || length < 0 {
				return 0, false, fmt.Errorf("%q is not the length of a reply", value)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Connection")):
			a.last = a.last && !bytes.EqualFold(value, []byte("keep-alive")) || bytes.EqualFold(value, []byte("close"))
		}
	}
}

func (a *reply) readChunks(r *bufio.Reader) error {
	for {
		line, err := readLine(r)
		if err != nil {
			return err
		}
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseInt(string(bytes.TrimSpace(digits)), 16, 32)
		if err != nil || size < 0 {
			return fmt.Errorf("%q is not the size of a chunk", line)
		}
		if size == 0 {
			_, _, err = new(reply).readHeader(r) // the trailer
			return err
		}
		if err := a.discard(r, size); err != nil {
			return err
		}
		if _, err := readLine(r); err != nil {
			return err
		}
	}
}

func (a *reply) discard(r *bufio.Reader, n int64) error {
	skipped, err := r.Discard(int(n))
	a.bytes += int64(skipped)
	return err
}

// readLine returns the next line, without its end; it is valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return bytes.TrimRight(line, "\r\n"), err
}
