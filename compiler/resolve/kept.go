package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Kept is the part of a rule that specialisation leaves to be tested on the resources of a
// class.
type Kept struct {
	*Class
	// Never says that the condition is false for the class; the other fields are then empty.
	Never bool
	// Clauses are the comparisons and calls of the condition that the class does not decide, in
	// source order.
	Clauses []condition.Node
	// Items are the indices of the filter items that match only some resources of the class. It
	// is empty if another item matches all of them.
	Items []int
}

// KeptClauses returns, for every rule that can grant, the remaining part for each class that
// its filter reaches. The rules must have no errors.
func KeptClauses(rules []*Rule, options Options) [][]Kept {
	var security []*Rule
	for _, r := range rules {
		if r.grants() {
			security = append(security, r)
		}
	}
	classes := classesOf(options.Schema, security)
	user := options.subject()
	all := make([][]Kept, len(rules))
	for i, r := range rules {
		if !r.grants() {
			continue
		}
		for _, c := range classes {
			id := c.reach(r.Filter, options.Schema)
			if ir.IsFalse(id) {
				continue
			}
			sp := &specialiser{
				schema: options.Schema, user: user, class: c, options: options,
				seen: newObservations(), parts: map[condition.Node]ir.Predicate{},
			}
			p := sp.predicate(r.Tree)
			if ir.IsFalse(p) {
				all[i] = append(all[i], Kept{Class: c, Never: true})
				continue
			}
			kept := Kept{Class: c, Clauses: sp.kept(r.Tree, p)}
			if !ir.IsTrue(id) {
				kept.Items = c.itemsOf(r.Filter, options.Schema)
			}
			all[i] = append(all[i], kept)
		}
	}
	return all
}

// kept returns the comparisons and calls below a node that are not removed by a constant. A
// test that an entity exists is removed if another test implies it.
func (sp *specialiser) kept(n condition.Node, whole ir.Predicate) []condition.Node {
	asked := map[string]bool{}
	ir.Visit(whole, func(test ir.Atom, _ bool) { asked[test.Key()] = true })
	var list []condition.Node
	condition.Walk(n, func(n condition.Node) bool {
		part := sp.parts[n]
		if _, ok := part.(ir.Constant); ok {
			return false
		}
		if exists, ok := part.(ir.Exists); ok && !asked[exists.Key()] {
			return false
		}
		switch n.(type) {
		case *condition.Comparison, *condition.Call:
			list = append(list, n)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool:
		}
		return true
	})
	return list
}

// itemsOf returns the indices of the filter items that match a resource of the class.
func (c *Class) itemsOf(f ruleset.Filter, s *schema.Schema) []int {
	var items []int
	for i, item := range f.Items {
		if !ir.IsFalse(c.reachItem(item, ir.Property{Of: ir.Entities{Root: ir.Resource, Origin: c.Key}, Name: "id"}, s)) {
			items = append(items, i)
		}
	}
	return items
}
