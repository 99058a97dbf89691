package prove

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Rules is a rule set without errors, and its policy.
type Rules struct {
	Rules  []ruleset.Rule
	Policy *compiler.Policy
}

// Input is the input of Run.
type Input struct {
	Rules
	// Old are the rules of the files that assertions compare with.
	Old         map[string]Rules
	Assertions  []Assertion
	Assumptions Assumptions
	Options     compiler.Options
	// Progress is called after every decided assertion; it may be nil.
	Progress func(done int)
	// Export is called with every question, in the format of other solvers; it may be nil.
	Export func(Script) error
}

// maxExamples is the maximum number of types for which a counterexample is shown.
const maxExamples = 3

// ErrReplay is the error for a counterexample that is not confirmed.
var ErrReplay = errors.New("the decision about a counterexample differs")

// runner decides assertions.
type runner struct {
	Input
	rules  []*solve.Rule
	old    map[string][]*solve.Rule
	judges map[string]*judge
	// exported counts the exported questions.
	exported int
}

// Run decides all assertions. An error other than the context's or ErrReplay is about the
// assertions or the assumptions.
func Run(ctx context.Context, in Input) (*Report, error) {
	r := &runner{Input: in, old: map[string][]*solve.Rule{}, judges: map[string]*judge{}}
	var questions []*question
	var errs []error
	r.rules, _ = solve.Parse(in.Rules.Rules)
	for name, old := range in.Old {
		parsed, _ := solve.Parse(old.Rules)
		r.old[name] = shared(r.rules, parsed)
	}
	for _, a := range in.Assertions {
		q := newQuestion(a, in.Assumptions)
		if err := r.check(q); err != nil {
			errs = append(errs, err)
		}
		questions = append(questions, q)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	report := &Report{Results: []Result{}, Axioms: r.axioms()}
	worlds, err := r.worlds(questions)
	if err != nil {
		return nil, err
	}
	for i, q := range questions {
		decide := r.decide
		if q.Kind == NeverReaches {
			decide = func(ctx context.Context, _ *solve.World, q *question) (Result, error) { return r.reach(ctx, q) }
		}
		result, err := decide(ctx, worlds[q.Old], q)
		if err != nil {
			return nil, err
		}
		report.Results = append(report.Results, result)
		if in.Progress != nil {
			in.Progress(i + 1)
		}
	}
	for _, s := range in.Policy.Skipped {
		report.LeftOut = append(report.LeftOut, RuleRef{s.ID, s.Name})
	}
	report.count()
	return report, nil
}

// shared returns the old rules, where those that equal a new rule are replaced by it, so that
// the solver sees that they are the same.
func shared(rules, old []*solve.Rule) []*solve.Rule {
	key := func(r *solve.Rule) string {
		return fmt.Sprintf("%q %d %d", []string{r.ID, r.Name, r.Rule.Filter.Content, r.Condition.Content}, r.Actions, r.Rule.Context)
	}
	known := map[string]*solve.Rule{}
	for _, r := range rules {
		known[key(r)] = r
	}
	list := slices.Clone(old)
	for i, r := range list {
		if same := known[key(r)]; same != nil {
			list[i] = same
		}
	}
	return list
}

// check reports errors in the conditions and the rules of an assertion.
func (r *runner) check(q *question) error {
	var errs []error
	for _, c := range q.conditions() {
		for _, d := range c.Check(r.options()) {
			if d.Severity != diag.Error {
				continue
			}
			where := fmt.Sprintf("%s:%d", q.File, q.Line)
			if at, ok := d.Position(); ok && d.Text.File != "" {
				where = fmt.Sprintf("%s:%d:%d", d.Text.File, at.Line, at.Column)
			}
			errs = append(errs, fmt.Errorf("%s: %s (in %q)%s", where, d.Summary, d.Text.Content, fixOf(d)))
		}
	}
	if q.Kind == Disjoint && len(q.Assertion.Rules) == 2 {
		var err error
		if q.first, err = find(r.rules, q.Assertion.Rules[0]); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", q.File, q.Line, err))
		}
		if q.second, err = find(r.rules, q.Assertion.Rules[1]); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", q.File, q.Line, err))
		}
	}
	return errors.Join(errs...)
}

func fixOf(d diag.Diagnostic) string {
	if d.Fix != nil {
		return ": " + d.Fix.Message
	}
	return ""
}

func (r *runner) options() solve.Options {
	o := r.Input.Options
	return solve.Options{Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes, View: o.View, Axioms: r.Assumptions.Axioms}
}

// worlds resolves the rules, together with each set of old rules, with the conditions of all
// questions.
func (r *runner) worlds(questions []*question) (map[string]*solve.World, error) {
	conditions := map[string][]*solve.Condition{}
	for _, q := range questions {
		conditions[q.Old] = append(conditions[q.Old], q.conditions()...)
	}
	worlds := map[string]*solve.World{}
	for _, old := range slices.Sorted(maps.Keys(conditions)) {
		sides := [][]*solve.Rule{r.rules}
		if old != "" {
			sides = append(sides, r.old[old])
		}
		w, err := solve.New(sides, conditions[old], r.options())
		if err != nil {
			return nil, err
		}
		worlds[old] = w
	}
	return worlds, nil
}

// axioms are the assumed axioms.
func (r *runner) axioms() []AxiomInfo {
	list := []AxiomInfo{}
	for _, a := range solve.AllAxioms {
		if !slices.Contains(r.Assumptions.Axioms.Off, a.Name) {
			list = append(list, AxiomInfo{string(a.Name), a.Says})
		}
	}
	for _, d := range r.Assumptions.Axioms.Values {
		list = append(list, AxiomInfo{string(d.Name()), fmt.Sprintf("%s.%s has only the values %q", d.Type, d.Property, d.Strings)})
	}
	for _, h := range r.Assumptions.Holds {
		list = append(list, AxiomInfo{"assumed", h.Condition.Content + " on " + h.On.Content})
	}
	return list
}

// decide decides one assertion.
func (r *runner) decide(ctx context.Context, w *solve.World, q *question) (Result, error) {
	result := Result{Name: q.Name, Kind: q.Kind, File: q.File, Line: q.Line, Verdict: Proved}
	met, asked := false, false
	for class := range w.Classes {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		asks := q.asks(w, class)
		premise := q.premise()
		formulas := []solve.Formula{premise}
		for _, a := range asks {
			formulas = append(formulas, a.formulas...)
		}
		if len(asks) == 0 && (met || !w.Speaks(solve.Holds{Condition: q.base}, class)) {
			continue
		}
		s := w.Scope(class, formulas...)
		if !met {
			met = s.Decide(premise).Verdict != solve.Impossible
		}
		asked = asked || len(asks) > 0
		if err := r.scope(ctx, w, class, s, q, asks, &result); err != nil {
			return result, err
		}
	}
	switch {
	case result.Verdict != Proved:
		result.Axioms, result.Rules = nil, nil
	case !met:
		result.Verdict, result.Axioms, result.Rules = Unknown, nil, nil
		result.Reason = "no user and resource can match the conditions of the assertion: check who, where, but and on"
	case !asked && q.Kind != Implies && q.Kind != Equivalent && q.Kind != Disjoint:
		result.Reason = "no rule grants these actions on these types"
	}
	slices.Sort(result.Axioms)
	result.Axioms = slices.Compact(result.Axioms)
	result.Rules = sortedRefs(result.Rules)
	return result, nil
}

// scope asks all questions about a scope.
func (r *runner) scope(ctx context.Context, w *solve.World, class int, s *solve.Scope, q *question, asks []ask, result *Result) error {
	shown := false
	for _, a := range asks {
		answer := s.Decide(a.formulas...)
		right := Right{typeName(w, class), a.action.Name()}
		if err := r.export(w, class, q, a, right, answer.Verdict); err != nil {
			return err
		}
		switch answer.Verdict {
		case solve.Unknown:
			if result.Verdict != Counterexample {
				result.Verdict = Unknown
			}
			result.Reason = right.Action + " on " + right.Type + ": " + answer.Reason
		case solve.Impossible:
			for _, x := range answer.Axioms {
				result.Axioms = append(result.Axioms, string(x))
			}
			result.Rules = append(result.Rules, restsOn(w, class, q, a, answer.Core)...)
		case solve.Possible:
			result.Verdict = Counterexample
			if shown || len(result.Examples) >= maxExamples {
				result.Others = append(result.Others, right)
				continue
			}
			shown = true
			example, err := r.replay(ctx, w, q, a, s.Ask(a.formulas...).Witness, right)
			if err != nil {
				return err
			}
			result.Examples = append(result.Examples, example)
		}
	}
	return nil
}

func typeName(w *solve.World, class int) string {
	if c := w.Classes[class]; c.Named {
		return c.Type.Name
	} else if c.Prefix() != "" {
		return c.Key
	}
	return "other types"
}

// restsOn returns the rules that a proof is based on.
func restsOn(w *solve.World, class int, q *question, a ask, core []int) []RuleRef {
	var list []RuleRef
	if q.Kind == Always {
		for _, i := range core {
			if i > 0 {
				list = append(list, refOf(a.rules[i-1]))
			}
		}
		return list
	}
	if q.Kind == Disjoint {
		return []RuleRef{refOf(q.first), refOf(q.second)}
	}
	for _, rule := range w.Rules(0, class, a.action) {
		list = append(list, refOf(rule))
	}
	return list
}

func refOf(r *solve.Rule) RuleRef { return RuleRef{r.ID, r.Name} }

func sortedRefs(list []RuleRef) []RuleRef {
	slices.SortFunc(list, func(a, b RuleRef) int {
		if a.Name != b.Name {
			if a.Name < b.Name {
				return -1
			}
			return 1
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return slices.Compact(list)
}
