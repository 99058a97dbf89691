package compiled

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// call compiles a call of a rule's function or of a built-in function.
func (c *bodyCompiler) call(terms []*ast.Term, sc scope, next func() step) step {
	ref := terms[0].Value.(ast.Ref)
	if ref[0].Equal(ast.DefaultRootDocument) {
		return c.callRules(ref, terms[1:], sc, next)
	}
	name := ref.String()
	if name == ast.WalkBuiltin.Name {
		return c.walk(terms[1:], sc, next)
	}
	decl, ok := ast.BuiltinMap[name]
	if !ok || !pure[name] {
		refuse("the built-in function %s", name)
	}
	arity := decl.Decl.Arity()
	args, out := terms[1:1+arity], terms[1+arity:]
	value := c.callBuiltin(name, args, sc)
	return c.result(value, out, sc, next)
}

// result compiles the use of a call's value: the value is bound or compared or, without an output,
// must not be false.
func (c *bodyCompiler) result(value expr, out []*ast.Term, sc scope, next func() step) step {
	if len(out) == 0 {
		then := next()
		return func(m *machine, s []any) bool {
			v := value(m, s)
			return v != nil && !isFalse(v) && then(m, s) || m.err != nil
		}
	}
	then := c.pattern(out[0], sc, next)
	return func(m *machine, s []any) bool {
		v := value(m, s)
		return v != nil && then(m, s, v) || m.err != nil
	}
}

func (c *bodyCompiler) callRules(ref ast.Ref, terms []*ast.Term, sc scope, next func() step) step {
	g := c.program.function(ref)
	arity := len(g.rules[0].Head.Args)
	if len(terms) > arity {
		// OPA compares the value with a known output before it evaluates all definitions, so it does
		// not detect definitions that contradict each other.
		if v, ok := terms[arity].Value.(ast.Var); !ok || sc[v] {
			refuse("a call with an output that is not a new variable")
		}
	}
	args := c.values(terms[:arity], sc)
	u := g.whole(c.program)
	c.mayFail = c.mayFail || u.mayFail
	c.calls(u, terms[:arity])
	return c.result(u.calling(args), terms[arity:], sc, next)
}

// calls records a call. Results are memoized if there are other calls, or one in a loop. Those
// with constant arguments are kept for the cache.
func (c *bodyCompiler) calls(u *unit, args []*ast.Term) {
	u.calls++
	isConstant := !slices.ContainsFunc(args, func(t *ast.Term) bool { _, ok := constant(t); return !ok })
	if u.calls > 1 || c.enumerates || isConstant {
		u.shared.Store(true)
	}
}

func (u *unit) calling(args []expr) expr {
	return func(m *machine, s []any) any {
		top := m.top
		f := m.enter(u.size)
		for i, a := range args {
			if f[1+i] = a(m, s); f[1+i] == nil {
				m.top = top
				return nil
			}
		}
		v := u.call(m, f)
		m.top = top
		return v
	}
}
