package lsp

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// refactorings are edits that change what a rule says, where nothing is wrong with it.
func (d *document) refactorings(start, end int) []codeAction {
	actions := []codeAction{}
	for i := range d.rules {
		text := d.rules[i].Condition
		tree, found := condition.Parse(text, diag.Rule{})
		if found.HasErrors() {
			continue
		}
		condition.Walk(tree, func(n condition.Node) bool {
			c, ok := n.(*condition.Comparison)
			if !ok || c.Op != condition.NotEqual && c.Op != condition.ExactNotEqual {
				return true
			}
			at := d.spanOf(text, c.Span())
			if d.offset(at.End) < start || d.offset(at.Start) > end {
				return true
			}
			equality := *c
			if equality.Op = condition.Equal; c.Op == condition.ExactNotEqual {
				equality.Op = condition.ExactEqual
			}
			edit := textEdit{at, d.written(text, condition.Print(&condition.Not{Operand: &equality}))}
			actions = append(actions, codeAction{
				Title: "negate the equality: true if no value is equal, not if one value differs", Kind: "refactor.rewrite",
				Edit: &workspaceEdit{map[string][]textEdit{d.uri: {edit}}},
			})
			return true
		})
	}
	return actions
}
