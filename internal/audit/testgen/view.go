package testgen

import (
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// everythingNamed is a view of all properties and relations that any condition names, of every
// type that could have them and in both forms. It is used for the rules and all their mutants,
// which may read them from more types.
func everythingNamed(rules []compiler.RuleClauses, s *schema.Schema) schema.View {
	// Whether a subject is anonymous is read from the directory.
	segments := []condition.Segment{{Name: "userDirectory"}, {Name: "owner"}}
	for _, rule := range rules {
		for _, node := range clausesOf(rule.Tree) {
			for _, path := range pathsOf(node) {
				segments = append(segments, path.Segments...)
			}
		}
	}
	view := schema.View{}
	for _, t := range s.Types() {
		addNamed(view.Of(t.Key()), t, segments)
	}
	addNamed(view.Of(schema.GeneralKey), schema.OpenType(""), segments)
	return view
}

func addNamed(view *schema.TypeView, t *schema.Type, segments []condition.Segment) {
	const both = schema.Folded | schema.Exact
	for _, segment := range segments {
		name := schema.Fold(segment.Name)
		relation, isRelation := t.Relations[name]
		property, listed := t.Properties[name]
		switch {
		case segment.Custom && t.Custom:
			view.Lists["@"+name] = both
		case segment.Custom:
		case isRelation:
			view.Relations[name] = schema.Relation{Name: name, Target: schema.Fold(relation.Target), Many: relation.Many}
		case name == "id", name == "name" && t.Transient:
			view.Scalars["id"] = both
		case name == "name", listed && !property.Many:
			view.Scalars[name] = both
		case listed, t.Open, t.Attributes:
			view.Lists[name] = both
		}
	}
}

// pathsOf returns the paths of a clause.
func pathsOf(node condition.Node) []*condition.Path {
	var paths []*condition.Path
	switch n := node.(type) {
	case *condition.Comparison:
		for _, operand := range []condition.Operand{n.Left, n.Right} {
			if path, ok := operand.(*condition.Path); ok {
				paths = append(paths, path)
			}
		}
	case *condition.Call:
		paths = append(paths, &n.Path)
	case *condition.And, *condition.Or, *condition.Not, *condition.Bool: // no clauses
	}
	return paths
}
