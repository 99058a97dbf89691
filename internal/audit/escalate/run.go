package escalate

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Report is what personas can reach. It is deterministic.
type Report struct {
	Personas []Result `json:"personas"`
	// Unknown are types about which nothing could be decided, with the reason.
	Unknown []string `json:"unknown,omitempty"`
}

// Result is what a persona can reach.
type Result struct {
	Persona string   `json:"persona"`
	Users   []string `json:"users,omitempty"`
	// Rights is the number of initial rights of the persona, Reached the number in the end.
	Rights  int `json:"rights"`
	Reached int `json:"reached"`
	// Everything says that the persona can write rules, and so gain every right. Narrow says
	// that this is only true if rules are evaluated before the edit.
	Everything bool   `json:"everything"`
	Narrow     bool   `json:"only_if_judged_before_edit,omitempty"`
	Steps      []Step `json:"steps"`
}

// Step is a right to change something that rules read.
type Step struct {
	Level  int    `json:"level"`
	Type   string `json:"type"`
	Action string `json:"action"`
	// By are the rules that grant the right.
	By []Rule `json:"by"`
	// Does says what the right is used for.
	Does string `json:"does"`
	// Reading describes the step's dependence on how Qlik evaluates edits.
	Reading string `json:"reading,omitempty"`
	// Gains are the rights that this step adds: on some resource, or for a change of a
	// resource, on that resource.
	Gains []Gain `json:"gains"`
	// Change is the change of a resource, nil if the step changes a user or a rule.
	Change *Change `json:"change,omitempty"`

	frees []solve.Kind
}

// Change is a change of a resource, described by an example.
type Change struct {
	// Before describes the user and the resource in the words of conditions, and After the
	// differences afterwards. Both are empty if a later step continues the chain.
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
}

// Gain is the actions that are added for a type.
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

// Input is the input of Run.
type Input struct {
	// Rules must have no errors.
	Rules []ruleset.Rule
	// Personas are the personas to examine. nil means the users of Site, one persona for each
	// set that rules cannot distinguish, or, without a site, one for each value that rules
	// name.
	Personas []Persona
	// Site is nil for all possible sites. With a site, users change their own record, existing
	// objects, and custom properties to defined values.
	Site    *snapshot.Site
	Options compiler.Options
}

type runner struct {
	// world is one of the two: with the defined values of custom properties only, and with any.
	world        *solve.World
	closed, open *solve.World
	site         site

	rules             map[string]ruleset.Rule
	evaluator         *evaluate.Evaluator
	security, anyRule *solve.Condition
	// unowned matches the objects of levers that have no owner: rules, users and proxies have
	// none in Qlik, although a rule about all owners could mention one.
	unowned *solve.Condition
	unknown map[string]bool
	// levers are those of the resources of a scope, and content the existing resources, nil
	// without a site.
	levers  map[int][]*ResourceLever
	content *content
}

// Run computes what each persona can reach.
func Run(ctx context.Context, in Input) (*Report, error) {
	r := &runner{
		rules: map[string]ruleset.Rule{}, unknown: map[string]bool{}, unowned: about(leverFilter, "!resource.IsOwned()"),
		security: about("SystemRule_*", `resource.category = "Security"`),
		anyRule:  about("SystemRule_*", `resource.category = "Security" and resource.resourceFilter = "*"`),
		site:     siteOf(in.Site, in.Rules),
	}
	if err := r.worlds(in); err != nil {
		return nil, err
	}
	options := in.Options
	theirs := evaluate.Options{Schema: options.Schema}
	theirs.Read(options.ListInequality.String(), options.EntityText.String(), options.SessionAttributes.String())
	r.evaluator, _ = evaluate.New(in.Rules, &snapshot.Site{}, theirs)
	personas := in.Personas
	switch {
	case personas != nil:
	case in.Site != nil:
		personas = OnRecord(in.Rules, in.Site, theirs)
	default:
		personas = Named(in.Rules)
	}
	if in.Site != nil {
		r.content = &content{in.Site, testsOf(in.Rules, lastOf), r.evaluator}
	}
	for _, rule := range in.Rules {
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

// worlds resolves the rules, with and without the restriction of custom properties to their
// defined values.
func (r *runner) worlds(in Input) (err error) {
	parsed, _ := solve.Parse(in.Rules)
	o := in.Options
	options := solve.Options{Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes}
	levers, after := resourceLevers(o.Schema, in.Rules)
	conditions := append([]*solve.Condition{r.unowned, r.security, r.anyRule}, after...)
	sides := [][]*solve.Rule{parsed, Anywhere(parsed)}
	if r.open, err = solve.New(sides, conditions, options); err != nil {
		return err
	}
	r.levers = leversOf(r.open.Classes, levers)
	r.closed = r.open
	if in.Site != nil {
		options.Axioms.Values = Choices(in.Site)
		r.closed, err = solve.New(sides, conditions, options)
	}
	return err
}

// choose selects the world for a level: a user who may edit the definitions of custom
// properties can set any value.
func (r *runner) choose(have map[right]bool) {
	class := slices.IndexFunc(r.open.Classes, func(c *resolve.Class) bool { return c.Named && c.Key == "custompropertydefinition" })
	if have[right{class, ruleset.CreateAction}] || have[right{class, ruleset.UpdateAction}] {
		r.world = r.open
	}
}

// persona computes the levels of one persona.
func (r *runner) persona(ctx context.Context, p Persona) (Result, error) {
	result := Result{Persona: p.Name, Users: p.Users, Steps: []Step{}}
	at := solve.Persona{Strings: p.Properties}
	first := at
	r.world = r.closed
	have, err := r.rights(ctx, at)
	if err != nil {
		return result, err
	}
	result.Rights = len(have)
	used := map[string]bool{}
	for level := 1; ; level++ {
		r.choose(have)
		grown, now := at, have
		for _, l := range Levers {
			step, ok, err := r.step(p, at, have, l, used)
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
	if err := r.shortest(p, &result); err != nil {
		return result, err
	}
	if !result.Everything || result.Narrow {
		last := 0
		for _, s := range result.Steps {
			last = max(last, s.Level)
		}
		if err := r.extend(ctx, p, first, 1, &result); err != nil {
			return result, err
		}
		if len(at.Free) > 0 {
			if err := r.extend(ctx, p, at, last+1, &result); err != nil {
				return result, err
			}
		}
	}
	result.Reached = len(have)
	if result.Everything {
		result.Reached = r.all()
	}
	return result, nil
}

// all is the total number of rights.
func (r *runner) all() int { return len(r.world.Classes) * len(ruleset.AllActions) }

// rights returns the rights of a persona on some resource.
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

// step returns the step that a lever allows with the rights of a level, unless it has been
// used.
func (r *runner) step(p Persona, at solve.Persona, have map[right]bool, l Lever, used map[string]bool) (Step, bool, error) {
	class := slices.IndexFunc(r.world.Classes, func(c *resolve.Class) bool { return c.Named && c.Key == schema.Fold(l.Type) })
	for _, action := range l.Actions {
		if class < 0 || !have[right{class, action}] || used[l.Type+l.Does] {
			continue
		}
		step := Step{Type: l.Type, Action: action.Name(), Does: l.Does, frees: l.Frees}
		if l.Frees != nil && slices.Contains(l.Frees, solve.Custom) && r.world != r.closed {
			step.Does += ", also to values that the user defines first"
		}
		answer := r.usable(p, at, class, l, action)
		key := l.Type + l.Does
		if l.Frees == nil {
			if answer, step.Reading = r.writes(at, class, action, answer); step.Reading != "" {
				key = "restricted"
			}
		}
		if answer.Verdict != solve.Possible || used[key] {
			continue
		}
		used[key] = true
		var err error
		step.By, err = r.by(answer, action)
		return step, true, err
	}
	return Step{}, false, nil
}

// usable reports whether an action is granted on an object that a lever can be used on.
func (r *runner) usable(p Persona, at solve.Persona, class int, l Lever, action ruleset.Action) solve.Answer {
	granted := solve.All{solve.Granted{Action: action}, solve.Holds{Condition: r.unowned}}
	answer := solve.Answer{Verdict: solve.Impossible}
	for _, at.Resource = range r.objects(p, l, action) {
		if answer = r.world.ScopeFor(class, at, granted).Ask(granted); answer.Verdict == solve.Possible {
			break
		}
	}
	return answer
}

// writes returns how far a right to write rules extends under both interpretations, given the
// answer for rules as they are; without an interpretation if some rule can be edited, or
// created, that grants everything.
func (r *runner) writes(at solve.Persona, class int, action ruleset.Action, before solve.Answer) (solve.Answer, string) {
	granted := solve.All{solve.Granted{Action: action}, solve.Holds{Condition: r.unowned}}
	at.Resource = nil
	s := r.world.ScopeFor(class, at, granted, solve.Holds{Condition: r.security}, solve.Holds{Condition: r.anyRule})
	after := s.Ask(granted, solve.Holds{Condition: r.anyRule})
	switch {
	case before.Verdict == solve.Possible && after.Verdict == solve.Possible:
		if r.site.empty {
			return after, ""
		}
		return before, ""
	case after.Verdict == solve.Possible:
		return after, "if the product evaluates a rule after the edit; before it, no existing rule can be edited"
	case before.Verdict != solve.Possible:
		return before, ""
	}
	return before, r.reading(s, granted)
}

// shortest removes the steps that are not needed to gain every right.
func (r *runner) shortest(p Persona, result *Result) error {
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
		with := solve.Persona{Strings: p.Properties, Free: s.frees}
		class := slices.IndexFunc(r.world.Classes, func(c *resolve.Class) bool { return c.Named && c.Key == "systemrule" })
		for _, action := range Levers[0].Actions {
			short, ok, err := r.step(p, with, map[right]bool{{class, action}: true}, Levers[0], map[string]bool{})
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

// reading returns how far the right to write rules extends if a rule is evaluated after the
// edit.
func (r *runner) reading(s *solve.Scope, granted solve.Formula) string {
	if s.Decide(granted, solve.Holds{Condition: r.security}).Verdict != solve.Impossible {
		return "if the product evaluates a rule before the edit; after it, only rules with the resource filters of the granting rule"
	}
	return "if the product evaluates a rule before the edit; after it, no rule of category Security"
}

// by returns the rules that grant a right for a witness, according to the independent
// evaluator.
func (r *runner) by(a solve.Answer, action ruleset.Action) ([]Rule, error) {
	request := a.Witness.Request(action)
	d := r.evaluator.Decide(request)
	if !d.Allow {
		return nil, fmt.Errorf("the decision about a step of an escalation differs\n%s", request)
	}
	var list []Rule
	for _, id := range d.GrantedBy {
		list = append(list, r.rule(id))
	}
	return list, nil
}

// gains returns the new rights, by type.
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
