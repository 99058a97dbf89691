package testgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Mutant is a rule with one change.
type Mutant struct {
	Rule string `json:"rule"`
	Name string `json:"name"`
	// Change describes the change, in the words of the rule.
	Change   string `json:"change"`
	Position string `json:"position,omitempty"`

	// rule is the changed rule; it is disabled if the rule is removed.
	rule ruleset.Rule
}

// mutants changes a rule in all supported ways, one at a time.
func mutants(r compiler.RuleClauses) []Mutant {
	m := mutator{RuleClauses: r}
	m.add("disable the rule", r.Condition, 0, func(rule *ruleset.Rule) { rule.Disabled = true })
	m.contexts()
	m.actions()
	m.filters()
	m.conditions()
	return m.all
}

type mutator struct {
	compiler.RuleClauses
	all []Mutant
}

func (m *mutator) add(change string, at *diag.Text, offset int, apply func(*ruleset.Rule)) {
	rule := m.Rule
	apply(&rule)
	m.all = append(m.all, Mutant{Rule: m.ID, Name: m.Name, Change: change, Position: position(at, offset), rule: rule})
}

func (m *mutator) contexts() {
	for _, c := range []ruleset.Context{ruleset.Both, ruleset.Hub, ruleset.QMC} {
		if c != m.Context {
			m.add("context "+c.String()+" for "+m.Context.String(), m.Condition, 0, func(r *ruleset.Rule) { r.Context = c })
		}
	}
}

func (m *mutator) actions() {
	added := false // one represents all
	for _, a := range ruleset.AllActions {
		what := "do not allow " + a.Name()
		if !m.Actions.Has(a) {
			if added {
				continue
			}
			added = true
			what = "allow " + a.Name() + " too"
		}
		m.add(what, m.Condition, 0, func(r *ruleset.Rule) {
			r.Actions ^= ruleset.Actions(a)
			if m.Actions == ruleset.All {
				r.Actions = ruleset.Actions(everyAction) &^ ruleset.Actions(a)
			}
		})
	}
}

// filters removes items and makes them wider and narrower.
func (m *mutator) filters() {
	for i, item := range m.Items {
		text := m.Filter.Content[item.Range.Start:item.Range.End]
		bare := strings.TrimSuffix(text, "*")
		typ, id, whole := strings.Cut(bare, "_")
		replace := func(with string) {
			items := m.itemStrings()
			items[i] = with
			m.filter(fmt.Sprintf("filter %s for %s", with, text), item.Range.Start, items)
		}
		switch section := strings.HasSuffix(strings.ToLower(typ), "section"); {
		case section && item.Prefix:
			replace(bare)
		case section:
			replace(text + "*")
		case whole && id != "":
			replace(typ + "_*")
		case whole && item.Prefix:
			replace(typ + "*")
		case item.Prefix && bare != "":
			replace(bare + "_*")
		case item.Prefix:
			replace("App_*")
		}
		if len(m.Items) > 1 {
			m.filter("filter without "+text, item.Range.Start, slices.Delete(m.itemStrings(), i, i+1))
		}
	}
}

func (m *mutator) itemStrings() []string {
	var strs []string
	for _, item := range m.Items {
		strs = append(strs, m.Filter.Content[item.Range.Start:item.Range.End])
	}
	return strs
}

func (m *mutator) filter(change string, offset int, items []string) {
	m.add(change, m.Filter, offset, func(r *ruleset.Rule) {
		r.Filter = &diag.Text{Label: m.Filter.Label, Content: strings.Join(items, ",")}
	})
}

// conditions changes one node of the condition at a time.
func (m *mutator) conditions() {
	condition.Walk(m.Tree, func(n condition.Node) bool {
		span := n.Span()
		source := oneLine(m.Condition.Content[span.Start:span.End])
		for _, c := range changes(n) {
			m.add(c.what+": "+source, m.Condition, span.Start, func(r *ruleset.Rule) {
				r.Condition = &diag.Text{Label: m.Condition.Label, Content: condition.Print(replace(m.Tree, n, c.with))}
			})
		}
		return true
	})
}

// change replaces a node by another one.
type change struct {
	what string
	with condition.Node
}

func changes(n condition.Node) []change {
	switch n := n.(type) {
	case *condition.And:
		return append(without(n.Operands, func(rest []condition.Node) condition.Node { return &condition.And{Operands: rest} }),
			change{"or for and in", &condition.Or{Operands: n.Operands}})
	case *condition.Or:
		return append(without(n.Operands, func(rest []condition.Node) condition.Node { return &condition.Or{Operands: rest} }),
			change{"and for or in", &condition.And{Operands: n.Operands}})
	case *condition.Not:
		return []change{{"no ! before", n.Operand}}
	case *condition.Bool:
		return []change{{"negate", &condition.Bool{Value: !n.Value}}}
	case *condition.Call:
		return []change{{"negate", &condition.Not{Operand: n}}}
	case *condition.Comparison:
		return append(comparisons(n), change{"negate", &condition.Not{Operand: n}})
	}
	return nil
}

// without removes each operand.
func without(operands []condition.Node, join func([]condition.Node) condition.Node) []change {
	var list []change
	for i := range operands {
		rest := slices.Delete(slices.Clone(operands), i, i+1)
		with := rest[0]
		if len(rest) > 1 {
			with = join(rest)
		}
		list = append(list, change{fmt.Sprintf("drop part %d of", i+1), with})
	}
	return list
}

// replacements are the operators that replace another one in mutants. Every clause is negated
// anyway.
func replacements(o condition.Operator) []condition.Operator {
	switch o {
	case condition.Equal:
		return []condition.Operator{condition.ExactEqual}
	case condition.ExactEqual:
		return []condition.Operator{condition.Equal}
	case condition.NotEqual:
		return []condition.Operator{condition.ExactNotEqual, condition.Equal}
	case condition.ExactNotEqual:
		return []condition.Operator{condition.NotEqual, condition.ExactEqual}
	case condition.Like, condition.Matches:
		return []condition.Operator{condition.Equal}
	}
	panic("unknown operator " + o.String())
}

func comparisons(n *condition.Comparison) []change {
	var list []change
	for _, op := range replacements(n.Op) {
		with := *n
		with.Op = op
		list = append(list, change{op.String() + " for " + n.Op.String() + " in", &with})
	}
	if n.Op.Equality() && !n.Op.Exact() {
		if text, ok := n.Right.(*condition.String); ok && text.Value != "" {
			with := *n
			with.Op, with.Right = condition.Like, &condition.String{Value: text.Value + "*"}
			list = append(list, change{"a star behind the constant of", &with})
		}
	}
	if text, ok := n.Right.(*condition.String); ok {
		with := *n
		with.Right = &condition.String{Value: text.Value + "x"}
		list = append(list, change{"another constant in", &with})
	}
	if text, ok := n.Left.(*condition.String); ok {
		with := *n
		with.Left = &condition.String{Value: text.Value + "x"}
		list = append(list, change{"another constant in", &with})
	}
	return list
}

// replace returns a tree with one node replaced.
func replace(tree, old, with condition.Node) condition.Node {
	if tree == old {
		return with
	}
	all := func(nodes []condition.Node) []condition.Node {
		list := make([]condition.Node, len(nodes))
		for i, n := range nodes {
			list[i] = replace(n, old, with)
		}
		return list
	}
	switch n := tree.(type) {
	case *condition.And:
		return &condition.And{Operands: all(n.Operands)}
	case *condition.Or:
		return &condition.Or{Operands: all(n.Operands)}
	case *condition.Not:
		return &condition.Not{Operand: replace(n.Operand, old, with)}
	case *condition.Bool, *condition.Comparison, *condition.Call:
		// A leaf other than the replaced one.
	}
	return tree
}
