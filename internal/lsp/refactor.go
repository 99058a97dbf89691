package lsp

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

const rewrite = "refactor.rewrite"

// refactorings returns edits of the rules in a range. Rules with errors get none, because their meaning is not
// known.
func (s *server) refactorings(d *document, start, end int) []codeAction {
	actions := []codeAction{}
	for i := range d.rules {
		r := &d.rules[i]
		filter, found := ruleset.ParseFilter(r.Filter, diag.Rule{})
		tree, more := condition.Parse(r.Condition, diag.Rule{})
		if found.HasErrors() || more.HasErrors() {
			continue
		}
		o := &offer{server: s, doc: d, rule: r, filter: filter, tree: tree, start: start, end: end}
		o.negations()
		o.userLists()
		o.narrowed()
		o.split()
		actions = append(actions, o.actions...)
	}
	return actions
}

// offer collects the edits of one rule.
type offer struct {
	*server
	doc        *document
	rule       *ruleset.Rule
	filter     ruleset.Filter
	tree       condition.Node
	start, end int // the range in the client's request
	actions    []codeAction
}

// touches reports whether a range in a text of the rule overlaps the requested range.
func (o *offer) touches(text *diag.Text, at diag.Range) bool {
	shown := o.doc.spanOf(text, at)
	return o.doc.offset(shown.End) >= o.start && o.doc.offset(shown.Start) <= o.end
}

// replace offers to replace a range of a text of the rule.
func (o *offer) replace(title string, text *diag.Text, at diag.Range, by string) {
	o.actions = append(o.actions, codeAction{
		Title: title, Kind: rewrite,
		Edit: &workspaceEdit{Changes: map[string][]textEdit{o.doc.uri: {{o.doc.spanOf(text, at), o.doc.written(text, by)}}}},
	})
}

// negations offers to replace != by a negated equality.
func (o *offer) negations() {
	text := o.rule.Condition
	condition.Walk(o.tree, func(n condition.Node) bool {
		c, ok := n.(*condition.Comparison)
		if !ok || !c.Op.Inequality() || !o.touches(text, c.Span()) {
			return true
		}
		equality := *c
		equality.Op = c.Op.Opposite()
		o.replace("negate the equality: true if no value is equal, not if one value differs", text, c.Span(), condition.Print(&condition.Not{Operand: &equality}))
		return true
	})
}
