package ruleset

import "github.com/qlik2rego/qlik2rego/compiler/schema"

// ViewAction is the action that the rules of a view grant.
const ViewAction = ReadAction // a right on existing entities

// View returns the rules of a category as a rule set of its own, which grants ViewAction if the
// category's rules match: "allow access" in License rules and "load balancing" in Sync rules,
// bit 1 of their actions. Rules without that bit, such as the shipped DefaultHostAccess, are
// left out. The context is ignored (I). A view of Security is all rules, unchanged.
//
// In a view of Sync rules the subject is a node: resolve.Options.View says so.
func View(rules []Rule, c Category) []Rule {
	if c != License && c != Sync {
		return rules
	}
	var view []Rule
	for _, r := range rules {
		if one, ok := r.In(c); ok {
			view = append(view, one)
		}
	}
	return view
}

// In returns the rule as it appears in a view of License or Sync, and whether it does.
func (r Rule) In(view Category) (Rule, bool) {
	if r.Category != view || r.Actions&(AllowAccess|LoadBalance) == 0 {
		return r, false
	}
	r.Category, r.Context, r.Actions = Security, Both, Actions(ViewAction)
	return r, true
}

// ParseCategory returns the category with the given name, ignoring case, and whether there is
// one.
func ParseCategory(name string) (Category, bool) {
	for _, c := range []Category{Security, License, Sync} {
		if schema.Fold(c.String()) == schema.Fold(name) {
			return c, true
		}
	}
	return 0, false
}
