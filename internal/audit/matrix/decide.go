package matrix

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

//go:embed decide.rego
var decideModule []byte

// judge queries the policy for the rules that grant.
type judge struct {
	query *engine.Query
	// context is the session as the context of a request.
	context *ast.Term
}

// Prepared is a bundle with its compiled policy, for several sessions or types. It is safe for
// concurrent use.
type Prepared struct {
	data  *bundles.Document
	query *engine.Query
	// Columns cache what is read of the site for later calls, also of other bundles with the
	// same site: only one call at a time is then allowed. Nil caches nothing.
	Columns *partition.Columns
}

// Prepare compiles the policy of a bundle.
func Prepare(ctx context.Context, b *bundles.Bundle) (*Prepared, error) {
	policy, err := engine.Compile(&bundles.Bundle{
		Modules: append(slices.Clip(b.Modules), bundles.Module{Path: "audit/decide.rego", Source: decideModule}), Data: b.Data,
	}, engine.Batch(ctx))
	if err != nil {
		return nil, err
	}
	q, err := policy.Query(ctx, "[[i, ids] | ids := data.qlik.audit.granting[i]]")
	if err != nil {
		return nil, err
	}
	return &Prepared{data: &b.Data, query: q}, nil
}

func newJudge(query *engine.Query, session partition.Session) (*judge, error) {
	var members [][2]*ast.Term
	if session.Context != "" {
		members = append(members, [2]*ast.Term{ast.StringTerm("request_context"), ast.StringTerm(session.Context)})
	}
	if len(session.Environment) > 0 {
		environment, err := ast.InterfaceToValue(session.Environment)
		if err != nil {
			return nil, err
		}
		members = append(members, [2]*ast.Term{ast.StringTerm("environment"), ast.NewTerm(environment)})
	}
	return &judge{query: query, context: ast.ObjectTerm(members...)}, nil
}

// decide returns the ids of the rules that grant, for each of the resources. The actions must
// cover the rules: each relevant rule grants one of them.
func (j *judge) decide(ctx context.Context, subject, typ string, actions *ast.Term, handles []string) ([][]string, error) {
	return j.ask(ctx, subject, ast.ObjectTerm([2]*ast.Term{ast.StringTerm("type"), ast.StringTerm(typ)}), typ, actions, handles)
}

// ask is decide for a resource in the form of a request.
func (j *judge) ask(ctx context.Context, subject string, resource *ast.Term, typ string, actions *ast.Term, handles []string) ([][]string, error) {
	terms := make([]*ast.Term, len(handles))
	for i, h := range handles {
		terms[i] = ast.StringTerm(h)
	}
	value, err := j.query.Ask(ctx, ast.NewObject(
		[2]*ast.Term{ast.StringTerm("subject"), ast.ObjectTerm(
			[2]*ast.Term{ast.StringTerm("type"), ast.StringTerm("user")}, [2]*ast.Term{ast.StringTerm("id"), ast.StringTerm(subject)})},
		[2]*ast.Term{ast.StringTerm("resource"), resource},
		[2]*ast.Term{ast.StringTerm("context"), j.context},
		[2]*ast.Term{ast.StringTerm("actions"), actions},
		[2]*ast.Term{ast.StringTerm("handles"), ast.ArrayTerm(terms...)},
	))
	if err != nil {
		return nil, err
	}
	answers, _ := value.([]any)
	if len(answers) != len(handles) {
		return nil, fmt.Errorf("the policy answers %d of %d questions about %s and the type %s", len(answers), len(handles), subject, typ)
	}
	granting := make([][]string, len(handles))
	for _, a := range answers {
		i, ids, err := answer(a, len(handles))
		if err != nil {
			return nil, err
		}
		granting[i] = ids
	}
	return granting, nil
}

var errAnswer = errors.New("the answer of the policy is not a list of an index and ids")

func answer(v any, below int) (int, []string, error) {
	parts, _ := v.([]any)
	if len(parts) != 2 {
		return 0, nil, errAnswer
	}
	number, _ := parts[0].(json.Number)
	i, err := number.Int64()
	list, ok := parts[1].([]any)
	if err != nil || !ok || i < 0 || i >= int64(below) {
		return 0, nil, errAnswer
	}
	ids := make([]string, len(list))
	for n, id := range list {
		if ids[n], ok = id.(string); !ok {
			return 0, nil, errAnswer
		}
	}
	return int(i), ids, nil
}

// cover returns a small set of actions, within the mask, of which every rule grants one.
func cover(rules []*rule, mask uint32) *ast.Term {
	var chosen []*ast.Term
	open := rules
	for len(open) > 0 {
		var best ruleset.Action
		largest := 0
		for _, a := range ruleset.AllActions {
			n := 0
			for _, r := range open {
				if r.actions&mask&uint32(a) != 0 {
					n++
				}
			}
			if n > largest {
				best, largest = a, n
			}
		}
		if largest == 0 {
			break // the remaining rules grant no relevant action
		}
		var rest []*rule
		for _, r := range open {
			if r.actions&uint32(best) == 0 {
				rest = append(rest, r)
			}
		}
		chosen, open = append(chosen, ast.StringTerm(best.Name())), rest
	}
	return ast.ArrayTerm(chosen...)
}
