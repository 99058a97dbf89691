package difference

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// side is the access matrix of one set of rules on one site, for one session.
type side struct {
	*matrix.Matrix
	types map[string]*grid
	// number is a rule's index into the pairs, by id.
	number map[string]int32
	sets   *sets
}

// grid is the part of a matrix about one type.
type grid struct {
	*matrix.Type
	// rules are the rules' indices into the pairs, missing for those that grant nothing
	// relevant.
	rules       []int32
	exceptional *exceptional
	// single are the sets of rules that grant, by class of exceptional pairs.
	single []int32
	row    []int32 // the row of class
	class  int32
}

// side decides the pairs of a side's site for the relevant types.
func (w *work) side(ctx context.Context, of *Side, session partition.Session, number map[string]int32, all *sets) (*side, error) {
	one, err := w.decide(ctx, of, session)
	if err != nil {
		return nil, err
	}
	s := &side{Matrix: one.Matrix, types: map[string]*grid{}, number: number, sets: all}
	for _, t := range one.Types {
		g, err := newGrid(t, w.counted[t.Resources.Type], number)
		if err != nil {
			return nil, err
		}
		g.exceptional = one.exceptional[t.Resources.Type]
		g.collectExceptional(s.sets)
		s.types[t.Resources.Type] = g
	}
	return s, nil
}

func newGrid(t *matrix.Type, counted uint32, number map[string]int32) (*grid, error) {
	g := &grid{Type: t, rules: make([]int32, len(t.Rules)), class: missing}
	for i, r := range t.Rules {
		n, ok := number[r.ID]
		if !ok {
			return nil, fmt.Errorf("the policy has a rule %q that is not one of the rules", r.ID)
		}
		if g.rules[i] = n; r.Actions&counted == 0 {
			g.rules[i] = missing
		}
	}
	return g, nil
}

// collectExceptional collects the rights of exceptional pairs from the matrix.
func (g *grid) collectExceptional(all *sets) {
	g.single = make([]int32, g.exceptional.classes)
	for _, row := range g.Rows {
		for _, a := range row.Exceptional {
			set := g.set(all, a.Rules)
			for _, resource := range a.Resources {
				if at, ok := slices.BinarySearch(g.Resources.Exceptional[resource], a.Subject); ok {
					g.single[g.exceptional.keys[resource][at]] = set
				}
			}
		}
	}
}

// set returns the number of a set of the type's rules, relevant ones only.
func (g *grid) set(all *sets, rules []int32) int32 {
	var set []int32
	for _, n := range rules {
		if g.rules[n] != missing {
			set = append(set, g.rules[n])
		}
	}
	return all.number(set)
}

// on returns, by class of resources, the numbers of the sets of rules that grant to a class of
// subjects, ignoring exceptional pairs. The result is valid until the next call with another
// class.
func (g *grid) on(all *sets, class int32) []int32 {
	if g.class == class {
		return g.row
	}
	lists := make([][]int32, len(g.Classes))
	for _, grant := range g.Rows[class].Grants {
		if n := g.rules[grant.Rule]; n != missing {
			for c := range g.Sets[grant.Set].All() {
				lists[c] = append(lists[c], n)
			}
		}
	}
	g.row, g.class = make([]int32, len(lists)), class
	for c, list := range lists {
		if len(list) > 0 {
			g.row[c] = all.number(list)
		}
	}
	return g.row
}

// of returns the number of the set of rules that grant on a cell.
func (s *side) of(g *grid, user, resource int32) int32 {
	if at, ok := slices.BinarySearch(g.Resources.Exceptional[resource], user); ok {
		return g.single[g.exceptional.keys[resource][at]]
	}
	return g.set(s.sets, g.On(&g.Rows[s.Model.Subjects.Of[user]], g.Of[resource]))
}

// The parts of a request, for the variants, which decide single cells.

func entityTerm(typ, id string) *ast.Term {
	return ast.ObjectTerm([2]*ast.Term{ast.StringTerm("type"), ast.StringTerm(typ)}, [2]*ast.Term{ast.StringTerm("id"), ast.StringTerm(id)})
}

func actionTerm(name string) *ast.Term {
	return ast.ObjectTerm([2]*ast.Term{ast.StringTerm("name"), ast.StringTerm(name)})
}

// contextOf returns a session as the context of a request.
func contextOf(s partition.Session) *ast.Term {
	var members [][2]*ast.Term
	if s.Context != "" {
		members = append(members, [2]*ast.Term{ast.StringTerm("request_context"), ast.StringTerm(s.Context)})
	}
	var attributes [][2]*ast.Term
	for name, values := range s.Environment {
		list := make([]*ast.Term, len(values))
		for i, v := range values {
			list[i] = ast.StringTerm(v)
		}
		attributes = append(attributes, [2]*ast.Term{ast.StringTerm(name), ast.ArrayTerm(list...)})
	}
	if len(attributes) > 0 {
		members = append(members, [2]*ast.Term{ast.StringTerm("environment"), ast.ObjectTerm(attributes...)})
	}
	return ast.ObjectTerm(members...)
}

// categoryOf names the category that a side is a view of, "" for other rules.
func categoryOf(s Side) string {
	switch s.Policy.Options.View {
	case ruleset.License:
		return "license"
	case ruleset.Sync:
		return "sync"
	case ruleset.Security:
	}
	return ""
}
