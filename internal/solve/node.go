package solve

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// node is an entity in a formula: the user, the resource, or one that a relation leads to. A
// relation to a set has several nodes.
type node struct {
	id     int
	parent *node // nil for the user and the resource
	step   ir.Step
	typ    string
	// exists is the constant true for the user and the resource.
	exists   sat.Lit
	children map[string][]*node // by the name of the step
	values   map[string]*value  // by the name of the property
	names    []string           // of the values and of the children, in the order of creation
	steps    []string
	// before is the resource before the change; both are nil for all other nodes.
	before *node
	change *Change
}

// value is a property of a node, or an attribute of the environment if node is nil.
type value struct {
	id   int
	node *node
	name string
	many bool
	// component is the index of another value of the same component, or its own (union-find).
	component int
	bits      []sat.Lit // by the representatives of the component
}

// node creates an entity.
func (s *Scope) node(parent *node, step ir.Step, typ string) *node {
	n := &node{id: len(s.nodes), parent: parent, step: step, typ: typ, children: map[string][]*node{}, values: map[string]*value{}}
	s.nodes = append(s.nodes, n)
	return n
}

// of returns the entities of a path that begins at root or at the user.
func (s *Scope) of(e ir.Entities, root *node) []*node {
	at := []*node{root}
	switch e.Root {
	case ir.User:
		at = []*node{s.user}
	case ir.Resource:
	case ir.Node:
		panic(errRoot)
	}
	for _, step := range e.Steps {
		var next []*node
		for _, n := range at {
			n = n.holder(step.Name)
			if n.children[step.Name] == nil {
				n.steps = append(n.steps, step.Name)
				for range s.slots(n, step) {
					n.children[step.Name] = append(n.children[step.Name], s.node(n, step, step.Type))
				}
			}
			next = append(next, n.children[step.Name]...)
		}
		at = next
	}
	return at
}

// property returns a property of a node.
func (s *Scope) property(n *node, name string, many bool) *value {
	n = n.holder(name)
	v := n.values[name]
	if v == nil {
		v = s.value(n, name, many && !(n == s.resource && name == "resourcetype"))
		n.values[name] = v
		n.names = append(n.names, name)
	}
	return v
}

func (s *Scope) value(n *node, name string, many bool) *value {
	v := &value{id: len(s.values), node: n, name: name, many: many, component: len(s.values)}
	s.values = append(s.values, v)
	return v
}

// valuesOf returns the values whose strings together are those of v.
func (s *Scope) strs(v ir.Value, root *node) []*value {
	switch v := v.(type) {
	case ir.Literal:
		return nil
	case ir.Property:
		var list []*value
		for _, n := range s.of(v.Of, root) {
			list = append(list, s.property(n, v.Name, v.List))
		}
		return list
	case ir.Environment:
		e := s.environment[v.Name]
		if e == nil {
			e = s.value(nil, v.Name, true)
			s.environment[v.Name] = e
		}
		return []*value{e}
	}
	panic("solve: unknown value")
}

// find returns the value that represents the component of a value.
func (s *Scope) find(v *value) int {
	at := v.component
	for s.values[at].component != at {
		at = s.values[at].component
	}
	v.component = at
	return at
}

// join merges the components of values.
func (s *Scope) join(vs ...*value) {
	for _, v := range vs[min(1, len(vs)):] {
		s.values[s.find(v)].component = s.find(vs[0])
	}
}

// slots returns how many entities of a relation a model needs: one for every test about one,
// and one more.
func (s *Scope) slots(n *node, step ir.Step) int {
	if !step.Many {
		return 1
	}
	weights := s.world.weights(n.typ, step.Name)
	total := 1
	for _, w := range weights {
		total += w
	}
	own := map[string]bool{}
	for _, p := range s.tests {
		ir.Visit(p, func(a ir.Atom, _ bool) {
			if w := weight(a, n.typ, step.Name); w > 0 && weights[a.Key()] == 0 && !own[a.Key()] {
				own[a.Key()] = true
				total += w
			}
		})
	}
	return total
}

// weights returns the numbers of entities of a relation of a type that the atoms of the
// world need, by the atoms' keys.
func (w *World) weights(typ, step string) map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if known, ok := w.weighed[[2]string{typ, step}]; ok {
		return known
	}
	weights := map[string]int{}
	count := func(p ir.Predicate) {
		ir.Visit(p, func(a ir.Atom, _ bool) {
			if n := weight(a, typ, step); n > 0 {
				weights[a.Key()] = n
			}
		})
	}
	for _, side := range w.sides {
		for _, c := range side {
			for _, r := range c.Rules {
				count(r.Predicate)
			}
		}
	}
	for _, byClass := range w.conditions {
		for _, p := range byClass {
			count(p)
		}
	}
	w.weighed[[2]string{typ, step}] = weights
	return weights
}

// weight is the number of entities of a relation of a type that an atom needs.
func weight(a ir.Atom, typ, step string) int {
	through := func(e ir.Entities) bool {
		at := e.Origin
		for _, st := range e.Steps {
			if at == typ && st.Name == step {
				return true
			}
			at = st.Type
		}
		return false
	}
	sides := 0
	o := ir.OperandsOf(a)
	for _, e := range o.Entities {
		if through(e) {
			sides++
		}
	}
	for _, v := range o.Values {
		if p, ok := v.(ir.Property); ok && through(p.Of) {
			sides++
		}
	}
	switch a.(type) {
	case ir.Identical, ir.IdenticalEntity:
		return 2 * sides
	case ir.OneOf, ir.Common, ir.Like, ir.Matches, ir.Present, ir.Exists, ir.CommonEntity, ir.Privilege, ir.Anonymous, ir.From:
	}
	return sides
}

// sameType returns the pairs of nodes of one type.
func (s *Scope) sameType() [][2]*node {
	var pairs [][2]*node
	for i, n := range s.nodes {
		for _, m := range s.nodes[:i] {
			if n.typ == m.typ && n.change == nil && m.change == nil {
				pairs = append(pairs, [2]*node{m, n})
			}
		}
	}
	return pairs
}

func (n *node) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return n.values[name] == nil })
}
