package assume

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// entityTextReading completes the sentence "comparing an entity with a string …".
func entityTextReading(option resolve.EntityText) string {
	switch option {
	case resolve.EntityTextError:
		return "is an error"
	case resolve.EntityTextNever:
		return "is never true"
	case resolve.EntityTextIDOrName:
		return "compares its id, userId and name"
	}
	return option.String()
}

// userScalars are the properties of a user that have a single value.
var userScalars = []string{"id", "userid", "userdirectory", "name"}

// operands returns the paths that a comparison compares.
func operands(n condition.Node) []*condition.Path {
	c, ok := n.(*condition.Comparison)
	if !ok {
		return nil
	}
	var paths []*condition.Path
	for _, o := range []condition.Operand{c.Left, c.Right} {
		if p, isPath := o.(*condition.Path); isPath {
			paths = append(paths, p)
		}
	}
	return paths
}

// listInequality finds != and !== with a side that can have several values.
func listInequality(n condition.Node) bool {
	c, ok := n.(*condition.Comparison)
	return ok && c.Op.Inequality() && slices.ContainsFunc(operands(n), func(p *condition.Path) bool {
		if len(p.Segments) == 0 {
			return false
		}
		last := p.Segments[len(p.Segments)-1]
		return last.Custom || schema.Fold(last.Name) == "roles" || p.Root == "user" && !slices.Contains(userScalars, schema.Fold(last.Name))
	})
}

// entityText finds comparisons of a possible entity with something else. Whether a path is an
// entity depends on types, except for the owner and the user, which always are.
func entityText(n condition.Node) bool {
	paths := operands(n)
	entities := 0
	for _, p := range paths {
		if len(p.Segments) == 0 || !p.Segments[len(p.Segments)-1].Custom && schema.Fold(p.Segments[len(p.Segments)-1].Name) == "owner" {
			entities++
		}
	}
	return entities == 1
}

// storedAttribute finds comparisons of a directory attribute of the user.
func storedAttribute(n condition.Node) bool {
	paths := operands(n)
	if call, ok := n.(*condition.Call); ok {
		paths = append(paths, &call.Path)
	}
	return slices.ContainsFunc(paths, func(p *condition.Path) bool {
		if p.Root != "user" || len(p.Segments) != 1 || p.Segments[0].Custom {
			return false
		}
		name := schema.Fold(p.Segments[0].Name)
		return name != "roles" && !slices.Contains(userScalars, name)
	})
}
