package prove

import (
	"context"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Step is a right by which users change what rules read of them.
type Step struct {
	Right
	Does string   `json:"does"`
	Says []string `json:"says"`
	// Reading describes the step's dependence on how Qlik evaluates edits.
	Reading   string  `json:"reading,omitempty"`
	GrantedBy []Grant `json:"granted_by"`
}

// ifDecidedBefore is the interpretation under which a right to edit some rules yields every
// right.
const ifDecidedBefore = "if the product evaluates a rule before the edit, not after it"

// reach decides whether users who meet conditions can gain a right, directly or by changing
// what their rights allow them to change, of themselves and of resources. The conditions apply
// to the users before the first change; users who meet them may help each other.
func (r *runner) reach(ctx context.Context, q *question) (Result, error) {
	result := Result{Name: q.Name, Kind: q.Kind, File: q.File, Line: q.Line, Verdict: Proved}
	var free []solve.Kind
	var steps []Step
	used := map[string]bool{}
	rests := func(sub Result) {
		result.Axioms, result.Rules = append(result.Axioms, sub.Axioms...), append(result.Rules, sub.Rules...)
	}
	for {
		goal, err := r.sub(ctx, q, free, nil)
		if err != nil {
			return result, err
		}
		if goal.Verdict != Proved {
			goal.Kind, goal.Name = q.Kind, q.Name
			for i := range goal.Examples {
				goal.Examples[i].Steps = steps
			}
			return goal, nil
		}
		rests(goal)
		changed, err := r.changing(ctx, q, free)
		if err != nil {
			return result, err
		}
		switch rests(changed); changed.Verdict {
		case Counterexample:
			e := changed.Examples[0]
			e.Steps = append(slices.Clone(steps), e.Steps...)
			return Result{Name: q.Name, Kind: q.Kind, File: q.File, Line: q.Line, Verdict: Counterexample, Examples: []Example{e}}, nil
		case Unknown:
			result.Verdict, result.Reason = Unknown, changed.Reason
		}
		grown := free
		for _, l := range escalate.Levers {
			if used[l.Type+l.Does] || len(l.Frees) > 0 && len(solve.UnionOfKinds(free, l.Frees)) == len(free) {
				continue
			}
			sub, err := r.sub(ctx, q, free, &l)
			if err != nil {
				return result, err
			}
			switch sub.Verdict {
			case Proved:
				rests(sub)
				continue
			case Unknown:
				result.Verdict, result.Reason = Unknown, sub.Reason
				continue
			}
			used[l.Type+l.Does] = true
			e := sub.Examples[0]
			step := Step{Right: e.Right, Does: l.Does, Says: e.Says, GrantedBy: e.GrantedBy}
			if l.Frees != nil {
				grown, steps = solve.UnionOfKinds(grown, l.Frees), append(steps, step)
				continue
			}
			if step.Reading, err = r.restricted(ctx, q, free, l); err != nil {
				return result, err
			}
			e.Right = Right{strings.TrimSuffix(q.On.Content, "_*"), q.firstAction()}
			e.Steps = append(slices.Clone(steps), step)
			return Result{Name: q.Name, Kind: q.Kind, File: q.File, Line: q.Line, Verdict: Counterexample, Examples: []Example{e}}, nil
		}
		if len(grown) == len(free) {
			break
		}
		free = grown
	}
	if result.Verdict != Proved {
		result.Axioms, result.Rules = nil, nil
	}
	slices.Sort(result.Axioms)
	result.Axioms, result.Rules = slices.Compact(result.Axioms), sortedRefs(result.Rules)
	return result, nil
}

func (q *question) firstAction() string {
	if q.Actions == 0 || q.Actions == ruleset.All {
		return "every action"
	}
	return q.Actions.Names()[0]
}

// sub decides that no user who met the conditions before some properties became free has the
// right of the assertion or, if there is one, of a lever.
func (r *runner) sub(ctx context.Context, q *question, free []solve.Kind, l *escalate.Lever) (Result, error) {
	a := q.Assertion
	a.Kind, a.Who, a.But = Never, before(q.Who, free), before(q.But, free)
	if l != nil {
		// Rules, users and proxies have no owner in Qlik.
		a.Where, a.Context = []*diag.Text{{Label: "where", Content: "!resource.IsOwned()"}}, ""
		a.On = &diag.Text{Label: "on", Content: l.Type + "_*"}
		a.Actions = 0
		for _, action := range l.Actions {
			a.Actions |= ruleset.Actions(action)
		}
	}
	return r.one(ctx, a)
}

// restricted returns the interpretation under which the right to edit rules yields every right:
// "" if it includes a rule for all resources.
func (r *runner) restricted(ctx context.Context, q *question, free []solve.Kind, l escalate.Lever) (string, error) {
	a := q.Assertion
	a.Kind, a.Who, a.But, a.Context = Never, before(q.Who, free), before(q.But, free), ""
	a.Where = []*diag.Text{{Label: "where", Content: `!resource.IsOwned() and resource.category = "Security" and resource.resourceFilter = "*"`}}
	a.On, a.Actions = &diag.Text{Label: "on", Content: l.Type + "_*"}, 0
	for _, action := range l.Actions {
		a.Actions |= ruleset.Actions(action)
	}
	result, err := r.one(ctx, a)
	if err != nil || result.Verdict == Counterexample {
		return "", err
	}
	return ifDecidedBefore, nil
}

func (r *runner) one(ctx context.Context, a Assertion) (Result, error) {
	q := newQuestion(a, r.Assumptions)
	worlds, err := r.worlds([]*question{q})
	if err != nil {
		return Result{}, err
	}
	result, err := r.decide(ctx, worlds[q.Old], q)
	for i := range result.Examples {
		result.Examples[i].Says = withRealNames(result.Examples[i].Says)
	}
	return result, err
}

// withRealNames returns facts in which properties before a change have their real names.
func withRealNames(facts []string) []string {
	facts = slices.Clone(facts)
	for i, text := range facts {
		if name, value, ok := strings.Cut(text, " = "); ok && strings.HasPrefix(name, "user.@"+earlier) {
			name = "user." + strings.NewReplacer(environmentMark, "environment.", customMark, "@").Replace(strings.TrimPrefix(name, "user.@"+earlier))
			facts[i] = name + " = " + value + " before the change"
		}
	}
	return facts
}

// A property that may be changed is read, in its state before the change, from a custom
// property that no site has.
const (
	earlier         = "before_the_change_"
	environmentMark = "environment__"
	customMark      = "custom__"
)

// before returns conditions about users before some of their properties became free.
func before(conditions []*diag.Text, free []solve.Kind) []*diag.Text {
	var list []*diag.Text
	for _, c := range conditions {
		tree, found := condition.Parse(c, diag.Rule{})
		if found.HasErrors() || len(free) == 0 {
			list = append(list, c)
			continue
		}
		list = append(list, &diag.Text{Label: c.Label, Content: condition.Print(renamed(tree, free))})
	}
	return list
}

func renamed(n condition.Node, free []solve.Kind) condition.Node {
	all := func(nodes []condition.Node) []condition.Node {
		list := make([]condition.Node, len(nodes))
		for i, o := range nodes {
			list[i] = renamed(o, free)
		}
		return list
	}
	switch n := n.(type) {
	case *condition.And:
		return &condition.And{Operands: all(n.Operands)}
	case *condition.Or:
		return &condition.Or{Operands: all(n.Operands)}
	case *condition.Not:
		return &condition.Not{Operand: renamed(n.Operand, free)}
	case *condition.Comparison:
		return &condition.Comparison{Left: renamedOperand(n.Left, free), Op: n.Op, Right: renamedOperand(n.Right, free)}
	case *condition.Call:
		if n.Kind().Login() && slices.Contains(free, solve.Login) {
			directory := &condition.Path{Root: "user", Segments: []condition.Segment{{Name: earlier + "userDirectory", Custom: true}}}
			return &condition.Comparison{Left: directory, Op: condition.Equal, Right: &condition.String{Value: "NONE"}}
		}
		call := *n
		if p, ok := renamedOperand(&n.Path, free).(*condition.Path); ok {
			call.Path = *p
		}
		return &call
	case *condition.Bool:
		return n
	}
	panic("prove: unknown node of a condition")
}

func renamedOperand(o condition.Operand, free []solve.Kind) condition.Operand {
	p, ok := o.(*condition.Path)
	if !ok || p.Root != "user" || len(p.Segments) == 0 {
		return o
	}
	last := p.Segments[len(p.Segments)-1]
	kind, name := solve.KindOf(last.Name, last.Custom), last.Name
	switch {
	case len(p.Segments) == 2 && schema.Fold(p.Segments[0].Name) == "environment" && schema.Fold(last.Name) != "context":
		kind, name = solve.Session, environmentMark+last.Name
	case len(p.Segments) != 1:
		return o
	case last.Custom:
		name = customMark + last.Name
	}
	if !slices.Contains(free, kind) {
		return o
	}
	return &condition.Path{Root: "user", Segments: []condition.Segment{{Name: earlier + name, Custom: true}}}
}
