package search

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

var (
	typeKey       = ast.StringTerm("type")
	idKey         = ast.StringTerm("id")
	nameKey       = ast.StringTerm("name")
	propertiesKey = ast.StringTerm("properties")
)

// Terms returns a request in the form of the engine. It fails if properties are not valid JSON.
func Terms(r authzen.Request) (engine.Request, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return engine.Request{}, err
	}
	value, err := engine.ParseRequest(text)
	if err != nil {
		return engine.Request{}, err
	}
	object, _ := value.(ast.Object)
	part := func(name string) *ast.Term { return object.Get(ast.StringTerm(name)) }
	return engine.Request{Subject: part("subject"), Action: part("action"), Resource: part("resource"), Context: part("context")}, nil
}

// Batch decides candidates of one search. It is not safe for concurrent use.
type Batch struct {
	point *engine.EntryPoint
	part  authzen.Part
	base  engine.Request
	// equivalence is nil unless many resources may have the same verdict; allows has the known
	// verdicts by class.
	equivalence *engine.Equivalence
	allows      map[int32]bool
}

// NewBatch prepares the search for a part of a request. The part in the request has what all
// candidates share: the type and properties.
func NewBatch(ctx context.Context, p *engine.EntryPoint, part authzen.Part, base engine.Request) *Batch {
	b := &Batch{point: p, part: part, base: base, allows: map[int32]bool{}}
	if part == authzen.ResourcePart {
		b.equivalence = p.Equivalence(ctx, base)
	}
	return b
}

// Decide returns which candidates, ids or names of actions, evaluate to true. It evaluates only
// the first of resources that the rules cannot distinguish. A failure for one candidate is an
// error, because a result without it could be wrong.
func (b *Batch) Decide(ctx context.Context, candidates []string) ([]bool, error) {
	classes := slices.Repeat([]int32{-1}, len(candidates))
	if b.equivalence != nil {
		var err error
		if classes, err = b.equivalence.Classes(candidates); err != nil {
			return nil, err
		}
	}
	allowed := make([]bool, len(candidates))
	if err := b.evaluate(ctx, candidates, classes, allowed); err != nil {
		return nil, err
	}
	for i, class := range classes {
		if class >= 0 {
			allowed[i] = b.allows[class]
		}
	}
	return allowed, nil
}

// evaluate evaluates the candidates without a class and the first of each new class.
func (b *Batch) evaluate(ctx context.Context, candidates []string, classes []int32, allowed []bool) error {
	var open []string
	var at []int
	for i, class := range classes {
		if _, known := b.allows[class]; !known {
			open, at = append(open, candidates[i]), append(at, i)
			if class >= 0 {
				b.allows[class] = false // until it is decided
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	verdicts, err := b.point.Evaluate(ctx, Requests(b.base, b.part, open), false)
	if err != nil {
		return err
	}
	for n, v := range verdicts {
		if v.Err != nil {
			return v.Err
		}
		allowed[at[n]] = v.Allow
		if class := classes[at[n]]; class >= 0 {
			b.allows[class] = v.Allow
		}
	}
	return nil
}

// Requests returns a request for each candidate: base with another id of the part, or another
// action. The type and properties of the part stay.
func Requests(base engine.Request, part authzen.Part, candidates []string) []engine.Request {
	list := make([]engine.Request, len(candidates))
	for i, id := range candidates {
		list[i] = base
		switch part {
		case authzen.SubjectPart:
			list[i].Subject = entity(base.Subject, id)
		case authzen.ResourcePart:
			list[i].Resource = entity(base.Resource, id)
		case authzen.ActionPart:
			list[i].Action = ast.ObjectTerm([2]*ast.Term{nameKey, ast.StringTerm(id)})
		default:
			unknown(part)
		}
	}
	return list
}

// entity returns an entity with another id.
func entity(like *ast.Term, id string) *ast.Term {
	members := [][2]*ast.Term{{idKey, ast.StringTerm(id)}}
	for _, key := range []*ast.Term{typeKey, propertiesKey} {
		if value := like.Get(key); value != nil {
			members = append(members, [2]*ast.Term{key, value})
		}
	}
	return ast.ObjectTerm(members...)
}
