package compiled

import (
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
)

// candidate is a rule that has not been assigned to an index yet.
type candidate struct {
	// steps are those of the rule and of its other definitions.
	steps []step
	// tests are conditions without which the rule has no value.
	tests []test
	// reads are the arguments that it reads, as operands.
	reads map[string]bool
}

// test is the condition that an operand is one of some strings.
type test struct {
	operand string // a canonical form of the operand
	value   expr
	texts   []string
}

// choice finds the rules that may have a value: those in tries, then those for the value of the
// operand, then those in rest.
type choice struct {
	tries  []*sequence
	test   expr
	byText map[string]*choice
	rest   *choice
}

// maxScanned is the maximum number of rules that are tried one by one.
const maxScanned = 2

// chooser arranges the candidates of a unit.
type chooser struct {
	program *Program
	// first reports whether the unit has only one value, so that evaluation stops at the first.
	first bool
	// caches reports whether definitions can be skipped for the stable members. Those of sets and
	// objects cannot: they add to a value, or read the key, which is no argument of theirs.
	caches bool
}

// choose arranges candidates by the operand that most of them test. done are the operands that need
// no more tests, and fixed those of them whose string is known.
func (ch chooser) choose(candidates []*candidate, done, fixed map[string]bool) *choice {
	counts := map[string]int{}
	best := ""
	for _, c := range candidates {
		for _, t := range c.tests {
			if done[t.operand] {
				continue
			}
			counts[t.operand]++
			if n := counts[t.operand]; best == "" || n > counts[best] {
				best = t.operand
			}
		}
	}
	if len(candidates) <= maxScanned || counts[best] < 2 {
		return ch.leaf(candidates, fixed)
	}
	here, fixedHere := with(done, best), with(fixed, best)
	byText := map[string][]*candidate{}
	var rest []*candidate
	c := &choice{byText: map[string]*choice{}}
	for _, candidate := range candidates {
		t := candidate.find(best)
		if t == nil {
			rest = append(rest, candidate)
			continue
		}
		c.test = t.value
		seen := map[string]bool{}
		for _, text := range t.texts {
			if !seen[text] {
				byText[text] = append(byText[text], candidate)
			}
			seen[text] = true
		}
	}
	for text, list := range byText {
		c.byText[text] = ch.choose(list, here, fixedHere)
	}
	if len(rest) > 0 {
		c.rest = ch.choose(rest, here, fixed)
	}
	return c
}

// leaf returns the choice for rules that are tried one by one.
func (ch chooser) leaf(candidates []*candidate, fixed map[string]bool) *choice {
	c := &choice{}
	for i, candidate := range candidates {
		isFixed := true
		for operand := range candidate.reads {
			isFixed = isFixed && fixed[operand]
		}
		if !ch.first || i == 0 {
			c.tries = append(c.tries, &sequence{id: -1})
		}
		c.tries[len(c.tries)-1].add(candidate.steps, isFixed)
	}
	if ch.caches {
		for _, q := range c.tries {
			q.cache(ch.program)
		}
	}
	return c
}

func with(set map[string]bool, more string) map[string]bool {
	union := map[string]bool{more: true}
	for name := range set {
		union[name] = true
	}
	return union
}

// reads adds the arguments that a definition reads, as operands.
func reads(r *ast.Rule, operands map[string]bool) {
	params := r.Head.Args
	byVar := map[ast.Var]string{}
	for i, p := range params {
		v, isVar := p.Value.(ast.Var)
		if _, again := byVar[v]; !isVar || again {
			operands[argument(i)] = true
			continue
		}
		byVar[v] = argument(i)
	}
	note := func(v ast.Var) bool {
		if operand, ok := byVar[v]; ok {
			operands[operand] = true
		}
		return false
	}
	for _, p := range params {
		if _, isVar := p.Value.(ast.Var); !isVar {
			ast.WalkVars(p, note)
		}
	}
	ast.WalkVars(r.Body, note)
	if r.Head.Value != nil {
		ast.WalkVars(r.Head.Value, note)
	}
}

func (c *candidate) find(operand string) *test {
	for i := range c.tests {
		if c.tests[i].operand == operand {
			return &c.tests[i]
		}
	}
	return nil
}

// tests returns the conditions of a rule on its arguments and on the input. Expressions before
// them must not fail: skipping the rule would hide an error.
func (c *bodyCompiler) tests(u *unit, r *ast.Rule) []test {
	var tests []test
	for i, a := range r.Head.Args {
		if text, ok := a.Value.(ast.String); ok {
			tests = append(tests, test{argument(i), argumentOf(i), []string{string(text)}})
		}
	}
	for _, e := range r.Body {
		if t, ok := c.test(u, e); ok {
			tests = append(tests, t)
			continue
		}
		if !harmless(e) {
			break
		}
	}
	return tests
}

func argument(i int) string { return "argument " + strconv.Itoa(i) }

func argumentOf(i int) expr { return func(_ *machine, s []any) any { return s[1+i] } }

// harmless reports whether an expression calls no rules, so that it cannot fail.
func harmless(e *ast.Expr) bool {
	harmless := true
	ast.WalkRefs(e, func(r ast.Ref) bool {
		harmless = harmless && !r[0].Equal(ast.DefaultRootDocument)
		return false
	})
	ast.WalkTerms(e, func(t *ast.Term) bool {
		harmless = harmless && !ast.IsComprehension(t.Value)
		return false
	})
	return harmless
}

// test recognizes operand == "text" and operand in {"text", …}.
func (c *bodyCompiler) test(u *unit, e *ast.Expr) (t test, ok bool) {
	terms, isCall := e.Terms.([]*ast.Term)
	if !isCall || e.Negated || len(terms) != 3 {
		return t, false
	}
	a, b := terms[1], terms[2]
	switch {
	case e.IsEquality():
		if _, ok := a.Value.(ast.String); ok {
			a, b = b, a
		}
		text, isText := b.Value.(ast.String)
		if !isText {
			return t, false
		}
		t.texts = []string{string(text)}
	case terms[0].Value.String() == ast.Member.Name:
		if t.texts, ok = texts(b); !ok {
			return t, false
		}
	default:
		return t, false
	}
	c.program.names.add(t.texts...)
	t.operand, t.value, ok = c.operand(u, a)
	return t, ok
}

// texts returns the elements of a constant set or array of strings, false for other terms.
func texts(t *ast.Term) ([]string, bool) {
	v, ok := constant(t)
	if !ok {
		return nil, false
	}
	if _, isObject := v.(ast.Object); isObject || !isCollection(v) {
		return nil, false
	}
	var list []string
	failed := each(v, func(_, e any) bool {
		text, ok := stringOf(e)
		list = append(list, text)
		return !ok
	})
	return list, !failed
}

// operand recognizes an argument or a constant reference to the input.
func (c *bodyCompiler) operand(u *unit, t *ast.Term) (string, expr, bool) {
	switch v := t.Value.(type) {
	case ast.Var:
		if i := c.slots[v]; i >= 1 && i <= u.arity {
			return argument(i - 1), argumentOf(i - 1), true
		}
	case ast.Ref:
		if v[0].Equal(ast.InputRootDocument) && v.IsGround() && c.closed(t, scope{}) {
			return v.String(), c.value(t, scope{}), true
		}
	}
	return "", nil, false
}
