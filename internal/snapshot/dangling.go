package snapshot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// dangling counts the references to entities that do not exist. A broken site may have one for each
// entity.
type dangling map[danglingKind]*danglingCount

// danglingKind is a relation of a type: App.Object, app, App.
type danglingKind struct{ from, relation, target string }

type danglingCount struct {
	n     int
	first []place
}

const danglingExamples = 3

func (d dangling) add(kind danglingKind, at place) {
	c := d[kind]
	if c == nil {
		c = &danglingCount{}
		d[kind] = c
	}
	c.n++
	if len(c.first) < danglingExamples {
		c.first = append(c.first, at)
	}
}

// report adds a finding for each relation with dangling references, or one for each target type
// without a file in the snapshot, with the rules that read entities of the type. It returns
// descriptions of the references that rules read.
func (d dangling) report(f *findings, held func(target string) bool, readers func(target string) []string) (read []string) {
	kinds := slices.SortedFunc(maps.Keys(d), func(a, b danglingKind) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.from, b.from), cmp.Compare(a.relation, b.relation))
	})
	absent := map[string]*finding{}
	counts := map[string]int{}
	for _, kind := range kinds {
		c := d[kind]
		if held(kind.target) {
			found := f.add(codeDangling, diag.Warning, kind.from+"."+kind.relation, c.first[0],
				fmt.Sprintf("%s of %s.%s to a %s that is not in the snapshot", references(c.n), kind.from, kind.relation, kind.target),
				"Such an entity has only what the reference itself says of it. Export all collections at the same time.")
			found.examples(c.first[1:])
			if rules := readers(kind.target); len(rules) > 0 {
				read = append(read, found.Summary+", and which "+readBy(rules))
			}
			continue
		}
		counts[kind.target] += c.n
		if absent[kind.target] == nil {
			absent[kind.target] = f.add(codeNoFile, diag.Warning, kind.target, c.first[0], "",
				fmt.Sprintf("Their entities have only what the references say of them. Export the collection to %s.json.", schema.Fold(kind.target)))
		}
	}
	for target, found := range absent {
		found.Summary = fmt.Sprintf("%s to the type %s, which has no file", references(counts[target]), target)
		if rules := readers(target); len(rules) > 0 {
			found.Summary += ", and which " + readBy(rules)
			read = append(read, found.Summary)
		}
	}
	slices.Sort(read)
	return read
}

func references(n int) string {
	if n == 1 {
		return "1 reference"
	}
	return fmt.Sprintf("%d references", n)
}

func (f *finding) examples(places []place) {
	for _, at := range places {
		f.related = append(f.related, relatedPlace{"another one", at})
	}
}
