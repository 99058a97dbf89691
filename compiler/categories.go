package compiler

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/rego"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// addCategories adds the modules that decide about licences and the placement of apps, and what
// those modules read, if valid rules of these categories can match. Otherwise, and in a view,
// which has one category already, the policy is unchanged.
func (p *Policy) addCategories(rules []*resolve.Rule) {
	if p.Options.View != 0 {
		return
	}
	p.addCategory(ruleset.License, rego.Licences, rules)
	p.addCategory(ruleset.Sync, rego.Placement, rules)
	slices.SortFunc(p.Modules, func(a, b Module) int { return cmp.Compare(a.Path, b.Path) })
}

func (p *Policy) addCategory(c ruleset.Category, section rego.Section, rules []*resolve.Rule) {
	options := p.Options
	options.View = c
	var view []*resolve.Rule
	var read []ruleset.Rule
	for _, r := range rules {
		if one, ok := r.Rule.In(c); ok {
			view = append(view, &resolve.Rule{Rule: one, Filter: r.Filter, Tree: r.Tree})
			read = append(read, one)
		}
	}
	// The rules are valid, and their diagnostics have been reported already.
	plan, _ := planRules(view, options)
	if !slices.ContainsFunc(plan.Classes, func(c *privilege.Class) bool { return len(c.Rules) > 0 }) {
		return
	}
	modules := rego.Generate(plan, section)
	if c == ruleset.License {
		groups := ruleset.AccessGroups(read)
		if len(groups) == 0 {
			return // the filters name no kind of access
		}
		modules = append(modules, rego.Groups(groups))
	}
	for _, m := range modules {
		p.Modules = append(p.Modules, Module{m.Path, m.Source})
		p.Sources.add(m)
	}
	p.Categories = append(p.Categories, c)
	p.View.Merge(readIn(plan, p.Options.Schema))
	p.Needs = mergeNeeds(p.Needs, needsOf(plan, p.Options.Schema, p.Options.AssumeEmpty))
}
