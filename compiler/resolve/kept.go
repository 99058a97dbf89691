package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Kept is what specialisation leaves of a rule to be tested on the resources of
// a class.
type Kept struct {
	*Class
	// Never says that the condition is false for the class: then there is no more.
	Never bool
	// Clauses are the comparisons and calls of the condition that the class does
	// not decide, in the order of the text.
	Clauses []condition.Node
	// Items are the items of the filter, by their index, that hit some resources of
	// the class and not others. There are none where another item hits all.
	Items []int
}

// KeptClauses returns, for every rule that can grant, what is left of it for each
// class that its filter reaches. The rules must have no errors.
func KeptClauses(rules []*Rule, options Options) [][]Kept {
	var security []*Rule
	for _, r := range rules {
		if r.grants() {
			security = append(security, r)
		}
	}
	classes := classesOf(options.Schema, security)
	user, _ := options.Schema.Type("User")
	all := make([][]Kept, len(rules))
	for i, r := range rules {
		if !r.grants() {
			continue
		}
		for _, c := range classes {
			id := c.reach(r.Filter, options.Schema)
			if isFalse(id) {
				continue
			}
			sp := &specialiser{
				schema: options.Schema, user: user, class: c, inequality: options.ListInequality,
				seen: newObservations(), parts: map[condition.Node]Predicate{},
			}
			p := sp.predicate(r.Tree)
			if isFalse(p) {
				all[i] = append(all[i], Kept{Class: c, Never: true})
				continue
			}
			kept := Kept{Class: c, Clauses: sp.kept(r.Tree, p)}
			if !isTrue(id) {
				kept.Items = c.itemsOf(r.Filter, options.Schema)
			}
			all[i] = append(all[i], kept)
		}
	}
	return all
}

// kept returns the comparisons and calls below a node that no constant has
// swallowed. That an entity exists is not asked where another test implies it.
func (sp *specialiser) kept(n condition.Node, whole Predicate) []condition.Node {
	asked := map[string]bool{}
	Visit(whole, func(test Predicate, _ bool) { asked[test.Key()] = true })
	var list []condition.Node
	condition.Walk(n, func(n condition.Node) bool {
		switch p := sp.parts[n].(type) {
		case Constant:
			return false
		case Exists:
			if !asked[p.Key()] {
				return false
			}
		default: // something is left to test
		}
		switch n.(type) {
		case *condition.Comparison, *condition.Call:
			list = append(list, n)
		default: // connectives are as good as what they connect
		}
		return true
	})
	return list
}

// itemsOf returns the items of a filter that hit a resource of the class.
func (c *Class) itemsOf(f ruleset.Filter, s *schema.Schema) []int {
	var items []int
	for i, item := range f.Items {
		if !isFalse(c.reachItem(item, Property{Of: Entities{Root: Resource, Origin: c.Key}, Name: "id"}, s)) {
			items = append(items, i)
		}
	}
	return items
}

func isTrue(p Predicate) bool {
	c, ok := p.(Constant)
	return ok && c.Value
}
