package escalate

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Report says what personas reach. The same input gives the same report.
type Report struct {
	Personas []Result `json:"personas"`
	// Unknown are types about which nothing could be decided, with the reason.
	Unknown []string `json:"unknown,omitempty"`
}

// Result is what a persona reaches.
type Result struct {
	Persona string   `json:"persona"`
	Users   []string `json:"users,omitempty"`
	// Rights is what the persona has by itself, Reached what it can have in the end.
	Rights  int `json:"rights"`
	Reached int `json:"reached"`
	// Everything says that the persona can write rules, and so have every right.
	// Narrow says that this holds only if rules are judged before the edit.
	Everything bool   `json:"everything"`
	Narrow     bool   `json:"only_if_judged_before_edit,omitempty"`
	Steps      []Step `json:"steps"`
}

// Step is a right that lets the persona change what rules read.
type Step struct {
	Level  int    `json:"level"`
	Type   string `json:"type"`
	Action string `json:"action"`
	// By are the rules that grant the right.
	By []Rule `json:"by"`
	// Does says what the right is used for.
	Does string `json:"does"`
	// Reading says how far that goes where it depends on what is judged.
	Reading string `json:"reading,omitempty"`
	// Gains are the rights that this step adds.
	Gains []Gain `json:"gains"`

	frees []solve.Kind
}

// Gain is the actions that are added on a type.
type Gain struct {
	Type    string   `json:"type"`
	Actions []string `json:"actions"`
}

// Rule is a rule that grants.
type Rule struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// right is an action on the resources of a scope.
type right struct {
	class  int
	action ruleset.Action
}

type runner struct {
	world             *solve.World
	rules             map[string]ruleset.Rule
	evaluator         *evaluate.Evaluator
	security, anyRule *solve.Condition
	// unowned hits the objects of levers that nobody owns: rules, users and proxies have
	// no owner in the product, although a rule for all owners could speak of one.
	unowned *solve.Condition
	unknown map[string]bool
}

// Run follows what each persona can reach. The rules must have no errors.
func Run(ctx context.Context, rules []ruleset.Rule, personas []Persona, options compiler.Options) (*Report, error) {
	r := &runner{
		rules: map[string]ruleset.Rule{}, unknown: map[string]bool{}, unowned: about(leverFilter, "!resource.IsOwned()"),
		security: about("SystemRule_*", `resource.category = "Security"`),
		anyRule:  about("SystemRule_*", `resource.category = "Security" and resource.resourceFilter = "*"`),
	}
	parsed, _ := solve.Parse(rules)
	var err error
	r.world, err = solve.New([][]*solve.Rule{parsed}, []*solve.Condition{r.unowned, r.security, r.anyRule},
		solve.Options{Schema: options.Schema, ListInequality: options.ListInequality, EntityText: options.EntityText, SessionAttributes: options.SessionAttributes})
	if err != nil {
		return nil, err
	}
	theirs := evaluate.Options{Schema: options.Schema}
	theirs.Read(options.ListInequality.String(), options.EntityText.String(), options.SessionAttributes.String())
	r.evaluator, _ = evaluate.New(rules, &snapshot.Site{}, theirs)
	for _, rule := range rules {
		r.rules[rule.ID] = rule
	}
	report := &Report{Personas: []Result{}}
	for _, p := range personas {
		result, err := r.persona(ctx, p)
		if err != nil {
			return nil, err
		}
		report.Personas = append(report.Personas, result)
	}
	for u := range r.unknown {
		report.Unknown = append(report.Unknown, u)
	}
	slices.Sort(report.Unknown)
	return report, nil
}

// persona follows the levels of one persona.
func (r *runner) persona(ctx context.Context, p Persona) (Result, error) {
	result := Result{Persona: p.Name, Users: p.Users, Steps: []Step{}}
	at := solve.Persona{Texts: p.Texts}
	have, err := r.rights(ctx, at)
	if err != nil {
		return result, err
	}
	result.Rights = len(have)
	used := map[string]bool{}
	for level := 1; ; level++ {
		grown, now := at, have
		for _, l := range Levers {
			step, ok, err := r.step(at, have, l, used)
			if err != nil {
				return result, err
			}
			if !ok {
				continue
			}
			step.Level = level
			if l.Frees == nil {
				result.Everything, result.Narrow = true, step.Reading != "" && (result.Narrow || !result.Everything)
			}
			before := now
			grown.Free = solve.UnionOfKinds(grown.Free, l.Frees)
			if now, err = r.rights(ctx, grown); err != nil {
				return result, err
			}
			step.Gains = r.gains(before, now)
			if l.Frees == nil || len(step.Gains) > 0 {
				result.Steps = append(result.Steps, step)
			}
		}
		if len(grown.Free) == len(at.Free) {
			break
		}
		at, have = grown, now
	}
	if err := r.shortest(solve.Persona{Texts: p.Texts}, &result); err != nil {
		return result, err
	}
	result.Reached = len(have)
	if result.Everything {
		result.Reached = r.all()
	}
	return result, nil
}

// all is the number of rights there are.
func (r *runner) all() int { return len(r.world.Classes) * len(ruleset.AllActions) }

// rights returns what a persona has on some resource.
func (r *runner) rights(ctx context.Context, p solve.Persona) (map[right]bool, error) {
	have := map[right]bool{}
	for class := range r.world.Classes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var formulas []solve.Formula
		for _, a := range ruleset.AllActions {
			if f := (solve.Granted{Action: a}); r.world.Speaks(f, class) {
				formulas = append(formulas, f)
			}
		}
		if len(formulas) == 0 {
			continue
		}
		s := r.world.ScopeFor(class, p, formulas...)
		for _, f := range formulas {
			switch answer := s.Decide(f); answer.Verdict {
			case solve.Possible:
				have[right{class, f.(solve.Granted).Action}] = true
			case solve.Unknown:
				r.unknown[r.typeName(class)+": "+answer.Reason] = true
			case solve.Impossible:
			}
		}
	}
	return have, nil
}

// step returns the step that a lever allows with the rights of a level, unless it has
// been used.
func (r *runner) step(p solve.Persona, have map[right]bool, l Lever, used map[string]bool) (Step, bool, error) {
	for _, action := range l.Actions {
		class := slices.IndexFunc(r.world.Classes, func(c *resolve.Class) bool { return c.Named && c.Key == schema.Fold(l.Type) })
		if class < 0 || !have[right{class, action}] || used[l.Type+l.Does] {
			continue
		}
		granted := solve.All{solve.Granted{Action: action}, solve.Holds{Condition: r.unowned}}
		formulas := []solve.Formula{granted}
		if l.Frees == nil {
			formulas = append(formulas, solve.Holds{Condition: r.security}, solve.Holds{Condition: r.anyRule})
		}
		s := r.world.ScopeFor(class, p, formulas...)
		answer := s.Ask(granted)
		if answer.Verdict != solve.Possible {
			continue
		}
		step := Step{Type: l.Type, Action: action.Name(), Does: l.Does, frees: l.Frees}
		key := l.Type + l.Does
		if l.Frees == nil {
			if any := s.Ask(granted, solve.Holds{Condition: r.anyRule}); any.Verdict == solve.Possible {
				answer = any
			} else {
				step.Reading, key = r.reading(s, granted), "restricted"
			}
		}
		if used[key] {
			continue
		}
		used[key] = true
		var err error
		step.By, err = r.by(answer, action)
		return step, true, err
	}
	return Step{}, false, nil
}

// shortest drops the steps that the way to every right does not need.
func (r *runner) shortest(p solve.Persona, result *Result) error {
	last := slices.IndexFunc(result.Steps, func(s Step) bool { return s.frees == nil && s.Reading == "" })
	if last < 0 {
		return nil
	}
	final := result.Steps[last]
	if final.Level == 1 {
		result.Steps = []Step{final}
		return nil
	}
	for _, s := range result.Steps[:last] {
		with := solve.Persona{Texts: p.Texts, Free: s.frees}
		class := slices.IndexFunc(r.world.Classes, func(c *resolve.Class) bool { return c.Named && c.Key == "systemrule" })
		for _, action := range Levers[0].Actions {
			short, ok, err := r.step(with, map[right]bool{{class, action}: true}, Levers[0], map[string]bool{})
			if err != nil {
				return err
			}
			if ok && s.Level == 1 && s.frees != nil && short.Reading == "" {
				short.Level, short.Gains = 2, []Gain{}
				result.Steps = []Step{s, short}
				return nil
			}
		}
	}
	result.Steps = result.Steps[:last+1]
	return nil
}

// reading says how far the right to write rules goes if a rule is judged after the edit.
func (r *runner) reading(s *solve.Scope, granted solve.Formula) string {
	if s.Decide(granted, solve.Holds{Condition: r.security}).Verdict != solve.Impossible {
		return "if a rule is judged before the edit; if after, only rules for the resource filters that the granting rule names"
	}
	return "if a rule is judged before the edit; if after, no rule of category Security"
}

// by returns the rules that grant a right to a witness, as the independent evaluator
// decides.
func (r *runner) by(a solve.Answer, action ruleset.Action) ([]Rule, error) {
	request := a.Witness.Request(action)
	d := r.evaluator.Decide(request)
	if !d.Allow {
		return nil, fmt.Errorf("a step of an escalation does not hold when it is decided\n%s", request)
	}
	var list []Rule
	for _, id := range d.GrantedBy {
		rule := Rule{ID: id, Name: r.rules[id].Name}
		text := r.rules[id].Condition
		if at, ok := (diag.Diagnostic{Text: text}).Position(); ok {
			rule.File, rule.Line, rule.Column = text.File, at.Line, at.Column
		}
		list = append(list, rule)
	}
	return list, nil
}

// gains returns the rights that are new, by type.
func (r *runner) gains(before, now map[right]bool) []Gain {
	list := []Gain{}
	for class := range r.world.Classes {
		g := Gain{Type: r.typeName(class)}
		for _, a := range ruleset.AllActions {
			if at := (right{class, a}); now[at] && !before[at] {
				g.Actions = append(g.Actions, a.Name())
			}
		}
		if len(g.Actions) > 0 {
			list = append(list, g)
		}
	}
	return list
}

func (r *runner) typeName(class int) string {
	c := r.world.Classes[class]
	switch {
	case c.Named:
		return c.Type.Name
	case c.Prefix() != "":
		return c.Key
	}
	return "other types"
}
