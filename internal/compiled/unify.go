package compiled

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// unify compiles a = b.
func (c *bodyCompiler) unify(a, b *ast.Term, sc scope, next func() step) step {
	closedA, closedB := c.closed(a, sc), c.closed(b, sc)
	switch {
	case closedA && closedB:
		x, y := c.value(a, sc), c.value(b, sc)
		if v, ok := constant(b); ok {
			if text, ok := v.(ast.String); ok {
				return equalsString(x, string(text), next())
			}
		}
		then := next()
		return func(m *machine, s []any) bool {
			v := x(m, s)
			if v == nil {
				return m.err != nil
			}
			w := y(m, s)
			if w == nil {
				return m.err != nil
			}
			return equal(v, w) && then(m, s)
		}
	case closedA:
		return c.match(b, a, sc, next)
	case closedB:
		return c.match(a, b, sc, next)
	}
	if ref, ok := a.Value.(ast.Ref); ok {
		return c.refEach(ref, sc, func() cont { return c.pattern(b, sc, next) })
	}
	if ref, ok := b.Value.(ast.Ref); ok {
		return c.refEach(ref, sc, func() cont { return c.pattern(a, sc, next) })
	}
	x, okX := a.Value.(*ast.Array)
	y, okY := b.Value.(*ast.Array)
	if !okX || !okY || x.Len() != y.Len() {
		refuse("an equation with variables without a value on both sides")
	}
	return c.unifyElements(x, y, 0, sc, next)
}

func equalsString(x expr, text string, then step) step {
	return func(m *machine, s []any) bool {
		v := x(m, s)
		if v == nil {
			return m.err != nil
		}
		got, ok := stringOf(v)
		return ok && got == text && then(m, s)
	}
}

func (c *bodyCompiler) unifyElements(x, y *ast.Array, i int, sc scope, next func() step) step {
	if i == x.Len() {
		return next()
	}
	return c.unify(x.Elem(i), y.Elem(i), sc, func() step { return c.unifyElements(x, y, i+1, sc, next) })
}

// match unifies a term that has variables without a value with one that has none.
func (c *bodyCompiler) match(open, closed *ast.Term, sc scope, next func() step) step {
	if ref, ok := open.Value.(ast.Ref); ok {
		value := c.value(closed, sc)
		at := c.temp()
		each := c.refEach(ref, sc, func() cont {
			then := next()
			return func(m *machine, s []any, v any) bool { return equal(v, s[at]) && then(m, s) }
		})
		return func(m *machine, s []any) bool {
			if s[at] = value(m, s); s[at] == nil {
				return m.err != nil
			}
			return each(m, s)
		}
	}
	value := c.value(closed, sc)
	if v, ok := open.Value.(ast.Var); ok {
		at := c.slot(v)
		sc[v] = true
		then := next()
		return func(m *machine, s []any) bool {
			if s[at] = value(m, s); s[at] == nil {
				return m.err != nil
			}
			return then(m, s)
		}
	}
	then := c.pattern(open, sc, next)
	return func(m *machine, s []any) bool {
		v := value(m, s)
		if v == nil {
			return m.err != nil
		}
		return then(m, s, v)
	}
}

// pattern compiles the comparison of a value with a term, whose variables it binds.
func (c *bodyCompiler) pattern(t *ast.Term, sc scope, next func() step) cont {
	if c.closed(t, sc) {
		want := c.value(t, sc)
		then := next()
		return func(m *machine, s []any, v any) bool {
			w := want(m, s)
			return w != nil && equal(v, w) && then(m, s) || m.err != nil
		}
	}
	switch p := t.Value.(type) {
	case ast.Var:
		at := c.slot(p)
		sc[p] = true
		then := next()
		return func(m *machine, s []any, v any) bool {
			s[at] = v
			return then(m, s)
		}
	case *ast.Array:
		at := c.temp()
		then := c.elements(p, 0, at, sc, next)
		return func(m *machine, s []any, v any) bool {
			if n, ok := lengthOf(v); !ok || n != p.Len() {
				return false
			}
			s[at] = v
			return then(m, s)
		}
	case ast.Object:
		return c.members(p, sc, next)
	}
	refuse("a pattern of type %T", t.Value)
	return nil
}

func (c *bodyCompiler) elements(p *ast.Array, i, at int, sc scope, next func() step) step {
	if i == p.Len() {
		return next()
	}
	then := c.pattern(p.Elem(i), sc, func() step { return c.elements(p, i+1, at, sc, next) })
	return func(m *machine, s []any) bool { return then(m, s, element(s[at], i)) }
}

func (c *bodyCompiler) members(p ast.Object, sc scope, next func() step) cont {
	at := c.temp()
	var pairs [][2]*ast.Term
	p.Foreach(func(k, v *ast.Term) {
		if _, ok := constant(k); !ok {
			refuse("an object pattern with a computed key")
		}
		pairs = append(pairs, [2]*ast.Term{k, v})
	})
	var from func(i int) step
	from = func(i int) step {
		if i == len(pairs) {
			return next()
		}
		name := pairs[i][0]
		key := ofConstant(name.Value)
		then := c.pattern(pairs[i][1], sc, func() step { return from(i + 1) })
		return func(m *machine, s []any) bool {
			v := get(s[at], key, name)
			return v != nil && then(m, s, v)
		}
	}
	then := from(0)
	return func(m *machine, s []any, v any) bool {
		if n, ok := membersOf(v); !ok || n != len(pairs) {
			return false
		}
		s[at] = v
		return then(m, s)
	}
}
