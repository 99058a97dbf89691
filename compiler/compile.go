package compiler

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/rego"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Compile translates a rule set and reports on all of its rules. The policy is nil if a rule
// has an error, unless Options.SkipInvalid leaves such rules out. The result does not depend on
// the order of the rules, which are sorted by name.
func Compile(rules []ruleset.Rule, options Options) (*Policy, diag.List) {
	rules = slices.SortedFunc(slices.Values(rules), func(a, b ruleset.Rule) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	if options.Schema == nil {
		options.Schema = schema.Default()
	}
	parsed, list := parse(rules, options)
	plan, found := planRules(slices.Clone(parsed), options)
	list = append(list, found...)
	list.Sort()
	if plan == nil || list.HasErrors() && !options.SkipInvalid {
		return nil, list
	}
	if options.Only != nil {
		for _, c := range plan.Classes {
			if !options.Only[c.Key] {
				c.Rules = nil
			}
		}
	}
	policy := &Policy{View: view(plan, options.Schema), Needs: needsOf(plan, options.Schema, options.AssumeEmpty), Reads: readsOf(plan), Catalogue: catalogue(rules), Options: options, plan: plan}
	policy.Sources = Sources{}
	for _, m := range rego.Generate(plan, rego.Rights) {
		policy.Modules = append(policy.Modules, Module{m.Path, m.Source})
		policy.Sources.add(m)
	}
	invalid := broken(list)
	policy.addCategories(slices.DeleteFunc(parsed, func(r *resolve.Rule) bool { return invalid[r.Ref()] }))
	for _, r := range rules {
		if ref := (diag.Rule{ID: r.ID, Name: r.Name}); invalid[ref] {
			policy.Skipped = append(policy.Skipped, ref)
		}
	}
	return policy, list
}

// add adds the lines of a module. Adjacent lines become one range.
func (s Sources) add(m rego.Module) {
	for _, span := range m.Spans {
		for _, id := range span.Rules {
			if s[id] == nil {
				s[id] = map[string][][2]int{}
			}
			ranges := s[id][m.Path]
			if last := len(ranges) - 1; last >= 0 && span.From <= ranges[last][1]+1 {
				ranges[last][1] = max(ranges[last][1], span.To)
			} else {
				ranges = append(ranges, [2]int{span.From, span.To})
			}
			s[id][m.Path] = ranges
		}
	}
}

// parse reads the filters and conditions. Rules with an error are left out.
func parse(rules []ruleset.Rule, options Options) ([]*resolve.Rule, diag.List) {
	var parsed []*resolve.Rule
	var list diag.List
	for _, r := range rules {
		ref := diag.Rule{ID: r.ID, Name: r.Name}
		filter, found := ruleset.ParseFilter(r.Filter, ref)
		tree, more := condition.Parse(r.Condition, ref)
		found = append(found, filter.Check(options.Schema, options.SiteTypes, r.Filter, ref)...)
		found = append(found, more...)
		if !found.HasErrors() {
			parsed = append(parsed, &resolve.Rule{Rule: r, Filter: filter, Tree: tree})
		}
		list = append(list, found...)
	}
	return parsed, list
}

// planRules resolves the rules and orders the privileges that they ask of each other. A rule
// with an error ends it. With SkipInvalid the rule is left out and planning starts again,
// because the remaining rules may depend on it.
func planRules(rules []*resolve.Rule, options Options) (*privilege.Plan, diag.List) {
	var list diag.List
	for {
		program, found := resolve.Resolve(rules, options.Resolution())
		plan, cycles := privilege.Build(program)
		found = append(found, cycles...)
		invalid := broken(found)
		if len(invalid) == 0 {
			return plan, append(list, found...)
		}
		if !options.SkipInvalid {
			return nil, append(list, found...)
		}
		for _, d := range found {
			if invalid[d.Rule] {
				list = append(list, d)
			}
		}
		rules = slices.DeleteFunc(rules, func(r *resolve.Rule) bool { return invalid[r.Ref()] })
	}
}

// broken returns the rules that have an error.
func broken(list diag.List) map[diag.Rule]bool {
	rules := map[diag.Rule]bool{}
	for _, d := range list {
		if d.Severity == diag.Error {
			rules[d.Rule] = true
		}
	}
	return rules
}

func catalogue(rules []ruleset.Rule) []RuleInfo {
	infos := make([]RuleInfo, len(rules))
	for i, r := range rules {
		infos[i] = RuleInfo{
			ID: r.ID, Name: r.Name, Category: r.Category.String(), Filter: r.Filter.Content,
			Actions: r.Actions.Names(), Context: r.Context.String(), Condition: r.Condition.Content, Disabled: r.Disabled,
		}
	}
	slices.SortFunc(infos, func(a, b RuleInfo) int { return cmp.Compare(a.ID, b.ID) })
	return infos
}
