package cedar

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/qlik2rego/qlik2rego/bench/model"
)

// Contenders are two uses of github.com/cedar-policy/cedar-go.
var Contenders = []model.Contender{
	{
		Name:    "cedar",
		About:   "cedar-go: the policies of the type and action; a call for each right on a parent, remembered",
		Prepare: func(_ context.Context, c *model.Case) (model.Decide, error) { return prepare(c, false) },
	},
	{
		Name:    "cedar-sliced",
		About:   "cedar-go, and only the policies that may concern the resource's id",
		Prepare: func(_ context.Context, c *model.Case) (model.Decide, error) { return prepare(c, true) },
	},
}

// policies is a list of policies in two parts. It implements cedar.PolicyIterator.
type policies [2][]policy

type policy struct {
	id cedar.PolicyID
	*cedar.Policy
}

// All implements cedar.PolicyIterator.
func (p policies) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, part := range p {
			for _, one := range part {
				if !yield(one.id, one.Policy) {
					return
				}
			}
		}
	}
}

type stage struct {
	any       []policy
	byID      map[string][]policy
	questions map[string]question
	// environment reports whether a policy reads the session.
	environment bool
}

// question is a right on a parent that policies of a stage read from the context.
type question struct {
	stage    model.Stage
	entities func(*model.Frame) []*model.Entity
}

type engine struct {
	site   *model.Site
	stages map[model.Stage]*stage
	// made are the entities created so far, by number.
	made []*types.Entity
	err  error
}

func prepare(c *model.Case, sliced bool) (model.Decide, error) {
	e := &engine{site: c.Site, stages: map[model.Stage]*stage{}}
	for _, s := range c.Order {
		made := &stage{byID: map[string][]policy{}, questions: map[string]question{}}
		w := writer{site: c.Site, stage: made}
		rules := c.Stages[s]
		any := rules.All
		if sliced {
			any = rules.Any
			for id, list := range rules.ByID {
				var err error
				if made.byID[id], err = w.policies(list); err != nil {
					return nil, err
				}
			}
		}
		var err error
		if made.any, err = w.policies(any); err != nil {
			return nil, err
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

func (s *stage) holds(e *engine, f *model.Frame) bool {
	parts := policies{s.any, s.byID[f.Resource.ID]}
	if len(parts[0]) == 0 && len(parts[1]) == 0 {
		return false
	}
	decision, diagnostic := cedar.Authorize(parts, e, cedar.Request{
		Principal: uid(f.Subject), Action: action, Resource: uid(f.Resource), Context: s.context(e, f),
	})
	if len(diagnostic.Errors) > 0 {
		e.err = errors.New(diagnostic.Errors[0].Message)
	}
	return decision == cedar.Allow
}

// action is the action of every request: the policies are those of one action.
var action = types.NewEntityUID("Action", "any")

// context returns the values that the policies of the stage read and that are not attributes.
func (s *stage) context(e *engine, f *model.Frame) types.Record {
	values := types.RecordMap{"from": types.String(f.From.String())}
	for name, q := range s.questions {
		may := false
		for _, entity := range q.entities(f) {
			may = may || f.May(q.stage, entity, func(parent *model.Frame) bool { return e.stages[q.stage].holds(e, parent) })
		}
		values[types.String(name)] = types.Boolean(may)
	}
	if s.environment {
		session := types.RecordMap{}
		for name, texts := range f.Environment {
			session[types.String(name)] = set(texts)
		}
		values["environment"] = types.NewRecord(session)
	}
	return types.NewRecord(values)
}

// Get implements types.EntityGetter. An entity is created once.
func (e *engine) Get(id types.EntityUID) (types.Entity, bool) {
	entity := e.site.Entity(string(id.Type[2:]), string(id.ID))
	if entity == nil {
		return types.Entity{}, false
	}
	for entity.Number >= len(e.made) {
		e.made = append(e.made, nil)
	}
	if e.made[entity.Number] == nil {
		e.made[entity.Number] = made(entity)
	}
	return *e.made[entity.Number], true
}

func made(e *model.Entity) *types.Entity {
	attributes := types.RecordMap{}
	for name, slot := range e.Layout.Texts {
		texts := e.Texts[slot]
		switch {
		case !e.Layout.Single[name]:
			attributes[types.String(name)] = set(texts)
			if len(texts) == 1 {
				attributes[types.String(only(name))] = types.String(texts[0])
			}
		case len(texts) > 0:
			attributes[types.String(name)] = types.String(texts[0])
		}
	}
	for name, slot := range e.Layout.Relations {
		if related := e.Related[slot]; len(related) > 0 {
			attributes[types.String(name)] = uid(related[0])
		}
		values := make([]types.Value, len(e.Related[slot]))
		for i, r := range e.Related[slot] {
			values[i] = uid(r)
		}
		attributes[types.String(every(name))] = types.NewSet(values...)
	}
	return &types.Entity{UID: uid(e), Attributes: types.NewRecord(attributes)}
}

// only returns the name of the attribute with the string of a list with one element, which Cedar cannot
// read from a set.
func only(name string) string { return name + " alone" }

// every returns the name of the attribute with a relation as a set.
func every(name string) string { return name + " all" }

func set(texts []string) types.Set {
	values := make([]types.Value, len(texts))
	for i, t := range texts {
		values[i] = types.String(t)
	}
	return types.NewSet(values...)
}

// uid returns the identity of an entity. The type is Qlik's, which may contain a dot, after "T_".
func uid(e *model.Entity) types.EntityUID {
	return types.NewEntityUID(types.EntityType("T_"+e.Type), types.String(e.ID))
}

func (w *writer) policies(rules []model.Rule) ([]policy, error) {
	list := make([]policy, len(rules))
	for i, r := range rules {
		condition, err := w.condition(r.Predicate)
		if err != nil {
			return nil, err
		}
		source := fmt.Sprintf("permit (principal, action, resource) when { %s };", condition)
		p := new(cedar.Policy)
		if err := p.UnmarshalCedar([]byte(source)); err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		list[i] = policy{cedar.PolicyID(r.ID), p}
	}
	return list, nil
}
