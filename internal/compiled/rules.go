package compiled

import (
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// group is all rules of one name.
type group struct {
	path  ast.Ref
	kind  kind
	rules []*ast.Rule
	// refusal is the reason why none of them is compiled.
	refusal *Refusal
	units   [2]*unit
	busy    bool
}

type kind int

const (
	complete      kind = iota // p := v
	function                  // f(x) := v
	partialSet                // s contains x
	partialObject             // o[k] := v
	objectSet                 // o[k] contains x
)

// unit is the compiled form of a group: its complete value or, for a set or object, the part
// for one key, which is its argument.
type unit struct {
	id    int32
	arity int
	size  int
	root  *choice
	// fallback is the value of the default rule.
	fallback any
	// first says that the first value is the only possible one.
	first bool
	// mayFail says that the evaluation may end in an error.
	mayFail bool
	// calls is the number of places that call the function, guarded by the mutex of the
	// program, and shared says that it is worth memoizing results for other calls.
	calls  int
	shared atomic.Bool
}

// kindOf refuses rules outside the supported subset.
func kindOf(path ast.Ref, r *ast.Rule) kind {
	ref, multiple := r.Ref(), r.Head.RuleKind() == ast.MultiValue
	switch {
	case len(r.Head.Args) > 0:
		return function
	case len(ref) == len(path) && ref.IsGround() && !multiple:
		return complete
	case len(ref) == len(path) && multiple:
		return partialSet
	case len(ref) == len(path)+1 && !multiple:
		return partialObject
	case len(ref) == len(path)+1 && multiple:
		return objectSet
	}
	refuse("a rule with a computed path")
	return 0
}

// classify finds the kind of the rules. Rules below a name, such as o.a next to o[k], belong to
// the same object.
func (g *group) classify(node *ast.TreeNode) {
	g.kind = kindOf(g.path, node.Values[0])
	node.DepthFirst(func(n *ast.TreeNode) bool {
		if n != node && len(n.Values) > 0 && g.kind < partialObject {
			refuse("rules below rules")
		}
		g.rules = append(g.rules, n.Values...)
		return false
	})
	for _, r := range g.rules {
		if kindOf(g.path, r) != g.kind {
			refuse("rules of several kinds")
		}
	}
}

// whole returns the unit of the complete value.
func (g *group) whole(p *Program) *unit {
	if g.kind == objectSet {
		refuse("the whole of sets by name")
	}
	return g.unit(p, 0)
}

// at returns the unit of the part for one key.
func (g *group) at(p *Program) *unit { return g.unit(p, 1) }

func (g *group) unit(p *Program, which int) *unit {
	if g.refusal != nil {
		panic(g.refusal)
	}
	if g.units[which] != nil {
		return g.units[which]
	}
	if g.busy {
		refuse("recursion")
	}
	g.busy = true
	refusal := refusable(func() { g.units[which] = g.compile(p, which == 1) })
	g.busy = false
	if refusal != nil {
		if g.refusal = refusal; refusal.Rule == "" {
			g.refusal = &Refusal{g.path.String(), refusal.Reason}
		}
		panic(g.refusal)
	}
	return g.units[which]
}

func (g *group) compile(p *Program, byKey bool) *unit {
	u := &unit{id: p.newID()}
	if byKey {
		u.arity = 1
	}
	if g.kind == function {
		u.arity = len(g.rules[0].Head.Args)
	}
	u.size = 1 + u.arity
	var candidates []*candidate
	u.first = !byKey && g.kind <= function && sameConstant(g.rules)
	enumerates, n := false, 0
	for _, r := range g.rules {
		if r.Default {
			v, ok := constant(r.Head.Value)
			if !ok {
				refuse("a default that is not constant")
			}
			u.fallback = ofConstant(v)
			continue
		}
		n++
		candidate := &candidate{reads: map[string]bool{}}
		for ; r != nil; r = r.Else {
			c := &bodyCompiler{program: p, slots: map[ast.Var]int{}, size: 1 + u.arity, indexOf: p.compiler.ComprehensionIndex}
			candidate.steps = append(candidate.steps, c.rule(g, u, r, byKey))
			u.size = max(u.size, c.size)
			u.mayFail = u.mayFail || c.mayFail
			enumerates = enumerates || c.enumerates
			if len(candidate.steps) == 1 && r.Else == nil {
				candidate.tests = c.tests(u, r)
			}
			reads(r, candidate.reads)
		}
		candidates = append(candidates, candidate)
	}
	if g.kind != partialSet && !(byKey && g.kind == objectSet) && !u.first && (n > 1 || enumerates) {
		u.mayFail = true
	}
	u.root = chooser{p, u.first, g.kind <= function}.choose(candidates, nil, nil)
	return u
}

// sameConstant reports whether all definitions have the same constant value.
func sameConstant(rules []*ast.Rule) bool {
	var value *ast.Term
	for _, r := range rules {
		if r.Default {
			continue
		}
		for ; r != nil; r = r.Else {
			v := r.Head.Value
			if _, ok := constant(v); !ok || value != nil && !value.Equal(v) {
				return false
			}
			value = v
		}
	}
	return true
}

// rule compiles a definition: its arguments, or its key, its body and its value, which it
// stores in the first slot of the frame, before the arguments.
func (c *bodyCompiler) rule(g *group, u *unit, r *ast.Rule, byKey bool) step {
	sc := scope{}
	var params []*ast.Term
	switch {
	case g.kind == function:
		params = r.Head.Args
	case byKey && g.kind == partialSet:
		params = []*ast.Term{r.Head.Key}
	case byKey:
		params = []*ast.Term{r.Ref()[len(r.Ref())-1]}
	}
	final := func() step { return c.final(g, u, r, byKey, sc) }
	return c.params(params, 0, sc, func() step { return c.body(r.Body, sc, final) })
}

// params compiles the comparison of the arguments, which are in the frame.
func (c *bodyCompiler) params(params []*ast.Term, i int, sc scope, next func() step) step {
	if i == len(params) {
		return next()
	}
	rest := func() step { return c.params(params, i+1, sc, next) }
	if v, ok := params[i].Value.(ast.Var); ok && !sc[v] {
		c.slots[v] = 1 + i
		sc[v] = true
		return rest()
	}
	then := c.pattern(params[i], sc, rest)
	return func(m *machine, s []any) bool { return then(m, s, s[1+i]) }
}

func (c *bodyCompiler) final(g *group, u *unit, r *ast.Rule, byKey bool, sc scope) step {
	switch {
	case g.kind == partialSet && byKey:
		return func(m *machine, s []any) bool {
			s[0] = trueValue
			return !u.mayFail || m.err != nil
		}
	case g.kind == partialSet || g.kind == objectSet:
		key := c.value(r.Head.Key, sc)
		return func(m *machine, s []any) bool {
			if v := key(m, s); v != nil {
				m.addTo(s, 0, v)
			}
			return m.err != nil
		}
	}
	if r.Head.Value == nil {
		refuse("a rule without a value")
	}
	value := c.value(r.Head.Value, sc)
	if g.kind == partialObject && !byKey {
		key := c.value(r.Ref()[len(r.Ref())-1], sc)
		return func(m *machine, s []any) bool {
			k, v := key(m, s), value(m, s)
			if k != nil && v != nil {
				insertInto(m, s, 0, k, v, false)
			}
			return m.err != nil
		}
	}
	if u.first {
		return func(m *machine, s []any) bool {
			s[0] = value(m, s)
			return true
		}
	}
	return func(m *machine, s []any) bool {
		v := value(m, s)
		switch {
		case v == nil:
		case s[0] == nil:
			s[0] = v
		case !equal(s[0], v) || g.kind == function && !sameText(s[0], v):
			m.fail(ErrConflict)
		}
		return m.err != nil
	}
}

var trueValue any = ast.Boolean(true)

// sameText reports whether equal values have the same spelling, which 1 and 1.0 have not. OPA
// uses the first one for the first call of a function, and then the last.
func sameText(a, b any) bool {
	if _, ok := stringOf(a); ok {
		return true
	}
	switch a.(type) {
	case ast.Boolean, bool, ast.Null:
		return true
	}
	return toAST(a).String() == toAST(b).String()
}
