package snapshot

import (
	"bytes"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Files hang on what they belong to in the other direction than relations do: QRS
// writes them into the list references of libraries, extensions, shared content and
// app content, and nothing into the file (O). So the file's set-valued relations are
// the arrays on the file itself, where an export has them, and all those whose list
// names it.
const (
	fileType   = "StaticContentReference"
	filesField = "references"
)

// listing is one entry of such a list: who has it, and where it stands.
type listing struct {
	relation schema.Relation
	id, key  []byte
	at       place
	// from is the type of the entity that has the list, for findings.
	from string
}

// listings are the entries by the folded id of the file.
type listings struct {
	file *plan
	// lists are the relations of files by the key of the type that lists them.
	lists map[string]schema.Relation
	by    map[string][]listing
}

// newListings returns nil where no rule asks what files belong to.
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

// note reads the list of an entity in a first pass. What is not of the expected form
// is reported nowhere: a rule that reads the files finds none.
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

// join adds what lists a file to the file's own relations.
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

// missing counts the entries whose files are not there, after all files are joined.
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
