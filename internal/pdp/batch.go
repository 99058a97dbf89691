package pdp

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// The semantics of a batch.
const (
	executeAll          = "execute_all"
	denyOnFirstDeny     = "deny_on_first_deny"
	permitOnFirstPermit = "permit_on_first_permit"
)

// evaluations answers the access evaluations API. Without items it is the
// access evaluation API.
func (c *call) evaluations(ctx context.Context, o ast.Object) (any, error) {
	semantic, err := semanticOf(o)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(o, c.limits.Batch)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return c.evaluation(ctx, o)
	}
	b := batch{call: c, defaults: o, defaulted: map[*ast.Term]defaultPart{}}
	answers := make([]evaluationAnswer, 0, len(items))
	// A batch that ends at the first deny or permit starts with a few items, because the others
	// may not be needed.
	size := len(items)
	if semantic != executeAll {
		size = min(size, 4)
	}
	for len(answers) < len(items) {
		next := items[len(answers):min(len(answers)+size, len(items))]
		verdicts, err := b.evaluate(ctx, next)
		if err != nil {
			return nil, err
		}
		for _, v := range verdicts {
			answers = append(answers, c.answer(v))
			if semantic == denyOnFirstDeny && !v.Allow || semantic == permitOnFirstPermit && v.Allow {
				return evaluationsAnswer{answers}, nil
			}
		}
		size *= 4
	}
	return evaluationsAnswer{answers}, nil
}

func semanticOf(o ast.Object) (string, error) {
	options, err := optional(o, optionsKey, "options")
	if err != nil || options == nil {
		return executeAll, err
	}
	t := options.Get(semanticKey)
	if t == nil {
		return executeAll, nil
	}
	text, ok := t.Value.(ast.String)
	if !ok {
		return "", bad("options.evaluations_semantic must be text, not %s", kind(t.Value))
	}
	switch text {
	case executeAll, denyOnFirstDeny, permitOnFirstPermit:
		return string(text), nil
	}
	return "", bad("options.evaluations_semantic is %.40q, not %s, %s or %s", string(text), executeAll, denyOnFirstDeny, permitOnFirstPermit)
}

func itemsOf(o ast.Object, limit int) ([]*ast.Term, error) {
	t := o.Get(itemsKey)
	if t == nil {
		return nil, nil
	}
	list, ok := t.Value.(*ast.Array)
	if !ok {
		return nil, bad("evaluations must be an array, not %s", kind(t.Value))
	}
	if list.Len() > limit {
		return nil, bad("there are %d evaluations, more than %d", list.Len(), limit)
	}
	items := make([]*ast.Term, list.Len())
	for i := range items {
		items[i] = list.Elem(i)
	}
	return items, nil
}

// batch builds requests from items and defaults.
type batch struct {
	*call
	defaults ast.Object
	// defaulted are the parts that were taken from the defaults, by name.
	defaulted map[*ast.Term]defaultPart
}

type defaultPart struct {
	part *ast.Term
	err  error
}

// evaluate evaluates each item on its own: an item with an error is a denial and does not
// affect the others.
func (b *batch) evaluate(ctx context.Context, items []*ast.Term) ([]engine.Verdict, error) {
	verdicts := make([]engine.Verdict, len(items))
	requests := make([]engine.Request, 0, len(items))
	at := make([]int, 0, len(items))
	for i, item := range items {
		r, err := b.request(item)
		if err != nil {
			verdicts[i].Err = err
			continue
		}
		requests, at = append(requests, r), append(at, i)
	}
	if len(requests) == 0 {
		return verdicts, nil
	}
	decided, err := b.decide(ctx, requests)
	if err != nil {
		return nil, err
	}
	for i, v := range decided {
		verdicts[at[i]] = v
		if v.Err != nil {
			b.failed(v.Err)
		}
	}
	return verdicts, nil
}

var (
	optionsKey  = term("options")
	semanticKey = term("evaluations_semantic")
	itemsKey    = term("evaluations")
)

// request builds the request of an item. A part of the item replaces the default completely,
// even if it is invalid.
func (b *batch) request(item *ast.Term) (r engine.Request, err error) {
	o, ok := item.Value.(ast.Object)
	if !ok {
		return r, bad("the evaluation must be an object, not %s", kind(item.Value))
	}
	if r.Subject, err = b.part(o, subject); err != nil {
		return r, err
	}
	if r.Action, err = b.part(o, action); err != nil {
		return r, err
	}
	if r.Resource, err = b.part(o, resource); err != nil {
		return r, err
	}
	if o.Get(contextKey) != nil {
		r.Context, err = optional(o, contextKey, "context")
		return r, err
	}
	r.Context, err = optional(b.defaults, contextKey, "context")
	return r, err
}

func (b *batch) part(o ast.Object, p part) (*ast.Term, error) {
	if o.Get(p.key) != nil {
		return p.of(o)
	}
	m, ok := b.defaulted[p.key]
	if !ok {
		m.part, m.err = p.of(b.defaults)
		b.defaulted[p.key] = m
	}
	return m.part, m.err
}
