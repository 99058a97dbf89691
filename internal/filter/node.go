package filter

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// Node is a condition on a resource of one type. The set is sealed.
//
//sumtype:decl
type Node interface{ node() }

type (
	// Const is true or false for every resource.
	Const bool

	// And, Or and Not are the connectives.
	And []Node
	Or  []Node
	Not struct{ Node Node }

	// In is true if some value of the column is one of Strings. Strings are case-folded unless
	// Exact.
	In struct {
		Column  Column
		Strings []string
		Exact   bool
	}

	// Other is true if some value of the column differs from Text.
	Other struct {
		Column Column
		Text   string
		Exact  bool
	}

	// Like is true if some value of the column matches the pattern.
	Like struct {
		Column  Column
		Pattern ir.Pattern
	}

	// Matches is true if some value of the column matches the regular expression (RE2), which
	// is anchored and ignores case.
	Matches struct {
		Column Column
		Regexp string
	}

	// Present is true if the column has a value.
	Present struct{ Column Column }

	// Shared is true if two columns of the resource, each at the end of a path of relations,
	// have a value in common.
	Shared struct {
		Left, Right Far
		Exact       bool
	}

	// SameEntity is true if two paths of relations lead to one entity.
	SameEntity struct{ Left, Right []ir.Step }

	// Related is true if a relation leads to an entity for which Node is true.
	Related struct {
		Step ir.Step
		From string // key of the type that the relation leads from
		Node Node
	}
)

func (Const) node()      {}
func (And) node()        {}
func (Or) node()         {}
func (Not) node()        {}
func (In) node()         {}
func (Other) node()      {}
func (Like) node()       {}
func (Matches) node()    {}
func (Present) node()    {}
func (Shared) node()     {}
func (SameEntity) node() {}
func (Related) node()    {}

// Column is a property of the entities of a type. Type is the type's key; Name is
// case-folded, with the @ of a custom property.
type Column struct {
	Type, Name string
	List       bool
}

// Far is a column at the end of a path of relations.
type Far struct {
	Path   []ir.Step
	Column Column
}

// Kind classifies a filter.
type Kind string

// The kinds of filters.
const (
	Never       Kind = "never"       // no resource
	Always      Kind = "always"      // every resource of the type
	Conditional Kind = "conditional" // those for which the condition is true
)

// KindOf returns the kind of a simplified node.
func KindOf(n Node) Kind {
	if c, ok := n.(Const); ok {
		if c {
			return Always
		}
		return Never
	}
	return Conditional
}

func and(nodes ...Node) Node {
	var flat And
	for _, n := range nodes {
		if c, ok := n.(Const); ok {
			if !c {
				return c
			}
			continue
		}
		if all, ok := n.(And); ok {
			flat = append(flat, all...)
			continue
		}
		flat = append(flat, n)
	}
	switch len(flat) {
	case 0:
		return Const(true)
	case 1:
		return flat[0]
	}
	return flat
}

func or(nodes ...Node) Node {
	var flat Or
	for _, n := range nodes {
		if c, ok := n.(Const); ok {
			if c {
				return c
			}
			continue
		}
		if all, ok := n.(Or); ok {
			flat = append(flat, all...)
			continue
		}
		flat = append(flat, n)
	}
	flat = unite(flat)
	switch len(flat) {
	case 0:
		return Const(false)
	case 1:
		return flat[0]
	}
	return flat
}

// unite combines all In on one column into one, and all Related by one relation into one: some
// related entity meets one of several conditions.
func unite(nodes Or) Or {
	type key struct {
		column Column
		exact  bool
		step   ir.Step
		from   string
	}
	at := map[key]int{}
	var out Or
	for _, n := range nodes {
		var k key
		switch n := n.(type) {
		case In:
			k = key{column: n.Column, exact: n.Exact}
		case Related:
			k = key{step: n.Step, from: n.From}
		case Const, And, Or, Not, Other, Like, Matches, Present, Shared, SameEntity:
			out = append(out, n)
			continue
		}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, n)
			continue
		}
		switch n := n.(type) {
		case In:
			first := out[i].(In)
			first.Strings = sortedUnion(first.Strings, n.Strings)
			out[i] = first
		case Related:
			first := out[i].(Related)
			first.Node = or(first.Node, n.Node)
			out[i] = first
		case Const, And, Or, Not, Other, Like, Matches, Present, Shared, SameEntity:
			panic("filter: only In and Related have a key")
		}
	}
	return out
}

func not(n Node) Node {
	if c, ok := n.(Const); ok {
		return !c
	}
	if inner, ok := n.(Not); ok {
		return inner.Node
	}
	return Not{n}
}

func in(c Column, strs []string, exact bool) Node {
	if len(strs) == 0 {
		return Const(false)
	}
	return In{c, strs, exact}
}

func related(from string, path []ir.Step, n Node) Node {
	if len(path) == 0 {
		return n
	}
	if c, ok := n.(Const); ok && !bool(c) {
		return c
	}
	return Related{path[0], from, related(path[0].Type, path[1:], n)}
}
