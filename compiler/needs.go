package compiler

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// needsOf returns the fields of exports that the rules of a plan read, each with the rules
// that read it, ordered. Fields that are assumed to be empty are left out.
func needsOf(plan *privilege.Plan, s *schema.Schema, assumed []schema.Field) []schema.Need {
	var needs []schema.Need
	for _, c := range plan.Classes {
		for _, r := range c.Rules {
			for _, need := range readBy(r.Predicate, s) {
				if slices.ContainsFunc(assumed, need.Is) {
					continue
				}
				i := slices.IndexFunc(needs, func(n schema.Need) bool { return n.Field == need.Field && n.Beside == need.Beside })
				if i < 0 {
					i = len(needs)
					needs = append(needs, need)
				}
				if !slices.Contains(needs[i].Readers, r.Rule.Name) {
					needs[i].Readers = append(needs[i].Readers, r.Rule.Name)
				}
			}
		}
	}
	for _, n := range needs {
		slices.Sort(n.Readers)
	}
	slices.SortFunc(needs, func(a, b schema.Need) int {
		return cmp.Or(a.Compare(b.Field), a.Beside.Compare(b.Beside))
	})
	return needs
}

// readBy returns the fields that a predicate reads.
func readBy(p ir.Predicate, s *schema.Schema) []schema.Need {
	v := viewer{schema.View{}, s}
	ir.Visit(p, func(a ir.Atom, _ bool) {
		v.atom(a)
		if _, ok := a.(ir.Anonymous); ok {
			v.text("user", "userdirectory", false, schema.Folded)
		}
	})
	return s.Needs(v.view)
}
