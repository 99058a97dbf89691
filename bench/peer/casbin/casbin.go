package casbin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/casbin/casbin/v2"
	casbinmodel "github.com/casbin/casbin/v2/model"

	"github.com/qlik2rego/qlik2rego/bench/model"
)

// Contender is github.com/casbin/casbin/v2.
var Contender = model.Contender{
	Name:    "casbin",
	About:   "casbin: a matcher for each type, action and shape of rules, with their texts as policy rows; rights on parents remembered",
	Prepare: prepare,
}

type engine struct {
	site   *model.Site
	stages map[model.Stage][]*casbin.Enforcer
	err    error
}

// shape is a set of rules with the same matcher.
type shape struct {
	matcher   string
	columns   int
	rows      [][]string
	functions map[string]function
}

type function = func(...any) (any, error)

func prepare(_ context.Context, c *model.Case) (model.Decide, error) {
	e := &engine{site: c.Site, stages: map[model.Stage][]*casbin.Enforcer{}}
	for _, s := range c.Order {
		shapes := map[string]*shape{}
		var order []*shape
		for _, r := range c.Stages[s].All {
			w := &writer{engine: e, functions: map[string]function{}}
			matcher := w.matcher(r.Predicate)
			at := shapes[matcher]
			if at == nil {
				at = &shape{matcher: matcher, columns: len(w.texts) + 1, functions: w.functions}
				shapes[matcher] = at
				order = append(order, at)
			}
			at.rows = append(at.rows, append([]string{r.ID}, w.texts...))
		}
		for _, one := range order {
			enforcer, err := one.enforcer()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", one.matcher, err)
			}
			e.stages[s] = append(e.stages[s], enforcer)
		}
	}
	return func(i int) (bool, error) {
		q := c.Queries[i]
		e.err = nil
		held := e.holds(q.Stage, &model.Frame{Query: q, Resource: q.Resource, Held: new(model.Held)})
		return held, e.err
	}, nil
}

// enforcer returns casbin's enforcer of a shape. The first column of a row is the rule's id, which makes
// rows distinct.
func (s *shape) enforcer() (*casbin.Enforcer, error) {
	columns := make([]string, s.columns)
	for i := range columns {
		columns[i] = "c" + strconv.Itoa(i)
	}
	m, err := casbinmodel.NewModelFromString("[request_definition]\nr = f\n[policy_definition]\np = " + strings.Join(columns, ", ") +
		"\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = " + s.matcher + "\n")
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	for name, f := range s.functions {
		e.AddFunction(name, f)
	}
	_, err = e.AddPolicies(s.rows)
	return e, err
}

func (e *engine) holds(s model.Stage, f *model.Frame) bool {
	for _, enforcer := range e.stages[s] {
		allowed, err := enforcer.Enforce(f)
		if err != nil {
			e.err = err
			return false
		}
		if allowed {
			return true
		}
	}
	return false
}
