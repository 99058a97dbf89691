package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// known returns the values of v if they depend on the subject and the request only.
func (r *residue) known(v ir.Value) (strs []string, ok bool) {
	switch v := v.(type) {
	case ir.Literal:
		return []string{v.Text}, true
	case ir.Environment:
		return r.subject.Environment[v.Name], true
	case ir.Property:
		if v.Of.Root != ir.User {
			return nil, false
		}
		for _, e := range r.entities(v.Of) {
			strs = append(strs, valuesOf(e, v.Name)...)
		}
		return strs, true
	}
	panic(fmt.Sprintf("filter: unknown value %T", v))
}

// own are the values of a property of the user, as written and case-folded.
type own struct{ written, folded []string }

// ownOf returns the values of v if it is a property of the user, which many rules test.
func (r *residue) ownOf(v ir.Value) (own, bool) {
	p, ok := v.(ir.Property)
	if !ok || p.Of.Root != ir.User || len(p.Of.Steps) > 0 {
		return own{}, false
	}
	values, ok := r.own[p.Name]
	if !ok {
		values.written, _ = r.known(v)
		values.folded = caseFoldedSet(values.written, false)
		r.own[p.Name] = values
	}
	return values, true
}

// entities returns the entities of a path that begins at the user.
func (r *residue) entities(e ir.Entities) []*snapshot.Entity {
	return follow([]*snapshot.Entity{r.subject.User}, e.Steps)
}

func follow(from []*snapshot.Entity, path []ir.Step) []*snapshot.Entity {
	for _, step := range path {
		var next []*snapshot.Entity
		for _, e := range from {
			next = append(next, e.Relations[step.Name]...)
		}
		from = next
	}
	return from
}

// valuesOf returns the values of a property of an entity, as written.
func valuesOf(e *snapshot.Entity, name string) []string {
	if custom, ok := strings.CutPrefix(name, "@"); ok {
		return e.Custom[custom]
	}
	if name == "id" || name == "name" && e.Type == "transientobject" {
		if e.ID == "" {
			return nil
		}
		return []string{e.ID}
	}
	if text, ok := e.Scalars[name]; ok {
		return []string{text}
	}
	return append(slices.Clone(e.Lists[name]), e.Attributes[name]...)
}

func foldUnless(exact bool, text string) string {
	if exact {
		return text
	}
	return schema.Fold(text)
}

// caseFoldedSet returns strings sorted and without duplicates, case-folded unless exact.
func caseFoldedSet(strs []string, exact bool) []string {
	set := make([]string, len(strs))
	for i, t := range strs {
		set[i] = foldUnless(exact, t)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

func sortedUnion(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
