package compiled

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// eval evaluates the rules of a unit in a frame with the arguments.
func (u *unit) eval(m *machine, s []any) any {
	s[0] = nil
	u.try(m, s, u.root)
	switch {
	case m.err != nil:
		return nil
	case s[0] == nil:
		return u.fallback
	}
	return s[0]
}

// try evaluates the remaining rules, and reports whether to stop.
func (u *unit) try(m *machine, s []any, c *choice) bool {
	for ; c != nil; c = c.rest {
		for _, q := range c.tries {
			if u.one(m, s, q) {
				return true
			}
		}
		if c.test == nil {
			continue
		}
		if text, ok := stringOf(c.test(m, s)); ok {
			if u.try(m, s, c.byText[text]) {
				return true
			}
		}
	}
	return m.err != nil
}

func (u *unit) one(m *machine, s []any, q *sequence) bool {
	before := s[0]
	if before == nil || len(q.steps) == 1 {
		q.first(m, s)
		return m.err != nil || u.first && s[0] != nil
	}
	s[0] = nil
	q.first(m, s)
	if s[0] != nil && (!equal(before, s[0]) || !sameText(before, s[0])) {
		m.fail(ErrConflict)
	}
	s[0] = before
	return m.err != nil
}

// read returns the value of a unit without arguments, which is evaluated once per query.
func (u *unit) read(m *machine, empty any) any {
	if v, ok := m.known(u.id); ok {
		return v
	}
	if m.tick() {
		return nil
	}
	before := m.varies
	m.varies = false
	top := m.top
	v := u.eval(m, m.enter(u.size))
	m.top = top
	if m.err != nil {
		return nil
	}
	if v == nil {
		v = empty
	}
	m.store(u.id, v, before)
	return v
}

// call returns the value for the arguments in a frame.
func (u *unit) call(m *machine, s []any) any {
	if m.tick() {
		return nil
	}
	args := s[1 : 1+u.arity]
	if !u.shared.Load() && areStrings(args) {
		return u.eval(m, s)
	}
	hash, ok := m.hashArgs(u.id, args)
	if !ok {
		m.varies = true // the result of a call may depend on earlier calls
		return u.eval(m, s)
	}
	if e := m.calls.find(m.gen, u.id, hash, args); e.gen == m.gen {
		m.varies = m.varies || e.varies
		return e.value
	}
	if v, ok := m.cachedCall(u.id, hash, args); ok {
		return v
	}
	before := m.varies
	m.varies = false
	v := u.eval(m, s)
	if m.err == nil {
		e := m.calls.put(m.gen, u.id, hash, args, v, m.varies)
		if m.caching && !m.varies && m.named(u.id, args) {
			m.notedCalls = append(m.notedCalls, *e)
		}
	}
	m.varies = m.varies || before
	return v
}

// areStrings reports whether all arguments are strings. Calls with equal arguments are then
// identical; equal numbers may have two spellings.
func areStrings(args []any) bool {
	for _, a := range args {
		if _, ok := stringOf(a); !ok {
			return false
		}
	}
	return true
}

// virtual compiles a reference to rules: the prefix that needs a special lookup. It returns the
// remaining terms as well.
func (c *bodyCompiler) virtual(g *group, rest ast.Ref, sc scope) (expr, ast.Ref, look) {
	if g.refusal != nil {
		panic(g.refusal)
	}
	if g.kind == function {
		refuse("a function as a value")
	}
	var empty any
	if g.kind == partialSet {
		empty = emptySet
	}
	if g.kind == partialObject {
		empty = emptyMap
	}
	if g.kind >= partialSet && len(rest) > 0 && c.closed(rest[0], sc) {
		return c.part(g, rest[0], sc), rest[1:], get
	}
	u := g.whole(c.program)
	c.mayFail = c.mayFail || u.mayFail
	return func(m *machine, _ []any) any { return u.read(m, empty) }, rest, get
}

// part compiles the lookup of a key in a set or object that rules define. It evaluates only the part
// for the key.
func (c *bodyCompiler) part(g *group, t *ast.Term, sc scope) expr {
	name := c.value(t, sc)
	u := g.at(c.program)
	u.shared.Store(true)
	c.mayFail = c.mayFail || u.mayFail
	part := func(m *machine, s []any) any {
		k := name(m, s)
		if k == nil {
			return nil
		}
		top := m.top
		f := m.enter(u.size)
		f[1] = k
		v := u.call(m, f)
		m.top = top
		if v != nil && g.kind == partialSet {
			return k
		}
		return v
	}
	if _, ok := constant(t); !ok {
		return part
	}
	path := append(slices.Clip(g.path), t).String()
	if e, ok := c.program.prefixes[path]; ok {
		return e
	}
	e := c.program.once(part)
	c.program.prefixes[path] = e
	return e
}
