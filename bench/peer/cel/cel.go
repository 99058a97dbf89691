package cel

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/qlik2rego/qlik2rego/bench/model"
)

// Contender is cel.dev/cel-go.
var Contender = model.Contender{
	Name:    "cel",
	About:   "cel-go: an optimised program a rule, looped over by type, action and id; rights on parents remembered",
	Prepare: prepare,
}

type stage struct {
	any  []cel.Program
	byID map[string][]cel.Program
}

type engine struct {
	site      *model.Site
	stages    map[model.Stage]*stage
	variables map[string]variable
	// types are the declarations of the variables.
	types map[string]*cel.Type
	// class is the class whose rules are being written.
	class string
	// values are the strings of an entity as CEL values, by its number and slot.
	values [][]ref.Val
	err    error
}

// variable returns the value of a variable in a frame.
type variable func(*model.Frame) ref.Val

func prepare(_ context.Context, c *model.Case) (model.Decide, error) {
	e := &engine{site: c.Site, stages: map[model.Stage]*stage{}, variables: map[string]variable{}, types: map[string]*cel.Type{}}
	sources := map[model.Stage]*texts{}
	for _, s := range c.Order {
		e.class = s.Class
		t := &texts{byID: map[string][]string{}}
		t.any = e.expressions(c.Stages[s].Any)
		for id, rules := range c.Stages[s].ByID {
			t.byID[id] = e.expressions(rules)
		}
		sources[s] = t
	}
	var options []cel.EnvOption
	for name, typ := range e.types {
		options = append(options, cel.Variable(name, typ))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	programs := map[string]cel.Program{} // rules with the same code share a program
	for s, t := range sources {
		made := &stage{byID: map[string][]cel.Program{}}
		if made.any, err = compile(env, t.any, programs); err != nil {
			return nil, err
		}
		for id, list := range t.byID {
			if made.byID[id], err = compile(env, list, programs); err != nil {
				return nil, err
			}
		}
		e.stages[s] = made
	}
	return func(i int) (bool, error) {
		q := c.Queries[i]
		e.err = nil
		held := e.stages[q.Stage].holds(e, &model.Frame{Query: q, Resource: q.Resource, Held: new(model.Held)})
		return held, e.err
	}, nil
}

// texts are the expressions of a stage.
type texts struct {
	any  []string
	byID map[string][]string
}

func (e *engine) expressions(rules []model.Rule) []string {
	list := make([]string, len(rules))
	for i, r := range rules {
		list[i] = e.expression(r.Predicate)
	}
	return list
}

func compile(env *cel.Env, sources []string, known map[string]cel.Program) ([]cel.Program, error) {
	list := make([]cel.Program, len(sources))
	for i, source := range sources {
		if p := known[source]; p != nil {
			list[i] = p
			continue
		}
		tree, issues := env.Compile(source)
		if issues.Err() != nil {
			return nil, fmt.Errorf("%s: %w", source, issues.Err())
		}
		p, err := env.Program(tree, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		list[i], known[source] = p, p
	}
	return list, nil
}

// activation provides the values of a frame to cel-go.
type activation struct {
	engine *engine
	frame  *model.Frame
}

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	v, ok := a.engine.variables[name]
	if !ok {
		return nil, false
	}
	return v(a.frame), true
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }

func (s *stage) holds(e *engine, f *model.Frame) bool {
	a := &activation{e, f}
	return e.some(s.byID[f.Resource.ID], a) || e.some(s.any, a)
}

func (e *engine) some(programs []cel.Program, a *activation) bool {
	for _, p := range programs {
		value, _, err := p.Eval(a)
		if err != nil {
			e.err = err
			return false
		}
		if value == types.True {
			return true
		}
	}
	return false
}

// name returns the name of a variable for a key of the predicates, and declares it. A key that begins at
// the resource has a separate variable for each class.
func (e *engine) name(prefix, key string, typ *cel.Type, find variable) string {
	var b strings.Builder
	b.WriteString(prefix)
	if strings.HasPrefix(key, "resource") {
		key = e.class + "." + key
	}
	for _, c := range key {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case c == '.':
			b.WriteByte('_')
		default:
			b.WriteString("__" + strconv.Itoa(int(c)) + "_")
		}
	}
	name := b.String()
	e.types[name], e.variables[name] = typ, find
	return name
}
