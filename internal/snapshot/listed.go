package snapshot

import (
	"bytes"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// The parents of files are stored in the opposite direction of other relations: QRS writes the list
// references of libraries, extensions, shared content and app content, and no reference in the file
// (O). The set-valued relations of a file are the arrays in the file, if an export has them, and all
// entities whose list names it.
const (
	fileType   = "StaticContentReference"
	filesField = "references"
)

// listing is one entry of such a list: its owner and its location.
type listing struct {
	relation schema.Relation
	id, key  []byte
	at       place
	// from is the type of the list's owner, for findings.
	from string
}

// listings are the entries by the case-folded id of the file.
type listings struct {
	file *plan
	// lists are the relations of files by the key of the type that lists them.
	lists map[string]schema.Relation
	by    map[string][]listing
}

// newListings returns nil if no rule reads the parents of files.
func newListings(p *plan) *listings {
	l := &listings{file: p, lists: map[string]schema.Relation{}, by: map[string][]listing{}}
	for key, r := range p.typ.Relations {
		if r.Many && p.readsRelation(key) {
			l.lists[schema.Fold(r.Target)] = r
		}
	}
	if len(l.lists) == 0 {
		return nil
	}
	return l
}

// note reads the list of an entity in a first pass. It ignores values of an unexpected form: a rule
// that reads the files then finds none.
func (l *listings) note(p *plan, at place, members []jsonfile.Member) {
	if l == nil {
		return
	}
	relation, ok := l.lists[p.key]
	id := member(members, "id")
	if !ok || id.Raw == nil || id.Kind() != '"' || hasControl(id.Text()) {
		return
	}
	list := member(members, filesField)
	items := []jsonfile.Value{list}
	if list.Raw == nil {
		return
	}
	if list.Kind() == '[' {
		items = list.AppendItems(nil)
	}
	entry := listing{relation: relation, id: bytes.Clone(id.Text()), key: appendFold(nil, id.Text()), at: at, from: p.typ.Name}
	for _, item := range items {
		file := item
		if item.Kind() == '{' {
			file = member(item.AppendMembers(nil), "id")
		}
		if file.Raw != nil && file.Kind() == '"' {
			key := schema.Fold(string(file.Text()))
			l.by[key] = append(l.by[key], entry)
		}
	}
}

// join adds the owners of lists that name a file to the file's relations.
func (l *listings) join(r *record) {
	if l == nil || r.plan.key != l.file.key {
		return
	}
	entries := l.by[string(r.key)]
	delete(l.by, string(r.key))
	for _, e := range entries {
		f := r.field(relation, schema.Fold(e.relation.Name))
		f.refs = append(f.refs, reference{target: schema.Fold(e.relation.Target), id: e.id, key: e.key, onRecord: true})
	}
}

// missing counts the entries whose files do not exist. Call it after all files have been joined.
func (l *listings) missing(d dangling) {
	if l == nil {
		return
	}
	for _, file := range slices.Sorted(maps.Keys(l.by)) {
		for _, e := range l.by[file] {
			d.add(danglingKind{e.from, filesField, fileType}, e.at)
		}
	}
}
