package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Project writes the part of the site that a view reads as one JSON document:
//
//	{"entities": {type: {id: entity}}, "held": {type: true},
//	 "nested": {type: {handle: entity}}, "subjects": {login: id}}
//
// Every entity of every type is listed, even if it is only {}; held has the types that have
// entities. The same site gives the same bytes, in whatever order its files list entities. If the
// list contains errors, nothing is written; the error is only that of the context or of the writer.
func (s *Snapshot) Project(ctx context.Context, view schema.View, w io.Writer, progress Progress) (diag.List, error) {
	if view == nil {
		view = schema.View{}
	}
	p, found, err := read(ctx, s, view, progress, func(f *findings) *projection { return newProjection(s, view, f) })
	if err != nil || found.HasErrors() {
		return found, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	p.write(out)
	return found, out.Flush()
}

// projection collects the document until it is complete and can be sorted.
type projection struct {
	view     schema.View
	files    map[*file]int
	paths    []*file
	found    *findings
	shapes   map[*plan]*shape
	entities map[string]*table
	names    map[string]string // of types, by key, for findings
	nested   map[string]*table
	// handles are those in nested.
	handles  map[string]map[string]struct{}
	subjects table
	scratch  []byte
	folded   []byte // holds case-folded texts of a record
}

func newProjection(s *Snapshot, view schema.View, f *findings) *projection {
	p := &projection{
		view: view, files: map[*file]int{}, paths: s.files, found: f, shapes: map[*plan]*shape{},
		entities: map[string]*table{}, names: map[string]string{},
		nested: map[string]*table{}, handles: map[string]map[string]struct{}{},
	}
	for i, f := range s.files {
		p.files[f] = i
	}
	return p
}

func (p *projection) take(r *record) {
	t := p.entities[r.plan.key]
	if t == nil {
		t = &table{}
		p.entities[r.plan.key], p.names[r.plan.key] = t, r.plan.typ.Name
	}
	p.folded = p.folded[:0]
	p.scratch = p.entity(p.scratch[:0], r)
	t.add(entry{r.key, p.scratch, p.files[r.at.file], r.at.where})
	if login, ok := login(r); ok {
		p.scratch = appendQuoted(p.scratch[:0], r.key)
		p.subjects.add(entry{[]byte(login), p.scratch, p.files[r.at.file], r.at.where})
	}
}

// finish sorts the tables and reports duplicates.
func (p *projection) finish() {
	for _, key := range slices.Sorted(maps.Keys(p.entities)) {
		t := p.entities[key]
		t.sort()
		t.doubles(func(first, second entry) {
			p.found.duplicate(p.names[key], string(second.key), p.place(first), p.place(second))
		})
	}
	for _, t := range p.nested {
		t.sort()
	}
	p.subjects.sort()
	p.subjects.doubles(func(first, second entry) {
		if !bytes.Equal(first.value, second.value) { // otherwise the id is a duplicate, which is reported there
			p.found.duplicateLogin(string(first.key), p.place(first), p.place(second))
		}
	})
}

func (p *projection) place(e entry) place { return place{p.paths[e.file], e.where} }

// write writes the document. It ignores errors, because a bufio.Writer returns the first error on
// Flush.
func (p *projection) write(out *bufio.Writer) {
	_, _ = out.WriteString(`{"entities":`)
	writeTables(out, p.entities)
	_, _ = out.WriteString(`,"held":`)
	writeHeld(out, p.entities)
	_, _ = out.WriteString(`,"nested":`)
	writeTables(out, p.nested)
	_, _ = out.WriteString(`,"subjects":`)
	p.subjects.write(out)
	_, _ = out.WriteString("}\n")
}

func writeTables(out *bufio.Writer, tables map[string]*table) {
	separator := byte('{')
	for _, key := range slices.Sorted(maps.Keys(tables)) {
		_ = out.WriteByte(separator)
		_, _ = out.Write(append(appendQuoted(nil, []byte(key)), ':'))
		tables[key].write(out)
		separator = ','
	}
	if separator == '{' {
		_ = out.WriteByte('{')
	}
	_ = out.WriteByte('}')
}

// writeHeld writes the types that have entities. A table exists only if there is one.
func writeHeld(out *bufio.Writer, tables map[string]*table) {
	separator := ""
	_ = out.WriteByte('{')
	for _, key := range slices.Sorted(maps.Keys(tables)) {
		_, _ = out.WriteString(separator)
		_, _ = out.Write(append(appendQuoted(nil, []byte(key)), ":true"...))
		separator = ","
	}
	_ = out.WriteByte('}')
}

func (t *table) write(out *bufio.Writer) {
	var key []byte
	_ = out.WriteByte('{')
	for i, r := range t.rows {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		e := t.entry(r)
		key = append(appendQuoted(key[:0], e.key), ':')
		_, _ = out.Write(key)
		_, _ = out.Write(e.value)
	}
	_ = out.WriteByte('}')
}

// appendQuoted appends a string as JSON. The string must come from well-formed JSON.
func appendQuoted(to, text []byte) []byte {
	to, _ = jsontext.AppendQuote(to, text)
	return to
}
