package compiled

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// Program is the compiled form of the modules of one compiler. It grows as queries
// are added, and is safe for concurrent use.
type Program struct {
	compiler *ast.Compiler
	// stable are the members of the input that are often the same (cache.go).
	stable []*ast.Term
	names  names

	mu       sync.Mutex // guards the following fields, except ids and machines
	groups   map[*ast.TreeNode]*group
	prefixes map[string]expr
	ids      atomic.Int32

	// kept are machines with their caches, so that the garbage collector does not free them.
	kept     [machinesKept]atomic.Pointer[machine]
	machines sync.Pool
}

// machinesKept is the number of idle machines that keep their caches.
const machinesKept = 4

// New returns a program for modules that a compiler has compiled without an error. It compiles
// nothing until a query needs it. Results that depend on the data and the stable members of the
// input only, four at most, are cached between queries: name those that are the same in many of
// them.
func New(compiler *ast.Compiler, stable ...string) *Program {
	p := &Program{compiler: compiler, groups: map[*ast.TreeNode]*group{}, prefixes: map[string]expr{}}
	for _, name := range stable[:min(len(stable), stableMax)] {
		p.stable = append(p.stable, ast.StringTerm(name))
	}
	return p
}

// isStable reports whether a reference to the input stays within the stable members.
func (p *Program) isStable(ref ast.Ref) bool {
	return len(ref) > 1 && slices.ContainsFunc(p.stable, ref[1].Equal)
}

func (p *Program) newID() int32 {
	return p.ids.Add(1) - 1
}

// group returns the rules at a node of the rule tree, or refuses them.
func (p *Program) group(node *ast.TreeNode, path ast.Ref) *group {
	g, ok := p.groups[node]
	if !ok {
		g = &group{path: path}
		p.groups[node] = g
		if g.refusal = refusable(func() { g.classify(node) }); g.refusal != nil {
			g.refusal.Rule = path.String()
		}
	}
	if g.refusal != nil {
		panic(g.refusal)
	}
	return g
}

func (p *Program) function(ref ast.Ref) *group {
	node := p.compiler.RuleTree.Find(ref)
	if node == nil || len(node.Values) == 0 {
		refuse("the function %s", ref)
	}
	g := p.group(node, ref)
	if g.kind != function {
		refuse("a call of %s, which is not a function", ref)
	}
	return g
}

// prefix returns an evaluator for a constant reference to base documents that runs once per
// query.
func (p *Program) prefix(ref ast.Ref) expr {
	name := ref.String()
	if e, ok := p.prefixes[name]; ok {
		return e
	}
	e := p.once(func(m *machine, _ []any) any {
		v := m.root
		for _, t := range ref[1:] {
			if v = getPath(v, t.Value, nil); v == nil {
				break
			}
		}
		return v
	})
	p.prefixes[name] = e
	return e
}

// inputPrefix returns an evaluator for a constant reference to the input that runs once per
// query.
func (p *Program) inputPrefix(ref ast.Ref) expr {
	if len(ref) == 1 {
		return func(m *machine, _ []any) any {
			m.varies = true
			return m.input
		}
	}
	name := ref.String()
	if e, ok := p.prefixes[name]; ok {
		return e
	}
	of, key := p.inputPrefix(ref[:len(ref)-1]), ref[len(ref)-1]
	if len(ref) == 2 && p.isStable(ref) {
		of = func(m *machine, _ []any) any { return m.input }
	}
	once := p.once
	if !p.isStable(ref) {
		once = p.oncePerQuery
	}
	e := once(func(m *machine, s []any) any {
		v := of(m, s)
		if v == nil {
			return nil
		}
		return get(v, key.Value, key)
	})
	p.prefixes[name] = e
	return e
}

// oncePerQuery evaluates an expression that needs no frame, and whose value depends on more
// than the stable members, once per query.
func (p *Program) oncePerQuery(e expr) expr {
	id := p.newID()
	return func(m *machine, s []any) any {
		m.varies = true
		memo := &m.rules[id]
		if memo.gen != m.gen {
			*memo = ruleMemo{gen: m.gen, varies: true, value: e(m, s)}
		}
		return memo.value
	}
}

// once evaluates an expression that needs no frame at most once per query.
func (p *Program) once(e expr) expr {
	id := p.newID()
	return func(m *machine, s []any) any {
		if v, ok := m.known(id); ok {
			return v
		}
		before := m.varies
		m.varies = false
		v := e(m, s)
		m.store(id, v, before)
		return v
	}
}

// Query is a compiled query. It is safe for concurrent use.
type Query struct {
	program *Program
	run     step
	size    int
}

// resultVar is a name that Rego's syntax does not allow.
const resultVar = ast.Var("result of the query")

// Query compiles a query of one term, such as data.site.allow. The error is a
// *Refusal if the query, or a rule that it reaches, is outside the fragment.
func (p *Program) Query(text string) (*Query, error) {
	body, err := ast.ParseBody(text)
	if err != nil {
		return nil, err
	}
	term, ok := body[0].Terms.(*ast.Term)
	if len(body) != 1 || !ok || body[0].Negated || len(body[0].With) > 0 {
		return nil, &Refusal{Reason: "a query that is not one term"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	queries := p.compiler.QueryCompiler()
	if body, err = queries.Compile(ast.NewBody(ast.Equality.Expr(ast.NewTerm(resultVar), term))); err != nil {
		return nil, fmt.Errorf("the query %s: %w", text, err)
	}
	q := &Query{program: p}
	c := &bodyCompiler{program: p, slots: map[ast.Var]int{resultVar: 1}, size: 2, indexOf: queries.ComprehensionIndex}
	if refusal := refusable(func() {
		q.run = c.body(body, scope{}, func() step {
			return func(m *machine, s []any) bool {
				n, _ := s[0].(int)
				s[0] = n + 1
				return n > 0 || m.err != nil
			}
		})
	}); refusal != nil {
		return nil, refusal
	}
	q.size = c.size
	return q, nil
}

// ErrResults says that a query has no value or several.
var ErrResults = errors.New("the query does not have one value")

// Eval evaluates the query on a document and an input. The value is in the types that
// encoding/json uses with UseNumber; a set is an array in OPA's order. Except for the context's
// error, an error does not give its cause, which OPA can report.
func (q *Query) Eval(ctx context.Context, data *bundles.Document, input ast.Value) (any, error) {
	p := q.program
	m := p.machine()
	value, err := q.evalOn(ctx, m, data, input)
	p.release(m)
	return value, err
}

// machine returns an idle machine.
func (p *Program) machine() *machine {
	ids := int(p.ids.Load())
	for i := range p.kept {
		if m := p.kept[i].Swap(nil); m != nil && len(m.rules) >= ids {
			return m
		}
	}
	if m, ok := p.machines.Get().(*machine); ok && len(m.rules) >= ids {
		return m
	}
	return newMachine(ids, &p.names)
}

func (p *Program) release(m *machine) {
	for i := range p.kept {
		if p.kept[i].CompareAndSwap(nil, m) {
			return
		}
	}
	p.machines.Put(m)
}

func (q *Query) evalOn(ctx context.Context, m *machine, data *bundles.Document, input ast.Value) (any, error) {
	m.start(ctx, data.Root(), input)
	m.recall(q.program.stable)
	s := m.enter(q.size)
	s[0] = nil
	q.run(m, s)
	n, _ := s[0].(int)
	var value any
	err := m.err
	if err == nil && n == 1 {
		value, err = plainOf(s[1])
	}
	m.retain()
	m.stop()
	switch {
	case err != nil:
		return nil, err
	case n != 1:
		return nil, ErrResults
	}
	return value, nil
}
