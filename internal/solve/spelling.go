package solve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// spelling is how texts and the names of properties are written in rules and in the
// schema, by their folds, so that a witness reads as its rules do.
type spelling struct{ strs, names map[string]string }

func spellingOf(rules []*Rule, s *schema.Schema) spelling {
	w := spelling{map[string]string{}, map[string]string{}}
	for _, t := range s.Types() {
		for fold, p := range t.Properties {
			w.names[fold] = p.Name
		}
		for fold, r := range t.Relations {
			w.names[fold] = r.Name
		}
	}
	for _, r := range rules {
		condition.Walk(r.Tree, func(n condition.Node) bool {
			switch n := n.(type) {
			case *condition.Comparison:
				w.operand(n.Left)
				w.operand(n.Right)
			case *condition.Call:
				w.operand(&n.Path)
			case *condition.And, *condition.Or, *condition.Not, *condition.Bool:
			}
			return true
		})
	}
	return w
}

func (w spelling) operand(o condition.Operand) {
	switch o := o.(type) {
	case *condition.String:
		note(w.strs, o.Value)
	case *condition.Path:
		for _, s := range o.Segments {
			if s.Custom {
				note(w.names, "@"+s.Name)
				continue
			}
			note(w.names, s.Name)
		}
	}
}

// note keeps the first spelling.
func note(m map[string]string, text string) {
	if fold := schema.Fold(text); m[fold] == "" {
		m[fold] = text
	}
}

func (w spelling) name(fold string) string {
	if n := w.names[fold]; n != "" {
		return n
	}
	return fold
}
