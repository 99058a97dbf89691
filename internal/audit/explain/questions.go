package explain

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// asked is the content of a question.
type asked struct {
	entity *snapshot.Entity
	action ruleset.Action
}

// builder builds the questions of an explanation from a trace.
type builder struct {
	*Explainer
	trace   evaluate.Trace
	out     *Explanation
	numbers map[asked]int
	clauses int
	// alone omits the questions of clauses.
	alone bool
}

// question returns the index of a question, which it adds on first use.
func (b *builder) question(a asked) int {
	if i, out := b.numbers[a]; out {
		return i
	}
	i := len(b.out.Questions)
	b.numbers[a] = i
	b.out.Questions = append(b.out.Questions, Question{Entity: entity(a.entity), Action: a.action.Name(), Rules: []Rule{}})
	judgement := judgementOf(b.trace, a.entity)
	q := Question{Entity: entity(a.entity), Action: a.action.Name(), Granted: judgement.Rights.Has(a.action), Rules: []Rule{}}
	for _, v := range judgement.Rules {
		switch {
		case !v.Rule.Actions.Has(a.action):
		case v.InContext:
			q.Rules = append(q.Rules, Rule{RuleInfo: about(v.Rule), Holds: v.Condition.Holds, Clause: b.clause(v.Rule, a.entity, v.Condition)})
		default:
			q.OtherContext = append(q.OtherContext, about(v.Rule))
		}
	}
	b.out.Questions[i] = q
	return i
}

func judgementOf(t evaluate.Trace, e *snapshot.Entity) evaluate.Judgement {
	for _, j := range t.Judgements {
		if j.Entity == e {
			return j
		}
	}
	return evaluate.Judgement{}
}

// about describes a rule.
func about(r ruleset.Rule) RuleInfo {
	return RuleInfo{
		ID: r.ID, Name: r.Name, Filter: r.Filter.Content, Actions: r.Actions.Names(), Context: r.Context.String(),
		Condition: r.Condition.Content, Place: placeOf(r.Condition, 0),
	}
}

// clause describes a part of a rule's condition about an entity.
func (b *builder) clause(r ruleset.Rule, e *snapshot.Entity, c evaluate.Clause) Clause {
	b.clauses++
	span := c.Node.Span()
	out := Clause{Number: b.clauses, Holds: c.Holds, Text: r.Condition.Content[span.Start:span.End], Place: placeOf(r.Condition, span.Start)}
	out.Line, out.Column = position(r.Condition.Content, span.Start)
	switch n := c.Node.(type) {
	case *condition.Or:
		out.Kind = "or"
	case *condition.And:
		out.Kind = "and"
	case *condition.Not:
		out.Kind = "not"
	case *condition.Bool:
		out.Kind = "constant"
	case *condition.Comparison:
		out.Kind, out.Operator = "comparison", n.Op.String()
		out.Left, out.Right = operand(r, n.Left, c.Left), operand(r, n.Right, c.Right)
	case *condition.Call:
		out.Kind, out.Function = "call", n.Kind().String()
		out.Left = operand(r, &n.Path, c.Left)
		if n.Kind().Relation() != "" {
			out.Left = b.behind(e, n.Read())
		}
		if n.Kind().Privilege() && !b.alone {
			action, _ := ruleset.ParseAction(n.Argument.Value)
			for _, asks := range c.Left.Entities {
				out.Asks = append(out.Asks, b.question(asked{asks, action}))
			}
		}
	}
	for _, part := range c.Parts {
		out.Parts = append(out.Parts, b.clause(r, e, part))
	}
	out.Fixed = b.fixed(b.trace.Question, e, c)
	return out
}

// behind is a path that a function reads and a condition does not write, such as the one
// to the owner for IsOwned.
func (b *builder) behind(e *snapshot.Entity, p condition.Path) *Operand {
	out := &Operand{Text: p.String()}
	for _, reached := range b.evaluator.Values(b.trace.Question, e, p).Entities {
		out.Entities = append(out.Entities, entity(reached))
	}
	return out
}

func operand(r ruleset.Rule, o condition.Operand, v evaluate.Values) *Operand {
	_, literal := o.(*condition.String)
	out := &Operand{Text: r.Condition.Content[o.Span().Start:o.Span().End], Literal: literal, Values: slices.Clone(v.Strings)}
	for _, e := range v.Entities {
		out.Entities = append(out.Entities, entity(e))
	}
	return out
}

// position returns line and column of an offset in a text.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// placeOf returns the place of an offset in the file of a text, or nil.
func placeOf(t *diag.Text, offset int) *Place {
	if t.Locate == nil {
		return nil
	}
	at := t.Locate(offset)
	return &Place{File: t.File, Line: at.Line, Column: at.Column}
}

// sort computes how near the rules came and puts the nearest first; equally near ones are
// ordered by the best proposal that uses them.
func (b *builder) sort(proposals []Proposal) {
	n := newNearness(b.out.Questions)
	for i := range b.out.Questions {
		rules := b.out.Questions[i].Rules
		ranks := make(map[string]rank, len(rules))
		for k := range rules {
			w := n.measure(&rules[k].Clause, true)
			rules[k].Unmet = rules[k].Clause.Unmet
			ranks[rules[k].ID] = rank{w, slices.IndexFunc(proposals, func(p Proposal) bool { return p.through[rules[k].ID] })}
		}
		slices.SortStableFunc(rules, func(x, y Rule) int {
			return cmp.Or(ranks[x.ID].compare(ranks[y.ID]), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
		})
	}
}

// rank orders rules.
type rank struct {
	way changes
	// proposal is the index of the first one that grants by the rule, or -1.
	proposal int
}

func (r rank) compare(o rank) int {
	never := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(never(r.way.impossible), never(o.way.impossible)), cmp.Compare(len(r.way.leaves), len(o.way.leaves)),
		cmp.Compare(never(r.proposal < 0), never(o.proposal < 0)), cmp.Compare(r.proposal, o.proposal),
		cmp.Compare(r.way.weight, o.way.weight),
	)
}
