package compiled

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// Program is the compiled form of the modules of one compiler. It grows as queries
// are added, and is safe for concurrent use.
type Program struct {
	compiler *ast.Compiler

	mu       sync.Mutex // for all below but machines
	groups   map[*ast.TreeNode]*group
	prefixes map[string]expr
	ids      int32

	machines sync.Pool
}

// New returns a program for modules that a compiler has compiled without an error.
// Nothing is compiled until it is asked for.
func New(compiler *ast.Compiler) *Program {
	return &Program{compiler: compiler, groups: map[*ast.TreeNode]*group{}, prefixes: map[string]expr{}}
}

func (p *Program) newID() int32 {
	p.ids++
	return p.ids - 1
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

// prefix returns what evaluates a constant reference to base documents, once a query.
func (p *Program) prefix(ref ast.Ref) expr {
	name := ref.String()
	if e, ok := p.prefixes[name]; ok {
		return e
	}
	keys := make([]key, len(ref)-1)
	for i, t := range ref[1:] {
		keys[i] = constantKey(t.Value)
	}
	id := p.newID()
	e := func(m *machine, _ []any) any {
		if memo := &m.rules[id]; memo.gen == m.gen {
			return memo.value
		}
		v := m.root
		for i := range keys {
			if v = getPath(v, &keys[i]); v == nil {
				break
			}
		}
		m.rules[id] = ruleMemo{m.gen, v}
		return v
	}
	p.prefixes[name] = e
	return e
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

// Eval evaluates the query on a document and an input. The value is for JSON, or for
// callers that know what the query makes: List and Text read it. An error says
// nothing of its cause unless it is that of the context: OPA knows.
func (q *Query) Eval(ctx context.Context, data *bundles.Document, input ast.Value) (any, error) {
	p := q.program
	p.mu.Lock()
	ids := int(p.ids)
	p.mu.Unlock()
	m, ok := p.machines.Get().(*machine)
	if !ok || len(m.rules) < ids {
		m = newMachine(ids)
	}
	m.start(ctx, data.Root(), input)
	s := m.enter(q.size)
	s[0] = nil
	q.run(m, s)
	n, _ := s[0].(int)
	value, err := s[1], m.err
	m.stop()
	p.machines.Put(m)
	switch {
	case err != nil:
		return nil, err
	case n != 1:
		return nil, ErrResults
	}
	return value, nil
}
