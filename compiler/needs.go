package compiler

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// needsOf returns the export fields that the rules of a plan read, each with the rules that
// read it, sorted. Fields that are assumed to be empty are left out.
func needsOf(plan *privilege.Plan, s *schema.Schema, assumed []schema.Field) []schema.Need {
	var needs []schema.Need
	asked := askedThrough(plan)
	for _, c := range plan.Classes {
		for _, r := range c.Rules {
			through := slices.ContainsFunc(r.Rule.Actions.List(), func(a ruleset.Action) bool { return asked[stage{c.Key, a}] })
			for _, need := range readBy(r.Predicate, s, through) {
				if !slices.ContainsFunc(assumed, need.Is) {
					needs = merged(needs, need, r.Rule.Name)
				}
			}
		}
	}
	return ordered(needs)
}

func ordered(needs []schema.Need) []schema.Need {
	for _, n := range needs {
		slices.Sort(n.Readers)
	}
	slices.SortFunc(needs, func(a, b schema.Need) int {
		return cmp.Or(a.Compare(b.Field), a.Beside.Compare(b.Beside))
	})
	return needs
}

// mergeNeeds adds needs to others.
func mergeNeeds(needs, more []schema.Need) []schema.Need {
	for _, n := range more {
		for _, reader := range n.Readers {
			needs = merged(needs, n, reader)
		}
	}
	return ordered(needs)
}

// merged adds a need of a rule to needs.
func merged(needs []schema.Need, need schema.Need, reader string) []schema.Need {
	i := slices.IndexFunc(needs, func(n schema.Need) bool { return n.Field == need.Field && n.Beside == need.Beside })
	if i < 0 {
		i = len(needs)
		needs = append(needs, need)
	}
	n := &needs[i]
	n.Through = n.Through || need.Through
	if !slices.Contains(n.Readers, reader) {
		n.Readers = append(n.Readers, reader)
	}
	return needs
}

// stage is a right on the resources of a class.
type stage struct {
	class  string
	action ruleset.Action
}

// askedThrough returns the rights that rules ask for on entities related to a resource.
func askedThrough(plan *privilege.Plan) map[stage]bool {
	asked := map[stage]bool{}
	for _, c := range plan.Classes {
		for _, r := range c.Rules {
			ir.Visit(r.Predicate, func(a ir.Atom, _ bool) {
				if p, ok := a.(ir.Privilege); ok && !p.Entities.IsRoot() {
					asked[stage{p.Entities.Type(), p.Action}] = true
				}
			})
		}
	}
	return asked
}

// readBy returns the fields that a predicate reads, and whether it reads them from entities
// related to the resource; asked says that the resource itself is such an entity.
func readBy(p ir.Predicate, s *schema.Schema, asked bool) []schema.Need {
	v, through := viewer{schema.View{}, s}, viewer{schema.View{}, s}
	ir.Visit(p, func(a ir.Atom, _ bool) {
		v.atom(a)
		if _, ok := a.(ir.Anonymous); ok {
			v.text("user", "userdirectory", false, schema.Folded)
		}
		through.beyond(a, asked)
	})
	needs, beyond := s.Needs(v.view), s.Needs(through.view)
	for i, n := range needs {
		needs[i].Through = slices.ContainsFunc(beyond, func(b schema.Need) bool { return b.Field == n.Field })
	}
	return needs
}

// beyond collects what an atom reads from entities related to the resource.
func (v viewer) beyond(a ir.Atom, asked bool) {
	read := ir.OperandsOf(a)
	entities := read.Entities
	for _, value := range read.Values {
		p, ok := value.(ir.Property)
		if !ok {
			continue
		}
		if p.Of.Root == ir.Resource && (asked || !p.Of.IsRoot()) {
			v.text(v.key(p.Of.Type()), p.Name, p.List, schema.Folded)
		}
		entities = append(entities, p.Of)
	}
	for _, e := range entities {
		if !asked && !e.IsRoot() { // the first relation is read from the resource itself
			e = ir.Entities{Root: e.Root, Origin: e.Steps[0].Type, Steps: e.Steps[1:]}
		}
		v.entities(e)
	}
}
