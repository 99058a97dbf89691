package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// shape describes the JSON of the entities of a type, key by key.
type shape struct {
	keys []outKey
}

// outKey is one key of an entity in the document, and the source of its value.
type outKey struct {
	key    string // with = in front for strings as written
	source string // the key of the record's field
	exact  bool
	many   bool
	refs   bool
}

// newShape sorts the keys of what a view reads of a type. The id is the entity's key, so that the
// entity contains it only as written; the same is true of the type name, for types outside the
// schema.
func newShape(p *plan) *shape {
	s := &shape{}
	add := func(source string, form schema.Form, many bool) {
		if form&schema.Folded != 0 && source != "id" {
			s.keys = append(s.keys, outKey{key: source, source: source, many: many})
		}
		if form&schema.Exact != 0 {
			s.keys = append(s.keys, outKey{key: "=" + source, source: source, many: many, exact: true})
		}
	}
	for name, form := range p.view.Scalars {
		if name != "resourcetype" || p.outside {
			add(name, form, false)
		}
	}
	for name, form := range p.view.Lists {
		if _, double := p.view.Scalars[name]; !double {
			add(name, form, true)
		}
	}
	for name := range p.view.Relations {
		s.keys = append(s.keys, outKey{key: name, source: name, refs: true, many: p.typ.Relations[name].Many})
	}
	slices.SortFunc(s.keys, func(a, b outKey) int { return strings.Compare(a.key, b.key) })
	return s
}

// entity appends the part of a record that the view reads.
func (p *projection) entity(to []byte, r *record) []byte {
	s := p.shapes[r.plan]
	if s == nil {
		s = newShape(r.plan)
		p.shapes[r.plan] = s
	}
	to = append(to, '{')
	start := len(to)
	for _, k := range s.keys {
		f := r.find(k.source)
		if f == nil {
			continue
		}
		if len(to) > start {
			to = append(to, ',')
		}
		to = append(appendQuoted(to, []byte(k.key)), ':')
		if k.refs {
			to = p.references(to, f, k.many)
		} else {
			to = p.strs(to, f, k)
		}
	}
	return append(to, '}')
}

// find returns the field with a key, or nil.
func (r *record) find(key string) *field {
	for i := range r.fields {
		if r.fields[i].key == key {
			return &r.fields[i]
		}
	}
	var text []byte
	switch {
	case key == "id", key == "name" && r.plan.typ.Transient:
		text = r.id
	case key == "resourcetype" && r.plan.outside:
		text = []byte(r.plan.typ.Name)
	}
	if len(text) == 0 {
		return nil
	}
	return &field{key: key, strs: [][]byte{text}}
}

// strs appends the string of a field, or the list of its strings.
func (p *projection) strs(to []byte, f *field, k outKey) []byte {
	form := make([][]byte, 0, 8)
	for _, text := range f.strs {
		if !k.exact {
			start := len(p.folded)
			p.folded = appendFold(p.folded, text)
			text = p.folded[start:]
		}
		form = append(form, text)
	}
	return appendJSON(to, sortUnique(form), k.many)
}

// references appends the handle of a field's entity, or the list of handles.
func (p *projection) references(to []byte, f *field, many bool) []byte {
	handles := make([][]byte, 0, 8)
	for _, ref := range f.refs {
		handles = append(handles, p.handle(ref))
	}
	return appendJSON(to, sortUnique(handles), many)
}

// appendJSON appends strings as a list or, if many is false, the first of them.
func appendJSON(to []byte, strs [][]byte, many bool) []byte {
	if !many {
		return appendQuoted(to, strs[0])
	}
	separator := byte('[')
	for _, text := range strs {
		to = appendQuoted(append(to, separator), text)
		separator = ','
	}
	return append(to, ']')
}

// handle returns the key of an entity in the document. If the entity does not exist, the key contains
// a digest of the content of the reference, so that references with different contents lead to
// different entities; the digest of an empty content is 0.
func (p *projection) handle(ref reference) []byte {
	if ref.onRecord {
		return ref.key
	}
	entity := p.entity(nil, ref.nested)
	if len(entity) == len("{}") {
		return handles.Nested("0", ref.key)
	}
	digest := sha256.Sum256(entity)
	handle := handles.Nested(hex.EncodeToString(digest[:16]), ref.key)
	known := p.handles[ref.target]
	if known == nil {
		known = map[string]struct{}{}
		p.handles[ref.target], p.nested[ref.target] = known, &table{}
	}
	if _, ok := known[string(handle)]; !ok {
		known[string(handle)] = struct{}{}
		at := ref.nested.at
		p.nested[ref.target].add(entry{handle, entity, p.files[at.file], at.where})
	}
	return handle
}
