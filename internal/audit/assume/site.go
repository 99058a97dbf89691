package assume

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Site is the assumptions about a snapshot.
type Site struct {
	// Inactive are the ids of users who cannot log in.
	Inactive []string
	// AssumeEmpty are fields that the export does not have and that are treated as empty.
	AssumeEmpty []schema.Field
}

// SitePoints returns the assumptions about a snapshot as points: the other interpretation is
// another site that the snapshot may represent.
//
// A field that was not exported may have any value. For the rights that could be gained, a test
// of the field is replaced by true where that grants more, and by false where that grants less.
// For the rights that could be lost, it is the reverse:
//
//	resource.@A.Empty() or user.name = "x"    at most: true or …    at least: false or …
func SitePoints(site Site) []Point {
	var points []Point
	for _, field := range site.AssumeEmpty {
		points = append(points, Point{
			ID: "assume-empty " + field.String(), Reading: field.String() + " was not exported and is empty", Other: "it may have any value",
			whole: []func(condition.Node) condition.Node{unknown(field, true), unknown(field, false)},
		})
	}
	if n := len(site.Inactive); n > 0 {
		users := fmt.Sprintf("%d users who are blocked, inactive or removed from the directory are treated like other users", n)
		if n == 1 {
			users = "1 user who is blocked, inactive or removed from the directory is treated like other users"
		}
		points = append(points, Point{
			ID: "inactive-users", Reading: users, Other: "they have no rights, because they cannot log in",
			whole: []func(condition.Node) condition.Node{without(site.Inactive)},
		})
	}
	return points
}

// without returns an interpretation in which users with some ids do not meet a condition.
func without(ids []string) func(condition.Node) condition.Node {
	ids = slices.Sorted(slices.Values(ids))
	var users []condition.Node
	for _, id := range ids {
		users = append(users, equals(&condition.Path{Root: "user", Segments: []condition.Segment{{Name: "id"}}}, id))
	}
	return func(tree condition.Node) condition.Node {
		return &condition.And{Operands: []condition.Node{tree, &condition.Not{Operand: anyOf(users)}}}
	}
}

func equals(p *condition.Path, text string) condition.Node {
	return &condition.Comparison{Left: p, Op: condition.Equal, Right: &condition.String{Value: text}}
}

func anyOf(nodes []condition.Node) condition.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return &condition.Or{Operands: nodes}
}

// unknown returns an interpretation in which tests of a field have the values that grant most,
// or least.
func unknown(field schema.Field, most bool) func(condition.Node) condition.Node {
	return func(tree condition.Node) condition.Node { return open(tree, field, most) }
}

// open replaces the leaves that read the field by the truth value favor, if the entity that has
// the field is of its type.
func open(n condition.Node, field schema.Field, favor bool) condition.Node {
	each := func(operands []condition.Node) []condition.Node {
		list := make([]condition.Node, len(operands))
		for i, o := range operands {
			list[i] = open(o, field, favor)
		}
		return list
	}
	var read []condition.Node
	switch n := n.(type) {
	case *condition.Or:
		return &condition.Or{Operands: each(n.Operands)}
	case *condition.And:
		return &condition.And{Operands: each(n.Operands)}
	case *condition.Not:
		return &condition.Not{Operand: open(n.Operand, field, !favor)}
	case *condition.Bool:
		return n
	case *condition.Comparison:
		for _, p := range operands(n) {
			read = append(read, holders(p, field)...)
		}
	case *condition.Call:
		path := n.Read()
		read = holders(&path, field)
	}
	switch {
	case len(read) == 0:
		return n
	case favor:
		return &condition.Or{Operands: append([]condition.Node{n}, read...)}
	}
	return &condition.And{Operands: []condition.Node{n, &condition.Not{Operand: anyOf(read)}}}
}

// holders returns, for each segment of a path that reads the field, the condition that the
// entity before the segment is of the type that has it.
func holders(p *condition.Path, field schema.Field) []condition.Node {
	var all []condition.Node
	for i, s := range p.Segments {
		if !reads(p, i, s, field) {
			continue
		}
		before := condition.Path{Root: p.Root, Segments: slices.Clone(p.Segments[:i])}
		if p.Root == "user" {
			before.Segments = append(before.Segments, condition.Segment{Name: "id"})
			all = append(all, &condition.Not{Operand: empty(&before)}) // an existing one
			continue
		}
		before.Segments = append(before.Segments, condition.Segment{Name: "resourcetype"})
		all = append(all, equals(&before, field.Type))
	}
	return all
}

// reads reports whether the segment of a path reads the field, if the entity before it is of
// the field's type.
func reads(p *condition.Path, i int, s condition.Segment, field schema.Field) bool {
	user := schema.Fold(field.Type) == "user"
	if p.Root == "user" && (!user || i > 0 || !s.Custom && schema.Fold(s.Name) == "environment") {
		return false
	}
	name := schema.Fold(s.Name)
	last := i == len(p.Segments)-1 // a string has no properties
	switch schema.Fold(field.Name) {
	case "customproperties":
		return last && s.Custom
	case "attributes":
		return last && user && !s.Custom && name != "roles" && name != "resourcetype" && !slices.Contains(userScalars, name)
	}
	return !s.Custom && name == schema.Fold(field.Name)
}
