package mock

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// batch is some connections of the file, one after the other, and what becomes of them. A piece of the file is read
// late, so that only few of them are in memory in that form.
type batch struct {
	organization string
	col          *collection
	objects      []object
	piece        piece // instead of objects

	seeds   []seed
	records []*record
	ids     []pos // where those of the connections stand
	wrong   [][]placedError
}

// placedError is what is wrong with a connection, and where.
type placedError struct {
	pos
	message string
}

// errPiece means that a file has to be read as one document.
var errPiece = errors.New("a piece of the file can't be read on its own")

// findConnections notes the connections of an organization.
func (r *worldReader) findConnections(o named[organizationFile]) {
	for _, kind := range o.value.Connections {
		r.known(located[string]{kind.name, kind.pos}, "kind of connection", r.contract.kinds())
		col := r.contract.collections[kind.name]
		if col == nil || col.fixed() {
			continue
		}
		for list := kind.value; len(list) > 0; {
			if number := list[0].cut; number != nil {
				for _, p := range r.cuts[*number] {
					r.batches = append(r.batches, &batch{organization: o.name, col: col, piece: p})
				}
				r.cuts[*number], list = nil, list[1:]
				continue
			}
			n := 1
			for n < min(len(list), pieceSize) && list[n].cut == nil {
				n++
			}
			r.batches = append(r.batches, &batch{organization: o.name, col: col, objects: list[:n]})
			list = list[n:]
		}
	}
}

// addConnections checks the connections that were found and renders them, several at a time, and adds them in their
// order. It returns the rendered ones, or errPiece.
func (r *worldReader) addConnections(g *gauge) ([]*record, error) {
	var unreadable atomic.Bool
	for _, cut := range r.cuts {
		if cut != nil { // it wasn't a list of connections that was cut out
			return nil, errPiece
		}
	}
	g.next(g.to, 0.95, len(r.batches))
	inParallel(len(r.batches), func(i int) {
		if !unreadable.Load() && !r.take(r.batches[i]) {
			unreadable.Store(true)
		}
		g.add(1)
	})
	if unreadable.Load() {
		return nil, errPiece
	}
	var records []*record
	taken := map[string]map[int64]pos{}
	for _, b := range r.batches {
		if taken[b.col.name] == nil {
			taken[b.col.name] = map[int64]pos{}
		}
		for i, s := range b.seeds {
			takeID(r, taken[b.col.name], s.id, s.id, b.ids[i], b.col.name+" connection")
			for _, w := range b.wrong[i] {
				r.fail(w.pos, "%s connection %d: %s", b.col.name, s.id, w.message)
			}
		}
		r.seeds, records = append(r.seeds, b.seeds...), append(records, b.records...)
	}
	return records, nil
}

// take reads, checks and renders the connections of a batch. It returns false for a piece that can't be read.
func (r *worldReader) take(b *batch) bool {
	if b.piece.text != nil {
		if b.objects = b.piece.decoded(); b.objects != nil && r.checkAll(b) {
			return true
		}
		b.objects = nil
		if loadYAML(bytes.NewReader(b.piece.text), &b.objects) != nil {
			return false
		}
	}
	r.checkAll(b)
	return true
}

// checkAll checks the connections of a batch, and renders those that are right. It returns whether all are.
func (r *worldReader) checkAll(b *batch) bool {
	right := true
	n := len(b.objects)
	b.seeds, b.records, b.ids, b.wrong = make([]seed, n), make([]*record, n), make([]pos, n), make([][]placedError, n)
	d := drafts.Get().(*draft)
	defer drafts.Put(d)
	for i := range b.objects {
		o := &b.objects[i]
		o.below(b.piece.line)
		b.ids[i] = o.at(b.col.id)
		b.seeds[i], b.wrong[i] = r.check(b, o)
		if b.wrong[i] == nil {
			d.fill(r.World, b.col.create, b.organization, o.members)
			b.records[i] = r.contract.render(b.col, b.seeds[i].id, b.organization, d.values, d.refs)
		}
		right = right && b.wrong[i] == nil
		*o = object{}
	}
	b.objects = nil
	return right
}

// check holds a connection to what the contract says of creating one, except that it may stand on any
// connector of its kind: a rule for creation says nothing of what is there already.
func (r *worldReader) check(b *batch, o *object) (seed, []placedError) {
	var wrong []placedError
	fail := func(name, format string, args ...any) {
		wrong = append(wrong, placedError{o.at(name), fmt.Sprintf(format, args...)})
	}
	sent, create := o.members, b.col.create
	id, _ := asInt(sent[b.col.id])
	delete(sent, b.col.id)

	findings, _ := r.contract.validateInput(create, sent)
	for _, finding := range findings {
		fail(finding.field(), "%s %s", strings.TrimPrefix(finding.Pointer, "/"), finding.Message)
	}
	for _, name := range create.unknownFields(sent) {
		fail(name, "%s is not a field%s", name, nearest.DidYouMean(name, sortedKeys(create.input.Properties)))
	}
	for i := range create.fields {
		field := &create.fields[i]
		value, ok := asInt(sent[field.name])
		if field.refersTo == nil || !ok {
			continue
		}
		if e, _ := r.refer(field.refersTo, b.organization, value); e == nil {
			fail(field.name, "organization %s has no %s with id %d", b.organization, field.name, value)
		}
	}
	return seed{b.col.name, b.organization, id, appendJSON(nil, sent)}, wrong
}
