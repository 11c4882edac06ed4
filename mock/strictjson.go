package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deeply a JSON value may nest. It leaves room below the parser's own limit.
const maxDepth = 1000

var errTooDeep = fmt.Errorf("values nest more than %d deep", maxDepth)

var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// decodeJSON reads the one JSON value in data into map[string]any, []any, string, json.Number, bool
// and nil. Numbers keep their spelling. It refuses what lenient parsers let pass: duplicate names,
// invalid UTF-8, lone surrogates, anything after the value, numbers that int64 or float64 can't hold.
func decodeJSON(data []byte) (any, error) {
	d := decoders.Get().(*jsontext.Decoder)
	defer decoders.Put(d)
	d.Reset(bytes.NewBuffer(data)) // it reads a buffer in place
	value, err := decodeValue(d)
	if err == nil {
		if _, end := d.ReadToken(); end == nil {
			err = errors.New("there is more after the value")
		} else if !errors.Is(end, io.EOF) {
			err = end
		}
	}
	if err == nil {
		return value, nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the value is not complete")
	}
	line, column := position(data, int(d.InputOffset()))
	if s, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		line, column = position(data, int(s.ByteOffset))
		err = s.Err
		if s.JSONPointer != "" {
			err = fmt.Errorf("%w within %s", s.Err, s.JSONPointer)
		}
	}
	return nil, fmt.Errorf("%w: line %d column %d", err, line, column)
}

func decodeValue(d *jsontext.Decoder) (any, error) {
	if d.StackDepth() > maxDepth {
		return nil, errTooDeep
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case '"':
		return t.String(), nil
	case '0':
		return number(t.String())
	case 't', 'f':
		return t.Bool(), nil
	case '[':
		list := []any{}
		for d.PeekKind() != ']' {
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.ReadToken()
		return list, err
	case '{':
		object := map[string]any{}
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String()
			if object[key], err = decodeValue(d); err != nil {
				return nil, err
			}
		}
		_, err := d.ReadToken()
		return object, err
	}
	return nil, nil // null
}

// number keeps the spelling of a number, if common types of programming languages can hold it.
func number(spelling string) (json.Number, error) {
	if !strings.ContainsAny(spelling, ".eE") {
		if _, err := strconv.ParseInt(spelling, 10, 64); err != nil {
			return "", errors.New("an integer is beyond 64 bits")
		}
	} else if _, err := strconv.ParseFloat(spelling, 64); err != nil {
		return "", errors.New("a number is out of range")
	}
	return json.Number(spelling), nil
}

// position turns an offset into a line and a column in bytes, both counted from 1.
func position(data []byte, offset int) (line, column int) {
	before := data[:min(max(offset, 0), len(data))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// appendJSON appends the value as decodeJSON would read it, without escaping what JSON doesn't need. The
// members of objects are in the order of their names.
func appendJSON(dst []byte, value any) []byte {
	switch value := value.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, value)
	case json.Number:
		return append(dst, value...)
	case int64:
		return strconv.AppendInt(dst, value, 10)
	case string:
		dst, _ = jsontext.AppendQuote(dst, value) // what isn't UTF-8 becomes U+FFFD
		return dst
	case []any:
		dst = append(dst, '[')
		for i, item := range value {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		return appendObject(dst, value)
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // values come from decodeJSON or from this package
	}
	return append(dst, text...)
}

func appendObject(dst []byte, object map[string]any) []byte {
	var few [32]string // spares the heap most objects' names
	names := few[:0]
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst, _ = jsontext.AppendQuote(dst, name)
		dst = appendJSON(append(dst, ':'), object[name])
	}
	return append(dst, '}')
}

// asInt returns the number as an integer, if it is one: 1, but also 1.0 and 1e0.
func asInt(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := n.Int64(); err == nil {
		return i, true
	}
	const exact = 1 << 53 // up to here a float64 holds every integer
	f, err := n.Float64()
	if i := int64(f); err == nil && f == float64(i) && -exact < i && i < exact {
		return i, true
	}
	return 0, false
}
