package mock_test

import (
	"bufio"
	"net"
	"strconv"
	"strings"
	"testing"
)

// rawWire is a client that costs little, so that what is measured is the server.
type rawWire struct {
	net.Conn
	*bufio.Reader
}

func dial(tb testing.TB, address string) rawWire {
	tb.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	return rawWire{c, bufio.NewReaderSize(c, 1<<16)}
}

// exchange sends the request and reads the reply, which must have its length.
func (w rawWire) exchange(tb testing.TB, request string) {
	if _, err := w.Write([]byte(request)); err != nil {
		tb.Error(err)
		return
	}
	length := 0
	for {
		line, err := w.ReadSlice('\n')
		if err != nil {
			tb.Error(err)
			return
		}
		if len(line) == 2 {
			break
		}
		if text, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(text))
		}
	}
	if _, err := w.Discard(length); err != nil {
		tb.Error(err)
	}
}

func (w rawWire) Read(p []byte) (int, error) { return w.Reader.Read(p) }
