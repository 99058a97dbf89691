package filter

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Holds reports whether a resource passes a filter. It is used to replace a condition on a
// related entity by the ids of the entities that meet it.
func Holds(n Node, e *snapshot.Entity) bool {
	some := func(c Column, test func(text string) bool) bool {
		return slices.ContainsFunc(valuesOf(e, c.Name), test)
	}
	switch n := n.(type) {
	case Const:
		return bool(n)
	case And:
		return !slices.ContainsFunc(n, func(m Node) bool { return !Holds(m, e) })
	case Or:
		return slices.ContainsFunc(n, func(m Node) bool { return Holds(m, e) })
	case Not:
		return !Holds(n.Node, e)
	case In:
		return some(n.Column, func(text string) bool { return slices.Contains(n.Strings, foldUnless(n.Exact, text)) })
	case Other:
		return some(n.Column, func(text string) bool { return foldUnless(n.Exact, text) != n.Text })
	case Like:
		return some(n.Column, func(text string) bool { return n.Pattern.Match(schema.Fold(text)) })
	case Matches:
		return some(n.Column, regexp.MustCompile(n.Regexp).MatchString)
	case Present:
		return some(n.Column, func(string) bool { return true })
	case Shared:
		right := caseFoldedSet(farValues(e, n.Right), n.Exact)
		return slices.ContainsFunc(caseFoldedSet(farValues(e, n.Left), n.Exact), func(text string) bool { return slices.Contains(right, text) })
	case SameEntity:
		right := ids(e, n.Right)
		return slices.ContainsFunc(ids(e, n.Left), func(id string) bool { return slices.Contains(right, id) })
	case Related:
		return slices.ContainsFunc(e.Relations[n.Step.Name], func(to *snapshot.Entity) bool { return Holds(n.Node, to) })
	}
	panic(fmt.Sprintf("filter: unknown node %T", n))
}

func farValues(e *snapshot.Entity, f Far) []string {
	var strs []string
	for _, to := range follow([]*snapshot.Entity{e}, f.Path) {
		strs = append(strs, valuesOf(to, f.Column.Name)...)
	}
	return strs
}

func ids(e *snapshot.Entity, path []ir.Step) []string {
	var list []string
	for _, to := range follow([]*snapshot.Entity{e}, path) {
		if to.ID != "" {
			list = append(list, to.Type+"\x1f"+schema.Fold(to.ID))
		}
	}
	return list
}
