package solve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/solve/cells"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// component is the strings that the values of a component may have.
type component struct {
	strs []cells.Text
	// spelt says that strings are compared as written.
	spelt bool
	// folds are the classes of strings that differ only in case: indexes of strings.
	folds map[string][]int
	order []string
	// pattern is the index of an expression in cells.Text.Matches.
	pattern map[cells.Pattern]int
}

// never is the repository's date for something that has not happened, which is not a string.
const never = "1753-01-01T00:00:00.000Z"

// choose chooses the representatives of all components and creates the variables of all values.
func (s *Scope) choose() error {
	members := map[int][]*value{}
	var order []int
	for _, v := range s.values {
		root := s.find(v)
		if members[root] == nil {
			order = append(order, root)
		}
		members[root] = append(members[root], v)
	}
	for _, root := range order {
		c, err := s.component(members[root])
		if err != nil {
			return fmt.Errorf("the values %s cannot be distinguished exactly: %w", namesOf(members[root]), err)
		}
		for _, v := range members[root] {
			s.components[v] = c
			s.variables(v, c)
		}
	}
	return nil
}

func namesOf(vs []*value) string {
	var names []string
	for _, v := range vs {
		names = append(names, v.String())
	}
	return strings.Join(names, ", ")
}

// String returns the value as written in a condition.
func (v *value) String() string {
	if v.node == nil {
		return "user.environment." + v.name
	}
	return v.node.String() + "." + v.name
}

// String returns the path of a node.
func (n *node) String() string {
	switch {
	case n.parent != nil:
		return n.parent.String() + "." + n.step.Name
	case n.id == 0:
		return "user"
	}
	return "resource"
}

func (s *Scope) component(vs []*value) (*component, error) {
	tests := cells.Tests{Each: len(vs)}
	folded, exact, patterns := map[string]bool{}, map[string]bool{}, map[cells.Pattern]bool{}
	for _, v := range vs {
		s.constrain(v)
		t := s.tested[v.id]
		if t == nil {
			continue
		}
		maps.Copy(folded, t.folded)
		maps.Copy(exact, t.exact)
		for e := range t.likes {
			patterns[cells.Pattern{Expression: e, Folded: true}] = true
		}
		for e := range t.expressions {
			patterns[cells.Pattern{Expression: e}] = true
		}
		tests.Spelt = tests.Spelt || t.spelt
		tests.Each += t.more
	}
	tests.Folded, tests.Exact = slices.Sorted(maps.Keys(folded)), slices.Sorted(maps.Keys(exact))
	tests.Patterns = slices.SortedFunc(maps.Keys(patterns), func(a, b cells.Pattern) int { return strings.Compare(a.Expression, b.Expression) })
	if s.weakened {
		tests.Each = 1
	}
	strs, err := s.world.representatives(tests)
	if err != nil {
		return nil, err
	}
	c := &component{strs: strs, spelt: tests.Spelt, folds: map[string][]int{}, pattern: map[cells.Pattern]int{}}
	for i, t := range strs {
		if c.folds[t.Fold] == nil {
			c.order = append(c.order, t.Fold)
		}
		c.folds[t.Fold] = append(c.folds[t.Fold], i)
	}
	for i, p := range tests.Patterns {
		c.pattern[p] = i
	}
	return c, nil
}

// variables creates a variable for every string that a value may have.
func (s *Scope) variables(v *value, c *component) {
	there := s.yes
	if v.node != nil {
		there = s.exists(v.node)
	}
	allowed := s.allowed(v)
	v.bits = make([]sat.Lit, len(c.strs))
	for i, t := range c.strs {
		if t.Written == never || allowed != nil && !allowed(t, c) {
			v.bits[i] = s.yes.Not()
			continue
		}
		v.bits[i] = s.sat.New()
		s.sat.Add(v.bits[i].Not(), there)
	}
}

// exists returns the literal that says whether a node exists.
func (s *Scope) exists(n *node) sat.Lit {
	switch {
	case n.parent == nil:
		return s.yes
	case n.exists == 0:
		parent := s.exists(n.parent)
		n.exists = s.sat.New()
		s.sat.Add(n.exists.Not(), parent)
	}
	return n.exists
}
