package engine

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// batch asks a Qlik policy about many existing resources of one type, for one subject. The
// policy then evaluates subject and session once, which is most of the cost of a decision; its
// rules batch and batch_granted_by are the interface.
type batch struct {
	allow, explain *Query
}

func newBatch(pkg string, prepare preparer) (*batch, error) {
	t := &batch{}
	var err error
	if t.allow, err = prepare("[[i, allow] | allow := " + pkg + ".batch[i]]"); err != nil {
		return nil, err
	}
	t.explain, err = prepare("[[i, allow, by] | allow := " + pkg + ".batch[i]; by := " + pkg + ".batch_granted_by[i]]")
	return t, err
}

// maxGroups is the maximum number of groups that are searched for each request.
const maxGroups = 16

// evaluateBatch answers requests that share the subject and the type of resource, and returns the indexes
// of requests that are still open: those about resources that do not exist, or for which the policy
// fails.
func (p *EntryPoint) evaluateBatch(ctx context.Context, requests []Request, explain bool, verdicts []Verdict) []int {
	done := make([]bool, len(requests))
	if p.batch != nil {
		for _, group := range groups(requests, Request.goesWith) {
			group = slices.DeleteFunc(group, func(i int) bool { return !requests[i].namesItem() })
			if len(group) > 1 {
				p.batch.evaluate(ctx, p, requests, group, explain, verdicts, done)
			}
		}
	}
	open := make([]int, 0, len(requests))
	for i := range requests {
		if !done[i] {
			open = append(open, i)
		}
	}
	return open
}

// groups returns the indexes of the requests that can be answered together.
func groups(requests []Request, batch func(a, b Request) bool) [][]int {
	var found [][]int
	for i, r := range requests {
		at := slices.IndexFunc(found[max(0, len(found)-maxGroups):], func(group []int) bool {
			return batch(r, requests[group[0]])
		})
		if at < 0 {
			found = append(found, []int{i})
			continue
		}
		at += max(0, len(found)-maxGroups)
		found[at] = append(found[at], i)
	}
	return found
}

func (r Request) goesWith(o Request) bool {
	return r.Subject.Equal(o.Subject) && r.Context.Equal(o.Context) && r.Resource.Get(typeKey).Equal(o.Resource.Get(typeKey))
}

// namesItem reports whether a request has all members that batch requires. The policy's rules reject other
// requests.
func (r Request) namesItem() bool {
	return r.Resource.Get(idKey) != nil && r.Resource.Get(typeKey) != nil && r.Action.Get(nameKey) != nil
}

var (
	itemsKey = ast.StringTerm("items")
	typeKey  = ast.StringTerm("type")
	idKey    = ast.StringTerm("id")
	nameKey  = ast.StringTerm("name")
)

// evaluate answers the requests of a group as far as possible, and marks those that it has answered.
func (t *batch) evaluate(ctx context.Context, p *EntryPoint, requests []Request, group []int, explain bool, verdicts []Verdict, done []bool) {
	items := make([]*ast.Term, len(group))
	for i, at := range group {
		r := requests[at]
		items[i] = ast.ArrayTerm(r.Resource.Get(idKey), r.Action.Get(nameKey))
	}
	first := requests[group[0]]
	input := append(make([][2]*ast.Term, 0, 4),
		[2]*ast.Term{subjectKey, first.Subject},
		[2]*ast.Term{resourceKey, ast.ObjectTerm([2]*ast.Term{typeKey, first.Resource.Get(typeKey)})},
		[2]*ast.Term{itemsKey, ast.ArrayTerm(items...)})
	if first.Context != nil {
		input = append(input, [2]*ast.Term{contextKey, first.Context})
	}
	query := t.allow
	if explain {
		query = t.explain
	}
	value, err := query.askOn(ctx, p.data, ast.NewObject(input...))
	if err != nil {
		return
	}
	answers, _ := value.([]any)
	for _, a := range answers {
		parts, _ := a.([]any)
		if len(parts) < 2 {
			continue
		}
		i, ok := index(parts[0], len(group))
		allow, isBool := parts[1].(bool)
		if !ok || !isBool {
			continue
		}
		v := Verdict{Allow: allow}
		if explain {
			decision := map[string]any{"reason": NoRule}
			if allow {
				decision = map[string]any{"reason": Granted, "granted_by": parts[2]}
			}
			v = p.explain(v, decision)
		}
		verdicts[group[i]], done[group[i]] = v, true
	}
}

// index parses the index of an item, which must be below a limit.
func index(v any, below int) (int, bool) {
	n, _ := v.(json.Number)
	i, err := n.Int64()
	return int(i), err == nil && 0 <= i && i < int64(below)
}
