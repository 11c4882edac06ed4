package mock

import (
	"bytes"
	"strconv"
)

// A long list of connections in a world's file is cut into pieces, which are read one by one and on all processors:
// as one document, it would take its hundredfold of memory. It is cut where a line begins an entry of the list by
// its looks. What looks so and isn't, such as a line of a quoted text, leaves a piece that is no YAML; so does an
// alias of what stands elsewhere. Then the file is read as one document.

// pieceTag marks what stands for a list of connections that was cut out: its value is the number of the cut.
const pieceTag = "!sdecontract-pieces"

// pieceSize is how many lines a piece has, if each entry of the list has one. A shorter list isn't cut.
const pieceSize = 200

// piece is a part of a list, with the line of the file before it.
type piece struct {
	text []byte
	line int
}

// cutPieces cuts the long lists of connections out of a file. It returns the rest, in which every line is where it
// was, and the pieces of each list. There are none, if the file has no such list.
func cutPieces(data []byte) (rest []byte, cuts [][]piece) {
	lists := connectionLists(data)
	if lists == nil {
		return data, nil
	}
	from, line := 0, 0
	for _, l := range lists {
		rest = append(rest, data[from:l.from]...)
		line += bytes.Count(data[from:l.from], []byte("\n"))
		text := data[l.from:l.to]
		rest = append(append(rest, text[:l.indent]...), "- "+pieceTag+" "+strconv.Itoa(len(cuts))+"\n"...)
		rest = append(rest, bytes.Repeat([]byte("\n"), bytes.Count(text, []byte("\n"))-1)...)
		cuts = append(cuts, l.cut(text, line))
		line += bytes.Count(text, []byte("\n"))
		from = l.to
	}
	return append(rest, data[from:]...), cuts
}

// textList is a list of connections in a file: whole lines, whose entries have that indentation.
type textList struct{ from, to, indent int }

// connectionLists finds the long ones.
func connectionLists(data []byte) []textList {
	var lists []textList
	var open *textList
	below := -1 // the indentation of the last line "connections:", as long as lines are below it
	offset, entries := 0, 0
	finish := func() {
		if open != nil && entries >= 2*pieceSize {
			lists = append(lists, *open)
		}
		open, entries = nil, 0
	}
	for text := range bytes.Lines(data) {
		start := offset
		offset += len(text)
		bare := bytes.TrimLeft(text, " ")
		indent := len(text) - len(bare)
		isEntry := bytes.HasPrefix(bare, []byte("- "))
		switch {
		case len(bytes.TrimSpace(bare)) == 0 || bare[0] == '#' || !bytes.HasSuffix(text, []byte("\n")):
			continue // a list ends before it, or goes on behind it
		case open != nil && (indent > open.indent || indent == open.indent && isEntry):
		case isEntry && below >= 0 && indent > below:
			finish()
			open = &textList{from: start, indent: indent}
		default:
			finish()
			if string(bytes.TrimSpace(bare)) == "connections:" {
				below = indent
			} else if indent <= below {
				below = -1
			}
			continue
		}
		open.to = offset
		if isEntry && indent == open.indent {
			entries++
		}
	}
	finish()
	return lists
}

// cut returns the pieces of the list, which is behind that line.
func (l textList) cut(text []byte, line int) []piece {
	var pieces []piece
	lines, start, offset := 0, 0, 0
	for one := range bytes.Lines(text) {
		begins := len(one) > l.indent && one[l.indent] == '-' && len(bytes.TrimLeft(one[:l.indent], " ")) == 0
		if begins && lines >= pieceSize {
			pieces = append(pieces, piece{text[start:offset], line})
			line, lines, start = line+lines, 0, offset
		}
		lines++
		offset += len(one)
	}
	return append(pieces, piece{text[start:], line})
}

// decoded reads a piece whose entries are JSON, each in a line of its own, which is a good deal faster than YAML. It
// returns nil for any other. Of such objects only the line is known.
func (p piece) decoded() []object {
	var objects []object
	line := p.line
	for text := range bytes.Lines(p.text) {
		line++
		entry, ok := bytes.CutPrefix(bytes.TrimSpace(text), []byte(`- {"`))
		if !ok || len(entry) > maxDepth { // the shorter ones don't nest too deeply
			return nil
		}
		value, err := decodeJSON(text[bytes.IndexByte(text, '{'):])
		if err != nil {
			return nil
		}
		column := bytes.IndexByte(text, '{') + 1
		objects = append(objects, object{members: value.(map[string]any), pos: pos{line - p.line, column}})
	}
	return objects
}
